// Files that once broke the decoder itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/sample.h"

namespace shakedown::test {
namespace {

TEST(TruthDecode, APhaseWithoutADurationThatHoldsAFaultWithAnRtoRowIsRefusedAndNothingBreaks) {
  const std::string text = sample({{"    duration: 30s\n", ""},
                                   {R"(sli: {availability: {}}, objective: ">= 99%")",
                                    R"(sli: {rto: {fault: crash, probe: door}}, objective: "<= 5s")"}});
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

}  // namespace
}  // namespace shakedown::test
