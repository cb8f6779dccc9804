// No damage to a journal makes a green: of recorded drills, whatever is cut, flipped, appended, taken out, doubled or moved,
// no row becomes a pass and no decision a GO.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "controller/record/scoring.h"
#include "core/base/rng.h"
#include "core/wire/codec/journal.h"

namespace shakedown {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeader = "shakedown journal 1\n";
constexpr std::size_t kDigest = 32;

std::string content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> records_of(const std::string& bytes) {
  std::vector<std::string> out;
  for (std::size_t at = kHeader.size(); at + 4 <= bytes.size();) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    out.push_back(bytes.substr(at + 4, length));
    at += 4 + length + kDigest;
  }
  return out;
}

// Under a chain made anew.
std::string journal_of(const std::vector<std::string>& records) {
  std::string out(kHeader);
  Digest chain = sha256(kHeader);
  for (const std::string& record : records) {
    chain = sha256(std::string(reinterpret_cast<const char*>(chain.data()), chain.size()) + record);
    for (std::size_t i = 0; i < 4; ++i) out += static_cast<char>((record.size() >> (8 * i)) & 0xff);
    out += record;
    out.append(reinterpret_cast<const char*>(chain.data()), chain.size());
  }
  return out;
}

// A recorded drill in a folder of its own, its records numbered as they are written today.
class Recorded {
 public:
  explicit Recorded(const std::string& name) {
    std::string made = (fs::temp_directory_path() / "damage-XXXXXX").string();
    folder_ = ::mkdtemp(made.data());
    const fs::path source = fs::path(std::getenv("SHAKEDOWN_SOURCE_DIR")) / "tests/golden/judge" / name;
    fs::copy_file(source / "scenario.yaml", folder_ / "scenario.yaml");
    fs::copy_file(source / "journal.shk", folder_ / "old.shk");
    auto writer = JournalWriter::create((folder_ / "journal.shk").string());
    const auto again = [&](JournalEntry entry) { EXPECT_TRUE(writer.value()->append(entry)); };
    EXPECT_TRUE(read_journal((folder_ / "old.shk").string(), again));
    bytes_ = content(folder_ / "journal.shk");
  }
  ~Recorded() { fs::remove_all(folder_); }

  const std::string& bytes() const { return bytes_; }
  void edit_scenario() const { std::ofstream(folder_ / "scenario.yaml", std::ios::app) << "# edited\n"; }
  Scorecard judged(const std::string& bytes) const {
    std::ofstream(folder_ / "journal.shk", std::ios::binary) << bytes;
    auto scored = score(RunFolder::open(folder_.string()).value(), std::nullopt);
    return scored ? std::move(scored.value().scorecard) : Scorecard{};
  }

 private:
  fs::path folder_;
  std::string bytes_;
};

void expect_no_greener(const Scorecard& before, const Scorecard& after, const std::string& what) {
  EXPECT_NE(after.decision, DecisionState::go) << what;
  for (std::size_t i = 0; i < after.requirements.size(); ++i) {
    if (after.requirements[i].verdict.state != VerdictState::pass) continue;
    EXPECT_EQ(before.requirements.at(i).verdict.state, VerdictState::pass)
        << what << ": " << after.requirements[i].requirement.id;
  }
}

class TruthDamage : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Drills, TruthDamage, ::testing::Values("quickstart", "nginx", "interrupted"),
                         [](const auto& one) { return std::string(one.param); });

TEST_P(TruthDamage, BytesCutFlippedOrAppendedMakeNoGreen) {
  const Recorded drill(GetParam());
  const Scorecard before = drill.judged(drill.bytes());
  Rng rng(1);
  for (int i = 0; i < 60; ++i) {
    std::string bytes = drill.bytes();
    const std::size_t at = kHeader.size() + rng.below(bytes.size() - kHeader.size());
    switch (i % 4) {
      case 0: bytes.resize(at); break;
      case 1: bytes[at] = static_cast<char>(bytes[at] ^ (1 << rng.below(8))); break;
      case 2: bytes.erase(at, 1 + rng.below(400)); break;
      default: bytes += bytes.substr(at, 1 + rng.below(400));
    }
    expect_no_greener(before, drill.judged(bytes), "change " + std::to_string(i) + " at byte " + std::to_string(at));
  }
}

