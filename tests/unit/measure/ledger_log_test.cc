#include "controller/measure/ledger_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "core/base/rng.h"
#include "tests/support/instants.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

// 100 writes a second, acknowledged in nearly the order in which they were sent, and read back twice in steps.
struct Day {
  std::map<uint64_t, LedgerWrite> writes;
  std::vector<LedgerRead> reads;
  LedgerLog log;

  explicit Day(uint64_t count) {
    Rng rng(4);
    std::vector<LedgerWrite> told;
    for (uint64_t id = 0; id < count; ++id) {
      const RunTime sent = at(1) + milliseconds(10) * static_cast<int64_t>(id) + from_seconds(1e-4 * rng.uniform());
      told.push_back(
          {id, sent, sent + from_seconds(0.03 * rng.uniform()), rng.below(50) > 0 ? WriteClass::acked : WriteClass::unknown});
    }
    std::sort(told.begin(), told.end(), [](const LedgerWrite& a, const LedgerWrite& b) { return a.completed < b.completed; });
    for (const LedgerWrite& write : told) {
      log.add(write);
      writes[write.id] = write;
    }
    for (uint32_t pass = 0; pass < 2; ++pass) {
      for (uint64_t id = 0; id < count; ++id) {
        const RunTime sent = at(1e6 * (pass + 1.0)) + milliseconds(2) * static_cast<int64_t>(id);
        reads.push_back({id, pass, sent, sent + milliseconds(1), rng.below(90) > 0 ? ReadClass::present : ReadClass::absent});
        log.add(reads.back());
      }
    }
  }
};

void expect_same(const LedgerWrite& a, const LedgerWrite& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.invoked, b.invoked);
  EXPECT_EQ(a.completed, b.completed);
  EXPECT_EQ(a.outcome, b.outcome);
}

TEST(TruthScale, ALedgerIsPackedWithoutLossInAboutElevenBytesARecord) {
  constexpr uint64_t kWrites = 30'000;
  const Day day(kWrites);
  const LedgerRecord record = day.log.record();
  ASSERT_EQ(record.writes.size(), kWrites);
  for (uint64_t id = 0; id < kWrites; ++id) expect_same(record.writes[id], day.writes.at(id));
  ASSERT_EQ(day.log.reads(), 2 * kWrites);
  ASSERT_EQ(record.reads.size(), 2 * kWrites);
  for (std::size_t i = 0; i < record.reads.size(); ++i) {
    const LedgerRead &found = record.reads[i], &expected = day.reads[i / 2 + (i % 2) * kWrites];
    EXPECT_EQ(found.id, expected.id);
    EXPECT_EQ(found.pass, expected.pass);
    EXPECT_EQ(found.invoked, expected.invoked);
    EXPECT_EQ(found.completed, expected.completed);
    EXPECT_EQ(found.outcome, expected.outcome);
  }
  EXPECT_LE(day.log.packed_bytes(), 13 * 3 * kWrites);
}

TEST(LedgerLog, ACopyIsNotChangedByWhatComesAfter) {
  Day day(5000);
  const LedgerLog copy = day.log;
  for (uint64_t id = 5000; id < 20'000; ++id) day.log.add(LedgerWrite{id, at(60), at(61), WriteClass::acked});
  EXPECT_EQ(copy.record().writes.size(), 5000U);
  EXPECT_EQ(day.log.record().writes.size(), 20'000U);
}

TEST(LedgerLog, AnyInstantsAreKept) {
  LedgerLog log;
  for (uint64_t i = 0; i < 10'000; ++i) {
    const RunTime t = i % 2 == 0 ? RunTime::min() : RunTime::max();
    log.add(LedgerWrite{UINT64_MAX - i, t, i % 3 == 0 ? RunTime::max() : RunTime::min(), WriteClass::acked});
  }
  const LedgerRecord record = log.record();
  ASSERT_EQ(record.writes.size(), 10'000U);
  EXPECT_EQ(record.write(UINT64_MAX)->invoked, RunTime::min());
  EXPECT_EQ(record.write(UINT64_MAX)->completed, RunTime::max());
  EXPECT_EQ(record.write(UINT64_MAX - 1)->invoked, RunTime::max());
  EXPECT_EQ(record.write(5), nullptr);
}

}  // namespace
}  // namespace shakedown
