// Why requests failed, as the scorecard says it: nothing is invented where the run did not record it.
#include <gtest/gtest.h>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::all_text;
using testing::at;
using testing::Drill;

Drill steady() {
  Drill drill;
  drill.run(drill.add_phase("steady", 100, 100), 0);
  drill.load(StageId(0), 0, 100, 100);
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.999);
  return drill;
}

// Adds what an agent counts beside the outcomes.
void answers(Drill& drill, int64_t second, std::vector<AnswerCount> list) {
  drill.cell(StageId(0), second, OperationId(0)).answers = std::move(list);
}

Exchange bad(double second, double latency) {
  Exchange one;
  one.intended = at(second);
  one.latency = from_seconds(latency);
  one.outcome = Outcome::failed;
  one.wrong = Mismatch::status;
  one.status = 404;
  one.answer = "gone";
  one.trace[0] = 0xab;
  return one;
}

TEST(TruthWhy, TheReasonSaysWhichAnswers) {
  Drill drill = steady();
  drill.outcome(StageId(0), 50, Outcome::failed, 320);
  answers(drill, 50, {{200, Mismatch::body, 8}, {404, Mismatch::status, 312}});
  const std::string reason = drill.verdict().reason;
  EXPECT_NE(reason.find("320 answered otherwise than expected (404 in 312, 200 with a wrong body in 8)"), std::string::npos)
      << reason;
}

TEST(TruthWhy, OneKindNeedsNoNumbers) {
  Drill drill = steady();
  drill.outcome(StageId(0), 50, Outcome::failed, 7);
  answers(drill, 50, {{404, Mismatch::status, 7}});
  EXPECT_NE(drill.verdict().reason.find("7 answered otherwise than expected (404)."), std::string::npos)
      << drill.verdict().reason;
}

TEST(TruthWhy, WhatWasNotRecordedIsNotInvented) {
  Drill drill = steady();
  drill.outcome(StageId(0), 50, Outcome::failed, 10);
  EXPECT_NE(drill.verdict().reason.find("10 answered otherwise than expected."), std::string::npos) << drill.verdict().reason;
  const Scorecard before = drill.judge();
  ASSERT_EQ(before.traffic.size(), 1u);
  EXPECT_EQ(before.traffic[0].uncounted, 10u);
  EXPECT_FALSE(before.traffic[0].witnessed);
  answers(drill, 50, {{404, Mismatch::status, 7}});
  const std::string reason = drill.verdict().reason;
  EXPECT_NE(reason.find("(404 in 7, not recorded in 3)"), std::string::npos) << reason;
}

TEST(TruthWhy, ARowThatFailsPointsAtItsPhaseAndOperationAlone) {
  Drill drill = steady();
  drill.run(drill.add_phase("later", 10, 100), 100);
  drill.load(StageId(1), 100, 110, 100);
  drill.requirement(0).sli = AvailabilitySli{{OperationId(0)}, {{PhaseId(0)}}};
  drill.outcome(StageId(0), 50, Outcome::failed, 320);
  const Scorecard card = drill.judge();
  ASSERT_EQ(card.traffic.size(), 2u);
  EXPECT_EQ(card.requirements[0].traffic, std::vector<std::size_t>{0});
  EXPECT_EQ(card.traffic[1].outcomes[0], 1000u);
}

TEST(TruthWhy, SingleExchangesOfAllStagesOfAPhaseAreTold) {
  Drill drill = steady();
  drill.outcome(StageId(0), 50, Outcome::failed, 5);
  answers(drill, 50, {{404, Mismatch::status, 5}});
  auto& found = drill.snapshot(50).witnesses[{StageId(0), OperationId(0)}];
  for (int i = 0; i < 5; ++i) found.add(bad(50 + 0.1 * i, 0.01 * i));
  Exchange good;
  good.intended = at(3);
  good.status = 200;
  found.add(good);
  const ScoredTraffic traffic = drill.judge().traffic.at(0);
  EXPECT_TRUE(traffic.witnessed);
  ASSERT_EQ(traffic.first_bad.size(), 3u);
  EXPECT_EQ(traffic.first_bad[0].at, at(50));
  EXPECT_EQ(traffic.first_bad[0].trace, "ab" + std::string(30, '0'));
  EXPECT_EQ(traffic.first_bad[0].answer, "gone");
  ASSERT_EQ(traffic.slowest_bad.size(), 3u);
  EXPECT_DOUBLE_EQ(traffic.slowest_bad[0].latency, 0.04);
  EXPECT_EQ(traffic.slowest_good.size(), 1u);
}

// Whether the hint about a secret stands among the reasons, and what it says.
std::string secret_hint(const Scorecard& card) {
  for (const ValidityReason& one : card.reasons) {
    if (one.signal == Signal::secret_refused) return one.text;
  }
  return "";
}

Drill turned_away(std::vector<AnswerCount> bad, uint64_t good = 0) {
  Drill drill;
  drill.scenario.secrets.push_back({"TOKEN", {SecretSource::Kind::env, "KV_TOKEN"}});
  drill.scenario.operations[0].request.document =
      mapping_document({{"headers", mapping_document({{"Authorization", text_document("Bearer {TOKEN}")}})}});
  drill.run(drill.add_phase("steady", 100, 100), 0);
  drill.load(StageId(0), 0, 100, good);
  uint64_t all = 0;
  for (const AnswerCount& one : bad) all += one.count;
  drill.outcome(StageId(0), 50, Outcome::failed, all);
  answers(drill, 50, std::move(bad));
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.999);
  return drill;
}

TEST(TruthWhy, AServiceThatTurnsEveryRequestAwayFailsWithAHintAtTheSecret) {
  const Scorecard card = turned_away({{401, Mismatch::status, 320}}).judge();
  EXPECT_EQ(card.requirements[0].verdict.state, VerdictState::fail) << "it may be broken just so";
  EXPECT_EQ(card.decision, DecisionState::no_go);
  EXPECT_EQ(secret_hint(card), "Every answer to read was 401: is the secret TOKEN right?");
  EXPECT_NE(all_text(card).find("is the secret TOKEN right?"), std::string::npos);
}

TEST(TruthWhy, AServiceThatTookTheSecretOnceIsNotHinted) {
  EXPECT_EQ(secret_hint(turned_away({{401, Mismatch::status, 320}}, 1).judge()), "");
  EXPECT_EQ(secret_hint(turned_away({{401, Mismatch::status, 319}, {500, Mismatch::status, 1}}).judge()), "");
  EXPECT_EQ(secret_hint(turned_away({{404, Mismatch::status, 320}}).judge()), "");
  Drill without = turned_away({{401, Mismatch::status, 320}});
  without.scenario.operations[0].request.document = {};
  EXPECT_EQ(secret_hint(without.judge()), "");
}

}  // namespace
}  // namespace shakedown
