// Whether the team's own SLI and alert noticed that the service was away, by the outages that probes saw.
#pragma once

#include <string>
#include <vector>

#include "controller/judge/reported/query_window.h"
#include "controller/model/scored_parts.h"

namespace shakedown::judging {

struct OutageProof {
  ScoredReported::Proof proof = ScoredReported::Proof::not_tested;  // the worst of all outages
  std::optional<double> moved_after_seconds;                        // the longest, when it moved in all of them
  std::optional<double> alert_after_seconds;
  std::optional<bool> alert_in_time;
  std::vector<std::string> findings;  // clauses about what was not noticed
  std::vector<std::string> untested;  // clauses about what could not be tested
};

// An outage too short to be visible in a series of that step tests nothing.
OutageProof prove_outages(const Requirement& requirement, RequirementId id, const Evidence& evidence);

}  // namespace shakedown::judging
