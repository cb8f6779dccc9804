// Which seconds count; throughput; the live value of a stop condition.
#include <gtest/gtest.h>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;

// warm-up [0,10), steady [10,40), crash [40,60) with an outage from 45 to 50; fault window [45, 51.5].
struct Story {
  Drill drill;
  PhaseId warm_up = drill.add_phase("warm-up", 10, 100, false);
  PhaseId steady = drill.add_phase("steady", 30, 100);
  PhaseId crash = drill.add_phase("crash", 20, 100);
  FaultId kill = drill.add_kill("kill-ledger", crash);

  explicit Story(uint64_t warm_up_bad = 100) {
    const StageId first = drill.run(warm_up, 0), second = drill.run(steady, 10), third = drill.run(crash, 40);
    drill.load(first, 0, 10, 100 - warm_up_bad, warm_up_bad).load(second, 10, 40, 100);
    drill.load(third, 40, 45, 100).load(third, 45, 50, 0, 100).load(third, 50, 60, 100);
    drill.probe(0, 60, {{45, 50}});
    drill.inject(kill, third, 45, 51.5);
  }
  Verdict availability(Scope scope, double limit = 0.99) {
    AvailabilitySli sli;
    sli.scope = scope;
    drill.scenario.requirements.clear();
    drill.require("AV", sli, Comparison::at_least, limit);
    return drill.verdict();
  }
};

TEST(Scope, DefaultIsMeasuredPhasesOutsideFaultWindows) {
  Story story;
  const Verdict v = story.availability({});
  EXPECT_EQ(v.state, VerdictState::pass) << v.reason;
  EXPECT_EQ(v.measured.samples, 30U * 100 + 5 * 100 + 8 * 100);  // seconds 45..51 meet the window
}

TEST(Scope, NamedPhasesMayBeUnmeasured) {
  Story story;
  const Verdict v = story.availability({{story.warm_up}, {}});
  EXPECT_EQ(v.state, VerdictState::fail);
  EXPECT_EQ(v.measured.samples, 1000U);
}

TEST(Scope, NamedPhaseStillLeavesFaultWindowsOut) {
  Story story;
  EXPECT_EQ(story.availability({{story.crash}, {}}).measured.samples, 1300U);
}

TEST(Scope, DuringTakesTheWindowsOnly) {
  Story story;
  const Verdict v = story.availability({{}, story.kill});
  EXPECT_EQ(v.measured.samples, 700U);
  EXPECT_NEAR(*v.measured.value, 200.0 / 700, 1e-12);
  EXPECT_EQ(v.state, VerdictState::fail);
}

TEST(Scope, APhaseThatDidNotRunIsUnknown) {
  Story story;
  const PhaseId never = story.drill.add_phase("never", 10, 100);
  const Verdict v = story.availability({{story.steady, never}, {}});
  EXPECT_EQ(v.state, VerdictState::unknown);
  EXPECT_NE(v.reason.find("phase never did not run"), std::string::npos) << v.reason;
}

TEST(Scope, DuringAFaultThatWasNeverInjectedIsUnknown) {
  Story story;
  const FaultId never = story.drill.add_kill("never", story.crash);
  EXPECT_EQ(story.availability({{}, never}).state, VerdictState::unknown);
}

TEST(Scope, OperationsAreChosen) {
  Story story;
  const OperationId write = story.drill.add_operation("write");
  story.drill.load(StageId(1), 10, 40, 0, 10, 0.005, write);
  AvailabilitySli sli;
  sli.operations = {OperationId(0)};
  story.drill.require("reads", sli, Comparison::at_least, 0.99);
  sli.operations = {write};
  story.drill.require("writes", sli, Comparison::at_least, 0.99);
  EXPECT_EQ(story.drill.verdict(0).state, VerdictState::pass);
  EXPECT_EQ(story.drill.verdict(1).state, VerdictState::fail);
  EXPECT_NE(story.drill.verdict(1).reason.find("write requests"), std::string::npos);
}

