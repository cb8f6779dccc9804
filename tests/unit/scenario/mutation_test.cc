// Broken scenarios by the thousand: whatever is read, the decoder answers with diagnostics or a
// scenario, never with a crash (the sanitizers watch), an endless loop or a scenario beside an
// error.
#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "tests/unit/scenario/sample.h"

namespace shakedown::test {
namespace {

const char* const kPieces[] = {"{",  "}",  "[",     "]",    ":",    ": ",     "- ",    "\n",  "\n  ",
                               "\"", "'",  "&a ",   "*a",   "<<: ", "!!int ", "---\n", "|\n", ">",
                               "0",  "-1", "1e999", "null", "true", "~",      "{}",    "[]",  "99999999999999999999",
                               "\t", "%",  "#",     " ",    "name", "10ms",   "{key}"};

std::string mutated(std::string text, Rng& rng) {
  const uint64_t changes = 1 + rng.below(4);
  for (uint64_t i = 0; i < changes && !text.empty(); ++i) {
    const std::size_t at = rng.below(text.size());
    const std::size_t length = rng.below(12);
    switch (rng.below(4)) {
      case 0: text.erase(at, length); break;
      case 1: text.insert(at, kPieces[rng.below(std::size(kPieces))]); break;
      case 2: text.replace(at, length, kPieces[rng.below(std::size(kPieces))]); break;
      default: text.insert(rng.below(text.size()), text.substr(at, length)); break;
    }
  }
  return text;
}

// Lines taken out, doubled or swapped: more of these stay readable YAML.
std::string shuffled(const std::string& text, Rng& rng) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin) + 1;
    lines.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  for (int i = 0; i < 2; ++i) {
    const std::size_t at = rng.below(lines.size());
    if (rng.below(2) == 0)
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
    else
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), lines[rng.below(lines.size())]);
  }
  std::string out;
  for (const std::string& line : lines) out += line;
  return out;
}

TEST(Mutation, NothingBreaksTheDecoder) {
  Rng rng(20260401);
  int accepted = 0, refused = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::string text = i % 2 == 0 ? mutated(sample(), rng) : shuffled(sample(), rng);
    const Decoded decoded = decode_scenario(text, "s.yaml", "/srv/drill");
    ASSERT_NE(decoded.scenario.has_value(), has_errors(decoded.diagnostics)) << text;
    for (const Diagnostic& d : decoded.diagnostics) {
      ASSERT_GE(d.line, 1U);
      ASSERT_GE(d.col, 1U);
      ASSERT_FALSE(d.problem.empty());
    }
    ++(decoded.scenario ? accepted : refused);
  }
  EXPECT_GT(accepted, 50);
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace shakedown::test
