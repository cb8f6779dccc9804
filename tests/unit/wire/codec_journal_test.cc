#include "core/wire/codec_journal.h"

#include <gtest/gtest.h>

#include "shakedown/v1/journal.pb.h"
#include "tests/unit/wire/filler.h"

namespace shakedown {
namespace {

using test::Filler;
using test::same;

template <class T>
class JournalCodec : public ::testing::Test {};
using Kinds = ::testing::Types<Manifest, StageEvent, FaultEvent, StepEvent, AgentEvent, RunEvent, LedgerPass, CheckResult, Reading, Snapshot,
                             AgentHealthLine, JournalClose>;
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

TEST(JournalCodecRefuses, ACellTwice) {
  v1::JournalRecord record;
  record.mutable_snapshot()->add_cells();
  record.mutable_snapshot()->add_cells();
  EXPECT_NE(refused(record).message.find("twice"), std::string::npos);
}

}  // namespace
}  // namespace shakedown
