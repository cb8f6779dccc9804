#include "core/wire/codec/journal.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shakedown/v1/journal.pb.h"
#include "tests/unit/wire/filler.h"

namespace shakedown {
namespace {

using test::Filler;
using test::same;

template <class T>
class JournalCodec : public ::testing::Test {};
using Kinds = ::testing::Types<Manifest, StageEvent, FaultEvent, StepEvent, AgentEvent, RunEvent, LedgerPass, CheckResult,
                               Reading, Snapshot, AgentHealthLine, JournalClose>;
TYPED_TEST_SUITE(JournalCodec, Kinds);

template <class T>
JournalEntry entry_of(T value) {
  if constexpr (std::is_constructible_v<Event, T>) {
    return Event(std::move(value));
  } else {
    return value;
  }
}

TYPED_TEST(JournalCodec, GivesEveryFieldBack) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    Filler filler(seed);
    const JournalEntry entry = entry_of(filler.make<TypeParam>());
    const auto back = decode_journal(encode_journal(entry));
    ASSERT_TRUE(back) << back.error().text();
    ASSERT_TRUE(same(entry, back.value())) << "seed " << seed;
  }
}

TYPED_TEST(JournalCodec, NeverCrashesOnDamage) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    Filler filler(seed);
    std::string bytes = encode_journal(entry_of(filler.make<TypeParam>()));
    if (bytes.empty()) continue;
    Rng rng(seed);
    bytes[rng.below(bytes.size())] ^= static_cast<char>(1 + rng.below(255));
    const auto cut = decode_journal(std::string_view(bytes).substr(0, rng.below(bytes.size() + 1)));
    if (!cut) {
      EXPECT_EQ(cut.error().kind, ErrorKind::protocol);
    }
  }
}

// What the comparison is worth: it sees a change of a single field.
TEST(JournalCodecSelf, ComparisonSeesOneChangedField) {
  Filler filler(7);
  Snapshot a = filler.make<Snapshot>();
  Snapshot b = a;
  EXPECT_TRUE(same(a, b));
  b.health.worst_lag += Duration(1);
  EXPECT_FALSE(same(a, b));
  Manifest m = filler.make<Manifest>();
  Manifest n = m;
  n.controller.cores ^= 1;
  EXPECT_FALSE(same(m, n));
}

Error refused(const v1::JournalRecord& record) {
  auto result = decode_journal(record.SerializeAsString());
  EXPECT_FALSE(result);
  return result ? Error(ErrorKind::bug, "accepted") : result.error();
}

TEST(JournalCodecRefuses, AnEnumOutOfRange) {
  v1::JournalRecord record;
  record.mutable_event()->mutable_fault()->set_state(static_cast<v1::FaultState>(9));
  const Error error = refused(record);
  EXPECT_EQ(error.kind, ErrorKind::protocol);
  EXPECT_NE(error.message.find("state: 9 is not one of 1 to 8"), std::string::npos) << error.message;
  record.mutable_event()->mutable_fault()->set_state(v1::FAULT_STATE_UNSPECIFIED);
  EXPECT_EQ(refused(record).kind, ErrorKind::protocol);
}

TEST(JournalCodecRefuses, ARecordWithoutKind) { EXPECT_EQ(refused({}).kind, ErrorKind::protocol); }

TEST(JournalCodecRefuses, AnEventWithoutKind) {
  v1::JournalRecord record;
  record.mutable_event();
  EXPECT_EQ(refused(record).kind, ErrorKind::protocol);
}

TEST(JournalCodecRefuses, ABucketOutOfRange) {
  v1::JournalRecord record;
  v1::Histogram& lag = *record.mutable_snapshot()->add_cells()->mutable_lag();
  lag.add_bucket_delta(kHistogramBuckets - 1);
  lag.add_count(1);
  EXPECT_TRUE(decode_journal(record.SerializeAsString()));
  lag.add_bucket_delta(1);
  lag.add_count(1);
  EXPECT_NE(refused(record).message.find("bucket"), std::string::npos);
}

TEST(JournalCodecRefuses, ABucketThatOverflows) {
  v1::JournalRecord record;
  v1::Histogram& lag = *record.mutable_snapshot()->add_cells()->mutable_lag();
  for (int i = 0; i < 2; ++i) {
    lag.add_bucket_delta(UINT32_MAX);
    lag.add_count(1);
  }
  EXPECT_EQ(refused(record).kind, ErrorKind::protocol);
}

TEST(JournalCodecRefuses, AnOutcomeOutOfRange) {
  v1::JournalRecord record;
  record.mutable_snapshot()->add_cells()->add_latency()->set_outcome(kOutcomes);
  EXPECT_NE(refused(record).message.find("outcome"), std::string::npos);
}

TEST(JournalCodecRefuses, MoreCountsThanOutcomes) {
  v1::JournalRecord record;
  v1::Cell& cell = *record.mutable_snapshot()->add_cells();
  for (std::size_t i = 0; i <= kOutcomes; ++i) cell.add_counts(1);
  EXPECT_NE(refused(record).message.find("counts"), std::string::npos);
}

TEST(JournalCodecRefuses, UnevenColumns) {
  v1::JournalRecord record;
  v1::ProbeResults& probe = *record.mutable_snapshot()->add_probes();
  probe.add_good(true);
  probe.add_start_delta_ns(1);
  EXPECT_NE(refused(record).message.find("columns"), std::string::npos);
}

