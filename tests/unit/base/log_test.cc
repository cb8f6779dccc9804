#include "core/base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shakedown {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class LogTest : public ::testing::Test {
 protected:
  void SetUp() override { ::testing::internal::CaptureStderr(); }
  void TearDown() override { log::set_level(log::Level::warning); }
  std::string printed() { return ::testing::internal::GetCapturedStderr(); }
};

TEST_F(LogTest, FieldsAreKeyValue) {
  log::set_level(log::Level::info);
  log::info("agent joined", {{"agent", "b"}, {"port", "7"}});
  const std::string text = printed();
  EXPECT_THAT(text, HasSubstr("agent joined"));
  EXPECT_THAT(text, HasSubstr("agent=b"));
  EXPECT_THAT(text, HasSubstr("port=7"));
}

TEST_F(LogTest, LinesBelowTheLevelAreDropped) {
  log::set_level(log::Level::warning);
  log::info("chatter");
  log::warning("trouble");
  const std::string text = printed();
  EXPECT_THAT(text, Not(HasSubstr("chatter")));
  EXPECT_THAT(text, HasSubstr("trouble"));
}

TEST_F(LogTest, OffIsSilent) {
  log::set_level(log::Level::off);
  log::error("nobody hears this");
  EXPECT_EQ(printed(), "");
}

}  // namespace
}  // namespace shakedown
