// Files that once broke the decoder itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/scenario/sample.h"

namespace shakedown::test {
namespace {

TEST(TruthDecode, APhaseWithoutADurationThatHoldsAFaultWithAnRtoRowIsRefusedAndNothingBreaks) {
  const std::string text = sample(
      {{"    duration: 30s\n", ""},
       {R"(sli: {availability: {}}, objective: ">= 99%")", R"(sli: {rto: {fault: crash, probe: door}}, objective: "<= 5s")"}});
  EXPECT_THAT(problems(text), ::testing::Contains(::testing::HasSubstr("duration")));
}

TEST(TruthDecode, AWindowThatIsNotOfWholeSecondsIsRefused) {
  for (const char* over : {"300ms", "2300ms"}) {
    const auto found = problems(with_requirement(std::string("{error_ratio: {over: ") + over + "}}", "<= 5%"));
    EXPECT_THAT(found, ::testing::Contains(::testing::HasSubstr("must be whole seconds"))) << over;
  }
  EXPECT_THAT(problems(sample() + "stop_when:\n  - {sli: {error_ratio: {over: 1500ms}}, when: \"> 50%\"}\n"),
              ::testing::Contains(::testing::HasSubstr("must be whole seconds")));
  EXPECT_THAT(problems(with_requirement("{error_ratio: {over: 2s}}", "<= 5%")),
              ::testing::Not(::testing::Contains(::testing::HasSubstr("`over`"))));
}

std::string stopping(const std::string& when) {
  return sample() + "stop_when:\n  - {sli: {error_ratio: {over: 2s}}, when: \"" + when + "\"}\n";
}

TEST(TruthDecode, AStopConditionThatCanNeverOrIsAlwaysMetIsRefused) {
  EXPECT_THAT(problems(stopping("> 100%")), ::testing::ElementsAre(::testing::HasSubstr("can never be met")));
  EXPECT_THAT(problems(stopping(">= 0%")), ::testing::ElementsAre(::testing::HasSubstr("is always met")));
  EXPECT_TRUE(problems(stopping(">= 100%")).empty());
  EXPECT_TRUE(problems(stopping("> 0%")).empty());
}

TEST(TruthDecode, AStopConditionAtItsLimitIsMetOnlyWhereItSaysSo) {
  const StopCondition at = accept(stopping(">= 100%")).stop_when[0], above = accept(stopping("> 50%")).stop_when[0];
  EXPECT_TRUE(at.met(1));
  EXPECT_FALSE(at.met(0.9999));
  EXPECT_FALSE(above.met(0.5));
  EXPECT_TRUE(above.met(0.5001));
}

TEST(TruthDecode, AWindowLongerThanEveryPhaseIsWarnedOf) {
  EXPECT_THAT(problems(with_requirement("{error_ratio: {over: 1h}}", "<= 5%")),
              ::testing::Contains(::testing::HasSubstr("longer than each phase")));
  EXPECT_THAT(problems(with_requirement("{error_ratio: {over: 30s}}", "<= 5%")),
              ::testing::Not(::testing::Contains(::testing::HasSubstr("longer than each phase"))));
}

TEST(TruthDecode, ANamedOperationThatNoLoadSendsIsWarnedOf) {
  std::string text = with_requirement("{availability: {operations: [read, write]}}", ">= 99%");
  const std::string key = "operations:\n";
  text.insert(text.find(key) + key.size(), "  write: {http: {target: api, method: PUT, path: \"/entries/1\"}}\n");
  const std::string load = "load: {open: {rate: 100/s}";
  text.insert(text.find(load) + load.size(), ", mix: {read: 1}");
  EXPECT_THAT(problems(text), ::testing::Contains(::testing::HasSubstr("no load of operation `write`")));
}

// The sample with a search of 50 to 100/s, a series over users and a dependency, and one row on them.
std::string growing(const std::string& sli, const std::string& objective, const std::string& limit = "10m",
                    const std::string& levels = "[1, 2, 4, 8]", const std::string& more = ", capacity: 9/s") {
  std::string text = with_requirement("{availability: {}}", ">= 90%");
  text += "  - {id: X-1, area: scalability, title: X, sli: " + sli + ", objective: \"" + objective + "\"}\n";
  const std::string key = "phases:\n";
  text.insert(
      text.find(key) + key.size(),
      "  - {name: cap, load: {open: {rate: 9/s}}, search: {rate: {from: 50/s, to: 100/s}, hold: [AV-1], window: 8s, windows: 1, "
      "drain: 0s, limit: " +
          limit +
          "}}\n"
          "  - {name: levels, load: {closed: {users: 9}}, steps: {concurrency: " +
          levels +
          ", each: 9s}}\n"
          "  - {name: soak, duration: 4s, load: {open: {rate: 9/s}}}\n");
  return text + "forecast: {rate: 100/s, by: \"2027-03-01\"}\ndependencies:\n  bank: {owner: b, calls: {service: 1}" + more +
         "}\n";
}

TEST(TruthDecode, ARowOnGrowthThatNoRunCanPassIsWarnedOf) {
  using ::testing::Contains;
  using ::testing::HasSubstr;
  using ::testing::Not;
  const auto never = Contains(HasSubstr("X-1 cannot pass"));
  const std::string capacity = "{capacity: {phase: cap}}", efficiency = "{efficiency: {phase: levels, at: 8}}";
  EXPECT_THAT(problems(growing(capacity, ">= 80/s")), Not(never));
  EXPECT_THAT(problems(growing(capacity, ">= 120/s")),
              Contains(HasSubstr("looks no higher than 100/s, and 120/s are asked for")));
  EXPECT_THAT(problems(growing("{headroom: {phase: cap}}", ">= 20%")), never);
  EXPECT_THAT(problems(growing(capacity, ">= 80/s", "38s")), Contains(HasSubstr("may take 38s, and needs 39s to show 80/s")));
  EXPECT_THAT(problems(growing(capacity, ">= 80/s", "39s")), Not(never));
  EXPECT_THAT(problems(growing(efficiency, ">= 70%")), Not(never));
  EXPECT_THAT(problems(growing("{efficiency: {phase: levels, at: 9}}", ">= 70%")), never);
  EXPECT_THAT(problems(growing(efficiency, ">= 70%", "10m", "[2, 4, 8]")), never);
  EXPECT_THAT(problems(growing("{degradation: {phases: [soak]}}", "<= 5%")), never);
  EXPECT_THAT(problems(growing("{downstream: {}}", ">= 0%")), Contains(HasSubstr("nobody has committed to what `bank` takes")));
  const std::string committed = ", commitment: {who: w, rate: 500/s, date: \"2026-11-01\"}";
  EXPECT_THAT(problems(growing("{downstream: {}}", ">= 0%", "10m", "[1, 2, 4, 8]", committed)),
              Contains(HasSubstr("nothing says what `bank` can take")));
  EXPECT_THAT(problems(growing("{downstream: {}}", ">= 0%", "10m", "[1, 2, 4, 8]", committed + ", capacity: 900/s")), Not(never));
}

TEST(TruthDecode, LevelsOfUsersAreWholeAndNoSearchHoldsAWindowLongerThanItsOwn) {
  using ::testing::Contains;
  using ::testing::HasSubstr;
  const std::string efficiency = "{efficiency: {phase: levels, at: 8}}";
  EXPECT_THAT(problems(growing(efficiency, ">= 70%", "10m", "[0.6, 1.4, 2.4, 8]")), Contains(HasSubstr("is not a whole number")));
  std::string text = growing("{error_ratio: {over: 10s}}", "<= 5%");
  text.replace(text.find("hold: [AV-1]"), 12, "hold: [X-1]");
  EXPECT_THAT(problems(text), Contains(HasSubstr("requirement `X-1` is about 10s, longer than a window of 8s")));
  text.replace(text.find("over: 10s"), 9, "over: 8s");
  EXPECT_THAT(problems(text), ::testing::Not(Contains(HasSubstr("longer than a window"))));
}

TEST(TruthDecode, ADeclaredPoolThatTheLoadOutgrowsIsWarnedOf) {
  using ::testing::Contains;
  using ::testing::HasSubstr;
  using ::testing::Not;
  const auto outgrown = Contains(HasSubstr("counts against the target"));
  const std::string latency = "{latency: {operation: read, quantile: 99%}}";
  EXPECT_THAT(problems(with_requirement(latency, "<= 500ms")), Not(outgrown)) << "no pool is declared";
  const auto pooled = [](const std::string& text, int most) {
    return text + "connections: {max: " + std::to_string(most) + "}\n";
  };
  EXPECT_THAT(
      problems(pooled(with_requirement(latency, "<= 500ms"), 49)),
      Contains(HasSubstr("allows 49 connections, 50 are needed for answers that take the 500ms of AV-1 at the 100/s of phase")));
  EXPECT_THAT(problems(pooled(with_requirement(latency, "<= 500ms"), 50)), Not(outgrown));
  const std::string users = sample({{"load: {open: {rate: 100/s}}", "load: {closed: {users: 100}}"}});
  EXPECT_THAT(problems(pooled(users, 64)), Contains(HasSubstr("allows 64 connections, 100 are needed for so many users")));
  EXPECT_THAT(problems(pooled(users, 100)), Not(outgrown));
  const std::string levels = growing("{efficiency: {phase: levels, at: 8}}", ">= 70%", "10m", "[1, 2, 4, 80]");
  EXPECT_THAT(problems(pooled(levels, 64)), outgrown);
  EXPECT_THAT(problems(pooled(levels, 80)), Not(outgrown));
}

}  // namespace
}  // namespace shakedown::test
