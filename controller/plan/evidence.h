// What each requirement needs as evidence, asked of the functions that judge it, and what the plan gives it when every
// request succeeds. What can be told beforehand to be not proven is told as TOO FEW. Pure.
#pragma once

#include <string>

#include <string>
#include <vector>

#include "controller/model/scenario.h"

namespace shakedown {

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

// "2995 requests without a violation; 1500 are offered in its scope: TOO FEW, ..."
std::string evidence_text(const Scenario& scenario, const Requirement& requirement);

// Words and commitments that end before today ("2026-12-01") or before the launch: what they stand for will not pass, or covers
// no day on which it is needed. One line each.
std::vector<std::string> ends_too_soon(const Scenario& scenario, const std::string& today);

// How many connections a phase may need, or has where `connections: max` is declared, and what follows. Empty without load.
std::string connections_text(const Scenario& scenario, PhaseId phase);

// What a search cannot tell: the share around the capacity, and too few requests at its lowest rate. Empty when nothing.
std::string search_limits_text(const Scenario& scenario, const Search& search);

// The share of arrivals that are of these operations; empty = all.
double share_of(const std::vector<MixEntry>& mix, const std::vector<OperationId>& operations);

}  // namespace shakedown
