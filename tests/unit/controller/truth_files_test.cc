// What is written goes where it belongs, whatever somebody has planted there.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "controller/record/journal.h"
#include "controller/record/run_folder.h"

namespace shakedown {
namespace {

namespace fs = std::filesystem;

TEST(TruthFiles, APlantedLinkIsNotWrittenThrough) {
  const fs::path root = fs::path(::testing::TempDir()) / "shakedown-planted";
  fs::remove_all(root);
  fs::create_directories(root / "run");
  std::ofstream(root / "precious") << "keep";
  fs::create_symlink(root / "precious", root / "run" / "scorecard.md.part");
  fs::create_symlink(root / "precious", root / "run" / "junit.xml");
  const RunFolder folder = RunFolder::reopen((root / "run").string()).value();
  EXPECT_TRUE(folder.write("scorecard.md", "page").has_value());
  EXPECT_TRUE(folder.write("junit.xml", "rows").has_value());
  EXPECT_EQ(file_content((root / "precious").string()).value(), "keep");
  EXPECT_EQ(folder.read("scorecard.md").value(), "page");
  EXPECT_EQ(folder.read("junit.xml").value(), "rows");
  EXPECT_FALSE(fs::is_symlink(root / "run" / "junit.xml"));
  fs::remove_all(root);
}

class Folders : public ::testing::Test {
 protected:
  Folders() {
    fs::remove_all(root_);
    fs::create_directories(root_ / "folder");
  }
  ~Folders() override { fs::remove_all(root_); }
  const fs::path root_ = fs::path(::testing::TempDir()) /
                         ("shakedown-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
};

// The join token, the agents' socket and their logs would be where the link leads.
TEST_F(Folders, AWorkFolderIsNoLinkAndNobodyElseMayWriteThere) {
  const std::string folder = (root_ / "folder").string(), link = (root_ / "link").string();
  fs::create_symlink(folder, link);
  EXPECT_TRUE(require_own_folder(folder, true).has_value());
  EXPECT_TRUE(require_own_folder(link).has_value()) << "the user's own";
  EXPECT_EQ(require_own_folder(link, true).error().kind, ErrorKind::output);
  fs::permissions(folder, fs::perms::all);
  EXPECT_NE(require_own_folder(folder, true).error().text().find("everybody may write"), std::string::npos);
  EXPECT_EQ(require_own_folder((root_ / "none").string()).error().kind, ErrorKind::output);
}

TEST_F(Folders, NoRunWritesToTheFolderOfAnotherUserOrOverHisLink) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs another user";
  const std::string theirs = (root_ / "theirs").string(), link = (root_ / "link").string();
  fs::create_directories(theirs);
  ASSERT_EQ(::chown(theirs.c_str(), 1234, 1234), 0);
  const auto refused = RunFolder::create(theirs);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::output);
  EXPECT_NE(refused.error().text().find("another user (1234)"), std::string::npos) << refused.error().text();
  fs::create_symlink(root_ / "folder", link);
  EXPECT_TRUE(RunFolder::create(link).has_value());
  ASSERT_EQ(::lchown(link.c_str(), 1234, 1234), 0);
  EXPECT_FALSE(RunFolder::create(link).has_value());
}

// A pipe would be waited for.
TEST_F(Folders, AJournalAndAScenarioThatArePipesAreRefused) {
  const RunFolder folder = RunFolder::create((root_ / "folder").string()).value();
  ASSERT_EQ(::mkfifo(folder.journal().c_str(), 0600), 0);
  ASSERT_EQ(::mkfifo(folder.scenario().c_str(), 0600), 0);
  const auto read = read_journal(folder.journal(), [](JournalEntry) {});
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().kind, ErrorKind::io);
  EXPECT_EQ(folder.read("scenario.yaml").error().kind, ErrorKind::io);
}

}  // namespace
}  // namespace shakedown
