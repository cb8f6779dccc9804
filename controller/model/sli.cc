#include "controller/model/sli.h"

#include <cmath>

namespace shakedown {
namespace {

std::string format_count(double value) {
  const bool whole = value == std::floor(value) && std::fabs(value) < 0x1p53;
  return whole ? std::to_string(static_cast<int64_t>(value)) : format_number(value);
}

std::string format_seconds(double value) {
  constexpr double kRepresentable = 9e9;
  if (std::fabs(value) < kRepresentable) return format_duration(from_seconds(value));
  return format_number(value / 86400) + "d";
}

}  // namespace

std::string format_value(double value, Unit unit) {
  if (std::isinf(value)) return "unbounded";
  if (std::isnan(value)) return "nan";
  switch (unit) {
    case Unit::ratio: return format_share({value});
    case Unit::seconds: return format_seconds(value);
    case Unit::per_second: return format_number(value) + "/s";
    case Unit::count: return format_count(value);
    case Unit::margin: return format_number(value * 100) + "%";
    case Unit::number: return format_number(value);
    case Unit::holds: return value >= 1 ? "holds" : "does not hold";
    case Unit::writes: return format_count(value) + (value == 1 ? " write" : " writes");
  }
  return format_number(value);
}

}  // namespace shakedown
