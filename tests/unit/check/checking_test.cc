#include "agent/check/checking.h"

#include "agent/check/check_runner.h"

#include <gtest/gtest.h>

namespace shakedown {
namespace {

TEST(Checking, ANumberIsTheWholeText) {
  EXPECT_EQ(number_in(" 12.5\n"), 12.5);
  EXPECT_EQ(number_in("-3"), -3);
  EXPECT_EQ(number_in("1e3"), 1000);
  for (const char* text : {"", " ", "12 days", "twelve", "1,5", "nan", "inf", "1e999", "\"12\""})
    EXPECT_FALSE(number_in(text)) << text;
}

TEST(Checking, WhatIsToldHidesSecretsAndIsPlain) {
  const Secrets secrets = {{"token", "s3cret"}, {"empty", ""}};
  EXPECT_EQ(presentable("a s3cret, s3cret\n", secrets), "a {token}, {token} ");
  EXPECT_EQ(presentable("\x1b[2Jb\xff", secrets), "?[2Jb?");
  EXPECT_EQ(presentable(std::string(1000, 'x'), secrets).size(), 500U);
  EXPECT_EQ(presentable("no secret", {{"token", "s3cret"}}), "no secret");
  EXPECT_EQ(presentable("ss", {{"a", "s"}}), "{a}{a}") << "a name that holds the value ends too";
}

TEST(Checking, WhoRunsACheck) {
  DrillPlan scenario;
  scenario.agents = {{"breaker", false, true, false}, {"loader", true, false, false}};
  Check check;
  EXPECT_EQ(owner_of(check, scenario), AgentId(1));
  check.agent = AgentId(0);
  EXPECT_EQ(owner_of(check, scenario), AgentId(0));
}

}  // namespace
}  // namespace shakedown
