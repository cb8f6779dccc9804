// Numbers from 1 as Elias gamma codes (P. Elias 1975): one of n bits as n - 1 zeros and its bits, the highest first. Small
// ones, as differences of buckets and counts mostly are, take a few bits. The last byte is filled with zeros.
// Threads: none; one owner each.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace shakedown {

class GammaWriter {
 public:
  void put(uint64_t value) {
    const int bits = std::bit_width(value);
    for (int i = 1; i < bits; ++i) bit(false);
    for (int i = bits - 1; i >= 0; --i) bit((value >> i & 1) != 0);
  }
  std::string take() { return std::move(bytes_); }

 private:
  void bit(bool one) {
    if (used_ == 0) bytes_.push_back('\0');
    if (one) bytes_.back() = static_cast<char>(static_cast<unsigned char>(bytes_.back()) | 0x80U >> used_);
    used_ = (used_ + 1) % 8;
  }
  std::string bytes_;
  unsigned used_ = 0;
};

// Borrows the bytes.
class GammaReader {
 public:
  explicit GammaReader(std::string_view bytes) : bytes_(bytes) {}

  // 0 at the end, nullopt for bits that are no code.
  std::optional<uint64_t> take() {
    uint64_t next = window();
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

 private:
  static constexpr unsigned kSure = 56;  // so many of the window's bits are there, if the bytes have them

  // The bits from here on; zeros after the end.
  uint64_t window() const {
    uint64_t bits = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      const std::size_t byte = at_ / 8 + i;
      bits = bits << 8 | (byte < bytes_.size() ? static_cast<unsigned char>(bytes_[byte]) : 0U);
    }
    return bits << at_ % 8;
  }
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace shakedown
