#include "target/service/values.h"

#include <arpa/inet.h>

#include <charconv>
#include <cmath>

namespace practice {
namespace {

constexpr std::string_view kDuration = "a duration with its unit (ns, us, ms, s, m, h) such as 5ms";
constexpr std::string_view kDelay = "5ms, exp:5ms, uniform:1ms-9ms or lognormal:5ms:0.5 (median and sigma)";
constexpr double kLongest = 1e9;  // seconds

struct Unit {
  std::string_view name;
  double nanos;
};
constexpr Unit kUnits[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};

// The leading decimal number; moves `text` behind it.
bool take_number(std::string_view& text, double& value) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

Parsed<Window> window_of(std::string_view what, std::string_view text, const std::vector<std::string_view>& parts) {
  const auto at = parse_duration(parts[0]);
  const auto length = parse_duration(parts[1]);
  if (!at.ok() || !length.ok()) return expected<Window>(what, text);
  if (length.value == 0) return expected<Window>("a length over zero after the colon", text);
  return parsed(Window{at.value, length.value});
}

bool mode_of(std::string_view name, OutageMode& mode) {
  for (const OutageMode known : {OutageMode::kRefuse, OutageMode::kError, OutageMode::kHang, OutageMode::kClose}) {
    if (name != to_string(known)) continue;
    mode = known;
    return true;
  }
  return false;
}

Parsed<DelaySpec> uniform_delay(std::string_view text, std::string_view range) {
  const auto ends = split(range, '-');
  if (ends.size() != 2) return expected<DelaySpec>(kDelay, text);
  const auto low = parse_duration(ends[0]);
  const auto high = parse_duration(ends[1]);
  if (!low.ok() || !high.ok()) return expected<DelaySpec>(kDelay, text);
  if (low.value > high.value) return expected<DelaySpec>("the smaller end first", text);
  return parsed(DelaySpec{DelaySpec::Kind::kUniform, low.value, high.value, 0});
}

}  // namespace

const char* to_string(OutageMode mode) {
  switch (mode) {
    case OutageMode::kRefuse: return "refuse";
    case OutageMode::kError: return "error";
    case OutageMode::kHang: return "hang";
    case OutageMode::kClose: return "close";
  }
  return "?";
}

bool is_ipv4(const std::string& text) {
  in_addr room{};
  return ::inet_pton(AF_INET, text.c_str(), &room) == 1;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

Parsed<Nanos> parse_duration(std::string_view text) {
  std::string_view rest = text;
  double value = 0;
  if (!take_number(rest, value)) return expected<Nanos>(kDuration, text);
  for (const Unit& unit : kUnits) {
    if (rest != unit.name) continue;
    const double nanos = value * unit.nanos;
    if (nanos > kLongest * 1e9) return expected<Nanos>("a duration of at most 1e9 s", text);
    return parsed(static_cast<Nanos>(std::llround(nanos)));
  }
  return expected<Nanos>(kDuration, text);
}

Parsed<double> parse_share(std::string_view text) {
  std::string_view rest = text;
  double value = 0;
  if (!take_number(rest, value) || rest != "%" || value > 100) {
    return expected<double>("a share from 0% to 100% with its sign such as 1%", text);
  }
  return parsed(value / 100);
}

Parsed<std::uint64_t> parse_count(std::string_view text, std::uint64_t low, std::uint64_t high) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || value < low || value > high) {
    return expected<std::uint64_t>("a whole number from " + std::to_string(low) + " to " + std::to_string(high), text);
  }
  return parsed(value);
}

Parsed<double> parse_number(std::string_view text, double low, double high) {
  std::string_view rest = text;
  double value = 0;
  if (!take_number(rest, value) || !rest.empty() || value < low || value > high) {
    return expected<double>("a number from " + std::to_string(low) + " to " + std::to_string(high), text);
  }
  return parsed(value);
}

Parsed<DelaySpec> parse_delay(std::string_view text) {
  using Kind = DelaySpec::Kind;
  const auto parts = split(text, ':');
  if (parts.size() == 2 && parts[0] == "uniform") return uniform_delay(text, parts[1]);
  const bool lognormal = parts.size() == 3 && parts[0] == "lognormal";
  const bool exponential = parts.size() == 2 && parts[0] == "exp";
  if (!lognormal && !exponential && parts.size() != 1) return expected<DelaySpec>(kDelay, text);
  const auto length = parse_duration(parts[parts.size() == 1 ? 0 : 1]);
  if (!length.ok()) return expected<DelaySpec>(kDelay, text);
  DelaySpec spec{Kind::kFixed, length.value, 0, 0};
  if (exponential) spec.kind = Kind::kExponential;
  if (lognormal) {
    const auto sigma = parse_number(parts[2], 0, 10);
    if (!sigma.ok()) return {{}, "sigma: " + sigma.problem};
    spec.kind = Kind::kLognormal;
    spec.sigma = sigma.value;
  }
  return parsed(spec);
}

Parsed<Window> parse_stall(std::string_view text) {
  constexpr std::string_view kWhat = "AT:FOR, two durations with units such as 2s:500ms";
  const auto parts = split(text, ':');
  if (parts.size() != 2) return expected<Window>(kWhat, text);
  return window_of(kWhat, text, parts);
}

Parsed<Window> parse_outage(std::string_view text) {
  constexpr std::string_view kWhat = "AT:FOR or AT:FOR:MODE with MODE refuse, error, hang or close, such as 2s:500ms:hang";
  const auto parts = split(text, ':');
  if (parts.size() != 2 && parts.size() != 3) return expected<Window>(kWhat, text);
  auto window = window_of(kWhat, text, parts);
  if (!window.ok()) return window;
  if (parts.size() == 3 && !mode_of(parts[2], window.value.mode)) {
    return expected<Window>(kWhat, text);
  }
  return window;
}

}  // namespace practice
