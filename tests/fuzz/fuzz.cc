#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace shakedown::fuzz {
namespace {

void stretch_mutated(std::string& text, Rng& rng) {
  const std::size_t from = rng.below(text.size());
  const std::size_t length = 1 + rng.below(std::min<std::size_t>(64, text.size() - from));
  const std::string taken = text.substr(from, length);
  if (rng.below(2) == 0) text.erase(from, length);
  if (rng.below(2) == 0) text.insert(rng.below(text.size() + 1), taken);
}

}  // namespace

std::string bytes_mutated(std::string text, Rng& rng) {
  if (text.empty()) return std::string(1, static_cast<char>(rng.below(256)));
  const std::size_t at = rng.below(text.size());
  switch (rng.below(5)) {
    case 0: text[at] = static_cast<char>(rng.below(256)); break;
    case 1: text[at] = static_cast<char>(text[at] ^ (1 << rng.below(8))); break;
    case 2: text.insert(at, 1, static_cast<char>(rng.below(256))); break;
    case 3: text[at] = "\x00\x01\x7f\x80\xff"[rng.below(5)]; break;
    default: stretch_mutated(text, rng);
  }
  return text;
}

void pieces_mutated(std::vector<std::string>& pieces, Rng& rng) {
  if (pieces.empty()) return;
  const std::size_t at = rng.below(pieces.size());
  const std::string piece = pieces[at];
  const auto there = [&] { return pieces.begin() + static_cast<std::ptrdiff_t>(rng.below(pieces.size() + 1)); };
  switch (rng.below(3)) {
    case 0: pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(at)); break;
    case 1: pieces.insert(there(), piece); break;
    default: pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(at)); pieces.insert(there(), piece);
  }
}

std::string joined(const std::vector<std::string>& pieces) {
  std::string out;
  for (const std::string& piece : pieces) {
    for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(piece.size() >> shift);
    out += piece;
  }
  return out;
}

std::vector<std::string> split(std::string_view input) {
  std::vector<std::string> pieces;
  while (input.size() >= 4) {
    std::size_t length = 0;
    for (int i = 3; i >= 0; --i) length = length << 8 | static_cast<unsigned char>(input[static_cast<std::size_t>(i)]);
    input.remove_prefix(4);
    length = std::min(length, input.size());
    pieces.emplace_back(input.substr(0, length));
    input.remove_prefix(length);
  }
  return pieces;
}

std::string joined_after_a_change(std::vector<std::string> pieces, Rng& rng) {
  if (rng.below(3) == 0) {
    pieces_mutated(pieces, rng);
  } else {
    std::string& piece = pieces[rng.below(pieces.size())];
    piece = bytes_mutated(std::move(piece), rng);
  }
  return joined(pieces);
}

std::string repository_file(const std::string& name) {
  const char* root = std::getenv("SHAKEDOWN_SOURCE_DIR");
  std::ifstream file((root != nullptr ? std::string(root) : std::string(".")) + "/" + name, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "%s is missing: run this in the repository, or set SHAKEDOWN_SOURCE_DIR\n", name.c_str());
    std::abort();
  }
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

}  // namespace shakedown::fuzz
