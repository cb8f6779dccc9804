// requirement = SLI + objective + confidence + what the team declares.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>
#include "controller/model/condition.h"

#include "controller/model/dependency.h"
#include "controller/model/sli.h"

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
inline constexpr std::array<Area, 11> kAreas = {Area::availability,   Area::performance,     Area::reliability,
                                                Area::scalability,    Area::maintainability, Area::disaster_recovery,
                                                Area::data_storage,   Area::security,        Area::compliance,
                                                Area::data_residency, Area::downstream};
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

// What the team's own monitoring says of the same SLI.
struct Reported {
  MetricQuery value;                // the SLI itself, in the objective's unit (a ratio 0..1, seconds, per second)
  std::string count;                // query of their number of requests in the window; empty = not given
  std::string alert;                // alert that should fire when the target is away; empty = none named
  std::string alertmanager;         // base URL; empty = the Prometheus alone is asked
  Duration alert_within{};          // promised time from the outage's begin to the alert; 0 = none
  std::optional<double> tolerance;  // in the SLI's unit; absent = the measured interval alone
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
  std::string fix;     // what would make it green, in the owner's words; may be empty
  std::string fix_by;  // the day by which the owner has it, as written; may be empty
  std::optional<Reported> reported;
  std::vector<std::string> controls;  // of a standard, such as PCI-10.2, for which this row is evidence
};

// stop_when: a live condition on which the run ends.
struct StopCondition {
  ErrorRatioSli sli;      // with over
  double limit = 0;       // in the SLI's unit
  bool at_limit = false;  // the limit itself is enough: ">= x", not "> x"
  bool outside_faults = false;
  ConditionId condition;  // that it no longer holds is what ends the run; none = the SLI is
  std::string describe;

  bool met(double value) const { return at_limit ? value >= limit : value > limit; }
};

}  // namespace shakedown
