// Typed quantities and their text forms. Parsers demand a unit and reject trailing text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/time.h"

namespace shakedown {

// Events per second, > 0 and finite. Text: "500/s", "30/min", "1.5k/s" is not accepted.
struct Rate {
  double per_second = 0;
  friend bool operator==(const Rate&, const Rate&) = default;
};

// A part of a whole, 0..1. Text: "99.9%".
struct Share {
  double value = 0;
  friend bool operator==(const Share&, const Share&) = default;
};

// A size in bytes. Text: "512B", "16KiB", "2MiB", "1GB".
struct Bytes {
  uint64_t count = 0;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};

// "10ms", "1.5s", "2m", "1h30m", "30d"; units ns us ms s m min h d, larger units first, never negative,
// no spaces. Errors (kind scenario) name the text and what was expected.
Result<Duration> parse_duration(std::string_view text);
// "500/s", "30/min", "2/h", "2/d", "2/week", "2/month" (month = 30 d).
Result<Rate> parse_rate(std::string_view text);
Result<Share> parse_share(std::string_view text);
Result<Bytes> parse_bytes(std::string_view text);

// Shortest exact-enough text: "10ms", "1.5s", "2m30s": six significant digits below a minute, whole
// milliseconds below an hour, whole seconds above. Every text is read back by parse_duration (unless negative).
std::string format_duration(Duration d);
std::string format_rate(Rate r);
// Six significant digits, but a share below 1 never reads "100%".
std::string format_share(Share s);
std::string format_bytes(Bytes b);
// Six significant digits, no exponent between 1e-6 and 1e15, never "-0"; "inf", "-inf", "nan" as such.
std::string format_number(double value);
// 2026-12-15T08:30:00Z (seconds resolution).
std::string format_wall(WallTime t);
// "2026-12-15" or "2026-12-15T08:30:00Z" to UTC.
Result<WallTime> parse_wall(std::string_view text);

}  // namespace shakedown
