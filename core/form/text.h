// A text with holes: "/entries/{key}" is decoded once into pieces, so that nothing is parsed per request.
#pragma once

#include <string>
#include <vector>

namespace shakedown {

// What fills a hole. Names known to the decoder: {key} {value} in operations, {id} {payload}
// {checksum} in ledgers, everywhere {run} (the run's id) and {NAME} of a declared secret. Every other brace is literal text.
enum class HoleKind { literal, key, value, id, payload, checksum, secret, run };

struct TextPiece {
  HoleKind kind = HoleKind::literal;
  std::string text;  // the literal, or the secret's name; empty for the other kinds
  friend bool operator==(const TextPiece&, const TextPiece&) = default;
};

struct Text {
  std::vector<TextPiece> pieces;
  bool uses(HoleKind kind) const;
  bool empty() const { return pieces.empty(); }
  // With holes shown by name ("{key}"): what plan and reports print; never a secret's value.
  std::string display() const;
  static Text literal(std::string text);
  friend bool operator==(const Text&, const Text&) = default;
};

}  // namespace shakedown
