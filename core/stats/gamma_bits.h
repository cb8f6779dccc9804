// Numbers from 1 as Elias gamma codes (P. Elias 1975): one of n bits as n - 1 zeros and its bits, the highest first. Small
// ones, as differences of buckets and counts mostly are, take a few bits. The last byte is filled with zeros.
// Threads: none; one owner each.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace shakedown {

class GammaWriter {
 public:
  void put(uint64_t value) {
    const auto bits = static_cast<unsigned>(std::bit_width(value));
    if (bits <= kHalf) return append(value, 2 * bits - 1);
    append(0, kHalf);
    append(0, bits - 1 - kHalf);
    append(value >> kHalf, bits - kHalf);
    append(value & ((uint64_t{1} << kHalf) - 1), kHalf);
  }
  std::string take() {
    if (waiting_ > 0) append(0, 8 - waiting_);
    return std::move(bytes_);
  }

 private:
  static constexpr unsigned kHalf = 28;
  // The value's lowest bits, at most 56: with those that wait they fit in 64. Above them it has none.
  void append(uint64_t value, unsigned bits) {
    bits_ = bits_ << bits | value;
    for (waiting_ += bits; waiting_ >= 8; waiting_ -= 8) bytes_.push_back(static_cast<char>(bits_ >> (waiting_ - 8)));
  }
  std::string bytes_;
  uint64_t bits_ = 0;     // the lowest `waiting_` of them are not yet in bytes_
  unsigned waiting_ = 0;  // less than 8 between calls
};

// Borrows the bytes.
class GammaReader {
 public:
  explicit GammaReader(std::string_view bytes) : bytes_(bytes) {}

  // 0 at the end, nullopt for bits that are no code.
  std::optional<uint64_t> take() {
    uint64_t next = window();
    auto zeros = static_cast<unsigned>(std::countl_zero(next));
    if (2 * zeros < kSure && at_ + 2 * zeros + 1 <= 8 * bytes_.size()) {  // as nearly always: all of it in the window
      at_ += 2 * zeros + 1;
      return next << zeros >> (63 - zeros);
    }
    return take_long(next);
  }

 private:
  static constexpr unsigned kSure = 56;  // so many of the window's bits are there, if the bytes have them

  std::optional<uint64_t> take_long(uint64_t next) {
    unsigned zeros = 0;
    while (next == 0) {
      const std::size_t left = 8 * bytes_.size() - at_;
      if (left <= kSure) return zeros + left < 8 ? std::optional<uint64_t>(0) : std::nullopt;
      at_ += kSure;
      zeros += kSure;
      next = window();
    }
    const auto more = static_cast<unsigned>(std::countl_zero(next));
    zeros += more;
    at_ += more;
    if (zeros > 63 || at_ + zeros + 1 > 8 * bytes_.size()) return std::nullopt;
    uint64_t value = 0;
    for (unsigned left = zeros + 1; left > 0;) {
      const unsigned part = std::min(left, kSure);
      value = value << part | window() >> (64 - part);
      at_ += part;
      left -= part;
    }
    return value;
  }

  // The bits from here on; zeros after the end.
  uint64_t window() const {
    unsigned char raw[8] = {};
    const std::size_t byte = at_ / 8, left = bytes_.size() - byte;
    if (left >= sizeof raw) {
      std::memcpy(raw, bytes_.data() + byte, sizeof raw);
    } else {
      std::copy_n(bytes_.data() + byte, left, raw);
    }
    uint64_t bits = 0;
    for (const unsigned char one : raw) bits = bits << 8 | one;
    return bits << at_ % 8;
  }
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace shakedown
