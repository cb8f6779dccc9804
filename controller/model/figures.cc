#include "controller/model/figures.h"

#include <cmath>
#include <string_view>

#include <fmt/format.h>

namespace shakedown {
namespace {

double to_digits(double value, int digits, bool up) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double step = std::pow(10, std::floor(std::log10(std::fabs(value))) + 1 - digits);
  const double steps = value / step;
  const double slack = 1e-9 * std::fabs(steps);
  return (up ? std::ceil(steps - slack) : std::floor(steps + slack)) * step;
}

}  // namespace

std::string percent_text(double share) {
  const double percent = share * 100;
  return fmt::format("{:.{}g} %", percent, percent >= 10 && percent < 99.5 ? 2 : 6);
}

std::string limit_text(const Objective& objective) {
  return objective.text.empty() ? format_number(objective.limit) : objective.text;
}

std::string plural(const std::string& noun) {
  if (noun.empty()) return noun;
  const auto ends = [&](std::string_view tail) { return noun.ends_with(tail); };
  const bool vowel_before = noun.size() > 1 && std::string_view("aeiou").find(noun[noun.size() - 2]) != std::string::npos;
  if (ends("y") && !vowel_before) return noun.substr(0, noun.size() - 1) + "ies";
  if (ends("s") || ends("x") || ends("z") || ends("ch") || ends("sh")) return noun + "es";
  return noun + "s";
}

std::string counted(uint64_t n, const std::string& noun) { return fmt::format("{} {}", n, n == 1 ? noun : plural(noun)); }

std::string span_text(double s) {
  if (s < 120) return fmt::format("{:.3g} s", s);
  if (s < 7200) return fmt::format("{:.3g} min", s / 60);
  if (s < 2 * 86400) return fmt::format("{:.3g} h", s / 3600);
  return fmt::format("{:.3g} d", s / 86400);
}

std::string level_text(StepAxis axis, double level) {
  if (axis == StepAxis::rate) return format_value(level, Unit::per_second);
  return format_number(level) + (axis == StepAxis::replicas ? " replica" : " user") + (level == 1 ? "" : "s");
}

double kept(const Objective& objective, double value, Unit unit) {
  const bool up = objective.comparison == Comparison::at_most;
  switch (unit) {
    case Unit::ratio: return value > 0.5 ? 1 - to_digits(1 - value, 2, !up) : to_digits(value, 2, up);
    case Unit::seconds:
    case Unit::per_second:
    case Unit::margin:
    case Unit::number: return to_digits(value, 3, up);
    case Unit::count:
    case Unit::writes:
    case Unit::holds: break;
  }
  return value;
}

}  // namespace shakedown
