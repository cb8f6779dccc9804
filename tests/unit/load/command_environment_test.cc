#include "agent/secrets/command_environment.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shakedown {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct CommandEnvironmentTest : ::testing::Test {
  void SetUp() override { ::setenv("SHAKEDOWN_ENV_SECRET", "pa55word", 1); }
  void TearDown() override { ::unsetenv("SHAKEDOWN_ENV_SECRET"); }
  CommandEnvironment environment{{}, {{"token", {SecretSource::Kind::env, "SHAKEDOWN_ENV_SECRET"}}}};
};

TEST_F(CommandEnvironmentTest, HandsOnPathAndWhatIsDeclaredOnly) {
  environment.declared.push_back({"URL", Text{{{HoleKind::literal, "u:"}, {HoleKind::secret, "token"}}}});
  const auto found = environment.resolve();
  ASSERT_TRUE(found.has_value()) << found.error().text();
  EXPECT_THAT(found.value(), Contains("URL=u:pa55word"));
  EXPECT_THAT(found.value(), Contains(StartsWith("PATH=")));
  EXPECT_THAT(found.value(), Not(Contains(StartsWith("SHAKEDOWN_"))));
}

TEST_F(CommandEnvironmentTest, ADeclaredVariableReplacesOneOfTheFixed) {
  environment.declared.push_back({"HOME", Text::literal("/nowhere")});
  const auto found = environment.resolve();
  ASSERT_TRUE(found.has_value());
  EXPECT_THAT(found.value(), Contains("HOME=/nowhere"));
  EXPECT_EQ(
      std::count_if(found.value().begin(), found.value().end(), [](const std::string& s) { return s.starts_with("HOME="); }), 1);
}

TEST_F(CommandEnvironmentTest, OnlyASecretThatIsUsedMustBeThere) {
  environment.secrets.push_back({"other", {SecretSource::Kind::file, "/nonexistent/secret"}});
  EXPECT_TRUE(environment.resolve().has_value());
  environment.declared.push_back({"OTHER", Text{{{HoleKind::secret, "other"}}}});
  const auto found = environment.resolve();
  ASSERT_TRUE(found.has_error());
  EXPECT_THAT(found.error().message, HasSubstr("`other`"));
}

TEST_F(CommandEnvironmentTest, ASecretIsHiddenThoughItIsNotUsedAndAnotherIsMissing) {
  environment.secrets.push_back({"other", {SecretSource::Kind::file, "/nonexistent/secret"}});
  EXPECT_EQ(environment.hides()("said pa55word"), "said {token}");
}

}  // namespace
}  // namespace shakedown
