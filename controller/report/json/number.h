// Numbers as scorecard.json writes them. Only for .cc files: it brings nlohmann/json.
#pragma once

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "core/base/printable.h"
#include "core/base/time.h"
#include "core/base/units.h"

namespace shakedown::report {

using Json = nlohmann::ordered_json;

// Six significant digits; whole numbers without a fraction; "inf" and "-inf" as text; not a number as null.
inline Json json_number(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  const double rounded = std::stod(format_number(value));
  if (rounded == std::floor(rounded) && std::abs(rounded) < 9e15) return static_cast<int64_t>(rounded);
  return rounded;
}

inline Json json_number(std::optional<double> value) { return value ? json_number(*value) : Json(nullptr); }

inline Json json_instant(std::optional<RunTime> at) { return at ? json_number(seconds(*at)) : Json(nullptr); }

// null for an empty text.
inline Json json_text(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

// Invalid UTF-8 becomes U+FFFD, and what is not to be seen is escaped. indent < 0: one line.
inline std::string json_dump(const Json& json, int indent) {
  return json_visible(json.dump(indent, ' ', false, Json::error_handler_t::replace));
}

}  // namespace shakedown::report
