#include "agent/load/recorder.h"

#include <gtest/gtest.h>

#include "agent/secrets/redact.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

DrillPlan scenario() {
  DrillPlan made;
  made.operations.resize(2);
  made.operations[0].limits = {milliseconds(10), milliseconds(20)};
  return made;
}

Sample sample(Duration intended, Duration lag, Duration wait, Duration service, Outcome outcome = Outcome::ok,
              int operation = 0) {
  Sample s;
  s.stage = StageId(0);
  s.operation = OperationId(operation);
  s.outcome = outcome;
  s.was_sent = true;
  s.intended = run_time(intended);
  s.released = s.intended + lag;
  s.sent = s.released + wait;
  s.done = s.sent + service;
  return s;
}

TEST(Recorder, CellsBySecondOfIntendedStageAndOperation) {
  const DrillPlan declared = scenario();
  Recorder recorder(declared);
  recorder.record(sample(milliseconds(999), milliseconds(5), {}, milliseconds(1)));
  recorder.record(sample(milliseconds(1000), {}, {}, milliseconds(1)));
  recorder.record(sample(milliseconds(1500), {}, {}, milliseconds(1), Outcome::ok, 1));
  recorder.record(sample(milliseconds(1999), {}, {}, milliseconds(1)));
  std::map<CellKey, Cell> cells;
  recorder.take(cells);
  ASSERT_EQ(cells.size(), 3u);
  EXPECT_EQ((cells.at({0, StageId(0), OperationId(0)}).count(Outcome::ok)), 1u);
  EXPECT_EQ((cells.at({1, StageId(0), OperationId(0)}).count(Outcome::ok)), 2u);
  EXPECT_EQ((cells.at({1, StageId(0), OperationId(1)}).count(Outcome::ok)), 1u);
}

TEST(Recorder, OverLimitCountersAreExactAndOnlyForOk) {
  const DrillPlan declared = scenario();
  Recorder recorder(declared);
  recorder.record(sample({}, {}, {}, milliseconds(10)));
  recorder.record(sample({}, {}, {}, milliseconds(10) + Duration(1)));
  recorder.record(sample({}, milliseconds(1), milliseconds(15), milliseconds(5)));
  recorder.record(sample({}, {}, {}, milliseconds(500), Outcome::failed));
  std::map<CellKey, Cell> cells;
  recorder.take(cells);
  const Cell& cell = cells.begin()->second;
  EXPECT_EQ(cell.over_limit, (std::vector<uint64_t>{2, 1}));
  EXPECT_EQ(cell.latency_max, milliseconds(500));
}

TEST(Recorder, HistogramsFollowTheFourStamps) {
  const DrillPlan declared = scenario();
  Recorder recorder(declared);
  recorder.record(sample({}, milliseconds(1), milliseconds(2), milliseconds(4)));
  Sample dropped = sample({}, milliseconds(3), {}, {}, Outcome::dropped_by_us);
  dropped.was_sent = false;
  recorder.record(dropped);
  Sample queued = sample({}, {}, {}, milliseconds(8), Outcome::timeout);
  queued.was_sent = false;
  recorder.record(queued);
  std::map<CellKey, Cell> cells;
  recorder.take(cells);
  const Cell& cell = cells.begin()->second;
  EXPECT_EQ(cell.offered(), 3u);
  EXPECT_EQ(cell.lag.count(), 3u);
  EXPECT_EQ(cell.wait.count(), 1u);
  EXPECT_EQ(cell.service.count(), 1u);
  EXPECT_EQ(cell.latency[static_cast<std::size_t>(Outcome::timeout)].count(), 1u);
  EXPECT_TRUE(cell.latency[static_cast<std::size_t>(Outcome::dropped_by_us)].empty());
  const auto& latency = cell.latency[static_cast<std::size_t>(Outcome::ok)];
  EXPECT_EQ(latency.buckets()[0].bucket, histogram_bucket(milliseconds(7)));
  EXPECT_EQ(cell.wait.buckets()[0].bucket, histogram_bucket(milliseconds(2)));
  EXPECT_EQ(cell.service.buckets()[0].bucket, histogram_bucket(milliseconds(4)));
  EXPECT_EQ(recorder.take_worst_lag(), milliseconds(3));
  EXPECT_EQ(recorder.take_worst_lag(), Duration::zero());
}

