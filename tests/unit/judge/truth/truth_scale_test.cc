// What is sealed gives the verdicts that the single seconds give: of long random drills with outages and faults.
#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;

// 1 200 s: a warm-up, a long phase with injections whose outages outlast them, and outages that nobody made.
struct LongDrill {
  Drill drill;

  explicit LongDrill(Rng& rng) {
    const PhaseId warm = drill.add_phase("warm-up", 100, 10, false), steady = drill.add_phase("steady", 1100, 10);
    const FaultId kill = drill.add_kill("kill-ledger", steady);
    require(kill);
    const StageId first = drill.run(warm, 0), second = drill.run(steady, 100);
    std::vector<std::pair<double, double>> outages;
    for (double t = 150 + 200 * rng.uniform(); t < 1100; t += 150 + 400 * rng.uniform()) {
      const double down = 1 + 40 * rng.uniform(), clean = t + 1 + 30 * rng.uniform();
      if (rng.below(3) > 0) drill.inject(kill, second, t, clean);
      outages.emplace_back(t + 0.05, t + 0.05 + down);
    }
    for (int64_t s = 0; s < 1200; ++s) load(rng, s < 100 ? first : second, s, outages);
    drill.probe(0, 1200, outages);
  }

  void require(FaultId kill) {
    const ProbeId probe(0);
    drill.require("AV", AvailabilitySli{}, Comparison::at_least, 0.9);
    drill.require("PE", LatencySli{OperationId(0), 0.9, {}}, Comparison::at_most, 0.02);
    drill.require("PD", LatencySli{OperationId(0), 0.5, {.during = kill}}, Comparison::at_most, 0.02);
    drill.require("ER", ErrorRatioSli{{}, std::chrono::seconds(10), {}}, Comparison::at_most, 0.5);
    drill.require("DE", DegradationSli{}, Comparison::at_most, 0.5);
    drill.require("IM", ImpactSli{kill, ImpactUnit::delayed_seconds}, Comparison::at_most, 100);
    drill.require("RT", RtoSli{kill, {probe}}, Comparison::at_most, 60);
    drill.require("OU", OutagesSli{{probe}}, Comparison::at_most, 10);
  }

  void load(Rng& rng, StageId stage, int64_t second, const std::vector<std::pair<double, double>>& outages) {
    const auto t = static_cast<double>(second);
    const bool down = std::any_of(outages.begin(), outages.end(), [t](const auto& o) { return o.first <= t && t < o.second; });
    for (int i = 0; i < 3; ++i) {
      const double latency = 0.004 / (1 - rng.uniform());
      const bool bad = down ? rng.below(4) > 0 : rng.below(100) == 0;
      drill.outcome(stage, second, bad ? Outcome::failed : Outcome::ok, 1 + rng.below(3), latency);
      drill.lag(stage, second, 1e-4 * rng.uniform(), 2);
    }
  }

  // As the drill's own, though no second of it is ever old enough to be sealed.
  Timeline unsealed() const {
    Timeline timeline(drill.scenario);
    for (const Event& event : drill.events()) timeline.apply(event);
    for (Snapshot& snapshot : drill.snapshots()) {
      timeline.apply(AgentHealthLine{snapshot.agent, snapshot.to, snapshot.health});
      snapshot.to = RunTime{};
      timeline.apply(snapshot);
    }
    return timeline;
  }
};

TEST(TruthScale, SealedSecondsGiveTheSameVerdictsAsOpenOnes) {
  Rng rng(31);
  for (int round = 0; round < 8; ++round) {
    const LongDrill made(rng);
    const Timeline sealed = made.drill.timeline(), open = made.unsealed();
    EXPECT_GT(sealed.seconds().sealed_bytes(), 10'000U);
    EXPECT_EQ(open.seconds().sealed_bytes(), 0U);
    const Manifest& manifest = made.drill.manifest;
    const Scorecard a = judge(made.drill.scenario, sealed, manifest, manifest.finished);
    const Scorecard b = judge(made.drill.scenario, open, manifest, manifest.finished);
    EXPECT_EQ(testing::all_text(a), testing::all_text(b));
    for (std::size_t i = 0; i < a.requirements.size(); ++i) {
      const Measured &x = a.requirements[i].verdict.measured, &y = b.requirements[i].verdict.measured;
      EXPECT_EQ(x.value, y.value) << a.requirements[i].requirement.id;
      EXPECT_EQ(x.lower, y.lower) << a.requirements[i].requirement.id;
      EXPECT_EQ(x.upper, y.upper) << a.requirements[i].requirement.id;
      EXPECT_EQ(x.samples, y.samples) << a.requirements[i].requirement.id;
    }
  }
}

// A fault that is told long after its time cuts merged blocks: the printed quantile is no better than the truth.
TEST(TruthScale, AFaultThatIsToldLateMakesNoQuantileLookBetter) {
  Rng rng(32);
  for (int round = 0; round < 8; ++round) {
    Drill drill;
    const PhaseId steady = drill.add_phase("steady", 600, 10);
    const FaultId kill = drill.add_kill("kill-ledger", steady);
    drill.require("PE", LatencySli{OperationId(0), 0.9, {}}, Comparison::at_most, 0.02);
    const StageId stage = drill.run(steady, 0);
    for (int64_t s = 0; s < 600; ++s) drill.outcome(stage, s, Outcome::ok, 2, 0.004 / (1 - rng.uniform()));
    const std::vector<Event> before = drill.events();
    drill.inject(kill, stage, 203, 217);
    Timeline late(drill.scenario);
    for (const Event& event : before) late.apply(event);
    for (const Snapshot& snapshot : drill.snapshots()) late.apply(snapshot);
    for (std::size_t i = before.size(); i < drill.events().size(); ++i) late.apply(drill.events()[i]);
    const Verdict truth = drill.verdict();
    const Verdict told = judge(drill.scenario, late, drill.manifest, drill.manifest.finished).requirements.at(0).verdict;
    EXPECT_EQ(told.state, truth.state) << "the limit has exact counters by the second";
    EXPECT_LE(*told.measured.lower, *truth.measured.lower);
    EXPECT_GE(*told.measured.value, *truth.measured.value);
    EXPECT_GE(*told.measured.upper, *truth.measured.upper);
    EXPECT_EQ(told.measured.samples, truth.measured.samples);
  }
}

TEST(TruthScale, AFaultKeepsTheSecondsAroundItAndNotAllOfTheRun) {
  testing::Drill drill;
  const PhaseId phase = drill.add_phase("long", 2000, 10);
  const FaultId kill = drill.add_kill("kill-ledger", phase);
  const StageId stage = drill.run(phase, 0);
  drill.inject(kill, stage, 20, 25);
  drill.load(stage, 0, 2000, 10);
  const Timeline timeline = drill.timeline();
  const auto rows_together = [&](int64_t from) {
    std::size_t most = 0;
    timeline.seconds().each([&](const Slice& slice) { most = std::max(most, slice.rows().size()); }, from, from + 10);
    return most;
  };
  EXPECT_EQ(rows_together(20), 1U);
  EXPECT_GT(rows_together(1000), 1U);
}

}  // namespace
}  // namespace shakedown
