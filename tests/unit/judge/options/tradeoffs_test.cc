// Ways out of a red row: the law's arithmetic against published figures, and what each option says and does not say.
#include <gtest/gtest.h>

#include <cmath>

#include "controller/judge/needed.h"
#include "controller/judge/options/tradeoffs.h"
#include "controller/report/words/options.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown::judging {
namespace {

using shakedown::testing::Drill;

ScoredScaling law(double gamma, double alpha, double beta, StepAxis axis = StepAxis::replicas) {
  ScoredScaling out;
  out.phase = "scale-out";
  out.axis = axis;
  out.fitted = true;
  out.gamma.value = gamma;
  out.alpha.value = alpha;
  out.beta.value = beta;
  if (beta > 0) {
    out.peak_n = std::sqrt((1 - alpha) / beta);
    out.peak_throughput = law_throughput(out, *out.peak_n);
  }
  if (alpha > 0) out.ceiling = gamma / alpha;
  for (const double n : {1.0, 18.0, 36.0, 72.0}) out.levels.push_back({.level = n, .n = n, .throughput = law_throughput(out, n)});
  return out;
}

// The published fit of the SPEC SDM91 points.
ScoredScaling published() { return law(89.9952331, 0.02772847562, 1.043654838e-4); }

TEST(Law, PublishedPeakAndNeededNumber) {
  const ScoredScaling a = published();
  EXPECT_NEAR(*a.peak_n, 96.51956, 5e-5);
  EXPECT_NEAR(*a.peak_throughput, 1884, 0.5);
  // Published as 1542 at 36.06401; unrounded it is 1542.4.
  EXPECT_NEAR(law_throughput(a, 36.06401), 1542.3994, 1e-3);
  EXPECT_NEAR(law_needed(a, 1542.3994).value(), 36.06401, 5e-5);
  EXPECT_NEAR(law_needed(a, 1542).value(), 36.0405, 5e-5);
  EXPECT_FALSE(law_needed(a, 1885).has_value()) << "above the peak";
  EXPECT_EQ(law_needed(a, 50), 1) << "one carries it";
}

TEST(Law, WithoutCoherencyTheCeilingIsNeverReached) {
  const ScoredScaling b = law(21.84884, 0.05777078, 0);
  EXPECT_NEAR(law_throughput(b, 17.3), 195, 0.5);
  EXPECT_NEAR(law_needed(b, law_throughput(b, 17.3)).value(), 17.3, 1e-9);
  EXPECT_FALSE(law_needed(b, 378.3).has_value());
  EXPECT_EQ(law_needed(law(10, 0, 0), 1000), 100) << "perfect scaling";
}

TEST(Law, ReachIsTheLastNumberThatKeepsTheShare) {
  const ScoredScaling a = published();
  const double n = law_reach(a, 0.7).value();
  EXPECT_NEAR(law_throughput(a, n) / (a.gamma.value * n), 0.7, 1e-9);
  EXPECT_FALSE(law_reach(law(10, 0, 0), 0.7).has_value());
  EXPECT_NEAR(law_reach(law(10, 0.1, 0), 0.5).value(), 11, 1e-9);
}

ScoredRequirement red(Sli sli, Comparison comparison, double limit, const char* text) {
  ScoredRequirement row;
  row.requirement = {.id = "R-1", .title = "Row", .sli = std::move(sli), .objective = {comparison, limit, text}, .owner = "sam"};
  row.verdict.state = VerdictState::fail;
  row.verdict.measured.unit = unit_of(row.requirement.sli);
  return row;
}

// A drill of 2 min that ended on 22 Nov 2026.
Scorecard card_of_november() {
  Scorecard card;
  card.launch = "2026-12-15";
  card.launch_in_days = 23;
  card.manifest.started = parse_wall("2026-11-22T14:00:00Z").value();
  card.manifest.finished = parse_wall("2026-11-22T14:02:00Z").value();
  card.environment = {"staging", "1/4 of the replicas"};
  return card;
}

const TradeOff* find(const std::vector<TradeOff>& options, TradeOff::Kind kind) {
  for (const TradeOff& o : options) {
    if (o.kind == kind) return &o;
  }
  return nullptr;
}

std::string option(const ScoredRequirement& row, const Scorecard& card, TradeOff::Kind kind, const Scenario& scenario = {}) {
  const auto options = options_for(row, card, scenario);
  const TradeOff* found = find(options, kind);
  if (found == nullptr) return "";
  EXPECT_FALSE(found->owner.empty());
  EXPECT_FALSE(report::assumption_words(*found).empty());
  return report::option_words(*found);
}

using Kind = TradeOff::Kind;

TEST(Resources, TheNeededNumberByTheLaw) {
  Scorecard card = card_of_november();
  card.scalings = {published()};
  const ScoredRequirement row = red(CapacitySli{PhaseId(0)}, Comparison::at_least, 1542, ">= 1542/s");
  EXPECT_EQ(option(row, card, Kind::resources), "37 replicas carry 1 542/s");
  card.forecast = Forecast{{1285}, "2027-03-01"};
  const ScoredRequirement headroom = red(HeadroomSli{PhaseId(0)}, Comparison::at_least, 0.2, ">= 20%");
  EXPECT_EQ(option(headroom, card, Kind::resources), "37 replicas carry 1 542/s");
}

TEST(Resources, AboveThePeakNoNumberIsPromised) {
  Scorecard card = card_of_november();
  card.scalings = {published()};
  const ScoredRequirement row = red(CapacitySli{PhaseId(0)}, Comparison::at_least, 2500, ">= 2500/s");
  EXPECT_EQ(option(row, card, Kind::resources),
            "No number of replicas reaches 2 500/s: contention caps it at 1 884/s, at 97 replicas");
}

TEST(Resources, WhatIsMissingIsSaidAndNothingIsInvented) {
  Scorecard card = card_of_november();
  const ScoredRequirement row = red(CapacitySli{PhaseId(0)}, Comparison::at_least, 2500, ">= 2500/s");
  EXPECT_NE(option(row, card, Kind::resources).find("What 2 500/s takes is not known: a series of steps"), std::string::npos);
  ScoredScaling unfitted;
  unfitted.phase = "scale-out";
  unfitted.problem = "only 2 steps count";
  card.scalings = {unfitted};
  EXPECT_NE(option(row, card, Kind::resources).find("no law fits the steps of scale-out (only 2 steps count)"),
            std::string::npos);
  EXPECT_EQ(option(red(LatencySli{}, Comparison::at_most, 0.02, "<= 20ms"), card, Kind::resources), "") << "no forecast";
  EXPECT_EQ(option(red(RtoSli{}, Comparison::at_most, 5, "<= 5s"), card, Kind::resources), "") << "no answer to a slow recovery";
}

TEST(Resources, AnExtrapolationIsNamedAsOne) {
  Scorecard card = card_of_november();
  card.scalings = {published()};
  const auto assumption = [&](double rate) {
    const auto row = red(CapacitySli{PhaseId(0)}, Comparison::at_least, rate, "");
    return report::assumption_words(*find(options_for(row, card, {}), Kind::resources));
  };
  EXPECT_NE(assumption(1880).find("goes on beyond 72, where it was measured"), std::string::npos) << assumption(1880);
  EXPECT_NE(assumption(1000).find("holds in production as it was measured"), std::string::npos);
}

TEST(Resources, AnEfficiencySaysHowFarItReaches) {
  Drill drill;
  drill.add_phase("scale-out", 10, 0);
  Scorecard card = card_of_november();
  card.scalings = {law(100, 0.1, 0)};
  const auto row = red(EfficiencySli{PhaseId(0), 16}, Comparison::at_least, 0.5, ">= 50%");
  EXPECT_EQ(option(row, card, Kind::resources, drill.scenario),
            "At most 11 replicas keep 50 % of perfect scaling, and carry 550/s");
  card.forecast = Forecast{{2000}, ""};
  EXPECT_NE(option(row, card, Kind::resources, drill.scenario).find("no number carries the forecast of 2 000/s"),
            std::string::npos);
}

ScoredFault fault(const char* name, uint32_t n, std::optional<double> monthly) {
  ScoredFault out;
  out.name = name;
  out.injection = n;
  out.predicted_monthly_failed = monthly;
  return out;
}

TEST(Focus, TheFaultThatCostsMostAndItsShare) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 30, 0);
  const FaultId slow = drill.add_kill("slow-disk", crash), kill = drill.add_kill("kill-ledger", crash);
  drill.require("DR-1", RtoSli{kill, {ProbeId(0)}}, Comparison::at_most, 5);
  drill.requirement(0).owner = "kim";
  Scorecard card = card_of_november();
  card.faults = {fault("kill-ledger", 1, 2900), fault("kill-ledger", 2, 3100), fault("slow-disk", 1, 1000)};
  const auto row = red(RtoSli{slow, {ProbeId(0)}}, Comparison::at_most, 5, "<= 5s");
  EXPECT_EQ(option(row, card, Kind::focus, drill.scenario),
            "Work first on what breaks if the process dies (\"kill-ledger\"): 75 % of the 4 000 failed requests predicted a "
            "month at our test load (this row's own: 25 %)");
  EXPECT_EQ(find(options_for(row, card, drill.scenario), Kind::focus)->owner, "kim");
}