TEST(Recorder, TakingInPartsLosesAndDoublesNothing) {
  const DrillPlan declared = scenario();
  Recorder parts(declared), whole(declared);
  std::map<CellKey, Cell> from_parts, from_whole;
  for (int i = 0; i < 2000; ++i) {
    const Outcome outcome = kAllOutcomes[static_cast<std::size_t>(i) % 6];
    Sample s = sample(milliseconds(3 * i), Duration(i), Duration(7 * i), Duration(1000 * i), outcome, i % 2);
    s.retried = i % 5 == 0;
    s.queued = i % 7 == 0;
    parts.record(s);
    whole.record(s);
    if (i % 37 == 0) parts.take(from_parts);
  }
  parts.take(from_parts);
  whole.take(from_whole);
  ASSERT_EQ(from_parts.size(), from_whole.size());
  for (const auto& [key, cell] : from_whole) {
    const Cell& other = from_parts.at(key);
    EXPECT_EQ(other.counts, cell.counts);
    EXPECT_EQ(other.latency, cell.latency);
    EXPECT_EQ(other.lag, cell.lag);
    EXPECT_EQ(other.wait, cell.wait);
    EXPECT_EQ(other.service, cell.service);
    EXPECT_EQ(other.over_limit, cell.over_limit);
    EXPECT_EQ(other.latency_max, cell.latency_max);
    EXPECT_EQ(other.retried, cell.retried);
    EXPECT_EQ(other.queued, cell.queued);
    EXPECT_GT(cell.retried, 0u);
    EXPECT_GT(cell.queued, 0u);
  }
  std::map<CellKey, Cell> nothing;
  parts.take(nothing);
  EXPECT_TRUE(nothing.empty());
}

TEST(Recorder, CountsAnswersByStatusButNotTheUsualOne) {
  const DrillPlan declared = scenario();
  Recorder recorder(declared);
  Sample good = sample({}, {}, {}, milliseconds(1));
  good.status = 200;
  recorder.record(good);
  Sample wrong = sample({}, {}, {}, milliseconds(1), Outcome::failed);
  wrong.status = 404;
  wrong.wrong = Mismatch::status;
  recorder.record(wrong);
  recorder.record(wrong);
  recorder.record(sample({}, {}, {}, milliseconds(1), Outcome::timeout));
  std::map<CellKey, Cell> cells;
  recorder.take(cells);
  const Cell& cell = cells.begin()->second;
  EXPECT_EQ(cell.answers, (std::vector<AnswerCount>{{404, Mismatch::status, 2}}));
  EXPECT_EQ(cell.all_answers(), (std::vector<AnswerCount>{{200, Mismatch::none, 1}, {404, Mismatch::status, 2}}));
  EXPECT_EQ(cell.untold(), 0u);
}

TEST(Recorder, TellsOnlyWhatIsNewOfTheFirstAndTheSlowest) {
  const DrillPlan declared = scenario();
  const Redactor redactor(Secrets{{"token", "s3cret"}});
  Recorder recorder(declared, &redactor);
  const std::pair<StageId, OperationId> key{StageId(0), OperationId(0)};
  Sample wrong = sample({}, {}, {}, milliseconds(9), Outcome::failed);
  for (int i = 0; i < 10; ++i) {
    wrong.intended = run_time(milliseconds(i));
    wrong.done = wrong.intended + milliseconds(9);
    recorder.record(wrong, "no s3cret here" + std::string(300, 'x'));
  }
  WitnessMap found;
  recorder.take_witnesses(found);
  ASSERT_EQ(found[key].all().size(), 3u) << "equally slow ones: the earliest are both the first and the slowest";
  EXPECT_EQ(found[key].all()[0].answer.substr(0, 18), "no {token} herexxx");
  EXPECT_EQ(found[key].all()[0].answer.size(), 256u);
  EXPECT_TRUE(found[key].all()[0].cut);
  found.clear();
  recorder.record(wrong, "again");
  recorder.take_witnesses(found);
  EXPECT_TRUE(found.empty());
  wrong.done += milliseconds(1);
  recorder.record(wrong, "slower");
  recorder.take_witnesses(found);
  ASSERT_EQ(found[key].all().size(), 1u);
  EXPECT_EQ(found[key].all()[0].answer, "slower");
}

}  // namespace
}  // namespace shakedown
