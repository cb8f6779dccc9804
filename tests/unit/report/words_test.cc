#include "controller/report/words/words.h"

#include <gtest/gtest.h>

#include <limits>

#include "controller/report/words/plain.h"
#include "tests/unit/report/examples.h"

namespace shakedown::report {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

ScoredRequirement row_of(Sli sli, Comparison comparison, double value) {
  ScoredRequirement row;
  row.requirement.sli = std::move(sli);
  row.requirement.objective = {comparison, 0, ""};
  row.verdict.measured.unit = unit_of(row.requirement.sli);
  row.verdict.measured.value = value;
  return row;
}

TEST(RangeWords, SaysTheUnitOnce) {
  EXPECT_EQ(range_words(12, 14, Unit::writes), "12–14 writes");
  EXPECT_EQ(range_words(1, 2, Unit::writes), "1–2 writes");
  EXPECT_EQ(range_words(3, 3, Unit::writes), "3 writes");
  EXPECT_EQ(range_words(3.1, 3.4, Unit::seconds), "3.1–3.4s");
  EXPECT_EQ(range_words(0.95, 1.2, Unit::seconds), "950ms–1.2s");
  EXPECT_EQ(range_words(70, 130, Unit::seconds), "1m10s–2m10s");
  EXPECT_EQ(range_words(5, kInfinite, Unit::seconds), "at least 5s");
}

TEST(RangeWords, RoundsOutwards) {
  EXPECT_EQ(range_words(2.98765, 3.01234, Unit::seconds), "2.98–3.02s");
  EXPECT_EQ(range_words(0, 0.0012345, Unit::seconds), "0s–1.24ms");
}

TEST(MeasuredWords, RoundsToTheUnfavourableSide) {
  EXPECT_EQ(measured_words(row_of(LatencySli{}, Comparison::at_most, 0.0072345)), "7.24ms for 99 of 100");
  EXPECT_EQ(measured_words(row_of(AvailabilitySli{}, Comparison::at_least, 0.999487)), "99.948% of requests answered");
  EXPECT_EQ(measured_words(row_of(AvailabilitySli{}, Comparison::at_least, 0.9999999)), "99.99999% of requests answered");
  EXPECT_EQ(measured_words(row_of(AvailabilitySli{}, Comparison::at_least, 1)), "100% of requests answered");
  ScoredRequirement outside = row_of(AvailabilitySli{}, Comparison::at_least, 1);
  outside.verdict.outside_faults = true;
  EXPECT_EQ(measured_words(outside), "100% of requests answered outside faults");
  EXPECT_EQ(measured_words(row_of(ErrorRatioSli{}, Comparison::at_most, 0.00051301)), "0.052% of requests failed");
  EXPECT_EQ(measured_words(row_of(ThroughputSli{}, Comparison::at_least, 499.96)), "499/s answered");
  CheckSli left;
  left.answer = CheckAnswer::seconds;
  EXPECT_EQ(measured_words(row_of(left, Comparison::at_least, 518'372)), "5d23h left") << "5d23h59m32s";
  EXPECT_EQ(measured_words(row_of(MttrSli{}, Comparison::at_most, 5'461)), "1h32m to repair");
}

TEST(MeasuredWords, NamesThePartOfTheRequests) {
  EXPECT_EQ(measured_words(row_of(LatencySli{{}, 0.999, {}}, Comparison::at_most, 1)), "1s for 999 of 1000");
  EXPECT_EQ(measured_words(row_of(LatencySli{{}, 0.5, {}}, Comparison::at_most, 1)), "1s for 5 of 10");
}

TEST(MeasuredWords, NoValueIsNothingAndFastFailuresAreNotToldASlowness) {
  ScoredRequirement row = row_of(LatencySli{}, Comparison::at_most, 1);
  row.verdict.measured.censored = true;
  EXPECT_EQ(measured_words(row), "too many not answered well to tell a time for 99 of 100");
  row.verdict.measured.value.reset();
  EXPECT_EQ(measured_words(row), "nothing");
}

TEST(MeasuredWords, InjectionsThatDoNotCountAreLeftOut) {
  ScoredRequirement row = row_of(RtoSli{}, Comparison::at_most, 9);
  row.requirement.objective.limit = 5;
  row.verdict.injections = {{InjectionId(0), 1, true, "", 3, 4, {}},
                            {InjectionId(1), 2, false, "did not bite", 0, 99, {}},
                            {InjectionId(2), 3, true, "", 6, 7, {}}};
  EXPECT_EQ(measured_words(row), "3–7s until it is back");
  EXPECT_EQ(drills_words(row), "too much in 1 of 2 tries");
}

TEST(NeededWords, ReadTheComparisonAloud) {
  EXPECT_EQ(needed_words({Comparison::at_least, 0.999, ">= 99.9%"}), "at least 99.9%");
  EXPECT_EQ(needed_words({Comparison::at_most, 0, "<= 0 writes"}), "at most 0 writes");
}

TEST(DayWords, ReadADate) {
  EXPECT_EQ(day_words("2026-12-15"), "15 Dec 2026");
  EXPECT_EQ(day_words("2026-01-05T08:00:00Z"), "5 Jan 2026");
  EXPECT_EQ(day_words("soon"), "soon");
  EXPECT_EQ(day_words("2026-13-01"), "2026-13-01");
  EXPECT_EQ(days_left_words(1), "1 day left");
  EXPECT_EQ(days_left_words(0), "launch is today");
  EXPECT_EQ(days_left_words(-4), "4 days past the launch date");
}

TEST(Watermelon, NeedsADeclarationAndARedMeasurement) {
  ScoredRequirement row = row_of(AvailabilitySli{}, Comparison::at_least, 0.9);
  row.verdict.state = VerdictState::fail;
  EXPECT_FALSE(is_watermelon(row));
  row.verdict.watermelon = Watermelon::optimistic;
  row.requirement.declared = Declared{Status::green, {}, "", {}};
  EXPECT_TRUE(is_watermelon(row));
  row.verdict.state = VerdictState::pass;
  EXPECT_FALSE(is_watermelon(row)) << "a claim that is only too high is not red inside";
}

TEST(PlainOr, FindsTheWordsOfTheTrade) {
  EXPECT_EQ(plain_or("three more drills", "-"), "three more drills");
  EXPECT_EQ(plain_or("the SLI misses", "-"), "-");
  EXPECT_EQ(plain_or("p99 is 3 s", "-"), "-");
  EXPECT_EQ(plain_or("Probes failed", "-"), "-");
  EXPECT_EQ(plain_or("a slice, slightly slipped", "-"), "a slice, slightly slipped");
}

TEST(Leftovers, AreFoundInFaultsStatesAndSignals) {
  Scorecard card;
  EXPECT_TRUE(leftovers(card).empty());
  card.faults = {{.name = "kill", .component = "db", .state = FaultState::leftover}};
  EXPECT_EQ(leftovers(card), std::vector<std::string>{"db: not as it was before kill"});
  card.faults.clear();
  card.reasons = {{Signal::leftover, "agent a: file x", true}};
  EXPECT_EQ(leftovers(card), std::vector<std::string>{"agent a: file x"});
  card.reasons.push_back({Signal::leftover, "kill 1 left something behind: pid 7 is stopped", true, "kill", 1});
  card.faults = {{.name = "kill", .component = "db", .injection = 1, .leftovers = {"pid 7 is stopped"}}};
  EXPECT_EQ(leftovers(card), (std::vector<std::string>{"db: pid 7 is stopped", "agent a: file x"})) << "each once";
}

TEST(RunTrouble, AnInvalidRunIsNeverSilent) {
  Scorecard card;
  card.manifest.state = RunState::completed;
  card.valid = false;
  EXPECT_FALSE(run_trouble(card).empty());
  card.valid = true;
  EXPECT_TRUE(run_trouble(card).empty());
  card.reasons = {{Signal::cpu, "busy", false}};
  EXPECT_TRUE(run_trouble(card).empty()) << "a warning is not trouble";
  for (const Signal signal : all_signals()) {
    card.reasons = {{signal, "x", true}};
    EXPECT_FALSE(run_trouble(card).empty() && leftovers(card).empty()) << to_string(signal);
  }
  card.reasons.clear();
  card.manifest.rejudged_from = "abc";
  EXPECT_EQ(run_trouble(card).size(), 1u) << "a scenario changed after the run is said on page one";
}

TEST(ByUrgency, RedFirstAndNothingIsDropped) {
  Scorecard card = testing::example("no-go").card;
  EXPECT_EQ(by_urgency(card), (std::vector<std::size_t>{3, 0, 1, 2}));
}

}  // namespace
}  // namespace shakedown::report
