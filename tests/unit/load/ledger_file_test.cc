#include "agent/load/watch/ledger_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <gtest/gtest.h>

namespace shakedown {
namespace {

TEST(LedgerTexts, AreRecomputableAndUnique) {
  std::set<std::string> ids, sums;
  for (uint64_t id = 0; id < 1000; ++id) {
    const LedgerTexts texts = ledger_texts("run-1", "entries", id);
    EXPECT_EQ(texts.checksum, ledger_texts("run-1", "entries", id).checksum);
    EXPECT_NE(texts.payload.find(texts.id), std::string::npos);
    EXPECT_NE(texts.payload.find(texts.checksum), std::string::npos);
    EXPECT_TRUE(texts.id.starts_with("run-1-")) << "cleanups find a run's entries by its id: " << texts.id;
    EXPECT_EQ(texts.id.substr(texts.id.rfind('-') + 1), std::to_string(id));
    ids.insert(texts.id);
    sums.insert(texts.checksum);
  }
  EXPECT_EQ(ids.size(), 1000u);
  EXPECT_EQ(sums.size(), 1000u);
  EXPECT_NE(ledger_texts("run-2", "entries", 1).id, ledger_texts("run-1", "entries", 1).id);
  EXPECT_NE(ledger_texts("run-1", "others", 1).id, ledger_texts("run-1", "entries", 1).id);
  EXPECT_NE(ledger_texts("run-1", "others", 1).checksum, ledger_texts("run-1", "entries", 1).checksum);
}

TEST(LedgerFile, HoldsIntentsAndEnds) {
  const std::string dir = ::testing::TempDir() + "/shakedown-ledger-file/deep";
  {
    auto file = LedgerFile::create(dir, "run-1", "entries");
    ASSERT_TRUE(file.has_value());
    EXPECT_TRUE(file.assume_value().intent(0, RunTime(Duration(5))));
    EXPECT_TRUE(file.assume_value().intent(1, RunTime(Duration(6))));
    EXPECT_TRUE(file.assume_value().completed({0, RunTime(Duration(5)), RunTime(Duration(9)), WriteClass::acked}));
    EXPECT_TRUE(file.assume_value().completed({1, RunTime(Duration(6)), RunTime(Duration(8)), WriteClass::unknown}));
  }
  std::ifstream stored(dir + "/ledger-entries.log");
  const std::string text((std::istreambuf_iterator<char>(stored)), std::istreambuf_iterator<char>());
  EXPECT_EQ(text, "# ledger entries of run run-1\nI 0 5\nI 1 6\nA 0 9\nU 1 8\n");
  std::filesystem::remove_all(::testing::TempDir() + "/shakedown-ledger-file");
}

TEST(LedgerFile, FullDiskIsReported) {
  auto file = LedgerFile::create("/dev/full", "run-1", "entries");
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.assume_error().kind, ErrorKind::io);
  EXPECT_NE(file.assume_error().message.find("/dev/full"), std::string::npos);
}

}  // namespace
}  // namespace shakedown