// 40 s at 100/s with `good` of them answered well.
Verdict throughput(uint64_t good, double limit, double wobble = 0, int64_t length = 40) {
  Drill drill;
  drill.require("TP", ThroughputSli{}, Comparison::at_least, limit);
  const StageId stage = drill.run(drill.add_phase("steady", static_cast<double>(length), 0), 0);
  for (int64_t s = 0; s < length; ++s) {
    const auto swing = static_cast<uint64_t>(s % 4 < 2 ? wobble : 0);
    drill.load(stage, s, s + 1, good - swing, 100 - good + swing);
  }
  return drill.verdict();
}

TEST(Throughput, PassFailAndBetween) {
  EXPECT_EQ(throughput(100, 100).state, VerdictState::pass);
  EXPECT_TRUE(throughput(100, 100).at_risk);
  EXPECT_EQ(throughput(100, 80).state, VerdictState::pass);
  EXPECT_FALSE(throughput(100, 80).at_risk);
  EXPECT_EQ(throughput(90, 95).state, VerdictState::fail);
  const Verdict open = throughput(100, 84, 30);
  EXPECT_EQ(open.state, VerdictState::not_proven) << open.reason;
  EXPECT_LT(*open.measured.lower, 84);
  EXPECT_GT(*open.measured.value, 84);
}

TEST(Throughput, FewSecondsProveNothing) {
  const Verdict v = throughput(100, 50, 0, 7);
  EXPECT_EQ(v.state, VerdictState::not_proven);
  EXPECT_NE(v.needed.find("8 whole seconds"), std::string::npos);
}

TEST(Throughput, SecondsWithoutAnyAnswerCountAsZero) {
  Drill drill;
  drill.require("TP", ThroughputSli{}, Comparison::at_least, 90);
  const StageId stage = drill.run(drill.add_phase("steady", 40, 0), 0);
  drill.load(stage, 0, 20, 100);
  const Verdict v = drill.verdict();
  EXPECT_DOUBLE_EQ(*v.measured.value, 50);
  EXPECT_NE(v.state, VerdictState::pass);
}

TEST(Throughput, NothingOfferedIsUnknown) {
  Drill drill;
  drill.require("TP", ThroughputSli{}, Comparison::at_least, 1);
  drill.run(drill.add_phase("steady", 40, 0), 0);
  EXPECT_EQ(drill.verdict().state, VerdictState::unknown);
}

std::optional<double> live(const Story& story, double now, bool outside, double over = 5) {
  ErrorRatioSli sli;
  sli.over = from_seconds(over);
  const Timeline timeline = story.drill.timeline();
  return live_value(sli, timeline, at(now), outside);
}

TEST(LiveValue, SlidesOverTheLastWholeSeconds) {
  Story story;
  EXPECT_DOUBLE_EQ(*live(story, 30.7, false), 0);
  EXPECT_DOUBLE_EQ(*live(story, 50.2, false), 1);
  EXPECT_DOUBLE_EQ(*live(story, 48.9, false), 3.0 / 5);
  EXPECT_DOUBLE_EQ(*live(story, 10.0, false), 1);  // the warm-up can stop a run too
}

TEST(LiveValue, OutsideFaultsHasNothingToSayInsideOne) {
  Story story;
  EXPECT_FALSE(live(story, 50.2, true).has_value());
  EXPECT_FALSE(live(story, 54.0, true).has_value());
  EXPECT_DOUBLE_EQ(*live(story, 58.0, true), 0);
  EXPECT_DOUBLE_EQ(*live(story, 45.0, true), 0);
}

TEST(LiveValue, NothingDecidedIsNothingToJudge) {
  Story story;
  EXPECT_FALSE(live(story, 300, false).has_value());
  EXPECT_NEAR(*live(story, 20, false, 0), 0.5, 1e-12);
}

}  // namespace
}  // namespace shakedown
