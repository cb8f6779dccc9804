// How figures read where judge and reports say the same. Pure. Threads: free functions without state.
#pragma once

#include <cstdint>
#include <string>

#include "controller/model/requirement.h"
#include "controller/model/scalability.h"

namespace shakedown {

std::string percent_text(double share);  // 0.95 -> "95 %", two significant digits at least
std::string limit_text(const Objective& objective);
// "entry" -> "entries", "read" -> "reads".
std::string plural(const std::string& noun);
// "1 drill", "3 drills".
std::string counted(uint64_t n, const std::string& noun);
// "90 s", "34.7 d": three significant digits at most.
std::string span_text(double seconds);
// A level as a reader says it: "16 users", "4 replicas", "400/s".
std::string level_text(StepAxis axis, double level);
// Three digits, to the side that is easier to keep: what is printed was really shown.
double kept(const Objective& objective, double value, Unit unit);

}  // namespace shakedown
