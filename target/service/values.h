// Reading the values of flags: durations, shares, counts, delays and windows, always with a unit.
// Ownership: values only. Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "target/base.h"

namespace practice {

// A value, or what was expected and what was found.
template <typename T>
struct Parsed {
  T value{};
  std::string problem;
  bool ok() const { return problem.empty(); }
};

template <typename T>
Parsed<T> parsed(T value) {
  return {std::move(value), {}};
}

template <typename T>
Parsed<T> expected(std::string_view what, std::string_view found) {
  return {T{}, "expected " + std::string(what) + ", found \"" + std::string(found) + "\""};
}

struct DelaySpec {
  enum class Kind { kNone, kFixed, kExponential, kUniform, kLognormal };
  Kind kind = Kind::kNone;
  Nanos low = 0;   // fixed value, mean, lower end or median
  Nanos high = 0;  // upper end of uniform
  double sigma = 0;
};

enum class OutageMode { kRefuse, kError, kHang, kClose };
const char* to_string(OutageMode mode);

struct Window {
  Nanos at = 0;
  Nanos length = 0;
  OutageMode mode = OutageMode::kRefuse;
  Nanos end() const { return at + length; }
};

// Statuses that count as good: 2xx or one of them.
struct StatusRange {
  int low = 0;
  int high = 0;
  bool holds(int status) const { return low <= status && status <= high; }
};

// Which requests the service's own counters know, and what they hide in an outage.
enum class CountOnly { kAll, kAnswered, kOk };
enum class Silence { kNone, kSli, kAll };

// What one request to an entry asks of a dependency on this machine.
struct CallSpec {
  std::string name;
  std::string host = "127.0.0.1";  // an IPv4 address
  std::uint16_t port = 0;
  std::string path;
  double per_request = 0;
};

// Dotted, as 10.0.0.7.
bool is_ipv4(const std::string& text);
std::vector<std::string_view> split(std::string_view text, char at);

Parsed<Nanos> parse_duration(std::string_view text);
Parsed<double> parse_share(std::string_view text);
Parsed<std::uint64_t> parse_count(std::string_view text, std::uint64_t low, std::uint64_t high);
Parsed<double> parse_number(std::string_view text, double low, double high);
Parsed<DelaySpec> parse_delay(std::string_view text);
Parsed<Window> parse_stall(std::string_view text);
Parsed<Window> parse_outage(std::string_view text);
Parsed<std::vector<StatusRange>> parse_statuses(std::string_view text);
Parsed<CountOnly> parse_count_only(std::string_view text);
Parsed<Silence> parse_silence(std::string_view text);
Parsed<CallSpec> parse_call(std::string_view text);

}  // namespace practice
