#include "core/form/text.h"

#include <algorithm>

namespace shakedown {
namespace {

std::string hole_name(const TextPiece& piece) {
  switch (piece.kind) {
    case HoleKind::literal: return piece.text;
    case HoleKind::key: return "{key}";
    case HoleKind::value: return "{value}";
    case HoleKind::id: return "{id}";
    case HoleKind::payload: return "{payload}";
    case HoleKind::checksum: return "{checksum}";
    case HoleKind::secret: return "{" + piece.text + "}";
    case HoleKind::run: return "{run}";
  }
  return "";
}

}  // namespace

bool Text::uses(HoleKind kind) const {
  return std::any_of(pieces.begin(), pieces.end(), [kind](const TextPiece& piece) { return piece.kind == kind; });
}

std::string Text::display() const {
  std::string out;
  for (const TextPiece& piece : pieces) out += hole_name(piece);
  return out;
}

Text Text::literal(std::string text) {
  Text out;
  if (!text.empty()) out.pieces.push_back({HoleKind::literal, std::move(text)});
  return out;
}

}  // namespace shakedown
