#include "agent/secrets/secrets.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace shakedown {
namespace {

class SecretsTest : public ::testing::Test {
 protected:
  std::string file_with(const std::string& bytes) {
    const std::string path =
        ::testing::TempDir() + "/shakedown-secret-" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::ofstream(path, std::ios::binary) << bytes;
    paths_.push_back(path);
    return path;
  }
  ~SecretsTest() override {
    for (const std::string& path : paths_) std::filesystem::remove(path);
  }
  std::vector<std::string> paths_;
};

TEST_F(SecretsTest, ReadsEnvironmentAndFiles) {
  setenv("SHAKEDOWN_TEST_TOKEN", "from env", 1);
  const auto secrets = resolve_secrets({{"a", {SecretSource::Kind::env, "SHAKEDOWN_TEST_TOKEN"}},
                                        {"b", {SecretSource::Kind::file, file_with("from file\r\n\n")}}});
  ASSERT_TRUE(secrets.has_value());
  EXPECT_EQ(secrets.assume_value().at("a"), "from env");
  EXPECT_EQ(secrets.assume_value().at("b"), "from file");
}

TEST_F(SecretsTest, MissingOnesAreNamed) {
  const auto env = resolve_secrets({{"token", {SecretSource::Kind::env, "SHAKEDOWN_NO_SUCH_VARIABLE"}}});
  ASSERT_FALSE(env.has_value());
  EXPECT_EQ(env.assume_error().kind, ErrorKind::unavailable);
  EXPECT_NE(env.assume_error().message.find("`token`"), std::string::npos);
  EXPECT_NE(env.assume_error().message.find("SHAKEDOWN_NO_SUCH_VARIABLE"), std::string::npos);
  const auto empty = resolve_secrets({{"token", {SecretSource::Kind::file, file_with("\n")}}});
  ASSERT_TRUE(empty.has_error());
  EXPECT_NE(empty.error().message.find("is empty on this agent"), std::string::npos) << empty.error().message;
  const auto file = resolve_secrets({{"token", {SecretSource::Kind::file, "/nonexistent/secret"}}});
  ASSERT_FALSE(file.has_value());
  EXPECT_NE(file.assume_error().message.find("/nonexistent/secret"), std::string::npos);
}

TEST_F(SecretsTest, LineBreakInsideIsRefusedWithoutShowingTheValue) {
  const auto bad = resolve_secrets({{"token", {SecretSource::Kind::file, file_with("s3cr3t\nInjected: yes\n")}}});
  ASSERT_FALSE(bad.has_value());
  EXPECT_NE(bad.assume_error().text().find("`token`"), std::string::npos);
  EXPECT_EQ(bad.assume_error().text().find("s3cr3t"), std::string::npos);
}

// The agent would grow without end, or wait for ever for somebody who writes.
TEST_F(SecretsTest, ADeviceAPipeAndALongFileAreRefused) {
  const std::string pipe = file_with("") + ".pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  paths_.push_back(pipe);
  for (const std::string& path : {std::string("/dev/zero"), pipe, file_with(std::string(64 * 1024 + 1, 'x'))}) {
    const auto refused = resolve_secrets({{"token", {SecretSource::Kind::file, path}}});
    ASSERT_FALSE(refused.has_value()) << path;
    EXPECT_EQ(refused.assume_error().kind, ErrorKind::unavailable);
    EXPECT_NE(refused.assume_error().text().find("`token`"), std::string::npos);
    EXPECT_TRUE(readable_secrets({{"token", {SecretSource::Kind::file, path}}}).empty());
  }
}

}  // namespace
}  // namespace shakedown
