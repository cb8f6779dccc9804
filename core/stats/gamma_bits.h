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

  // Hands on two numbers after the other, as long as they come in such a way that a window holds both, as they nearly
  // always do; visit may end it with false.
  template <class Visit>
  void pairs(const Visit& visit) {
    for (std::size_t at = at_;;) {
      const uint64_t next = window(at);
      const auto zeros = static_cast<unsigned>(std::countl_zero(next));
      if (2 * zeros >= kSure / 2) return;
      const uint64_t rest = next << (2 * zeros + 1);
      const auto more = static_cast<unsigned>(std::countl_zero(rest));
      at += 2 * (zeros + more) + 2;
      if (2 * (zeros + more) + 2 > kSure || at > 8 * bytes_.size()) return;
      if (!visit(next << zeros >> (63 - zeros), rest << more >> (63 - more))) return;
      at_ = at;
    }
  }

  // 0 at the end, nullopt for bits that are no code.
  std::optional<uint64_t> take() {
    uint64_t next = window(at_);
    unsigned zeros = 0;
    while (next == 0) {
      const std::size_t left = 8 * bytes_.size() - at_;
      if (left <= kSure) return zeros + left < 8 ? std::optional<uint64_t>(0) : std::nullopt;
      at_ += kSure;
      zeros += kSure;
      next = window(at_);
    }
    const auto more = static_cast<unsigned>(std::countl_zero(next));
    zeros += more;
    at_ += more;
    if (zeros > 63 || at_ + zeros + 1 > 8 * bytes_.size()) return std::nullopt;
    uint64_t value = 0;
    for (unsigned left = zeros + 1; left > 0;) {
      const unsigned part = std::min(left, kSure);
      value = value << part | window(at_) >> (64 - part);
      at_ += part;
      left -= part;
    }
    return value;
  }

 private:
  static constexpr unsigned kSure = 56;  // so many of the window's bits are there, if the bytes have them

  // The bits from there on; zeros after the end.
  uint64_t window(std::size_t at) const {
    unsigned char raw[8] = {};
    const std::size_t byte = at / 8, left = bytes_.size() - byte;
    if (left >= sizeof raw) {
      std::memcpy(raw, bytes_.data() + byte, sizeof raw);
    } else {
      std::copy_n(bytes_.data() + byte, left, raw);
    }
    uint64_t bits = 0;
    for (const unsigned char one : raw) bits = bits << 8 | one;
    return bits << at % 8;
  }
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace shakedown
