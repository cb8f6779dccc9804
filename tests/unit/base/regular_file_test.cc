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

}  // namespace
}  // namespace shakedown
