// A soak is about what wears out, not about a mix of operations that changes meanwhile.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

// Five phases of 10 s at 200/s. Of their requests these shares are slow ones (20 ms, the others 4 ms); all take longer by
// `growth` of their beginning with each second.
Verdict soaked(const std::vector<double>& shares, double growth, bool one_operation = false) {
  Drill drill;
  const OperationId fast(0), slow = drill.add_operation("slow");
  int64_t second = 0;
  for (const double share : shares) {
    const PhaseId phase = drill.add_phase("p" + std::to_string(second), 10, 200);
    drill.scenario.phases[phase.value].load->mix = {{fast, 1 - share}, {slow, share}};
    const StageId stage = drill.run(phase, static_cast<double>(second));
    for (const int64_t end = second + 10; second < end; ++second) {
      const double longer = 1 + growth * static_cast<double>(second), noise = second % 2 == 0 ? 1.002 : 0.998;
      const auto slow_ones = static_cast<uint64_t>(std::lround(200 * share));
      drill.load(stage, second, second + 1, 200 - slow_ones, 0, 0.004 * longer * noise, fast);
      drill.load(stage, second, second + 1, slow_ones, 0, 0.020 * longer * noise, slow);
    }
  }
  DegradationSli sli;
  if (one_operation) sli.operation = fast;
  sli.per = std::chrono::seconds(50);
  drill.require("DG", sli, Comparison::at_most, 0.05);
  return drill.verdict();
}

TEST(TruthSoakMix, MoreOfASlowOperationIsNoWear) {
  const Verdict verdict = soaked({0.3, 0.35, 0.4, 0.45, 0.5}, 0);
  EXPECT_NE(verdict.state, VerdictState::fail) << verdict.reason;
  EXPECT_LT(*verdict.measured.upper, 0.05) << verdict.reason;
}

TEST(TruthSoakMix, LessOfASlowOperationHidesNoWear) {
  const Verdict verdict = soaked({0.5, 0.45, 0.4, 0.35, 0.3}, 0.004);
  EXPECT_EQ(verdict.state, VerdictState::fail) << verdict.reason;
  EXPECT_NEAR(*verdict.measured.value, 0.2, 0.02) << verdict.reason;
}

TEST(TruthSoakMix, AMixThatGotLighterIsNoPass) {
  const Verdict verdict = soaked({0.5, 0.45, 0.4, 0.35, 0.3}, 0);
  EXPECT_EQ(verdict.state, VerdictState::not_proven) << verdict.reason;
  EXPECT_NE(verdict.reason.find("The mix of operations became lighter meanwhile"), std::string::npos) << verdict.reason;
  EXPECT_EQ(soaked({0.5, 0.45, 0.4, 0.35, 0.3}, 0, true).state, VerdictState::not_proven) << "the others make room for it";
}

TEST(TruthSoakMix, WearUnderAHeavierMixIsPerhapsItsOwn) {
  const Verdict verdict = soaked({0.3, 0.35, 0.4, 0.45, 0.5}, 0.004);
  EXPECT_EQ(verdict.state, VerdictState::not_proven) << verdict.reason;
}

TEST(TruthSoakMix, OneMixIsJudgedAsEver) {
  EXPECT_EQ(soaked({0.4, 0.4, 0.4, 0.4, 0.4}, 0.004).state, VerdictState::fail);
  EXPECT_EQ(soaked({0.4, 0.4, 0.4, 0.4, 0.4}, 0).state, VerdictState::pass);
}

TEST(TruthSoakMix, OperationsThatTakeTurnsShowNothing) {
  const Verdict verdict = soaked({0, 0, 0.2, 1, 1}, 0.004);
  EXPECT_EQ(verdict.state, VerdictState::unknown) << verdict.reason;
  EXPECT_NE(verdict.reason.find("no operation is answered from the beginning to the end"), std::string::npos) << verdict.reason;
  const Verdict part = soaked({0.5, 0.5, 0.5, 0, 0}, 0);
  EXPECT_EQ(part.state, VerdictState::not_proven) << part.reason;
}

}  // namespace
}  // namespace shakedown
