#include "agent/load/protocols/text_template.h"

#include <algorithm>
#include <charconv>

#include "core/base/rng.h"

namespace shakedown {
namespace {

constexpr std::size_t kSeedDigits = 16;

void append_number(std::string& out, uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

std::size_t digits_of(uint64_t number) {
  std::size_t digits = 1;
  while (number >= 10) {
    number /= 10;
    ++digits;
  }
  return digits;
}

void append_seed(std::string& out, uint64_t seed, std::size_t limit) {
  static constexpr char kHex[] = "0123456789abcdef";
  for (std::size_t i = 0; i < std::min(limit, kSeedDigits); ++i) out.push_back(kHex[(seed >> (60 - 4 * i)) & 15]);
}

// Letters and digits that do not compress to nothing, the same for every run.
std::string value_tail(uint64_t size) {
  static constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  std::string tail;
  if (size <= kSeedDigits) return tail;
  tail.reserve(size - kSeedDigits);
  Rng rng(size);
  while (tail.size() < size - kSeedDigits) tail.push_back(kLetters[rng.next() >> 58]);
  return tail;
}

}  // namespace

void TextTemplate::append(std::string_view literal) {
  if (pieces_.empty() || pieces_.back().kind != HoleKind::literal) pieces_.emplace_back();
  pieces_.back().text += literal;
}

Result<void> TextTemplate::append(const Text& text, const Secrets& secrets) {
  for (const TextPiece& piece : text.pieces) {
    if (piece.kind == HoleKind::literal) {
      append(piece.text);
    } else if (piece.kind == HoleKind::secret || piece.kind == HoleKind::run) {
      const std::string name = piece.kind == HoleKind::run ? kRunText : piece.text;
      const auto secret = secrets.find(name);
      if (secret == secrets.end()) {
        return fail(ErrorKind::scenario, "a text uses the secret `" + name + "`, which is not declared; add it under `secrets:`");
      }
      append(secret->second);
    } else {
      if (piece.kind == HoleKind::value && value_tail_.empty()) value_tail_ = value_tail(value_size_);
      pieces_.push_back({piece.kind, {}});
    }
  }
  return ok();
}

void TextTemplate::fill(const Holes& holes, std::string& out) const {
  for (const Piece& piece : pieces_) {
    switch (piece.kind) {
      case HoleKind::literal: out += piece.text; break;
      case HoleKind::key: append_number(out, holes.key); break;
      case HoleKind::value:
        append_seed(out, holes.value_seed, value_size_);
        out += value_tail_;
        break;
      case HoleKind::id: out += holes.id; break;
      case HoleKind::payload: out += holes.payload; break;
      case HoleKind::checksum: out += holes.checksum; break;
      case HoleKind::secret:
      case HoleKind::run: break;
    }
  }
}

std::string TextTemplate::filled(const Holes& holes) const {
  std::string out;
  fill(holes, out);
  return out;
}

std::size_t TextTemplate::size(const Holes& holes) const {
  std::size_t size = 0;
  for (const Piece& piece : pieces_) {
    switch (piece.kind) {
      case HoleKind::literal: size += piece.text.size(); break;
      case HoleKind::key: size += digits_of(holes.key); break;
      case HoleKind::value: size += value_size_; break;
      case HoleKind::id: size += holes.id.size(); break;
      case HoleKind::payload: size += holes.payload.size(); break;
      case HoleKind::checksum: size += holes.checksum.size(); break;
      case HoleKind::secret:
      case HoleKind::run: break;
    }
  }
  return size;
}

bool TextTemplate::has_holes() const {
  return std::any_of(pieces_.begin(), pieces_.end(), [](const Piece& piece) { return piece.kind != HoleKind::literal; });
}

}  // namespace shakedown