TEST(Focus, LostWritesAreRankedByWritesNotByRequests) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 30, 0);
  const FaultId kill = drill.add_kill("kill-ledger", crash), other = drill.add_kill("kill-cache", crash);
  drill.scenario.faults[kill.value].expected = Rate{2 / (30.0 * 86400)};
  drill.scenario.faults[other.value].expected = Rate{10 / (30.0 * 86400)};
  Scorecard card = card_of_november();
  ScoredLedger ledger;
  ledger.injections = {{.fault = "kill-ledger", .n = 1, .lost = 10},
                       {.fault = "kill-ledger", .n = 2, .lost = 20},
                       {.fault = "kill-cache", .n = 1, .lost = 1}};
  card.ledgers = {ledger};
  EXPECT_EQ(option(red(RpoSli{kill, LedgerId(0)}, Comparison::at_most, 0, "<= 0 writes"), card, Kind::focus, drill.scenario),
            "Work first on what breaks if the process dies (\"kill-ledger\"): 75 % of the 40 lost writes predicted a month at "
            "our test load");
}

TEST(Focus, WithoutAFrequencyTheRunsOwnOutagesOrASentence) {
  Scorecard card = card_of_november();
  const auto row = red(OutagesSli{}, Comparison::at_most, 0, "<= 0");
  EXPECT_EQ(option(row, card, Kind::focus), "");
  card.outages = {{"front-door", RunTime(from_seconds(40)), 1, 2, "kill-ledger", {400, 0, 0, 1, false, 400}}};
  EXPECT_EQ(option(row, card, Kind::focus), "No problem can be put first: nobody has declared how often kill-ledger happens");
  card.outages.push_back({"front-door", RunTime(from_seconds(12)), 1, 2, "spontaneous", {200, 0, 0, 1, false, 200}});
  card.outages.push_back({"front-door", RunTime(from_seconds(70)), 1, 2, "spontaneous", {100, 0, 0, 1, false, 100}});
  card.outages.push_back(
      {"back-door", RunTime(from_seconds(12)), 1, 2, "spontaneous", {150, 0, 0, 1, false, 100}});  // what is left of it
  EXPECT_EQ(option(row, card, Kind::focus),
            "Find what broke it 12 s into the drill: 75 % of the 400 requests that unprovoked outages failed");
}

