// Ways out of a red or unproven row, and what a fault does, as facts: the judge works them out, controller/report/words says
// them. Rates and capacities are per second, lengths in seconds. Ownership: all values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "controller/model/requirement.h"
#include "controller/model/scalability.h"
#include "controller/model/scenario.h"
#include "core/base/time.h"

namespace shakedown {

// What a fault does, to be said after "if": "the process dies".
struct Happening {
  std::string kind;                       // of the fault: "kill", one of core/faults
  std::vector<std::string> components{};  // empty: there is only one
  bool children = false;                  // of a process: what it started
  std::string fault;                      // its name, said where nothing else tells it from others
  bool alike = false;                     // another fault does the same to the same component
  bool known = true;                      // false: the scenario has no fault of this name
};

// What a law takes for granted where it is asked.
struct Extrapolation {
  std::string phase;               // whose steps it was fitted to
  double most = 0;                 // the largest number that was measured
  bool beyond = false;             // it is asked about more than that
  bool want_of_resources = false;  // the row may miss for another reason
};

// Resources: how many of `axis` carry the rate, by the law; absent = none do, and `cap` is the most, at `peak`.
struct LawCarries {
  StepAxis axis = StepAxis::concurrency;
  double rate = 0;
  std::optional<double> needed;
  double cap = 0;
  std::optional<double> peak;
  Extrapolation law;
};
// How many of `axis` keep this share of perfect scaling; absent = any number does.
struct LawKeeps {
  StepAxis axis = StepAxis::concurrency;
  double share = 0;
  std::optional<double> reach;
  double carried = 0;          // by `reach`
  std::optional<double> rate;  // of the forecast, and how many that takes
  std::optional<double> needed;
  Extrapolation law;
};
// No law: of these steps with a problem, or (no phase) of none at all.
struct NoLaw {
  std::string phase, problem;
  std::optional<double> rate;
};

// Focus: the fault that costs most a month, of all whose frequency is declared.
struct CostsMost {
  Happening top;
  bool only = false;  // it is the only one
  double share = 0;   // of `total`
  double total = 0;   // a month, at the load of the drill
  bool writes = false;
  std::optional<double> own;       // share of the row's own fault, where that is another
  std::optional<Happening> apart;  // the row's own fault, where nobody declares how often it comes
  double at_forecast = 0;          // a month, at the forecast's rate; 0 = not known
  bool at_least = false;           // the load did not show all of it
};
struct Unprovoked {
  double at = 0;     // of the outage that cost most
  double share = 0;  // of `total`
  double total = 0;  // requests that unprovoked outages failed
};
struct HowOftenUnknown {
  Happening fault;
};
struct FallsShort {
  std::string dependency, source;  // where its capacity comes from; may be empty
  double capacity = 0, needed = 0;
  std::size_t all = 1;  // that fall short
};
struct Uncommitted {
  std::string dependency, problem;
};
struct GivesWay {
  std::string title;
  double rate = 0;
};

// Date: when it can be proven, or why no day can be told.
struct NoDay {
  enum class Why { nobody_said, never, not_by_time } why = Why::nobody_said;
  std::optional<int> launch_in_days;
};
struct DayMissed {
  WallTime by{};
};
struct Provable {
  WallTime on{};
  std::string launch;  // as written
  bool fix = false;    // it must be mended first
  double length = 0;   // of the drill, or of the further evidence
};

// Promise: what the evidence supports, where it was measured.
struct PromiseRate {
  double rate = 0, margin = 0;  // against the forecast
  Environment environment;
};
struct PromiseLimit {
  double value = 0;
  Unit unit = Unit::ratio;
  uint64_t tries = 0;  // not 0: the worst of so many, which are too few to promise it
  Objective objective;
  Environment environment;
};

// One way out, worked out from what was measured.
struct TradeOff {
  enum class Kind { resources, focus, date, promise } kind = Kind::resources;
  using Way = std::variant<LawCarries, LawKeeps, NoLaw, CostsMost, Unprovoked, HowOftenUnknown, FallsShort, Uncommitted, GivesWay,
                           NoDay, DayMissed, Provable, PromiseRate, PromiseLimit>;
  Way way;
  std::string owner = {};  // empty: nobody is named
};
const char* to_string(TradeOff::Kind kind);  // "resources", "focus", "date", "promise"

}  // namespace shakedown
