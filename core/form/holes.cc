#include "core/form/holes.h"

#include <algorithm>
#include <cctype>

namespace shakedown {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

HoleKind kind_of(std::string_view word) {
  if (word == "key") return HoleKind::key;
  if (word == "value") return HoleKind::value;
  if (word == "id") return HoleKind::id;
  if (word == "payload") return HoleKind::payload;
  if (word == "run") return HoleKind::run;
  return HoleKind::checksum;
}

}  // namespace

const std::vector<std::string>& reserved_holes() {
  static const std::vector<std::string> words = {"key", "value", "id", "payload", "checksum", "run"};
  return words;
}

bool hole_word(std::string_view word) {
  const auto follows = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.'; };
  return !word.empty() && std::isalpha(static_cast<unsigned char>(word[0])) && std::all_of(word.begin(), word.end(), follows);
}

HoleText parse_holes(std::string_view text, const std::vector<std::string>& words, const std::vector<std::string>& secrets) {
  HoleText out;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) out.text.pieces.push_back({HoleKind::literal, std::move(literal)});
    literal.clear();
  };
  while (!text.empty()) {
    const std::size_t close = text[0] == '{' ? text.find_first_of("}{", 1) : std::string_view::npos;
    const bool braced = close != std::string_view::npos && text[close] == '}';
    const std::string_view word = braced ? text.substr(1, close - 1) : std::string_view();
    if (!hole_word(word)) {
      literal += text[0];
      text.remove_prefix(1);
      continue;
    }
    if (word == "run" || contains(words, word)) {
      flush();
      out.text.pieces.push_back({kind_of(word), {}});
    } else if (contains(secrets, word)) {
      flush();
      out.text.pieces.push_back({HoleKind::secret, std::string(word)});
    } else {
      out.unknown.emplace_back(word);
      literal += text.substr(0, close + 1);
    }
    text.remove_prefix(close + 1);
  }
  flush();
  return out;
}

}  // namespace shakedown
