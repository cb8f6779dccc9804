// What a row does not know it does not vouch for: operations never called, answers that never came, dates of the impossible.
#include <algorithm>

#include <gtest/gtest.h>

#include "controller/judge/needed.h"
#include "controller/judge/options/tradeoffs.h"
#include "controller/report/words/options.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

// 30 s of 100 reads a second, `bad` of them failed; an operation `write` that no load sends.
Drill only_reads(uint64_t bad) {
  Drill d;
  d.add_operation("write");
  const StageId s = d.run(d.add_phase("steady", 30, 100), 0);
  d.load(s, 0, 30, 100 - bad, bad).probe(0, 30);
  return d;
}

TEST(TruthEvidence, AnOperationThatWasNeverCalledIsNotVouchedFor) {
  const std::vector<OperationId> both = {OperationId(0), OperationId(1)};
  Drill d = only_reads(0);
  d.require("A", AvailabilitySli{both, {}}, Comparison::at_least, 0.99);
  d.require("E", ErrorRatioSli{both, {}, {}}, Comparison::at_most, 0.01);
  d.require("W", ErrorRatioSli{both, std::chrono::seconds(5), {}}, Comparison::at_most, 0.1);
  d.require("T", ThroughputSli{both, {}}, Comparison::at_least, 90);
  for (std::size_t i = 0; i < 4; ++i) {
    const Verdict v = d.verdict(i);
    EXPECT_EQ(v.state, VerdictState::unknown) << v.reason;
    EXPECT_NE(v.reason.find("no write was ever sent in the measured phases"), std::string::npos) << v.reason;
  }
}

TEST(TruthEvidence, AFailStandsThoughAnotherOperationWasNeverCalled) {
  Drill d = only_reads(50);
  d.require("A", AvailabilitySli{{OperationId(0), OperationId(1)}, {}}, Comparison::at_least, 0.99);
  EXPECT_EQ(d.verdict().state, VerdictState::fail);
}

TEST(TruthEvidence, ATimeoutOfOneOperationIsNotToldByThatOfAnother) {
  Drill d;
  const OperationId write = d.add_operation("write");
  d.scenario.operations[0].timeout = std::chrono::milliseconds(100);
  d.scenario.operations[1].timeout = std::chrono::seconds(30);
  const StageId s = d.run(d.add_phase("steady", 30, 100), 0);
  d.scenario.phases[0].load->mix.push_back({write, 1});
  d.load(s, 0, 30, 45).load(s, 0, 30, 50, 0, 0.005, write);
  for (int t = 0; t < 30; ++t) d.outcome(s, t, Outcome::timeout, 5, 0.1);
  d.require("L", LatencySli{OperationId(), 0.99, {}}, Comparison::at_most, 0.05);
  const Verdict v = d.verdict();
  EXPECT_EQ(v.state, VerdictState::fail);
  EXPECT_NEAR(*v.measured.value, 0.1, 1e-9) << v.reason;
  EXPECT_LE(*v.measured.lower, 0.1);
  EXPECT_TRUE(v.measured.censored);
}

// 600 s of 100/s at 0.1 s; of second t, bad(t) have no answer within a second.
Drill soak(uint64_t (*bad)(int)) {
  Drill d;
  const StageId s = d.run(d.add_phase("soak", 600, 100), 0);
  for (int t = 0; t < 600; ++t) {
    d.load(s, t, t + 1, 100 - bad(t), 0, 0.1 + 0.001 * (t % 3));
    if (bad(t) > 0) d.outcome(s, t, Outcome::timeout, bad(t), 1.0);
  }
  DegradationSli sli;
  sli.per = std::chrono::hours(1);
  d.require("D", sli, Comparison::at_most, 0.10);
  return d;
}

TEST(TruthEvidence, AnswersThatBecomeTimeoutsAreNoSteadySoak) {
  const Verdict v = soak([](int t) { return std::min<uint64_t>(99, static_cast<uint64_t>(t / 6)); }).verdict();
  EXPECT_EQ(v.state, VerdictState::not_proven) << v.reason;
  EXPECT_NE(v.reason.find("not answered well"), std::string::npos) << v.reason;
}

TEST(TruthEvidence, TimeoutsThatDoNotGrowLeaveASteadySoakWhatItIs) {
  EXPECT_EQ(soak([](int) { return uint64_t(2); }).verdict().state, VerdictState::pass);
}

std::string date_of(const Drill& d) {
  const Scorecard card = d.judge();
  const auto option = judging::date_option(card.requirements.at(0), card);
  return option ? report::option_words(*option) : "";
}

TEST(TruthEvidence, NoDateForWhatNoEvidenceShows) {
  Drill a = only_reads(0);
  a.require("A", AvailabilitySli{{OperationId(0)}, {}}, Comparison::at_least, 1);
  EXPECT_EQ(date_of(a), "No date: no amount of evidence shows an objective without any tolerance");
  Drill e = only_reads(0);
  e.require("E", ErrorRatioSli{{}, {}, {}}, Comparison::at_most, 0);
  EXPECT_EQ(date_of(e), "No date: no amount of evidence shows an objective without any tolerance");
}

TEST(TruthEvidence, NoDateForWhatAnotherLoadWouldShow) {
  Drill d = only_reads(0);
  d.require("E", ErrorRatioSli{{}, std::chrono::seconds(1), {}}, Comparison::at_most, 0.01);
  EXPECT_EQ(date_of(d), "No date can be worked out: a longer drill like this one would not show it");
}

}  // namespace
}  // namespace shakedown
