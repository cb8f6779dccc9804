// The judgement of one requirement.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/model/requirement.h"

namespace shakedown {

enum class VerdictState { pass, fail, not_proven, unknown };
const char* to_string(VerdictState state);

enum class Watermelon { none, honest, optimistic, pessimistic, unverifiable };  // none = nothing declared
const char* to_string(Watermelon watermelon);

// Values in the SLI's unit. lower and upper are the two one-sided bounds; may be infinite.
struct Measured {
  std::optional<double> value;
  std::optional<double> lower, upper;
  Unit unit = Unit::ratio;
  uint64_t samples = 0;
  bool censored = false;  // value is ">= value": at or above the timeout
};

// One injection's contribution to an RTO or RPO row.
struct InjectionVerdict {
  InjectionId injection;
  uint32_t number = 0;  // 1-based within its fault
  bool valid = true;
  std::string note;  // "masked", "not recovered", "ended_by: undo", or why it is not valid
  double lower = 0, upper = 0;
  std::optional<double> suffix_upper;  // RPO in seconds, under the suffix assumption
  std::optional<double> stood;         // seconds for which a tolerated fault was at work; nullopt = not known, or no such row
};

// What failed while a fault was at work and no probe of the row asks.
struct Elsewhere {
  std::set<OperationId> operations;
  double seconds = 0;  // for how long most of their requests failed, the longest
};

struct Verdict {
  RequirementId requirement;
  VerdictState state = VerdictState::unknown;
  bool at_risk = false;
  Measured measured;
  std::optional<double> supportable;  // the tightest objective this evidence would pass
  std::string reason;                 // one sentence, always set
  std::string needed;                 // what would decide it; empty when decided
  double needed_seconds = 0;  // further observation that would decide it; 0 = not a matter of time, or not known; infinite = none
                              // does; < 0 = something else would
  Watermelon watermelon = Watermelon::none;
  std::string watermelon_reason;
  bool untouched = true;        // no validity signal touches the evidence (a fail then decides even an invalid run)
  bool outside_faults = false;  // fault windows meet what it is judged on, and are left out
  double observed_seconds = 0;  // how long the evidence is; 0 = not a matter of time
  std::vector<InjectionVerdict> injections;
  Elsewhere elsewhere;  // of all valid ones
  bool beside = false;  // some caused no outage, and another process than what they broke answers at the target
};

}  // namespace shakedown
