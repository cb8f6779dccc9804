#include "core/base/trusted_path.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace shakedown {
namespace {

namespace fs = std::filesystem;

class TrustedFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/trusted-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    ASSERT_TRUE(fs::create_directory(folder_ + "/open"));
    write(folder_ + "/good");
    write(folder_ + "/open/file");
    set_mode(folder_ + "/open", 0777);
  }
  void TearDown() override { fs::remove_all(folder_); }

  static void write(const std::string& path) {
    std::ofstream(path) << "what may be done";
    set_mode(path, 0644);
  }
  static void set_mode(const std::string& path, mode_t mode) { ASSERT_EQ(::chmod(path.c_str(), mode), 0); }
  static std::string refusal(const std::string& path) {
    const auto read = read_trusted_file(path, "policy", 1000);
    if (read) return "";
    EXPECT_EQ(read.error().kind, ErrorKind::refused);
    return read.error().message;
  }

  std::string folder_;
};

TEST_F(TrustedFile, OfOursInFoldersOfOursIsRead) {
  const auto read = read_trusted_file(folder_ + "/good", "policy", 1000);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read.value(), "what may be done");
}

TEST_F(TrustedFile, ThatOthersMayWriteIsRefused) {
  for (const mode_t mode : {0664, 0646}) {
    set_mode(folder_ + "/good", mode);
    EXPECT_NE(refusal(folder_ + "/good").find("chmod go-w"), std::string::npos) << mode;
  }
}

// Who may write in the folder puts another file in its place.
TEST_F(TrustedFile, ThatOthersMayExchangeIsRefused) {
  EXPECT_NE(refusal(folder_ + "/open/file").find("/open can be changed by others"), std::string::npos);
  fs::create_symlink(folder_ + "/good", folder_ + "/open/link");
  EXPECT_NE(refusal(folder_ + "/open/link").find("/open can be changed by others"), std::string::npos) << "through a link there";
  fs::create_symlink(folder_ + "/open/file", folder_ + "/link");
  EXPECT_NE(refusal(folder_ + "/link").find("/open can be changed by others"), std::string::npos) << "where a link leads";
  set_mode(folder_ + "/open", 01777);
  EXPECT_EQ(refusal(folder_ + "/open/file"), "") << "as /tmp: others may not exchange what is ours";
}

TEST_F(TrustedFile, OfAnotherUserOrInItsFolderIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  constexpr uid_t kNobody = 65534;
  set_mode(folder_ + "/open", 0755);
  ASSERT_EQ(::chown((folder_ + "/open").c_str(), kNobody, kNobody), 0);
  EXPECT_NE(refusal(folder_ + "/open/file").find("belongs to user 65534"), std::string::npos);
  ASSERT_EQ(::chown((folder_ + "/good").c_str(), kNobody, kNobody), 0);
  EXPECT_NE(refusal(folder_ + "/good"), "");
}

}  // namespace
}  // namespace shakedown
