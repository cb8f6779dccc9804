#include "agent/audit/audit.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

namespace shakedown {
namespace {

class AuditTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/audit-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void note(const std::string& what, const std::string& text, AuditLimits limits = {}) {
    const Result<void> appended = Audit(folder_, limits).append({"local user me (uid 1)", "run-1", what, text});
    ASSERT_TRUE(appended.has_value()) << appended.error().text();
  }
  std::string log() const { return folder_ + "/audit.log"; }
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    std::ifstream file(log());
    for (std::string line; std::getline(file, line);) out.push_back(line);
    return out;
  }
  void write(const std::vector<std::string>& lines) const {
    std::ofstream file(log(), std::ios::trunc);
    for (const std::string& line : lines) file << line << "\n";
  }
  std::string damage() const { return check_audit(log()).value().damage; }
  void five() {
    for (int i = 0; i < 5; ++i) note("injection", "fault " + std::to_string(i));
  }

  std::string folder_;
};

TEST_F(AuditTest, WhoWhatAndWhenInALineEach) {
  note("injection", "fault crash: kill of ledger");
  note("undo", "fault crash");
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_NE(lines()[0].find("\"who\":\"local user me (uid 1)\",\"run\":\"run-1\",\"what\":\"injection\""), std::string::npos)
      << lines()[0];
  struct stat info {};
  ASSERT_EQ(::stat(log().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  EXPECT_EQ(damage(), "");
  EXPECT_EQ(check_audit(log()).value().records, 2U);
}

TEST_F(AuditTest, AChangedRecordIsFound) {
  five();
  auto changed = lines();
  changed[2].replace(changed[2].find("fault 2"), 7, "fault 9");
  write(changed);
  EXPECT_EQ(damage(), "line 3: its content is not what its chain was made of");
}

TEST_F(AuditTest, AMissingRecordIsFound) {
  five();
  auto missing = lines();
  missing.erase(missing.begin() + 1);
  write(missing);
  EXPECT_EQ(damage(), "line 2: record 2 was expected, found 3");
}

TEST_F(AuditTest, AMissingBeginningIsFoundBesideAnOlderFile) {
  const AuditLimits small{600, 3};
  for (int i = 0; i < 8; ++i) note("injection", "fault " + std::to_string(i), small);
  ASSERT_TRUE(std::filesystem::exists(log() + ".1"));
  EXPECT_EQ(damage(), "");
  EXPECT_EQ(check_audit(log() + ".1").value().damage, "");
  note("injection", "one more", small);
  auto missing = lines();
  if (missing.size() < 2) {
    note("injection", "and one", small);
    missing = lines();
  }
  ASSERT_GE(missing.size(), 2U);
  const std::string& taken = missing.front();
  const int number = std::stoi(taken.substr(taken.find("\"n\":") + 4));
  missing.erase(missing.begin());
  write(missing);
  EXPECT_EQ(damage(), "line 1: record " + std::to_string(number) + " was expected, found " + std::to_string(number + 1));
}

TEST_F(AuditTest, AMissingBeginningIsFound) {
  five();
  auto missing = lines();
  missing.erase(missing.begin(), missing.begin() + 2);
  write(missing);
  EXPECT_EQ(damage(), "its beginning is missing: it is kept from record 1, the first here is 3");
}

TEST_F(AuditTest, AnOlderFileThatIsMissingOrChangedIsFound) {
  const AuditLimits small{600, 3};
  for (int i = 0; i < 8; ++i) note("injection", "fault " + std::to_string(i), small);
  std::ifstream kept(log() + ".1");
  std::string old((std::istreambuf_iterator<char>(kept)), {});
  const std::string good = old;
  old.replace(old.find("fault"), 5, "FAULT");
  std::ofstream(log() + ".1", std::ios::trunc) << old;
  EXPECT_EQ(damage().find(log() + ".1, line "), 0U) << damage();
  std::ofstream(log() + ".1", std::ios::trunc) << good;
  EXPECT_EQ(damage(), "");
  for (int i = 1; i <= 3; ++i) std::filesystem::remove(log() + "." + std::to_string(i));
  EXPECT_EQ(damage().find("its beginning is missing"), 0U) << damage();
}

// What is written next must not hide what was taken away before.
TEST_F(AuditTest, TheNextRecordHidesNoMissingEnd) {
  five();
  auto missing = lines();
  missing.resize(3);
  write(missing);
  note("halt", "later");
  EXPECT_EQ(damage(), "line 4: record 4 was expected, found 6");
}

TEST_F(AuditTest, TheNextRecordHidesNoMissingHeadOrLog) {
  five();
  std::filesystem::remove(folder_ + "/audit.head");
  EXPECT_EQ(damage().find("audit.head, which names its last record, is missing"), 0U) << damage();
  note("halt", "later");
  EXPECT_EQ(damage(), "line 6: it does not follow the record before it");
  std::filesystem::remove(log());
  note("resume", "at last");
  EXPECT_EQ(damage().find("its beginning is missing"), 0U) << damage();
}

TEST_F(AuditTest, AHeadThatWasChangedIsFound) {
  five();
  std::ifstream file(folder_ + "/audit.head");
  const std::string good((std::istreambuf_iterator<char>(file)), {});
  for (std::size_t i = 0; i + 1 < good.size(); ++i) {
    std::string changed = good;
    changed[i] ^= 1;
    std::ofstream(folder_ + "/audit.head", std::ios::trunc) << changed;
    EXPECT_NE(damage(), "") << i << " " << changed;
  }
}

TEST_F(AuditTest, ARecordIsToTheByteAsWeWriteIt) {
  five();
  auto twice = lines();
  const std::string before = twice[2];
  twice[2].replace(before.find("\"text\""), 0, "\"text\":\"root did it\",");
  write(twice);
  EXPECT_EQ(damage(), "line 3: it is no record of the audit") << "a second key of the same name";
  twice[2] = before;
  twice[2].insert(1, " ");
  write(twice);
  EXPECT_EQ(damage(), "line 3: it is no record of the audit") << "white space";
}

// A crash between a line and its head, and within a line.
TEST_F(AuditTest, ACrashIsNoDamage) {
  five();
  std::filesystem::copy(folder_ + "/audit.head", folder_ + "/before");
  note("halt", "the head was not written");
  std::filesystem::rename(folder_ + "/before", folder_ + "/audit.head");
  EXPECT_EQ(damage(), "");
  std::ofstream(log(), std::ios::app) << "{\"n\":7,\"at";
  EXPECT_EQ(damage(), "line 7: it is no record of the audit");
  note("resume", "after the crash");
  EXPECT_EQ(damage(), "");
  EXPECT_EQ(lines().size(), 7U);
}

TEST_F(AuditTest, AMissingEndIsFound) {
  five();
  auto missing = lines();
  missing.pop_back();
  write(missing);
  EXPECT_EQ(damage(), "its end is missing: 5 records were written, the last here is 4");
}

TEST_F(AuditTest, ReorderedRecordsAreFound) {
  five();
  auto reordered = lines();
  std::swap(reordered[1], reordered[3]);
  write(reordered);
  EXPECT_EQ(damage(), "line 2: record 2 was expected, found 4");
}

TEST_F(AuditTest, ARecordOfNobodysIsFound) {
  five();
  auto foreign = lines();
  foreign.insert(foreign.begin() + 2, "hello");
  write(foreign);
  EXPECT_EQ(damage(), "line 3: it is no record of the audit");
}

TEST_F(AuditTest, OldFilesGoAndTheChainGoesOn) {
  const AuditLimits small{500, 2};
  for (int i = 0; i < 40; ++i) note("injection", "fault " + std::to_string(i), small);
  EXPECT_TRUE(std::filesystem::exists(log() + ".2"));
  EXPECT_FALSE(std::filesystem::exists(log() + ".3"));
  EXPECT_EQ(damage(), "");
  EXPECT_NE(lines().back().find("\"n\":40,"), std::string::npos);
}

TEST_F(AuditTest, SeveralWriteInTurn) {
  std::vector<std::jthread> writers;
  for (int w = 0; w < 4; ++w) {
    writers.emplace_back([this] {
      for (int i = 0; i < 10; ++i) static_cast<void>(Audit(folder_).append({"me", "", "command", "x"}));
    });
  }
  writers.clear();
  EXPECT_EQ(damage(), "");
  EXPECT_EQ(check_audit(log()).value().records, 40U);
}

// Whoever writes may be frozen: nobody waits for it without end.
TEST_F(AuditTest, ALockThatIsHeldIsNotWaitedForWithoutEnd) {
  five();
  const int lock = ::open((folder_ + "/audit.lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);
  const Result<void> appended = Audit(folder_).append({"me", "", "halt", ""});
  ASSERT_TRUE(appended.has_error());
  EXPECT_NE(appended.error().text().find("lock"), std::string::npos) << appended.error().text();
  ::close(lock);
  note("halt", "free again");
  EXPECT_EQ(damage(), "");
}

TEST_F(AuditTest, WhatCannotBeWrittenIsAnError) {
  EXPECT_TRUE(Audit("/proc/no-such-folder").append({"me", "", "halt", ""}).has_error());
  EXPECT_TRUE(check_audit(log()).has_error());
}

}  // namespace
}  // namespace shakedown
