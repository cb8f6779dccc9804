#include "core/base/address_ranges.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace shakedown {
namespace {

constexpr int kMappedBits = 96;  // before the IPv4 address in IPv6's form

bool bit(const AddressBytes& bytes, int at) { return (bytes[static_cast<std::size_t>(at) / 8] >> (7 - at % 8) & 1) != 0; }

}  // namespace

std::optional<AddressBytes> address_bytes(std::string_view address) {
  const std::string text(address);
  AddressBytes bytes{};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
  in_addr four{};
  if (::inet_pton(AF_INET, text.c_str(), &four) != 1) return std::nullopt;
  bytes[10] = bytes[11] = 0xff;
  std::memcpy(bytes.data() + 12, &four, sizeof four);
  return bytes;
}

Result<AddressRange> AddressRange::parse(const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::string address = text.substr(0, slash);
  const auto bytes = address_bytes(address);
  if (!bytes) return fail(ErrorKind::scenario, "expected a range of addresses such as 10.0.0.0/8 or ::1/128, found " + text);
  const int most = address.find(':') == std::string::npos ? 32 : 128;
  int length = most;
  if (slash != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, length);
    if (error != std::errc() || stop != end || length < 0 || length > most) {
      return fail(ErrorKind::scenario, "expected a length of 0 to " + std::to_string(most) + " after the `/` of " + text);
    }
  }
  AddressRange range;
  range.base_ = *bytes;
  range.length_ = most == 32 ? kMappedBits + length : length;
  range.text_ = text;
  for (int i = range.length_; i < 128; ++i) {
    if (bit(*bytes, i)) return fail(ErrorKind::scenario, text + " has bits set beyond its length; write its first address");
  }
  return range;
}

bool AddressRange::contains(const AddressBytes& address) const {
  for (int i = 0; i < length_; ++i) {
    if (bit(address, i) != bit(base_, i)) return false;
  }
  return true;
}

bool AddressRanges::allows(std::string_view address) const {
  if (!ranges_) return true;
  const auto bytes = address_bytes(address.substr(0, address.find('%')));  // the zone of a link-local address
  return bytes && std::any_of(ranges_->begin(), ranges_->end(), [&](const AddressRange& one) { return one.contains(*bytes); });
}

std::string AddressRanges::text() const {
  if (!ranges_) return "any";
  std::string all;
  for (const AddressRange& one : *ranges_) all += (all.empty() ? "" : ", ") + one.text();
  return all.empty() ? "none" : all;
}

}  // namespace shakedown
