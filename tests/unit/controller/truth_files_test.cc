// What is written goes where it belongs, whatever somebody has planted there.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "controller/run_folder.h"

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

}  // namespace
}  // namespace shakedown
