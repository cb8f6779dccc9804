#include "core/base/regular_file.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace shakedown {
namespace {

class RegularFile : public ::testing::Test {
 protected:
  RegularFile() { std::filesystem::create_directories(folder_); }
  ~RegularFile() override { std::filesystem::remove_all(folder_); }
  const std::string folder_ =
      ::testing::TempDir() + "/regular-" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(RegularFile, IsReadWholeUpToItsLimit) {
  std::ofstream(folder_ + "/file") << std::string(10'000, 'x');
  std::filesystem::create_symlink(folder_ + "/file", folder_ + "/link");
  EXPECT_EQ(read_regular_file(folder_ + "/file", 10'000).value(), std::string(10'000, 'x'));
  EXPECT_EQ(read_regular_file(folder_ + "/link", 20'000).value().size(), 10'000u);
  const auto longer = read_regular_file(folder_ + "/file", 9'999, ErrorKind::unavailable);
  ASSERT_FALSE(longer.has_value());
  EXPECT_EQ(longer.error().kind, ErrorKind::unavailable);
  EXPECT_NE(longer.error().text().find("longer than 9999 bytes"), std::string::npos) << longer.error().text();
}

// A pipe that nobody writes to would be waited for, a device has no end.
TEST_F(RegularFile, APipeADeviceAndAFolderAreNeitherWaitedForNorReadWithoutEnd) {
  ASSERT_EQ(::mkfifo((folder_ + "/pipe").c_str(), 0600), 0);
  for (const std::string& path : {folder_ + "/pipe", std::string("/dev/zero"), folder_}) {
    const auto read = read_regular_file(path, 100);
    ASSERT_FALSE(read.has_value()) << path;
    EXPECT_NE(read.error().text().find("no regular file"), std::string::npos) << read.error().text();
  }
  EXPECT_NE(read_regular_file(folder_ + "/none", 100).error().text().find("No such file"), std::string::npos);
}

// Its mode says that it is a file like any other; a read of it waits for the kernel's next line.
TEST_F(RegularFile, TheKernelsLogIsNotWaitedFor) {
  std::filesystem::create_symlink("/proc/kmsg", folder_ + "/link");
  if (!open_regular_file(folder_ + "/link")) GTEST_SKIP() << "only root may open it, where it is";
  const auto read = read_regular_file(folder_ + "/link", 64 << 20);
  ASSERT_FALSE(read.has_value());
  EXPECT_NE(read.error().text().find("waited for"), std::string::npos) << read.error().text();
}

TEST_F(RegularFile, OneOfTheKernelWithoutEndIsReadToTheLimit) {
  const auto read = read_regular_file("/proc/self/pagemap", 100'000);
  ASSERT_FALSE(read.has_value());
  EXPECT_NE(read.error().text().find("longer than 100000 bytes"), std::string::npos) << read.error().text();
}

// As what was a file when it was looked at may be another when it is opened.
TEST_F(RegularFile, WhatIsOpenIsReadWhateverItsNameThenIs) {
  std::ofstream(folder_ + "/file") << "first";
  const auto file = open_regular_file(folder_ + "/file");
  ASSERT_TRUE(file.has_value());
  std::filesystem::remove(folder_ + "/file");
  ASSERT_EQ(::mkfifo((folder_ + "/file").c_str(), 0600), 0);
  EXPECT_EQ(read_to_end(file.value().get(), folder_ + "/file", 10).value(), "first");
}

}  // namespace
}  // namespace shakedown
