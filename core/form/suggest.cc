#include "core/form/suggest.h"

#include <algorithm>
#include <cctype>

#include "core/form/diagnostic.h"

namespace shakedown {
namespace {

bool same(char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b)); }

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  constexpr std::size_t kLongest = 64;  // longer words are no slips of the pen
  a = a.substr(0, kLongest);
  b = b.substr(0, kLongest);
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = same(a[i - 1], b[j - 1]) ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::string nearest_word(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  constexpr std::size_t kMost = 200;  // comparing with every one of a long list would take longer than reading the file
  for (std::size_t i = 0; i < known.size() && i < kMost; ++i) {
    const std::string& candidate = known[i];
    const std::size_t d = edit_distance(word, candidate);
    if (d >= distance) continue;
    distance = d;
    best = candidate;
  }
  return best;
}

namespace {

// The only known word of which it is a whole part: `recovery` of `disaster-recovery`.
std::string longer_word(std::string_view word, const std::vector<std::string>& known) {
  std::string found;
  for (const std::string& candidate : known) {
    const std::string parts = "-" + candidate + "-", part = "-" + std::string(word) + "-";
    if (word.empty() || parts.find(part) == std::string::npos) continue;
    if (!found.empty()) return {};
    found = candidate;
  }
  return found;
}

}  // namespace

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  std::string nearest = nearest_word(word, known);
  if (nearest.empty()) nearest = longer_word(word, known);
  if (!nearest.empty()) return "did you mean " + ticked(nearest) + "?";
  if (known.empty()) return {};
  constexpr std::size_t kMost = 24;
  std::string out = "known here: ";
  for (std::size_t i = 0; i < known.size() && i < kMost; ++i) {
    if (i > 0) out += ", ";
    out += ticked(known[i]);
  }
  return known.size() > kMost ? out + ", ..." : out;
}

}  // namespace shakedown
