// requirement = SLI + objective + confidence + what the team declares.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "core/model/sli.h"

namespace shakedown {

enum class Area {
  availability,
  performance,
  reliability,
  scalability,
  maintainability,
  disaster_recovery,
  data_storage,
  security,
  compliance,
  data_residency,
  downstream,
};
inline constexpr std::array<Area, 11> kAreas = {
    Area::availability,      Area::performance,  Area::reliability, Area::scalability,
    Area::maintainability,   Area::disaster_recovery, Area::data_storage, Area::security,
    Area::compliance,        Area::data_residency, Area::downstream};
const char* to_string(Area area);  // "disaster-recovery"

enum class Comparison { at_most, at_least };

struct Objective {
  Comparison comparison = Comparison::at_most;
  double limit = 0;  // in the SLI's unit
  std::string text;  // as written: ">= 99.9%"
};

enum class Status { green, yellow, red };
const char* to_string(Status status);

struct Declared {
  std::optional<Status> status;
  std::optional<double> value;  // in the SLI's unit
  std::string value_text;       // as written
  Duration period{};            // the period the value is claimed for; 0 = not said
};

struct Requirement {
  std::string id;
  Area area = Area::availability;
  std::string title;
  std::string means;  // what a violation means to a customer; may be empty
  Sli sli;
  Objective objective;
  double confidence = 0.95;  // one-sided
  bool must = true;
  std::optional<Declared> declared;
  std::string owner;
  std::string fix_by;  // what would make it green, in the owner's words; may be empty
};

// stop_when: a live condition on which the run ends.
struct StopCondition {
  Sli sli;               // error_ratio with over, for now
  Objective when;        // at_least = "> x"
  bool outside_faults = false;
  std::string describe;
};

}  // namespace shakedown
