#include "controller/record/journal.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace shakedown {
namespace {

class JournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "journal-test-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    path_ = folder_ + "/journal.shk";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static Manifest manifest(const std::string& id) {
    Manifest m;
    m.run_id = id;
    m.seed = 42;
    return m;
  }

  void write(int events, bool closed) {
    auto writer = JournalWriter::create(path_);
    ASSERT_TRUE(writer) << writer.error().text();
    ASSERT_TRUE(writer.value()->append(manifest("run-1")));
    for (int i = 0; i < events; ++i) {
      ASSERT_TRUE(writer.value()->append(Event(RunEvent{RunEvent::Kind::started, run_time(Duration(i)), "e"})));
    }
    if (closed) {
      ASSERT_TRUE(writer.value()->append(JournalClose{manifest("run-1")}));
    }
    ASSERT_TRUE(writer.value()->sync());
  }

  JournalSummary read(std::vector<JournalEntry>& entries) {
    auto summary = read_journal(path_, [&](JournalEntry entry) { entries.push_back(std::move(entry)); });
    EXPECT_TRUE(summary);
    return summary.value();
  }

  std::string folder_, path_;
};

// More records than the reading thread may be ahead, and damage behind them.
TEST_F(JournalTest, ALongJournalComesInOrderUpToItsDamage) {
  write(3000, true);
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 1);
  std::vector<JournalEntry> entries;
  const JournalSummary summary = read(entries);
  EXPECT_NE(summary.damage.find("record 3002"), std::string::npos) << summary.damage;
  ASSERT_EQ(entries.size(), 3001U);
  for (int i = 0; i < 3000; ++i) {
    const auto& event = std::get<RunEvent>(std::get<Event>(entries[static_cast<std::size_t>(i) + 1]));
    ASSERT_EQ(event.at.time_since_epoch().count(), i);
  }
}

TEST_F(JournalTest, WhatItsTakerThrowsEndsTheReading) {
  write(3000, true);
  EXPECT_THROW((void)read_journal(path_, [](JournalEntry) { throw std::runtime_error("no more"); }), std::runtime_error);
}

TEST_F(JournalTest, GivesBackWhatWasAppendedInOrder) {
  write(3, true);
  std::vector<JournalEntry> entries;
  const JournalSummary summary = read(entries);
  EXPECT_TRUE(summary.complete);
  EXPECT_EQ(summary.damage, "");
  EXPECT_EQ(summary.records, 5U);
  ASSERT_EQ(entries.size(), 5U);
  EXPECT_EQ(std::get<Manifest>(entries[0]).run_id, "run-1");
  for (int i = 0; i < 3; ++i) {
    const auto& event = std::get<RunEvent>(std::get<Event>(entries[static_cast<std::size_t>(i) + 1]));
    EXPECT_EQ(event.at.time_since_epoch().count(), i);
  }
}

TEST_F(JournalTest, IsIncompleteWithoutItsClosingRecord) {
  write(1, false);
  std::vector<JournalEntry> entries;
  EXPECT_FALSE(read(entries).complete);
}

TEST_F(JournalTest, RefusesToOverwrite) {
  write(0, true);
  const auto again = JournalWriter::create(path_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::output);
}

TEST_F(JournalTest, NamesTheRecordOfEveryFlippedByte) {
  write(2, true);
  std::string bytes;
  {
    std::ifstream in(path_, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x20);
    std::ofstream(path_, std::ios::binary) << damaged;
    std::vector<JournalEntry> entries;
    const JournalSummary summary = read(entries);
    EXPECT_NE(summary.damage, "") << "byte " << i;
    EXPECT_LT(entries.size(), 4U) << "byte " << i;
  }
}

TEST_F(JournalTest, KeepsEveryWholeRecordOfATornFile) {
  write(2, true);
  std::ifstream in(path_, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  std::size_t most = 0;
  for (std::size_t cut = 21; cut < whole.size(); ++cut) {
    std::ofstream(path_, std::ios::binary) << whole.substr(0, cut);
    std::vector<JournalEntry> entries;
    const JournalSummary summary = read(entries);
    EXPECT_FALSE(summary.complete);
    EXPECT_GE(entries.size(), most);
    most = std::max(most, entries.size());
  }
  EXPECT_EQ(most, 3U);
}

}  // namespace
}  // namespace shakedown
