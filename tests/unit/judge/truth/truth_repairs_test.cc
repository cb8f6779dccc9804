// Mean times to repair where nobody looked for a while.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "controller/measure/bounds/lognormal.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

// Three outages of 1 s each; between two of them no check was made for `dark` seconds, in which nobody knows of any.
Drill dark_between_outages(double dark, FaultId* kill = nullptr) {
  Drill drill;
  const PhaseId soak = drill.add_phase("soak", 200, 0);
  const StageId stage = drill.run(soak, 0);
  if (kill != nullptr) *kill = drill.add_kill("kill-ledger", soak);
  for (const double struck : {20.0, 60.0, 150.0}) {
    if (kill != nullptr) drill.inject(*kill, stage, struck, struck + 25);
  }
  drill.probe(0, 64, {{20, 21}, {60, 61}}).probe(64 + dark, 200, {{150, 151}});
  return drill;
}

TEST(TruthOfRepairs, AnOutageThatNobodyLookedForMayBeLongerThanTheMeanRepair) {
  const Sli mean = MttrSli{{ProbeId(0)}, {}, RepairStatistic::mean};
  for (const double dark : {0.0, 0.6, 15.0}) {
    Drill drill = dark_between_outages(dark);
    drill.require("RE-1", mean, Comparison::at_most, 3);
    drill.require("RE-2", mean, Comparison::at_most, 0.5);
    const Verdict green = drill.verdict(0), red = drill.verdict(1);
    EXPECT_EQ(green.state, dark < 10 ? VerdictState::pass : VerdictState::not_proven) << dark << green.reason;
    if (dark > 10) {
      EXPECT_NE(green.needed.find("no check from 63.900 s to 79.000 s of the run, 150 due, in phase soak"), std::string::npos)
          << green.needed;
    }
    EXPECT_EQ(red.state, VerdictState::fail) << "it was too long three times all the same: " << red.reason;
  }
}

TEST(TruthOfRepairs, ADarkTimeAfterARecoveryMayHideThatTheFaultTookItDownAgain) {
  for (const double dark : {0.0, 15.0}) {
    FaultId kill;
    Drill drill = dark_between_outages(dark, &kill);
    drill.require("RE-1", MttrSli{{ProbeId(0)}, kill, RepairStatistic::mean}, Comparison::at_most, 3);
    drill.require("RE-2", MttrSli{{ProbeId(0)}, kill, RepairStatistic::mean}, Comparison::at_most, 0.5);
    EXPECT_EQ(drill.verdict(0).state, dark > 0 ? VerdictState::not_proven : VerdictState::pass) << drill.verdict(0).reason;
    EXPECT_EQ(drill.verdict(1).state, VerdictState::fail) << drill.verdict(1).reason;
  }
}

// Just below the bound no log-normal has all of its values above 9 s as often as one in twenty; just above it some has.
TEST(TruthOfRepairs, AMeanOfWhichOnlyTheLeastIsKnownHasAnExactLowerBound) {
  for (const int n : {3, 4, 8}) {
    const double bound = lognormal_mean_at_least(9, static_cast<std::size_t>(n), 0.95);
    double below = 0, above = 0;
    for (double spread = 0.01; spread < 5; spread += 0.01) {
      const auto all_above = [&](double mean) {
        return std::pow(0.5 * std::erfc((std::log(9 / mean) + spread * spread / 2) / spread / std::sqrt(2)), n);
      };
      below = std::max(below, all_above(0.999 * bound));
      above = std::max(above, all_above(1.001 * bound));
    }
    EXPECT_LE(below, 0.05) << n;
    if (n < 5) {
      EXPECT_GT(above, 0.0499) << n;
    }
  }
  EXPECT_EQ(lognormal_mean_at_least(9, 2, 0.95), 0);
}

// The agent stood still for two seconds.
TEST(TruthOfRepairs, AGapIsNamedWithWhatMayHaveMadeIt) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 30, 0);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  drill.inject(kill, drill.run(crash, 0), 10, 20);
  drill.probe(0, 12.05).probe(14, 30);
  AgentHealth health;
  health.worst_lag = std::chrono::milliseconds(1900);
  health.steal_ratio = 0.25;
  drill.health(13, health);
  drill.require("RE-1", OutagesSli{{ProbeId(0)}}, Comparison::at_most, 3);
  const Verdict verdict = drill.verdict();
  EXPECT_EQ(verdict.state, VerdictState::not_proven);
  const std::string& needed = verdict.needed;
  EXPECT_NE(
      needed.find("the longest gap: no check from 12.000 s to 14.000 s of the run, 19 due, in phase crash while kill-ledger "
                  "was at work; its load was released up to 1.9"),
      std::string::npos)
      << needed;
  EXPECT_NE(needed.find("late in this run, up to 25 % of its CPU was stolen"), std::string::npos) << needed;
}

}  // namespace
}  // namespace shakedown
