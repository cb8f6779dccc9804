#include "core/wire/token.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/wire/loopback.h"

namespace shakedown {
namespace {

class TokenFile : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/shakedown-token-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder_ = name;
    path_ = folder_ + "/token";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string folder_, path_;
};

TEST(Token, IsLongAndNeverTheSame) {
  EXPECT_EQ(random_token().size(), 64u);
  EXPECT_NE(random_token(), random_token());
}

TEST(Token, ComparesWholeTexts) {
  EXPECT_TRUE(same_token("abc", "abc"));
  EXPECT_FALSE(same_token("abc", "abd"));
  EXPECT_FALSE(same_token("abc", "ab"));
  EXPECT_FALSE(same_token("", "a"));
  EXPECT_FALSE(same_token("abab", "ab")) << "a repetition is another text";
  EXPECT_TRUE(same_token("", ""));
}

TEST_F(TokenFile, IsReadBackAndPrivate) {
  const auto made = create_token_file(path_);
  ASSERT_TRUE(made) << made.error().text();
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(read_token_file(path_).value(), made.value());
  EXPECT_FALSE(create_token_file(path_)) << "never overwritten";
}

TEST_F(TokenFile, ThatOthersMayReadIsRefused) {
  ASSERT_TRUE(create_token_file(path_));
  ASSERT_EQ(::chmod(path_.c_str(), 0640), 0);
  const auto read = read_token_file(path_);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::refused);
}

TEST_F(TokenFile, ThatIsMissingOrEmptyIsUnavailable) {
  EXPECT_EQ(read_token_file(path_).error().kind, ErrorKind::unavailable);
  std::ofstream(path_) << "\n";
  ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);
  EXPECT_EQ(read_token_file(path_).error().kind, ErrorKind::unavailable);
}

TEST_F(TokenFile, APipeInItsPlaceIsNotWaitedFor) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(read_token_file(path_).error().kind, ErrorKind::refused);
}

TEST(Loopback, AcceptsThisHostOnly) {
  for (const char* good : {"127.0.0.1:0", "127.8.9.1:80", "localhost:7000", "[::1]:65535"}) {
    EXPECT_TRUE(require_loopback(good)) << good;
  }
  for (const char* other : {"0.0.0.0:80", "10.0.0.1:80", "[::]:80", "example.com:80", "127.0.0.1.example.com:80", ":80"}) {
    const auto answer = require_loopback(other);
    ASSERT_FALSE(answer) << other;
    EXPECT_EQ(answer.error().kind, ErrorKind::refused) << other;
    EXPECT_NE(answer.error().message.find("utual TLS"), std::string::npos);
  }
  for (const char* wrong : {"127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", ""}) {
    const auto answer = require_loopback(wrong);
    ASSERT_FALSE(answer) << wrong;
    EXPECT_EQ(answer.error().kind, ErrorKind::usage) << wrong;
  }
}

}  // namespace
}  // namespace shakedown
