// What the plan offers to a row: requests, injections and time, before anything has run. Each SLI's file says with it what its
// row needs. In: the scenario. Out: facts (controller/model/planned_evidence.h). Forbidden: what was measured, and words.
// Threads: free functions without state.
#pragma once

#include <string>
#include <vector>

#include "controller/model/planned_evidence.h"
#include "controller/model/scenario.h"

namespace shakedown::judging {

// Requests that the plan offers in a scope. Fault windows last as long as their recovery, which nobody knows before:
// `least` and `most` are for the longest that the objectives (else recover_within) allow, and for none. 3 standard
// deviations are taken off `least` where arrivals or the mix are drawn.
struct PlannedRequests {
  double least = 0, most = 0;  // requests
  double seconds = 0;          // of the scope at most
  double thinnest = 0;         // requests in the worst run of `window` seconds; 0 when no such run fits
  bool closed = false;         // part of the load is closed: how many it sends depends on the answers
};
PlannedRequests planned_requests(const Scenario& scenario, const std::vector<OperationId>& operations, const Scope& scope,
                                 Duration window = {});
// The name of a fault that leaves time of the scope before and after its window; empty = none does.
std::string fault_within(const Scenario& scenario, const Scope& scope);
double whole_count(double n);  // what is left of a sum of fractions

// An operation that no phase of the scope sends; empty = none, or each is sent.
std::string never_sent(const Scenario& scenario, const std::vector<OperationId>& operations, const Scope& scope);

// Of a ratio: how many clean requests prove the objective, and how many its scope is offered.
PlannedEvidence requests_needed(const Requirement& requirement, const Scenario& scenario,
                                const std::vector<OperationId>& operations, const Scope& scope, double allowed);

// Of several faults the sum. disturbed: where the file itself has another fault at work at the same time.
planned::Injections injections_needed(const Scenario& scenario, const std::vector<FaultId>& faults, uint64_t needed);

// Empty when verify_limit has room for reading back what was written in that time.
std::optional<planned::TooLongToRead> too_long_to_read(const Ledger& ledger, Duration written);

// rate: what the search must show for a pass, per second.
PlannedEvidence search_needed(const Scenario& scenario, PhaseId phase, double rate);

// Of phases under load that somebody promises to carry.
Duration promised_duration(const Scenario& scenario);

// The time of all phases that have load in the scope.
double loaded_seconds(const Scenario& scenario, const Scope& scope);

// The share of arrivals that are of these operations; empty = all.
double share_of(const std::vector<MixEntry>& mix, const std::vector<OperationId>& operations);

// What each row needs. Pure.
PlannedEvidence evidence_needed(const Requirement& requirement, const Scenario& scenario);

}  // namespace shakedown::judging
