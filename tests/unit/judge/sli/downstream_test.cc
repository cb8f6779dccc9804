// The forecast through the graph of dependencies: who breaks first, who has agreed, and how often each is really called.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "controller/judge/chance.h"
#include "controller/report/words/options.h"
#include "controller/report/words/page_one.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;
using ::testing::HasSubstr;

// 100 s at 100/s, all good; forecast 1000/s; one row over all dependencies with at least 20 % to spare.
struct Rig {
  Drill drill;
  std::vector<Reading> readings;

  Rig() {
    drill.manifest.finished = parse_wall("2026-12-01").value();
    drill.scenario.forecast = Forecast{Rate{1000}, "2027-03-01"};
    drill.require("DS-1", DownstreamSli{}, Comparison::at_least, 0.2);
    const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
    drill.load(stage, 0, 100, 100);
  }
  Dependency& add(const std::string& name, std::vector<DependencyCall> calls, double capacity = 0, double committed = 0) {
    Dependency d;
    d.name = name;
    d.owner = name + "-team";
    d.calls = std::move(calls);
    if (capacity > 0) d.capacity = Rate{capacity};
    if (committed > 0) d.commitment = Commitment{name + "-team", Rate{committed}, "2026-11-01", ""};
    drill.scenario.dependencies.push_back(d);
    return drill.scenario.dependencies.back();
  }
  Reading& read(Reading::Kind kind, std::size_t dependency, std::optional<double> value) {
    Reading r;
    r.kind = kind;
    r.dependency = DependencyId(dependency);
    r.source = "there";
    r.to = at(100);
    r.scrape = std::chrono::seconds(1);
    if (value) r.series = {{"", {{WallTime{}, *value}}}};
    readings.push_back(r);
    return readings.back();
  }
  void counted(std::size_t dependency, double n) {
    drill.scenario.dependencies[dependency].counter = MetricQuery{"http://prom", "n[$window]", ""};
    read(Reading::Kind::dependency_count, dependency, n);
  }
  Scorecard judge() const {
    Timeline timeline = drill.timeline();
    for (const Reading& r : readings) timeline.apply(r);
    return shakedown::judge(drill.scenario, timeline, drill.manifest, drill.manifest.finished);
  }
  ScoredDependency scored(std::size_t i = 0) const { return judge().downstream.at(i); }
  Verdict verdict() const { return judge().requirements.at(0).verdict; }
};

DependencyCall service(double n) { return {DependencyId(), n}; }
DependencyCall from(int caller, double n) { return {DependencyId(caller), n}; }

