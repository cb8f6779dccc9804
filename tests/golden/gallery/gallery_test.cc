// The gallery is judged to the same lines as before. UPDATE=1 rewrites them, after a look at the difference.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "tests/golden/gallery/figures.h"
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

// FNV-1a.
uint64_t digest(const std::string& text) {
  uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash;
}

using Make = Exhibit (*)(uint64_t);

void expect_shown(const std::string& name, Make make, uint64_t count) {
  std::string found;
  for (uint64_t seed = 1; seed <= count; ++seed) {
    found += fmt::format("== {} {}\n{}", name, seed, written_down(make(seed).judge()));
  }
  expect_written(name, found);
}

// Many more, a digest each. GALLERY_FOLDER takes their texts, for a look at what differs between two builds.
void expect_digests(const std::string& name, Make make) {
  std::string found;
  const char* folder = std::getenv("GALLERY_FOLDER");
  for (uint64_t seed = 101; seed <= 150; ++seed) {
    const std::string text = written_down(make(seed).judge());
    found += fmt::format("{} {:016x}\n", seed, digest(text));
    if (folder != nullptr) std::ofstream(fmt::format("{}/{}-{}.txt", folder, name, seed)) << text;
  }
  expect_written(name + "_digests", found);
}

TEST(Gallery, Service) { expect_shown("service", service, 12); }
TEST(Gallery, Scalability) { expect_shown("scalability", scalability, 10); }
TEST(Gallery, Team) { expect_shown("team", team, 10); }

TEST(Gallery, OtherFiles) {
  std::string found;
  for (const auto& [change, refused] : other_files()) found += fmt::format("== {}\n{}", change, refused);
  expect_written("other_files", found);
}

// A digest a line keeps the file small; GALLERY_FOLDER takes the lines.
void expect_figures(const std::string& name, const Figures& figures) {
  std::string found;
  const char* folder = std::getenv("GALLERY_FOLDER");
  for (const auto& [part, text] : figures) {
    std::istringstream lines(text);
    std::string line;
    found += fmt::format("== {}\n", part);
    while (std::getline(lines, line)) found += fmt::format("{:08x}\n", digest(line) & 0xffffffff);
    if (folder != nullptr) std::ofstream(fmt::format("{}/{} {}.txt", folder, name, part)) << text;
  }
  expect_written(name, found);
}

TEST(GalleryDigests, Service) { expect_digests("service", service); }
TEST(GalleryDigests, Scalability) { expect_digests("scalability", scalability); }
TEST(GalleryDigests, Team) { expect_digests("team", team); }
TEST(GalleryDigests, Damaged) { expect_digests("damaged", damaged); }

TEST(GalleryFigures, Words) {
  std::string found;
  for (const auto& [part, text] : words()) found += fmt::format("== {}\n{}", part, text);
  expect_written("words", found);
}
TEST(GalleryFigures, Bounds) { expect_figures("bounds", bounds()); }
TEST(GalleryFigures, Measured) { expect_figures("measured", measured()); }
TEST(GalleryFigures, Recorded) { expect_figures("recorded", recorded()); }
TEST(GalleryFigures, Searches) { expect_figures("searches", searches()); }

}  // namespace
}  // namespace shakedown::gallery
