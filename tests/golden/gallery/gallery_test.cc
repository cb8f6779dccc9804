// The gallery is judged to the same lines as before. UPDATE=1 rewrites them, after a look at the difference.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "tests/golden/gallery/gallery.h"

namespace shakedown::gallery {
namespace {

std::string file_of(const std::string& name) {
  const char* source = std::getenv("SHAKEDOWN_SOURCE_DIR");
  return std::string(source != nullptr ? source : ".") + "/tests/golden/gallery/" + name + ".txt";
}

void expect_written(const std::string& name, const std::string& found) {
  if (std::getenv("UPDATE") != nullptr) std::ofstream(file_of(name)) << found;
  std::ifstream file(file_of(name));
  std::istringstream lines(found);
  std::string wanted, line, exhibit;
  for (int n = 1; std::getline(file, wanted); ++n) {
    ASSERT_TRUE(std::getline(lines, line)) << name << " ends before line " << n;
    if (line.starts_with("== ")) exhibit = line;
    ASSERT_EQ(line, wanted) << name << " line " << n << ", in " << exhibit;
  }
  EXPECT_FALSE(std::getline(lines, line)) << name << " has more: " << line;
}

void expect_exhibits(const std::string& name, Exhibit (*make)(uint64_t), uint64_t count) {
  std::string found;
  for (uint64_t seed = 1; seed <= count; ++seed) {
    found += fmt::format("== {} {}\n{}", name, seed, written_down(make(seed).judge()));
  }
  expect_written(name, found);
}

TEST(Gallery, Service) { expect_exhibits("service", service, 12); }
TEST(Gallery, Growth) { expect_exhibits("growth", growth, 10); }
TEST(Gallery, Team) { expect_exhibits("team", team, 10); }

TEST(Gallery, OtherFiles) {
  std::string found;
  for (const auto& [change, refused] : other_files()) found += fmt::format("== {}\n{}", change, refused);
  expect_written("other_files", found);
}

}  // namespace
}  // namespace shakedown::gallery