TEST(Focus, RowsThatNoOutageTurnsRedHaveNone) {
  Scorecard card = card_of_november();
  card.faults = {fault("kill-ledger", 1, 2900)};
  EXPECT_EQ(option(red(CheckSli{}, Comparison::at_least, 1, ""), card, Kind::focus), "");
  EXPECT_EQ(option(red(LatencySli{}, Comparison::at_most, 1, ""), card, Kind::focus), "");
}

TEST(Focus, TheSystemThatBreaksFirst) {
  Scorecard card = card_of_november();
  ScoredDependency db;
  db.name = "ledger-db";
  db.owner = "dba";
  db.needed = 2500;
  db.capacity = 2200;
  db.margin = -0.12;
  db.capacity_source = "declared";
  db.first_to_break = true;
  card.downstream = {db};
  const auto row = red(DownstreamSli{}, Comparison::at_least, 0, ">= 0%");
  EXPECT_EQ(option(row, card, Kind::focus), "Raise ledger-db first: it takes 2 200/s of the 2 500/s needed");
  EXPECT_EQ(find(options_for(row, card, {}), Kind::focus)->owner, "dba");
}

// Each search has its own weakest row; one that found nothing that gives way says nothing.
TEST(Focus, WhatGivesWayFirstIsThatOfTheRowsOwnSearch) {
  Scorecard card = card_of_november();
  Scenario scenario;
  scenario.phases.resize(2);
  scenario.phases[0].name = "reads";
  scenario.phases[1].name = "writes";
  scenario.requirements = {{.id = "L-1", .title = "Reads are quick"}, {.id = "L-2", .title = "Writes are quick", .owner = "ann"}};
  ScoredSearch search;
  search.phase = "reads";
  search.limiting = RequirementId(0);
  search.upper = 1200;
  card.searches = {search};
  search.phase = "writes";
  search.limiting = RequirementId(1);
  search.upper = 400;
  card.searches.push_back(search);
  for (const Sli& sli : {Sli(CapacitySli{PhaseId(1)}), Sli(HeadroomSli{PhaseId(1)})}) {
    const auto row = red(sli, Comparison::at_least, 500, ">= 500/s");
    EXPECT_EQ(option(row, card, Kind::focus, scenario), "Work on \"Writes are quick\" first: it is what gives way, at 400/s");
    EXPECT_EQ(find(options_for(row, card, scenario), Kind::focus)->owner, "ann");
  }
  const auto row = red(CapacitySli{PhaseId(1)}, Comparison::at_least, 500, ">= 500/s");
  card.searches[1].limiting = RequirementId();
  EXPECT_EQ(option(row, card, Kind::focus, scenario), "");
  card.searches[1].limiting = RequirementId(1);
  card.searches[1].upper.reset();
  EXPECT_EQ(option(row, card, Kind::focus, scenario), "");
}

