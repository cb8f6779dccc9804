#include "controller/report/words/spoken.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "core/base/units.h"

namespace shakedown::report {
namespace {

struct TimeUnit {
  double seconds;
  const char* word;
};
constexpr std::array<TimeUnit, 5> kTimeUnits = {
    {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}, {1e-3, "millisecond"}}};

enum class Rounding { nearest, up, down };

double two_digits(double value, Rounding rounding) {
  if (!(value > 0) || !std::isfinite(value)) return value;
  const double step = std::pow(10, std::floor(std::log10(value)) - 1);
  const double steps = value / step;
  if (rounding == Rounding::up) return std::ceil(steps - 1e-9) * step;
  if (rounding == Rounding::down) return std::floor(steps + 1e-9) * step;
  return std::round(steps) * step;
}

// The largest unit of which there are at least two (seconds and milliseconds: one).
const TimeUnit& unit_for(double s) {
  for (const TimeUnit& unit : kTimeUnits) {
    if (s >= unit.seconds * (unit.seconds > 1 ? 2 : 1) * (1 - 1e-9)) return unit;
  }
  return kTimeUnits.back();
}

std::string amount(double value, const char* word) {
  const std::string number = format_number(value);
  return fmt::format("{} {}{}", number, word, number == "1" ? "" : "s");
}

std::string spoken_time(double s, Rounding rounding) {
  if (!std::isfinite(s)) return "an unlimited time";
  if (!(s > 0)) return "0 seconds";
  if (s < 1e-3) return rounding == Rounding::up ? "1 millisecond" : "less than 1 millisecond";
  const double rounded = two_digits(s, rounding);
  const TimeUnit& unit = unit_for(rounded);
  return amount(two_digits(s / unit.seconds, rounding), unit.word);
}

const TimeUnit& range_unit(double upper) {
  const double shown = two_digits(upper, Rounding::up);
  return shown >= 0.01 && shown < 1 ? kTimeUnits[3] : unit_for(shown);
}

// That of the upper end; far below it, where "0.00017 to 3 minutes" would stand, its own.
const TimeUnit& lower_unit(double lower, double upper) {
  const TimeUnit& unit = range_unit(upper);
  return lower < 0.01 * unit.seconds ? unit_for(two_digits(lower, Rounding::down)) : unit;
}

}  // namespace

std::string time_words(double s) { return spoken_time(s, Rounding::nearest); }

std::string within_words(double s) { return spoken_time(s, Rounding::up); }

std::string beyond_words(double s) { return spoken_time(s, Rounding::down); }

double shown_lower(double lower, double upper) {
  const TimeUnit& unit = lower_unit(lower, upper);
  return two_digits(lower / unit.seconds, Rounding::down) * unit.seconds;
}

double shown_upper(double upper) {
  const TimeUnit& unit = range_unit(upper);
  return two_digits(upper / unit.seconds, Rounding::up) * unit.seconds;
}

std::string time_range_words(double lower, double upper) {
  if (!std::isfinite(upper)) return lower > 0 ? "at least " + beyond_words(lower) : "an unlimited time";
  const TimeUnit &unit = range_unit(upper), &own = lower_unit(lower, upper);
  const double shown = shown_lower(lower, upper) / own.seconds;
  const std::string from = &own == &unit ? format_number(shown) : amount(shown, own.word);
  const std::string to = amount(shown_upper(upper) / unit.seconds, unit.word);
  if (!(lower > 0)) return upper > 0 ? "up to " + to : to;
  return to.starts_with(from + " ") ? to : fmt::format("{} to {}", from, to);
}

std::string count_range_words(double lower, double upper) {
  const std::string from = rate_words(std::floor(lower + 1e-9)), to = rate_words(std::ceil(upper - 1e-9));
  if (!std::isfinite(upper)) return "at least " + from;
  if (from == to) return to;
  return lower < 1 ? "up to " + to : fmt::format("{} to {}", from, to);
}

std::string rate_words(double value) {
  if (!std::isfinite(value)) return "any rate";
  const double magnitude = std::fabs(value);
  if (magnitude < 999.5) return fmt::format("{:.3g}", value);
  const int digits = static_cast<int>(std::floor(std::log10(magnitude))) + 1;
  const double step = std::pow(10, std::max(0, digits - 4));
  std::string out = fmt::format("{:.0f}", std::round(value / step) * step);
  const std::size_t first = value < 0 ? 1 : 0;
  for (std::size_t at = out.size(); at > 3 + first;) out.insert(at -= 3, " ");
  return out;
}

std::string number_words(uint64_t n) {
  static constexpr std::array<const char*, 13> kNumbers = {"no",    "one",   "two",  "three", "four",   "five",  "six",
                                                           "seven", "eight", "nine", "ten",   "eleven", "twelve"};
  return n < kNumbers.size() ? kNumbers[n] : fmt::format("{}", n);
}

}  // namespace shakedown::report
