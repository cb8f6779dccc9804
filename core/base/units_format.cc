#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "core/base/unit_words.h"
#include "core/base/units.h"

namespace shakedown {
namespace {

struct Scientific {
  bool negative = false;
  std::string digits;  // six
  int exponent = 0;    // of the first digit
};

Scientific scientific(double value) {
  std::array<char, 40> buffer{};
  const auto result =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(value), std::chars_format::scientific, 5);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data()));
  const std::size_t e = text.find('e');
  Scientific out;
  out.negative = value < 0;
  out.digits = std::string(1, text[0]) + std::string(text.substr(2, e - 2));
  out.exponent = std::stoi(std::string(text.substr(e + 1)));
  return out;
}

std::string trim_fraction(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string fixed(double value, int decimals) {
  std::array<char, 64> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals);
  return trim_fraction(std::string(buffer.data(), result.ptr));
}

// To the nearest multiple of quantum; both positive.
int64_t round_to(int64_t value, int64_t quantum) {
  const int64_t rest = value % quantum;
  return rest * 2 < quantum ? value - rest : value - rest + quantum;
}

int64_t round_duration(int64_t ns) {
  constexpr int64_t kSecond = 1'000'000'000;
  if (ns >= 3600 * kSecond) return ns > INT64_MAX - kSecond ? ns : round_to(ns, kSecond);
  if (ns >= 60 * kSecond) return round_to(ns, 1'000'000);
  int64_t quantum = 1;
  while (ns / quantum >= 1'000'000) quantum *= 10;
  return round_to(ns, quantum);
}

std::string scaled(int64_t ns, double unit, const char* word) { return format_number(static_cast<double>(ns) / unit) + word; }

std::string long_duration(int64_t ns) {
  constexpr int64_t kMinute = 60'000'000'000;
  const int64_t days = ns / (1440 * kMinute), hours = ns / (60 * kMinute) % 24;
  const int64_t minutes = ns / kMinute % 60, rest = ns % kMinute;
  std::string out;
  if (days > 0) out += std::to_string(days) + "d";
  if (hours > 0) out += std::to_string(hours) + "h";
  if (minutes > 0) out += std::to_string(minutes) + "m";
  if (rest > 0) out += scaled(rest, 1e9, "s");
  return out;
}

std::string two(unsigned value) { return {static_cast<char>('0' + value / 10 % 10), static_cast<char>('0' + value % 10)}; }

// At least two digits, as in 1e+15.
std::string exponent_digits(int exponent) {
  return exponent < 100 ? two(static_cast<unsigned>(exponent)) : std::to_string(exponent);
}

}  // namespace

std::string format_duration(Duration d) {
  if (d < Duration::zero()) {
    return "-" + format_duration(d == Duration::min() ? Duration::max() : -d);
  }
  const int64_t ns = round_duration(d.count());
  if (ns == 0) return "0s";
  if (ns < 1'000) return std::to_string(ns) + "ns";
  if (ns < 1'000'000) return scaled(ns, 1e3, "us");
  if (ns < 1'000'000'000) return scaled(ns, 1e6, "ms");
  return ns < 60'000'000'000 ? scaled(ns, 1e9, "s") : long_duration(ns);
}

std::string format_rate(Rate r) {
  const UnitWord* chosen = nullptr;
  for (const UnitWord& unit : kRateUnits) {
    const double value = r.per_second * unit.factor;
    if (value < 1 - 1e-9) continue;
    if (chosen == nullptr) chosen = &unit;
    if (chosen == &kRateUnits.front()) break;
    if (nearly_whole(value)) {
      chosen = &unit;
      break;
    }
  }
  if (chosen == nullptr) chosen = r.per_second > 0 ? &kRateUnits.back() : &kRateUnits.front();
  return format_number(r.per_second * chosen->factor) + "/" + std::string(chosen->word);
}

std::string format_share(Share s) {
  const double percent = s.value * 100;
  std::string text = format_number(percent);
  for (int decimals = 4; text == "100" && s.value < 1 && decimals <= 14; ++decimals) {
    text = fixed(percent, decimals);
  }
  return text + "%";
}

std::string format_bytes(Bytes b) {
  for (const UnitWord& unit : kByteUnits) {
    const uint64_t factor = static_cast<uint64_t>(unit.factor);
    const bool binary = unit.word.size() == 3;
    if (b.count >= factor && b.count % factor == 0 && (binary || b.count / factor < 1000)) {
      return std::to_string(b.count / factor) + std::string(unit.word);
    }
  }
  if (b.count < 10240) return std::to_string(b.count) + "B";
  for (const UnitWord& unit : kByteUnits) {
    if (unit.word.size() == 3 && static_cast<double>(b.count) >= unit.factor) {
      return format_number(static_cast<double>(b.count) / unit.factor) + std::string(unit.word);
    }
  }
  return std::to_string(b.count) + "B";
}

std::string format_number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  if (value == 0) return "0";
  const Scientific s = scientific(value);
  const std::string sign = s.negative ? "-" : "";
  const int e = s.exponent;
  const int last = static_cast<int>(s.digits.size()) - 1;
  if (e < -6 || e >= 15) {
    const std::string mantissa = trim_fraction(s.digits.substr(0, 1) + "." + s.digits.substr(1));
    return sign + mantissa + (e < 0 ? "e-" : "e+") + exponent_digits(std::abs(e));
  }
  const auto zeros = [](int n) { return std::string(static_cast<std::size_t>(n), '0'); };
  if (e < 0) return sign + trim_fraction("0." + zeros(-e - 1) + s.digits);
  if (e >= last) return sign + s.digits + zeros(e - last);
  const std::size_t point = static_cast<std::size_t>(e) + 1;
  return sign + trim_fraction(s.digits.substr(0, point) + "." + s.digits.substr(point));
}

std::string format_wall(WallTime t) {
  using std::chrono::days, std::chrono::sys_time;
  const sys_time<std::chrono::seconds> at(std::chrono::floor<std::chrono::seconds>(t.time_since_epoch()));
  const auto day = std::chrono::floor<days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  std::string year = std::to_string(static_cast<int>(date.year()));
  if (year.size() < 4) year.insert(0, 4 - year.size(), '0');
  return year + "-" + two(static_cast<unsigned>(date.month())) + "-" + two(static_cast<unsigned>(date.day())) + "T" +
         two(static_cast<unsigned>(time.hours().count())) + ":" + two(static_cast<unsigned>(time.minutes().count())) + ":" +
         two(static_cast<unsigned>(time.seconds().count())) + "Z";
}

}  // namespace shakedown