TEST(Focus, SystemsThatFallShortAreCounted) {
  Scorecard card = card_of_november();
  ScoredDependency db;
  db.name = "ledger-db";
  db.needed = 2500;
  db.capacity = 2200;
  db.margin = -0.12;
  db.first_to_break = true;
  card.downstream = {db};
  db.first_to_break = false;
  db.name = "mail";
  db.margin = -0.01;
  card.downstream.push_back(db);
  db.name = "cache";
  db.margin = 0.0;  // just enough
  card.downstream.push_back(db);
  const auto row = red(DownstreamSli{}, Comparison::at_least, 0, ">= 0%");
  EXPECT_EQ(option(row, card, Kind::focus),
            "Raise ledger-db first: it takes 2 200/s of the 2 500/s needed; 2 systems fall short");
  EXPECT_EQ(report::assumption_words(*find(options_for(row, card, {}), Kind::focus)), "its capacity is as known");
  card.downstream[0].margin = card.downstream[1].margin = 0.0;
  EXPECT_EQ(option(row, card, Kind::focus), "");
}

TEST(Date, TheOwnersDayAndTheDrill) {
  const Scorecard card = card_of_november();
  auto row = red(RpoSli{}, Comparison::at_most, 0, "<= 0 writes");
  EXPECT_EQ(option(row, card, Kind::date),
            "No date can be worked out: sam has not said by when it is fixed; the launch is 23 days away");
  row.requirement.fix_by = "2026-12-04";
  EXPECT_EQ(option(row, card, Kind::date), "Provable on 4 Dec 2026 at the earliest: 11 days before the launch");
  row.requirement.fix_by = "2026-12-16";
  EXPECT_EQ(option(row, card, Kind::date), "Provable on 16 Dec 2026 at the earliest: 1 day after the launch");
  row.requirement.fix_by = "2026-12-15";
  EXPECT_EQ(option(row, card, Kind::date), "Provable on 15 Dec 2026 at the earliest: the day of the launch");
  row.requirement.fix_by = "2026-11-01";
  EXPECT_EQ(option(row, card, Kind::date),
            "It was to be fixed by 1 Nov 2026, and this later drill finds it is not: sam owes a new date");
}

TEST(Date, ALongDrillCountsItsDays) {
  Scorecard card = card_of_november();
  card.manifest.started = card.manifest.finished - from_seconds(30.5 * 3600);
  auto row = red(RpoSli{}, Comparison::at_most, 0, "<= 0 writes");
  row.requirement.fix_by = "2026-12-04";
  EXPECT_EQ(option(row, card, Kind::date), "Provable on 5 Dec 2026 at the earliest: 10 days before the launch");
}

TEST(Date, EvidenceAloneNeedsNoFix) {
  const Scorecard card = card_of_november();
  auto row = red(UptimeSli{{}, std::chrono::hours(720)}, Comparison::at_least, 0.999, ">= 99.9%");
  row.verdict.state = VerdictState::not_proven;
  row.verdict.needed_seconds = 34.7 * 86400;
  EXPECT_EQ(option(row, card, Kind::date), "Provable on 27 Dec 2026 at the earliest: 12 days after the launch");
  row.verdict.needed_seconds = 2.4 * 3600;
  EXPECT_EQ(option(row, card, Kind::date), "Provable on 22 Nov 2026 at the earliest: 23 days before the launch");
  row.verdict.needed = judging::kMoreWillNotHelp;
  EXPECT_NE(option(row, card, Kind::date).find("has not said by when it is fixed"), std::string::npos);
}

TEST(Date, WithoutALaunchThereIsNothingToCompareWith) {
  Scorecard card = card_of_november();
  card.launch.clear();
  card.launch_in_days.reset();
  auto row = red(RpoSli{}, Comparison::at_most, 0, "<= 0 writes");
  row.requirement.fix_by = "2026-12-04";
  EXPECT_NE(option(row, card, Kind::date).find("no launch date is declared"), std::string::npos);
}

