// A text with holes, cut into pieces once, so that filling it is a few appends into a reused buffer. Secrets are part of the
// pieces. Ownership: plain value. Threads: immutable once made; share freely.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/load/call.h"
#include "agent/secrets/secrets.h"
#include "core/base/result.h"
#include "core/form/text.h"

namespace shakedown {

class TextTemplate {
 public:
  // value_size = bytes of {value}.
  explicit TextTemplate(uint64_t value_size = 0) : value_size_(value_size) {}
  // Error scenario: a hole that names a secret which is not declared.
  Result<void> append(const Text& text, const Secrets& secrets);
  void append(std::string_view literal);

  void fill(const Holes& holes, std::string& to) const;
  std::string filled(const Holes& holes) const;
  std::size_t size(const Holes& holes) const;
  bool empty() const { return pieces_.empty(); }
  bool has_holes() const;

 private:
  struct Piece {
    HoleKind kind = HoleKind::literal;
    std::string text;
  };

  std::vector<Piece> pieces_;
  uint64_t value_size_ = 0;
  std::string value_tail_;  // what follows the seed's digits in {value}
};

}  // namespace shakedown
