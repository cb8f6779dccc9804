#include "agent/fault/undo/journal.h"

#include <exception>
#include <filesystem>
#include <optional>
#include <utility>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "core/base/clock.h"
#include "tests/support/no_room.h"
#include "tests/unit/fault/temporary_folder.h"

namespace shakedown {
namespace {

// Runs one lock attempt to its end.
LockOutcome lock_now(const UndoJournal& journal, const std::string& id, RecordLock& lock, Duration patience = {}) {
  boost::asio::io_context loop;
  LockOutcome result = LockOutcome::busy;
  auto done = [&](std::exception_ptr broken, LockOutcome outcome) {
    EXPECT_FALSE(broken);
    result = outcome;
  };
  boost::asio::co_spawn(loop, journal.lock(id, mono_now() + patience, lock), std::move(done));
  loop.run();
  return result;
}

struct UndoJournalTest : ::testing::Test {
  test::TemporaryFolder top;
  UndoJournal journal = std::move(UndoJournal::open(top / "undo/me").value());

  UndoRecord add(const std::string& kind = "kill") {
    UndoRecord record;
    record.kind = kind;
    EXPECT_TRUE(journal.add(record).has_value());
    return record;
  }
};

// A controller that was stopped, and continued after its watchdog had taken everything back, must not try it again.
TEST_F(UndoJournalTest, WhatAnotherHasTakenBackIsNotMissingAndItsNumberIsNotItsSuccessors) {
  const UndoRecord one = add();
  UndoJournal watchdogs = std::move(UndoJournal::open(top / "undo/me").value());
  ASSERT_TRUE(watchdogs.remove(one.id).has_value());
  EXPECT_TRUE(journal.taken_back(one.id));
  EXPECT_TRUE(journal.missing().empty());
  ASSERT_TRUE(journal.remove(one.id).has_value());
  const UndoRecord two = add();
  ASSERT_EQ(two.id, one.id);
  EXPECT_FALSE(watchdogs.taken_back(two.id));
  std::filesystem::remove(top / ("undo/me/" + two.id + ".undo"));
  EXPECT_EQ(journal.missing(), std::vector<std::string>{two.id}) << "this one has vanished";
  ASSERT_TRUE(journal.remove(two.id).has_value());
  journal.remove_if_empty();
  EXPECT_FALSE(std::filesystem::exists(top / "undo/me"));
}

TEST_F(UndoJournalTest, WhatStandsIsRememberedWhenTheFolderVanishes) {
  const UndoRecord one = add();
  UndoJournal watchdogs = std::move(UndoJournal::open(top / "undo/me").value());
  watchdogs.remember_standing();
  const UndoRecord removed = add();
  ASSERT_TRUE(journal.remove(removed.id).has_value());
  std::filesystem::remove_all(top / "undo");
  watchdogs.remember_standing();
  for (UndoJournal* both : {&journal, &watchdogs}) {
    EXPECT_EQ(both->list(), std::vector<std::string>{one.id});
    EXPECT_EQ(both->missing(), std::vector<std::string>{one.id});
    EXPECT_EQ(both->read(one.id).value().kind, "kill");
  }
  ASSERT_TRUE(watchdogs.restore(one.id).has_value());
  EXPECT_TRUE(journal.missing().empty());
  ASSERT_TRUE(watchdogs.remove(one.id).has_value());
  watchdogs.remember_standing();
  EXPECT_TRUE(watchdogs.list().empty());
}

TEST_F(UndoJournalTest, ListsNewestFirstAndNumbersGoOn) {
  const UndoRecord first = add(), second = add("pause");
  EXPECT_EQ(journal.list(), (std::vector<std::string>{second.id, first.id}));
  ASSERT_TRUE(journal.remove(first.id).has_value());
  const UndoRecord third = add();
  EXPECT_GT(third.sequence, second.sequence);
  EXPECT_EQ(journal.list(), (std::vector<std::string>{third.id, second.id}));
  EXPECT_EQ(journal.read(third.id).value().sequence, third.sequence);
}

TEST_F(UndoJournalTest, ASecondJournalOfTheFolderSeesTheSame) {
  const UndoRecord record = add();
  const auto other = UndoJournal::open(journal.folder());
  ASSERT_TRUE(other.has_value());
  EXPECT_EQ(other.value().list(), journal.list());
  EXPECT_TRUE(other.value().contains(record.id));
}

TEST_F(UndoJournalTest, ALockExcludesOthersUntilReleased) {
  const UndoRecord record = add();
  RecordLock mine, theirs;
  EXPECT_EQ(lock_now(journal, record.id, mine), LockOutcome::held);
  EXPECT_EQ(lock_now(journal, record.id, theirs), LockOutcome::busy);
  mine.release();
  EXPECT_EQ(lock_now(journal, record.id, theirs), LockOutcome::held);
}

TEST_F(UndoJournalTest, AnUpdateKeepsTheLock) {
  UndoRecord record = add();
  RecordLock mine, theirs;
  ASSERT_EQ(lock_now(journal, record.id, mine), LockOutcome::held);
  record.touched = true;
  ASSERT_TRUE(journal.update(record, mine).has_value());
  EXPECT_EQ(lock_now(journal, record.id, theirs), LockOutcome::busy);
  EXPECT_TRUE(journal.read(record.id).value().touched);
}

TEST_F(UndoJournalTest, ARemovedRecordIsSaidToBe) {
  const UndoRecord record = add();
  ASSERT_TRUE(journal.remove(record.id).has_value());
  EXPECT_TRUE(journal.remove(record.id).has_value());
  RecordLock lock;
  EXPECT_EQ(lock_now(journal, record.id, lock, std::chrono::seconds(1)), LockOutcome::removed);
}

TEST_F(UndoJournalTest, AFullDiskLeavesNothing) {
  const test::NoRoom full;
  UndoRecord record;
  record.kind = "kill";
  EXPECT_TRUE(journal.add(record).has_error());
  EXPECT_TRUE(journal.list().empty());
}

TEST_F(UndoJournalTest, ADamagedRecordIsListedAndNamesItsFile) {
  const UndoRecord record = add();
  std::filesystem::resize_file(journal.folder() + "/" + record.id + ".undo", 20);
  EXPECT_EQ(journal.list().size(), 1U);
  const auto back = journal.read(record.id);
  ASSERT_TRUE(back.has_error());
  EXPECT_NE(back.error().message.find(record.id), std::string::npos);
}

TEST_F(UndoJournalTest, TheFolderGoesOnlyWhenNothingStands) {
  const UndoRecord record = add();
  journal.remove_if_empty();
  EXPECT_TRUE(journal.contains(record.id));
  ASSERT_TRUE(journal.remove(record.id).has_value());
  journal.remove_if_empty();
  EXPECT_FALSE(std::filesystem::exists(journal.folder()));
}

}  // namespace
}  // namespace shakedown