TEST(JournalCodecRefuses, BitsThatAreNoBuckets) {
  for (const std::string& bits : {std::string(1, '\0'), std::string(9, '\0'), std::string("\x80"), std::string("\x00\x01", 2)}) {
    v1::JournalRecord record;
    record.mutable_snapshot()->add_cells()->mutable_lag()->set_packed(bits);
    EXPECT_NE(refused(record).message.find("histogram"), std::string::npos);
  }
}

TEST(JournalCodecRefuses, MoreOrFewerOutcomesThanChecks) {
  for (const uint64_t outcomes : {1U, 3U}) {
    v1::JournalRecord record;
    v1::ProbeResults& probe = *record.mutable_snapshot()->add_probes();
    for (int i = 0; i < 2; ++i) {
      probe.add_offset_ns(0);
      probe.add_took_ns(1);
    }
    probe.add_runs(outcomes);
    EXPECT_NE(refused(record).message.find("outcomes"), std::string::npos);
  }
}

// As a journal from before histograms and checks were written closely.
TEST(JournalCodec, ReadsTheColumnsOfEarlierJournals) {
  v1::JournalRecord record;
  v1::Histogram& lag = *record.mutable_snapshot()->add_cells()->mutable_lag();
  for (const uint32_t delta : {0U, 7U}) {
    lag.add_bucket_delta(delta);
    lag.add_count(3);
  }
  v1::ProbeResults& probe = *record.mutable_snapshot()->add_probes();
  probe.set_probe(1);
  for (const bool good : {true, false}) {
    probe.add_start_delta_ns(100);
    probe.add_length_ns(5);
    probe.add_good(good);
  }
  const Result<JournalEntry> entry = decode_journal(record.SerializeAsString());
  ASSERT_TRUE(entry) << entry.error().text();
  const auto& snapshot = std::get<Snapshot>(entry.value());
  EXPECT_EQ(snapshot.cells.begin()->second.lag, SparseHistogram::from_buckets({{0, 3}, {7, 3}}));
  const std::vector<ProbeResult>& checks = snapshot.probes.at(ProbeId(0));
  ASSERT_EQ(checks.size(), 2U);
  EXPECT_EQ(checks[1].start, run_time(Duration(200)));
  EXPECT_EQ(checks[1].end, run_time(Duration(205)));
  EXPECT_TRUE(checks[0].good);
  EXPECT_FALSE(checks[1].good);
}

// 10 operations with 50 arrivals a second each, and one check every 10 ms: 4 KB a second at most, the chain included.
TEST(TruthScale, ASecondOfTenOperationsAndAProbeTakesAtMostFourKilobytes) {
  Rng rng(3);
  Snapshot s;
  s.seq = 80'000;
  s.from = run_time(std::chrono::seconds(80'000));
  s.to = s.from + std::chrono::seconds(1);
  s.offered[StageId(3)] = 500;
  for (uint32_t o = 0; o < 10; ++o) {
    Cell& cell = s.cells[{80'000, StageId(3), OperationId(o)}];
    cell.counts[0] = 50;
    cell.over_limit = {3};
    for (int i = 0; i < 50; ++i) {
      const Duration latency = from_seconds(0.001 / std::pow(1 - rng.uniform(), 0.5));
      cell.latency[0].add(latency);
      cell.service.add(latency - std::chrono::microseconds(30));
      cell.wait.add(from_seconds(2e-5 * rng.uniform()));
      cell.lag.add(from_seconds(8e-5 * rng.uniform()));
      cell.latency_max = std::max(cell.latency_max, latency);
    }
  }
  for (int i = 0; i < 100; ++i) {
    const RunTime start = s.from + std::chrono::milliseconds(10 * i) + from_seconds(1e-4 * rng.uniform());
    s.probes[ProbeId(0)].push_back({start, start + from_seconds(5e-4 + 1e-3 * rng.uniform()), true});
  }
  constexpr std::size_t kChain = 36;  // length and digest of a record
  const AgentHealthLine line{AgentId(0),
                             s.to,
                             {.cpu_seconds = 0.123,
                              .steal_ratio = 0.01,
                              .rss_bytes = 50'000'000,
                              .open_connections = 64,
                              .outstanding = 9,
                              .worst_lag = std::chrono::microseconds(90)}};
  const std::size_t bytes = encode_journal(s, 160'000).size() + encode_journal(line, 160'001).size() + 2 * kChain;
  EXPECT_LE(bytes, 4096U);
  RecordProperty("bytes", static_cast<int>(bytes));
}

TEST(JournalCodecRefuses, ACellTwice) {
  v1::JournalRecord record;
  record.mutable_snapshot()->add_cells();
  record.mutable_snapshot()->add_cells();
  EXPECT_NE(refused(record).message.find("twice"), std::string::npos);
}

TEST(JournalCodec, ASnapshotFromBeforeStatusesWereCountedKnowsNone) {
  Snapshot written;
  Cell& cell = written.cells[{0, StageId(0), OperationId(0)}];
  cell.counts[static_cast<std::size_t>(Outcome::ok)] = 5;
  cell.counts[static_cast<std::size_t>(Outcome::failed)] = 2;
  v1::JournalRecord record;
  ASSERT_TRUE(record.ParseFromString(encode_journal(JournalEntry(written))));
  record.mutable_snapshot()->clear_answers_counted();
  const auto read = decode_journal(record.SerializeAsString());
  ASSERT_TRUE(read.has_value());
  const Cell& found = std::get<Snapshot>(read.value()).cells.begin()->second;
  EXPECT_EQ(found.untold(), 7u);
  EXPECT_TRUE(found.all_answers().empty());
}

}  // namespace
}  // namespace shakedown