TEST_P(TruthDamage, RecordsTakenOutDoubledOrMovedUnderANewChainMakeNoGreen) {
  const Recorded drill(GetParam());
  const Scorecard before = drill.judged(drill.bytes());
  const std::vector<std::string> records = records_of(drill.bytes());
  ASSERT_EQ(journal_of(records), drill.bytes());
  Rng rng(2);
  for (int i = 0; i < 60; ++i) {
    std::vector<std::string> changed = records;
    const std::size_t at = rng.below(records.size()), to = (at + 1 + rng.below(records.size() - 1)) % records.size();
    const auto here = changed.begin() + static_cast<std::ptrdiff_t>(at);
    switch (i % 3) {
      case 0: changed.erase(here); break;
      case 1: changed.insert(here, records[at]); break;
      default: std::swap(changed[at], changed[to]);
    }
    expect_no_greener(before, drill.judged(journal_of(changed)),
                      "change " + std::to_string(i) + " of record " + std::to_string(at));
  }
}

TEST_P(TruthDamage, AnAgentTakenOutUnderANewChainMakesNoGreen) {
  const Recorded drill(GetParam());
  const Scorecard before = drill.judged(drill.bytes());
  using Kind = std::function<bool(const JournalEntry&)>;
  const std::vector<std::pair<const char*, Kind>> kinds = {
      {"health", [](const JournalEntry& e) { return std::holds_alternative<AgentHealthLine>(e); }},
      {"snapshots", [](const JournalEntry& e) { return std::holds_alternative<Snapshot>(e); }},
      {"events", [](const JournalEntry& e) { return std::holds_alternative<Event>(e); }}};
  for (const auto& [name, gone] : kinds) {
    std::vector<std::string> left = records_of(drill.bytes());
    std::erase_if(left, [&](const std::string& record) { return gone(decode_journal(record).value()); });
    expect_no_greener(before, drill.judged(journal_of(left)), std::string("without ") + name);
  }
}

TEST_P(TruthDamage, BytesAfterTheClosingRecordAreNoCompleteJournal) {
  const Recorded drill(GetParam());
  const Scorecard card = drill.judged(drill.bytes() + "x");
  EXPECT_FALSE(card.valid);
  EXPECT_EQ(card.manifest.state, RunState::running);
  EXPECT_NE(card.manifest.ended_by.find("the journal is damaged"), std::string::npos) << card.manifest.ended_by;
}

TEST(TruthOldJournal, AScenarioEditedBesideItsJournalAnswersNothing) {
  const Recorded drill("nginx");
  drill.edit_scenario();
  const Scorecard card = drill.judged(drill.bytes());
  ASSERT_FALSE(card.requirements.empty());
  for (const ScoredRequirement& row : card.requirements) {
    EXPECT_EQ(row.verdict.state, VerdictState::unknown);
    EXPECT_NE(row.verdict.reason.find("not the one of the run"), std::string::npos) << row.verdict.reason;
  }
  EXPECT_EQ(card.decision, DecisionState::not_proven);
}

TEST(TruthOldJournal, AJournalFromBeforeRecordsWereNumberedIsStillRead) {
  const Recorded drill("nginx");
  const Scorecard before = drill.judged(drill.bytes());
  EXPECT_EQ(before.decision, DecisionState::go);
  const std::string old = content(fs::path(std::getenv("SHAKEDOWN_SOURCE_DIR")) / "tests/golden/judge/nginx/journal.shk");
  EXPECT_NE(old, drill.bytes());
  EXPECT_EQ(drill.judged(old).decision, DecisionState::go);
}

}  // namespace
}  // namespace shakedown