TEST(Downstream, CallsMultiplyAlongTheGraphAndCallersAdd) {
  Rig rig;
  rig.add("search", {service(2)}, 1e6, 1e6);
  rig.add("ledger", {service(0.5), from(0, 3)}, 1e6, 1e6);
  rig.add("disk", {from(1, 10), from(0, 0.5)}, 1e6, 1e6);
  EXPECT_DOUBLE_EQ(rig.scored(0).declared_calls, 2);
  EXPECT_DOUBLE_EQ(rig.scored(1).declared_calls, 6.5);
  EXPECT_DOUBLE_EQ(rig.scored(2).declared_calls, 66);
  EXPECT_DOUBLE_EQ(rig.scored(2).needed, 66'000);
  EXPECT_EQ(rig.judge().forecast->rate.per_second, 1000);
}

TEST(Downstream, TheFirstToBreakIsNamedWithMarginAndOwner) {
  Rig rig;
  rig.add("search", {service(1)}, 2000, 2000);
  rig.add("ledger", {service(2)}, 2500, 2500);
  EXPECT_FALSE(rig.scored(0).first_to_break);
  EXPECT_TRUE(rig.scored(1).first_to_break);
  EXPECT_DOUBLE_EQ(*rig.scored(1).margin, 0.25);
  const Verdict verdict = rig.verdict();
  EXPECT_EQ(verdict.state, VerdictState::pass) << verdict.reason;
  EXPECT_DOUBLE_EQ(*verdict.measured.value, 0.25);
  EXPECT_THAT(verdict.reason,
              HasSubstr("ledger breaks first: 2500/s of 2000/s needed at the forecast, 25% to spare; owner ledger-team"));
}

TEST(Downstream, LessToSpareThanPromisedFails) {
  Rig rig;
  rig.add("ledger", {service(1)}, 1100, 1100);
  EXPECT_EQ(rig.scored().state, VerdictState::pass);
  EXPECT_EQ(rig.verdict().state, VerdictState::fail);
}

TEST(TruthDownstream, WhatNobodyHasCommittedToIsNotToSpare) {
  Rig rig;
  rig.add("ledger", {service(1)}, 5000, 1100);
  EXPECT_THAT(rig.verdict().reason, HasSubstr("5000/s of 1000/s needed at the forecast, committed to 1100/s, 10% to spare"));
  EXPECT_THAT(report::tldr_words(rig.judge())[0], HasSubstr("has 10% to spare at the forecast, of what is committed; promised"));
}

TEST(Downstream, BelowWhatIsNeededFails) {
  Rig rig;
  rig.add("ledger", {service(2)}, 1500, 5000);
  EXPECT_EQ(rig.scored().state, VerdictState::fail);
  EXPECT_THAT(rig.scored().reason, HasSubstr("it can take 1500/s, 2000/s are needed"));
  EXPECT_EQ(rig.verdict().state, VerdictState::fail);
}

TEST(Downstream, WithoutCommitmentItIsNotReady) {
  Rig rig;
  rig.add("ledger", {service(1)}, 5000);
  EXPECT_EQ(rig.scored().state, VerdictState::fail);
  EXPECT_THAT(rig.scored().reason, HasSubstr("nobody has committed"));
  EXPECT_EQ(rig.verdict().state, VerdictState::fail);
}

TEST(Downstream, ACommitmentBelowTheNeedOrOutOfDateIsNone) {
  struct Case {
    double rate;
    const char* until;
    const char* said;
  };
  for (const Case& c : std::vector<Case>{{999, "", "has committed to 999/s, 1000/s are needed"},
                                         {2000, "2026-11-30", "expired on 2026-11-30"},
                                         {2000, "2027-02-01", "ends on 2027-02-01, before the forecast's 2027-03-01"}}) {
    Rig rig;
    rig.add("ledger", {service(1)}, 5000, c.rate).commitment->until = c.until;
    EXPECT_EQ(rig.scored().state, VerdictState::fail) << c.said;
    EXPECT_THAT(rig.scored().reason, HasSubstr(c.said));
  }
  Rig rig;
  rig.add("ledger", {service(1)}, 5000, 2000).commitment->until = "2027-03-01";
  EXPECT_EQ(rig.scored().state, VerdictState::pass);
  EXPECT_EQ(rig.scored().commitment, "ledger-team: 2000/s until 2027-03-01");
}

TEST(Downstream, TruthACommitmentThatEndsBeforeTheLaunchIsNone) {
  Rig rig;
  rig.add("ledger", {service(1)}, 5000, 2000).commitment->until = "2027-03-01";
  rig.drill.scenario.launch = "2027-03-02";
  EXPECT_EQ(rig.scored().state, VerdictState::fail);
  EXPECT_THAT(rig.scored().reason, HasSubstr("ends on 2027-03-01, before the launch on 2027-03-02"));
  rig.drill.scenario.launch = "2027-03-01";
  EXPECT_EQ(rig.scored().state, VerdictState::pass);
}

TEST(Downstream, ACommitmentOfADayToComeIsNoneYet) {
  Rig rig;
  rig.add("ledger", {service(1)}, 5000, 2000).commitment->date = "2030-01-01";
  EXPECT_EQ(rig.scored().state, VerdictState::unknown);
  EXPECT_THAT(rig.scored().reason, HasSubstr("is to commit on 2030-01-01, and that day had not come"));
}

TEST(TruthDownstream, AForecastWhoseDayIsPastSaysNothingOfWhatIsToCome) {
  Rig rig;
  rig.add("ledger", {service(1)}, 5000, 2000);
  rig.drill.scenario.forecast->by = "2026-12-01";  // the day of the run itself is not past
  EXPECT_EQ(rig.scored().state, VerdictState::pass);
  rig.drill.scenario.forecast->by = "2026-11-30";
  EXPECT_EQ(rig.scored().state, VerdictState::not_proven);
  EXPECT_THAT(rig.scored().reason, HasSubstr("the forecast was for 2026-11-30, and that day is past"));
  EXPECT_EQ(rig.verdict().state, VerdictState::not_proven);
}

TEST(TruthDownstream, TwoRowsAboutOneDependencySayItOnce) {
  Rig rig;
  rig.add("ledger", {service(2)}, 1500, 5000);
  rig.drill.require("DS-2", DownstreamSli{}, Comparison::at_least, 0.2);
  const Scorecard card = rig.judge();
  const auto about = [](const std::string& s) { return s.find("ledger (ledger-team)") != std::string::npos; };
  const std::vector<std::string> tldr = report::tldr_words(card);
  EXPECT_EQ(std::count_if(tldr.begin(), tldr.end(), about), 1);
}

TEST(TruthDownstream, TheWayOutOfARowIsAboutItsOwnDependency) {
  Rig rig;
  rig.add("payment", {service(2)}, 1500, 5000);
  rig.add("mail", {service(1)}, 5000);
  rig.drill.requirement(0).sli = DownstreamSli{{DependencyId(1)}};
  const Scorecard card = rig.judge();
  const ScoredRequirement& row = card.requirements.at(0);
  ASSERT_EQ(row.verdict.state, VerdictState::fail);
  const auto focus =
      std::find_if(row.options.begin(), row.options.end(), [](const TradeOff& o) { return o.kind == TradeOff::Kind::focus; });
  ASSERT_NE(focus, row.options.end());
  EXPECT_EQ(report::option_words(*focus), "Settle mail first: nobody has committed to carry the load");
  EXPECT_EQ(focus->owner, "mail-team");
}

TEST(Downstream, WithoutEvidenceItIsGrey) {
  Rig rig;
  rig.add("ledger", {service(1)});
  EXPECT_EQ(rig.scored().state, VerdictState::unknown);
  EXPECT_EQ(rig.verdict().state, VerdictState::unknown);
  rig.drill.scenario.dependencies[0].commitment = Commitment{"dba", Rate{5000}, "2026-11-01", ""};
  EXPECT_EQ(rig.scored().state, VerdictState::unknown);
  EXPECT_THAT(rig.scored().reason, HasSubstr("nobody knows what it can take"));
}

TEST(Downstream, OneGreyDependencyIsNotHiddenByAGoodOne) {
  Rig rig;
  rig.add("search", {service(1)}, 5000, 5000);
  rig.add("ledger", {service(1)});
  EXPECT_EQ(rig.verdict().state, VerdictState::unknown);
  std::get<DownstreamSli>(rig.drill.scenario.requirements[0].sli).dependencies = {DependencyId(0)};
  EXPECT_EQ(rig.verdict().state, VerdictState::pass);
}

TEST(Downstream, CapacityFromAnotherScorecard) {
  Rig rig;
  rig.add("ledger", {service(1)}, 0, 5000).scorecard = "/x/scorecard.json";
  EXPECT_EQ(rig.scored().state, VerdictState::unknown);
  rig.read(Reading::Kind::dependency_capacity, 0, 1500).source = "/x/scorecard.json";
  EXPECT_EQ(rig.scored().state, VerdictState::pass);
  EXPECT_EQ(rig.scored().capacity_source, "scorecard /x/scorecard.json");
  rig.readings.back().problem = "its evidence says no-go";
  EXPECT_EQ(rig.scored().state, VerdictState::unknown);
  EXPECT_DOUBLE_EQ(*rig.scored().capacity, 1500);
  EXPECT_THAT(rig.scored().reason, HasSubstr("in doubt: its evidence says no-go"));
}

// --- Measured calls

TEST(DownstreamCalls, WhatIsMeasuredCounts) {
  Rig rig;
  rig.add("ledger", {service(1)}, 5000, 5000);
  rig.counted(0, 25'000);  // of 10 000 requests
  EXPECT_DOUBLE_EQ(*rig.scored().measured_calls, 2.5);
  EXPECT_DOUBLE_EQ(rig.scored().needed, 2500);
  EXPECT_EQ(rig.scored().calls, Watermelon::optimistic);
  EXPECT_EQ(rig.verdict().watermelon, Watermelon::optimistic);
  EXPECT_THAT(rig.verdict().watermelon_reason, HasSubstr("ledger: declared 1 calls for each request, measured 2.5"));
}

TEST(DownstreamCalls, HonestAndPessimistic) {
  Rig rig;
  rig.add("ledger", {service(2.5)}, 5000, 5000);
  rig.counted(0, 25'000);
  EXPECT_EQ(rig.scored().calls, Watermelon::honest);
  rig.drill.scenario.dependencies[0].calls[0].per_request = 4;
  EXPECT_EQ(rig.scored().calls, Watermelon::pessimistic);
}

TEST(DownstreamCalls, ADifferenceWithinTheNoiseOfTheCountIsHonest) {
  Rig rig;
  rig.add("ledger", {service(0.001)}, 5000, 5000);
  rig.counted(0, 14);  // 10 expected
  EXPECT_EQ(rig.scored().calls, Watermelon::honest) << rig.scored().calls_reason;
}

TEST(DownstreamCalls, ChecksMayCauseCallsToo) {
  Rig rig;
  rig.add("ledger", {service(1)}, 5000, 5000);
  rig.drill.probe(0, 100);  // 1000 checks
  rig.counted(0, 11'000);
  EXPECT_EQ(rig.scored().calls, Watermelon::honest) << rig.scored().calls_reason;
}

TEST(DownstreamCalls, RetriesInAFaultAreTheWorse) {
  Rig rig;
  rig.add("ledger", {service(1)}, 5000, 5000);
  rig.counted(0, 10'000);
  Reading& in_fault = rig.read(Reading::Kind::dependency_count, 0, 4000);
  in_fault.phase = "faults";
  in_fault.from = at(80);
  in_fault.to = at(90);
  const ScoredDependency d = rig.scored();
  EXPECT_DOUBLE_EQ(*d.measured_calls, 1);
  EXPECT_DOUBLE_EQ(*d.measured_calls_in_faults, 4);
  EXPECT_DOUBLE_EQ(d.needed, 4000);
  EXPECT_EQ(d.calls, Watermelon::optimistic);
  EXPECT_THAT(d.reason, HasSubstr("4 calls for each request, measured in faults"));
}

TEST(DownstreamCalls, FewerCallsInAFaultProveNothing) {
  Rig rig;
  rig.add("ledger", {service(1)}, 5000, 5000);
  rig.counted(0, 10'000);
  Reading& in_fault = rig.read(Reading::Kind::dependency_count, 0, 0);
  in_fault.phase = "faults";
  in_fault.from = at(80);
  in_fault.to = at(90);
  EXPECT_EQ(rig.scored().calls, Watermelon::honest);
  EXPECT_DOUBLE_EQ(rig.scored().needed, 1000);
}

TEST(DownstreamCalls, AnUnreadableCounterConfirmsNothing) {
  Rig rig;
  rig.add("ledger", {service(1)}, 5000, 5000);
  rig.counted(0, 10'000);
  rig.readings.back().problem = "connection refused";
  EXPECT_EQ(rig.scored().calls, Watermelon::unverifiable);
  EXPECT_FALSE(rig.scored().measured_calls);
  EXPECT_EQ(rig.verdict().watermelon, Watermelon::unverifiable);
  rig.readings.clear();
  EXPECT_EQ(rig.scored().calls, Watermelon::unverifiable);
}

// --- Green must be earned

// 100 s at 100/s of which this many each second are good; a dependency called once for each, 300/s and committed.
struct Failing : Rig {
  Failing(uint64_t good, double count) {
    drill.requirement(0).objective.limit = 0.1;
    const StageId stage = drill.run(drill.add_phase("failing", 100, 100), 100);
    drill.load(stage, 100, 200, good, 100 - good);
    add("db", {service(1)}, 300, 300);
    counted(0, count);
    readings.back().from = at(100);
    readings.back().to = at(200);
  }
};

TEST(TruthDownstream, RequestsThatFailBeforeTheyCallAnythingDoNotMakeCallsRare) {
  Failing rig(20, 2000);
  EXPECT_DOUBLE_EQ(*rig.scored().measured_calls, 1);
  EXPECT_EQ(rig.scored().calls, Watermelon::honest) << rig.scored().calls_reason;
  EXPECT_NE(rig.verdict().state, VerdictState::pass) << rig.verdict().reason;
  EXPECT_LT(*rig.verdict().measured.lower, 0);
  Failing none(0, 2000);
  EXPECT_EQ(none.scored().calls, Watermelon::unverifiable);
  EXPECT_EQ(none.verdict().state, VerdictState::fail) << "1000/s of 300/s, by what is declared";
}

TEST(TruthDownstream, ACounterThatStandsStillIsNoEvidence) {
  Rig rig;
  rig.drill.requirement(0).objective.limit = 0.1;
  rig.add("cache", {service(1)}, 5, 5);
  rig.counted(0, 0);
  EXPECT_EQ(rig.scored().calls, Watermelon::unverifiable);
  EXPECT_THAT(rig.scored().calls_reason, HasSubstr("stands still"));
  EXPECT_EQ(rig.verdict().state, VerdictState::fail) << rig.verdict().reason;
  ASSERT_TRUE(rig.verdict().measured.value);
  EXPECT_NE(rig.verdict().reason, "");
}

TEST(TruthDownstream, NoCallWhereFewAreExpectedStillHasFigures) {
  Rig rig;
  rig.add("rare", {service(0.0001)}, 5, 5);  // 1 expected
  rig.counted(0, 0);
  const Verdict verdict = rig.verdict();
  EXPECT_EQ(rig.scored().calls, Watermelon::honest);
  EXPECT_EQ(verdict.state, VerdictState::pass) << verdict.reason;
  ASSERT_TRUE(verdict.measured.value && verdict.measured.lower);
  EXPECT_LT(*verdict.measured.lower, *verdict.measured.value);
}

TEST(TruthDownstream, EachDependencyIsHeldToTheObjectiveByItsOwnBounds) {
  Rig rig;
  rig.drill.requirement(0).objective.limit = 0.35;
  rig.add("db", {service(0.02)}, 30, 30);      // 50 % by value, about 31 % by its bounds
  rig.add("cache", {service(1)}, 1400, 1400);  // 40 % exactly
  rig.counted(0, 200);
  const Verdict both = rig.verdict();
  std::get<DownstreamSli>(rig.drill.scenario.requirements[0].sli).dependencies = {DependencyId(0)};
  const Verdict alone = rig.verdict();
  EXPECT_EQ(alone.state, VerdictState::not_proven) << alone.reason;
  EXPECT_EQ(both.state, VerdictState::not_proven) << both.reason;
  EXPECT_EQ(both.measured.lower, alone.measured.lower);
  EXPECT_EQ(alone.reason.find("breaks first"), std::string::npos) << "the cache does: " << alone.reason;
}

TEST(TruthDownstream, CallsAreBoundedAtTheRowsOwnConfidence) {
  Rig rig;
  rig.drill.requirement(0).objective.limit = 0.25;
  rig.add("db", {service(0.02)}, 30, 30);
  rig.counted(0, 200);
  EXPECT_EQ(rig.verdict().state, VerdictState::pass) << rig.verdict().reason;
  rig.drill.requirement(0).confidence = 0.9999;
  EXPECT_EQ(rig.verdict().state, VerdictState::not_proven) << rig.verdict().reason;
}

TEST(TruthDownstream, AFailByACountIsOneThatChanceMayMake) {
  Rig rig;
  rig.add("db", {service(0.02)}, 30, 30);
  const Requirement& row = rig.drill.requirement(0);
  EXPECT_FALSE(judging::rests_on_chance(row, rig.drill.scenario)) << "declared alone";
  rig.counted(0, 200);
  EXPECT_TRUE(judging::rests_on_chance(row, rig.drill.scenario));
}

TEST(DownstreamCalls, MeasuredCallsReachWhatIsBehind) {
  Rig rig;
  rig.add("search", {service(1)}, 1e6, 1e6);
  rig.add("disk", {from(0, 2)}, 1e6, 1e6);
  rig.counted(0, 30'000);
  EXPECT_NEAR(rig.scored(1).needed, 6000, 1e-6);
  EXPECT_DOUBLE_EQ(rig.scored(1).declared_calls, 2);
}

}  // namespace
}  // namespace shakedown
