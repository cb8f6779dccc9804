#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/scenario/sample.h"

namespace shakedown::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

template <typename T>
T sli_of(const std::string& sli, const std::string& objective) {
  return std::get<T>(accept(with_requirement(sli, objective)).requirements[0].sli);
}

TEST(DecodeRequirements, EveryKindOfSli) {
  const auto av =
      sli_of<AvailabilitySli>("{availability: {operations: [read], phases: [steady], during: {fault: crash}}}", ">= 99%");
  EXPECT_THAT(av.operations, ElementsAre(OperationId(0)));
  EXPECT_THAT(av.scope.phases, ElementsAre(PhaseId(0)));
  EXPECT_EQ(av.scope.during, FaultId(0));
  const auto up = sli_of<UptimeSli>("{availability: {probe: [door], period: 30d}}", ">= 99%");
  EXPECT_THAT(up.probes, ElementsAre(ProbeId(0)));
  EXPECT_EQ(up.period, 720h);
  const auto latency = sli_of<LatencySli>("{latency: {quantile: 99.9%}}", "<= 20ms");
  EXPECT_FALSE(latency.operation.valid());
  EXPECT_DOUBLE_EQ(latency.quantile, 0.999);
  EXPECT_TRUE(sli_of<ThroughputSli>("{throughput: {}}", ">= 5/s").operations.empty());
  EXPECT_EQ(sli_of<ErrorRatioSli>("{error_ratio: {over: 5s}}", "<= 1%").over, 5s);
  EXPECT_EQ(sli_of<MtbfSli>("{mtbf: {probe: door}}", ">= 1h").probes.size(), 1U);
  EXPECT_EQ(sli_of<MtbrSli>("{mtbr: {probe: door}}", ">= 1h").probes.size(), 1U);
  const auto mttr = sli_of<MttrSli>("{mttr: {probe: door, fault: crash, statistic: median}}", "<= 5s");
  EXPECT_EQ(mttr.statistic, RepairStatistic::median);
  EXPECT_EQ(mttr.fault, FaultId(0));
  EXPECT_FALSE(sli_of<MttrSli>("{mttr: {probe: door}}", "<= 5s").fault.valid());
  EXPECT_EQ(sli_of<OutagesSli>("{outages: {probe: door}}", "<= 2").probes.size(), 1U);
  EXPECT_EQ(sli_of<ImpactSli>("{impact: {fault: crash}}", "<= 5 requests").unit, ImpactUnit::failed_requests);
  EXPECT_EQ(sli_of<ImpactSli>("{impact: {fault: crash}}", "<= 5s").unit, ImpactUnit::delayed_seconds);
  EXPECT_EQ(sli_of<ImpactSli>("{impact: {fault: crash}}", "<= 5 entries").unit, ImpactUnit::lost_writes);
  EXPECT_EQ(sli_of<ToleratedSli>("{tolerated: {faults: crash, probe: door}}", ">= 100%").faults.size(), 1U);
}

TEST(DecodeRequirements, RtoAndRpo) {
  const auto rto = sli_of<RtoSli>("{rto: {fault: crash, probe: door}}", "<= 5s");
  EXPECT_EQ(rto.injections, 3U);
  EXPECT_FALSE(rto.share);
  EXPECT_EQ(sli_of<RtoSli>("{rto: {fault: crash, probe: door, injections: 5}}", "<= 5s").injections, 5U);
  EXPECT_DOUBLE_EQ(sli_of<RtoSli>("{rto: {fault: crash, probe: door, share: 90%}}", "<= 5s").share->value, 0.9);
  EXPECT_EQ(sli_of<RpoSli>("{rpo: {fault: crash, ledger: entries}}", "<= 0 writes").unit, RpoUnit::writes);
  EXPECT_EQ(sli_of<RpoSli>("{rpo: {fault: crash, ledger: entries}}", "<= 10ms").unit, RpoUnit::time);
  EXPECT_EQ(sli_of<DurabilitySli>("{durability: {ledger: entries}}", "<= 0 writes").ledger, LedgerId(0));
}

TEST(DecodeRequirements, TheRestOfARequirement) {
  const Requirement r = accept(with_requirement("{rpo: {fault: crash, ledger: entries}}", "<= 0 writes",
                                                ", confidence: 99%, must: false, means: m, owner: o, fix: f, "
                                                "declared: {status: yellow, value: \"3 entries\", over: 30d}"))
                            .requirements[0];
  EXPECT_DOUBLE_EQ(r.confidence, 0.99);
  EXPECT_FALSE(r.must);
  EXPECT_EQ(r.means + r.owner + r.fix, "mof");
  EXPECT_EQ(*r.declared->status, Status::yellow);
  EXPECT_DOUBLE_EQ(*r.declared->value, 3);
  EXPECT_EQ(r.declared->value_text, "3 entries");
  EXPECT_EQ(r.declared->period, 720h);
  const Requirement plain = accept(sample()).requirements[0];
  EXPECT_TRUE(plain.must);
  EXPECT_DOUBLE_EQ(plain.confidence, 0.95);
  EXPECT_FALSE(plain.declared);
}

TEST(DecodeRequirements, LimitsOfAnOperationAreSortedAndUnique) {
  std::string text = with_requirement("{latency: {operation: read}}", "<= 50ms");
  for (const char* limit : {"20ms", "50ms", "5ms"}) {
    text += std::string("  - {id: L-") + limit + ", area: performance, title: T, sli: {latency: {}}, objective: \"<= " + limit +
            "\"}\n";
  }
  EXPECT_THAT(accept(text).operations[0].limits, ElementsAre(5ms, 20ms, 50ms));
}

TEST(DecodeRequirements, StopConditions) {
  const Scenario s = accept(sample({{"requirements:",
                                     "stop_when:\n  - {sli: {error_ratio: {over: 5s}}, when: \"> "
                                     "50%\", outside: faults}\nrequirements:"}}));
  const StopCondition& stop = s.stop_when[0];
  EXPECT_EQ(stop.sli.over, 5s);
  EXPECT_FALSE(stop.at_limit);
  EXPECT_DOUBLE_EQ(stop.limit, 0.5);
  EXPECT_TRUE(stop.outside_faults);
  EXPECT_EQ(stop.describe, "error ratio > 50% over 5s, outside faults");
}

TEST(DecodeRequirements, TooFewInjectionsAreAWarning) {
  const std::string rto = "{rto: {fault: crash, probe: door, ";
  EXPECT_TRUE(problems(with_requirement(rto + "injections: 5}}", "<= 5s")).empty());
  EXPECT_THAT(problems(with_requirement(rto + "injections: 6}}", "<= 5s")),
              ElementsAre(HasSubstr("warning: AV-1 needs 6 injections")));
  // 0.9^n <= 0.05 from n = 29 on.
  EXPECT_THAT(problems(with_requirement(rto + "share: 90%}}", "<= 5s")), ElementsAre(HasSubstr("needs 29 injections")));
  // A warning does not forbid the run.
  EXPECT_TRUE(decode_scenario(with_requirement(rto + "injections: 6}}", "<= 5s"), "s", "/").scenario);
}

TEST(DecodeRequirements, ATimeRpoMayEqualTheResolution) {
  const std::string rpo = "{rpo: {fault: crash, ledger: entries}}";
  EXPECT_TRUE(problems(with_requirement(rpo, "<= 10ms")).empty());
  EXPECT_THAT(problems(with_requirement(rpo, "<= 9.9ms")), ElementsAre(HasSubstr("finer than ledger `entries` can resolve")));
}

}  // namespace
}  // namespace shakedown::test