TEST(Promise, TheSupportableRoundedToTheSafeSide) {
  Scorecard card = card_of_november();
  const auto promised = [&](Sli sli, Comparison comparison, double supportable, const char* text, double limit = 0) {
    auto row = red(std::move(sli), comparison, limit, text);
    row.verdict.supportable = supportable;
    row.verdict.measured.samples = 3;
    return option(row, card, Kind::promise);
  };
  EXPECT_EQ(promised(RpoSli{}, Comparison::at_most, 14, "<= 0 writes"),
            "Worst of 3 tries: 14 writes; three tries cannot support a promise");
  EXPECT_EQ(promised(RpoSli{.injections = 3, .share = Share{0.3}}, Comparison::at_most, 14, "<= 0 writes"),
            "Promise at most 14 writes today, not 0 writes")
      << "a share of failures that three tries do support";
  EXPECT_EQ(promised(ImpactSli{}, Comparison::at_most, 50, "<= 5"), "Worst of 3 tries: 50; three tries cannot support a promise");
  EXPECT_EQ(promised(OutagesSli{}, Comparison::at_most, 4, "<= 0"), "Worst of 1 try: 4; one try cannot support a promise");
  EXPECT_EQ(promised(DurabilitySli{}, Comparison::at_most, 21, "<= 0 writes"),
            "Worst of 1 try: 21 writes; one try cannot support a promise");
  EXPECT_EQ(promised(LatencySli{}, Comparison::at_most, 0.0076543, "<= 5ms"), "Promise at most 7.66ms today, not 5ms");
  EXPECT_EQ(promised(AvailabilitySli{}, Comparison::at_least, 0.9986349, ">= 99.9%", 0.999),
            "Promise at least 99.86% today, not 99.9%");
  EXPECT_EQ(promised(CapacitySli{PhaseId(0)}, Comparison::at_least, 1904.7, ">= 2500/s", 2500),
            "Promise at least 1 900 requests a second today, not 2500/s");
  EXPECT_EQ(promised(LatencySli{}, Comparison::at_most, INFINITY, "<= 5ms", 0.005), "");
  EXPECT_EQ(promised(CapacitySli{PhaseId(0)}, Comparison::at_least, 0, ">= 2500/s", 2500), "") << "nothing is no promise";
  EXPECT_EQ(promised(CapacitySli{PhaseId(0)}, Comparison::at_least, 3000, ">= 2500/s", 2500), "") << "it is kept already";
  card.forecast = Forecast{{2500}, ""};
  EXPECT_EQ(promised(HeadroomSli{PhaseId(0)}, Comparison::at_least, -0.24, ">= 0%"),
            "Promise 1 900 requests a second today, 24 % below the forecast");
  const auto margin = [&](double supportable) {
    const std::string text = promised(HeadroomSli{PhaseId(0)}, Comparison::at_least, supportable, ">= 50%", 0.5);
    return text.substr(text.find("today, ") + 7);
  };
  EXPECT_EQ(margin(-0.004), "just below the forecast");
  EXPECT_EQ(margin(-0.005), "1 % below the forecast");
  EXPECT_EQ(margin(-0.011), "2 % below the forecast");
  EXPECT_EQ(margin(0.004), "just what the forecast needs");
  EXPECT_EQ(margin(0.019), "1 % above the forecast");
}

TEST(Options, OnlyRedAndUnprovenRowsHaveThem) {
  const Scorecard card = card_of_november();
  auto row = red(RpoSli{}, Comparison::at_most, 0, "<= 0 writes");
  EXPECT_FALSE(options_for(row, card, {}).empty());
  for (const VerdictState state : {VerdictState::pass, VerdictState::unknown}) {
    row.verdict.state = state;
    EXPECT_TRUE(options_for(row, card, {}).empty());
  }
}

TEST(Options, AJudgedRunCarriesThem) {
  Drill drill;
  const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
  drill.load(stage, 0, 100, 90, 10).require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.999);
  drill.require("AV-2", AvailabilitySli{}, Comparison::at_least, 0.5);
  const Scorecard card = drill.judge();
  ASSERT_EQ(card.requirements[0].verdict.state, VerdictState::fail);
  EXPECT_NE(find(card.requirements[0].options, Kind::promise), nullptr);
  ASSERT_EQ(card.requirements[1].verdict.state, VerdictState::pass);
  EXPECT_TRUE(card.requirements[1].options.empty());
}

}  // namespace
}  // namespace shakedown::judging
