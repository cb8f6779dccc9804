// The marks of a drill, and what it takes away again by them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/scenario/sample.h"

namespace shakedown::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

std::string with_cleanup(const std::string& text) { return sample({{"phases:\n", "cleanup: " + text + "\nphases:\n"}}); }

TEST(DecodeCleanup, ARequestAndACount) {
  const Scenario s = accept(with_cleanup(R"({mine: {
    delete: {http: {target: api, method: DELETE, path: "/entries?prefix={run}"}, expect: {status: [200, 404]}},
    remains: {http: {target: api, path: "/count?prefix={run}"}, number: /count}, timeout: 5s}})"));
  ASSERT_EQ(s.cleanups.size(), 1U);
  EXPECT_EQ(s.cleanups[0].name, "mine");
  EXPECT_TRUE(std::holds_alternative<HttpCheck>(s.cleanups[0].remove.kind));
  EXPECT_EQ(s.cleanups[0].remove.timeout, 5s);
  ASSERT_TRUE(s.cleanups[0].remains);
  EXPECT_EQ(std::get<HttpCheck>(s.cleanups[0].remains->kind).number_pointer, "/count");
}

TEST(DecodeCleanup, CommandsRunOnLocal) {
  const Scenario s = accept(with_cleanup("{mine: {delete: {command: [./sweep]}, remains: {command: [./left]}}}"));
  EXPECT_THAT(std::get<CommandCheck>(s.cleanups[0].remove.kind).argv, ElementsAre("./sweep"));
  EXPECT_FALSE(std::get<CommandCheck>(s.cleanups[0].remove.kind).number);
  EXPECT_TRUE(std::get<CommandCheck>(s.cleanups[0].remains->kind).number);
  EXPECT_EQ(s.cleanups[0].remove.agent, AgentId(0));
}

TEST(DecodeCleanup, NothingIsTouchedWithoutTheMark) {
  EXPECT_THAT(problems(with_cleanup(R"({mine: {delete: {http: {target: api, method: DELETE, path: /entries}}}})")),
              Contains(HasSubstr("does not say {run}")));
  EXPECT_THAT(problems(with_cleanup(R"({mine: {delete: {command: [./sweep]},
                                               remains: {http: {target: api, path: /count}, number: /n}}})")),
              Contains(HasSubstr("does not say {run}")));
}

TEST(DecodeCleanup, OneAgentDoesBoth) {
  const std::string text = R"({mine: {delete: {command: [./sweep]},
                                      remains: {http: {target: api, path: "/count?p={run}"}, number: /n}}})";
  EXPECT_THAT(problems(with_cleanup(text)), Contains(HasSubstr("by different agents")));
}

std::string with_mark(const std::string& mark, const std::string& path = "{http: {target: api, path: \"/entries/{key}\"}") {
  return sample({{"{api: {url: \"http://127.0.0.1:18080\"}}", "{api: {url: \"http://127.0.0.1:18080\", mark: " + mark + "}}"},
                 {"{http: {target: api, path: \"/entries/{key}\"}", path}});
}

TEST(DecodeMark, AHeaderOfATarget) {
  EXPECT_EQ(accept(with_mark("X-Shakedown-Run")).targets[0].mark, "X-Shakedown-Run");
  EXPECT_EQ(accept(sample({})).targets[0].mark, "");
  EXPECT_THAT(problems(with_mark("Host")), Contains(HasSubstr("is no mark")));
  EXPECT_THAT(problems(with_mark("\"a b\"")), Contains(HasSubstr("a header name")));
  EXPECT_THAT(problems(with_mark("X-Run", R"({http: {target: api, path: "/entries/{key}", headers: {x-run: mine}})")),
              Contains(HasSubstr("is set by `mark` of the target")));
}

TEST(DecodeTargets, WhenANameIsLookedUpAgain) {
  const auto with = [](const std::string& resolve) {
    return sample({{"{api: {url: \"http://127.0.0.1:18080\"}}", "{api: {url: \"http://api.example:18080\"" + resolve + "}}"}});
  };
  EXPECT_EQ(accept(with("")).targets[0].resolve, Duration{}) << "each";
  EXPECT_EQ(accept(with(", resolve: each")).targets[0].resolve, Duration{});
  EXPECT_EQ(accept(with(", resolve: once")).targets[0].resolve, std::nullopt);
  EXPECT_EQ(accept(with(", resolve: 5s")).targets[0].resolve, 5s);
  EXPECT_THAT(problems(with(", resolve: sometimes")), Contains(HasSubstr("`each`, `once` or a time")));
}

TEST(DecodeMark, TheRunsIdStandsInEveryText) {
  const Scenario s = accept(with_mark("X-Run", R"({http: {target: api, path: "/entries/{run}-{key}"})"));
  EXPECT_EQ(s.targets[0].mark, "X-Run");
  EXPECT_THAT(problems(sample({{"phases:\n", "secrets: {run: {env: X}}\nphases:\n"}})),
              Contains(HasSubstr("would hide the hole {run}")));
}

}  // namespace
}  // namespace shakedown::test
