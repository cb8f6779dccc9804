// The verdict on the run itself, before any verdict on the target: the rows of the validity table that touch more than
// one requirement.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/judge/conclude.h"
#include "controller/judge/valid/leftovers.h"

namespace shakedown::judging {

struct RunValidity {
  std::vector<ValidityReason> reasons;
  std::string everything;           // why every row is unknown; empty = none such
  std::vector<Leftover> leftovers;  // evidence after one that is shared is touched
  bool valid() const;
};

// accounting identity, journal completeness, lost agents, release, leftovers; warnings: secrets that were refused, CPU, steal,
// shared cores, teardown failures, what agents sent that names nothing.
RunValidity examine_run(const Evidence& evidence);

// injected.cc: in a completed run, each fault that did not take effect as often as its phase was to be run.
void check_injected(RunValidity& validity, const Evidence& evidence);

// secrets.cc: operations whose every answer turned the secret away. The service may be broken so, and is judged all the same.
void check_secrets(RunValidity& validity, const Evidence& evidence);

// Applies `everything` and the leftover to one row.
void apply(const RunValidity& validity, Judged& judged);

// Stages whose offered arrivals differ from the sum of their outcomes, as a text; empty when the identity holds. In a
// stage during which a load agent was lost, its last answers may be missing: then offered may exceed the sum.
std::string broken_identity(const Evidence& evidence);

}  // namespace shakedown::judging
