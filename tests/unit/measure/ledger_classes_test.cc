#include <gtest/gtest.h>

#include "controller/measure/ledger_check.h"

#include "tests/support/instants.h"

namespace shakedown {
namespace {

using Ids = std::vector<uint64_t>;

class LedgerClassesTest : public ::testing::Test {
 protected:
  LedgerRecord record_;

  void write(uint64_t id, WriteClass outcome, double invoked = 1, double completed = 1.01) {
    record_.writes.push_back({id, at(invoked), at(completed), outcome});
  }
  void read(uint64_t id, ReadClass outcome, double invoked = 10, uint32_t pass = 0) {
    record_.reads.push_back({id, pass, at(invoked), at(invoked + 0.01), outcome});
  }
  LedgerClasses classes() const { return classify(record_); }
};

TEST_F(LedgerClassesTest, AckedWrites) {
  for (uint64_t id = 0; id < 4; ++id) write(id, WriteClass::acked);
  read(0, ReadClass::present);
  read(1, ReadClass::absent);
  read(2, ReadClass::undecided);
  const LedgerClasses c = classes();
  EXPECT_EQ(c.attempted, 4U);
  EXPECT_EQ(c.acked, 4U);
  EXPECT_EQ(c.kept, Ids{0});
  EXPECT_EQ(c.lost, Ids{1});
  EXPECT_EQ(c.undecided, (Ids{2, 3}));
}

TEST_F(LedgerClassesTest, AnAbsenceInvokedBeforeTheAckProvesNothing) {
  write(0, WriteClass::acked, 9.99, 10.005);
  read(0, ReadClass::absent, 10.0);
  EXPECT_TRUE(classes().lost.empty());
  EXPECT_EQ(classes().undecided, Ids{0});
  read(0, ReadClass::absent, 10.006);
  EXPECT_EQ(classes().lost, Ids{0});
}

TEST_F(LedgerClassesTest, ALaterSightingClearsAnAbsence) {
  write(0, WriteClass::acked);
  read(0, ReadClass::absent, 10);
  read(0, ReadClass::present, 11);
  EXPECT_EQ(classes().kept, Ids{0});
  read(0, ReadClass::absent, 12);
  EXPECT_EQ(classes().lost, Ids{0});
  EXPECT_TRUE(classes().kept.empty());
}

TEST_F(LedgerClassesTest, TheOrderOfArrivalDoesNotMatter) {
  write(0, WriteClass::acked);
  read(0, ReadClass::present, 11);
  read(0, ReadClass::absent, 10);
  EXPECT_EQ(classes().kept, Ids{0});
}

TEST_F(LedgerClassesTest, UnknownWritesAreNeverLost) {
  for (uint64_t id = 0; id < 4; ++id) write(id, WriteClass::unknown);
  write(4, WriteClass::pending);
  read(0, ReadClass::present);
  read(1, ReadClass::absent);
  read(2, ReadClass::present, 10);
  read(2, ReadClass::absent, 11);
  read(4, ReadClass::absent);
  const LedgerClasses c = classes();
  EXPECT_EQ(c.unknown, 5U);
  EXPECT_EQ(c.recovered, Ids{0});
  EXPECT_EQ(c.maybe_lost, (Ids{1, 4}));
  EXPECT_EQ(c.seen_then_lost, Ids{2});
  EXPECT_TRUE(c.lost.empty());
  EXPECT_TRUE(c.undecided.empty());
}

TEST_F(LedgerClassesTest, FailedWritesThatShowUpAreResurrected) {
  write(0, WriteClass::failed);
  write(1, WriteClass::failed);
  read(0, ReadClass::present);
  read(1, ReadClass::absent);
  const LedgerClasses c = classes();
  EXPECT_EQ(c.failed, 2U);
  EXPECT_EQ(c.resurrected, Ids{0});
}

TEST_F(LedgerClassesTest, WritesNeverAttemptedAreGhosts) {
  read(7, ReadClass::present);
  read(8, ReadClass::absent);
  const LedgerClasses c = classes();
  EXPECT_EQ(c.ghosts, Ids{7});
  EXPECT_EQ(c.attempted, 0U);
}

TEST_F(LedgerClassesTest, DuplicatesAreKeptAndListed) {
  write(0, WriteClass::acked);
  read(0, ReadClass::duplicate);
  EXPECT_EQ(classes().duplicates, Ids{0});
  EXPECT_EQ(classes().kept, Ids{0});
}

TEST_F(LedgerClassesTest, CorruptWritesAreListedAlone) {
  write(0, WriteClass::acked);
  write(1, WriteClass::acked);
  read(0, ReadClass::corrupt);
  read(1, ReadClass::corrupt, 10);
  read(1, ReadClass::present, 11);
  const LedgerClasses c = classes();
  EXPECT_EQ(c.corrupt, Ids{0});
  EXPECT_EQ(c.kept, Ids{1});
  EXPECT_TRUE(c.lost.empty());
}

}  // namespace
}  // namespace shakedown
