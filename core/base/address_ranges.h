// Ranges of IP addresses, as a policy writes them: "10.0.0.0/8", "::1/128", "127.0.0.1".
// Ownership: plain values. Threads: safe everywhere.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace shakedown {

// The bytes of an IPv4 or IPv6 address in IPv6's form: an IPv4 one is ::ffff:a.b.c.d, so that both ways to write it are one.
using AddressBytes = std::array<unsigned char, 16>;
std::optional<AddressBytes> address_bytes(std::string_view address);

class AddressRange {
 public:
  // Error scenario: no address, a length out of range, or bits set beyond the length.
  static Result<AddressRange> parse(const std::string& text);
  bool contains(const AddressBytes& address) const;
  const std::string& text() const { return text_; }

 private:
  AddressBytes base_{};
  int length_ = 128;  // in bits of IPv6's form
  std::string text_;
};

// Where one may go; without a list, anywhere.
class AddressRanges {
 public:
  AddressRanges() = default;
  explicit AddressRanges(std::vector<AddressRange> ranges) : ranges_(std::move(ranges)) {}

  bool allows(std::string_view address) const;
  bool anywhere() const { return !ranges_; }
  std::string text() const;  // "127.0.0.0/8, ::1"

 private:
  std::optional<std::vector<AddressRange>> ranges_;
};

}  // namespace shakedown
