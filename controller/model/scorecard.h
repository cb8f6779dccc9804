// The judgement of one run: everything that scorecard.json and the reports show.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/model/scenario.h"
#include "controller/model/scored_parts.h"
#include "controller/model/signal.h"
#include "controller/model/told.h"
#include "controller/model/verdict.h"
#include "core/model/run.h"

namespace shakedown {

enum class DecisionState { go, no_go, not_proven };
const char* to_string(DecisionState state);  // "go", "no-go", "not-proven"

// One validity signal that was raised. invalidates: the run as a whole is not valid.
struct ValidityReason {
  Signal signal = Signal::none;
  std::string text;         // with figures and limit
  bool invalidates = true;  // false = warning only
  std::string fault = {};   // of a leftover: whose injection left it; empty: something else did
  uint32_t injection = 0;
};

struct ScoredRequirement {
  Requirement requirement;  // with declared, owner (requirement's or the scenario's)
  Verdict verdict;
  std::optional<ScoredReported> reported;  // of rows with `reported`
  std::vector<TradeOff> options;           // of red and unproven rows
  // Of rows about load: the highest rate offered in a stage that the row judged and that keeps the objective by itself.
  std::optional<double> tested_rate;
  std::vector<std::size_t> traffic;  // of rows about load that do not pass: what of Scorecard::traffic tells why
  std::string noun;                  // what is lost, of its ledger; empty = writes, of none or of several
};

// A measured phase with load, or a fault in it, that no requirement judges.
struct UnjudgedPhase {
  std::string phase;
  std::string operation;          // "" = all of the phase
  uint64_t offered = 0, bad = 0;  // outside fault windows; of a fault inside its windows
  std::string fault;              // "" = the time outside fault windows
  double away_seconds = 0;        // of a fault: how long probes saw the service away for it, the longest of its injections
};

struct AreaSummary {
  Area area = Area::availability;
  bool declared = false;
  VerdictState worst = VerdictState::unknown;  // of its must rows (all rows when it has no must)
  uint32_t pass = 0, fail = 0, not_proven = 0, unknown = 0;
  uint32_t vouched = 0;  // of `pass`: nobody measured them, somebody vouches for them
};

struct OutageImpact {
  uint64_t failed_requests = 0;
  double delayed_seconds = 0;
  uint64_t lost_writes = 0;
  double worst_error_ratio = 0;
  bool at_least = false;        // users of a closed load waited, or no load was there until its end
  uint64_t not_told_above = 0;  // of failed_requests: in seconds that no outage above it had as well
};

struct ScoredOutage {
  std::string probe;
  RunTime start{};
  double lower_seconds = 0, upper_seconds = 0;  // upper may be infinite
  std::string cause;  // fault name, several joined by " and ", "spontaneous", or which load of our own it began under
  OutageImpact impact;
  RunTime seen_until{};      // its end, else the last that was seen of it
  bool by_our_load = false;  // a search's, a series' or an unmeasured phase's
};

// What a probe did, whether or not it made an outage.
struct ScoredProbe {
  std::string name;
  uint64_t checks = 0, failed = 0;
  uint64_t longest = 0;  // failed ones in a row; down_after of them make an outage
  uint32_t down_after = 1;
};

struct ScoredFault {
  std::string name;
  std::string component;
  uint32_t injection = 0;  // 1-based
  FaultState state = FaultState::armed;
  std::optional<RunTime> injected_at, effective_at, undone_at;
  std::string ended_by;  // "recovery", "undo", "undo after limit", ""
  std::string bite;      // the proof of effect, or why there is none
  std::vector<std::string> leftovers;
  std::optional<double> predicted_monthly_failed;  // expected frequency x measured impact
  bool predicted_at_least = false;                 // see OutageImpact; or our own undo ended it before its time
  double load_rate = 0;                            // requests per second offered in its phase; 0 = not known
  bool measured = false;                           // it took effect, and every row about it could use it
};

struct ScoredLedgerInjection {
  std::string fault;
  uint32_t n = 0;
  uint64_t lost = 0, undecided = 0;
  uint64_t shared = 0;  // lost writes that another injection may have taken as well; not among lost
  double rpo_lower = 0, rpo_upper = 0;
  std::optional<double> suffix_upper;  // absent when refuted (scattered)
  bool scattered = false;
  uint64_t split_brain = 0;  // lost writes acknowledged after the effect
  // rpo_lower and rpo_upper times the forecast's write rate: writes that production would lose if losses follow the rate. Absent
  // without such a rate or with a scattered loss. Infinite when the window is.
  std::optional<double> forecast_lower, forecast_upper;
};
struct ScoredLedger {
  std::string name, noun;
  double rate = 0;  // our own writes per second
  uint64_t acked = 0, lost = 0, undecided = 0, duplicates = 0, ghosts = 0, corrupt = 0, resurrected = 0;
  uint64_t recovered = 0, maybe_lost = 0, seen_then_lost = 0;
  uint64_t unexplained = 0;        // of lost: no fault can have taken them
  std::vector<uint64_t> lost_ids;  // at most 1000
  std::vector<ScoredLedgerInjection> injections;
};

struct ScoredAgent {
  std::string name, version, hostname;
  bool lost = false;
  double clock_bound_seconds = 0;
  double lag_p99_seconds = 0;
  double cpu_share = 0;                // of one core, mean
  std::vector<std::string> addresses;  // it asked, of each target: "api: 127.0.0.1, 127.0.0.2"
};

// Counts of all arrivals of the run, for the accounting identity.
struct Accounting {
  uint64_t offered = 0, ok = 0, failed = 0, refused = 0, reset = 0, timeout = 0, unfinished = 0, dropped_by_target = 0,
           dropped_by_us = 0, client_error = 0;
  uint64_t retried = 0;  // of them all: the target closed a kept connection as we sent, and we sent again
};

struct Scorecard {
  // what
  std::string scenario, service, owner, launch;
  Decision decision_makers;
  Environment environment;
  Manifest manifest;
  // verdicts
  bool valid = false;
  std::vector<ValidityReason> reasons;
  DecisionState decision = DecisionState::not_proven;
  std::string covers;      // "2 of 11 areas"
  std::vector<Told> tldr;  // what page one tells first
  std::vector<ScoredRequirement> requirements;
  std::vector<UnjudgedPhase> unjudged;
  std::vector<AreaSummary> areas;  // all 11, in order
  std::vector<ScoredProbe> probes;
  std::vector<ScoredOutage> outages;
  std::vector<ScoredFault> faults;
  std::vector<ScoredLedger> ledgers;
  std::vector<ScoredAgent> agents;
  std::optional<Forecast> forecast;
  std::vector<ScoredSearch> searches;
  std::vector<ScoredScaling> scalings;
  std::vector<ScoredDependency> downstream;
  std::vector<ScoredControl> controls;
  std::vector<ScoredCheck> checks;
  std::vector<ScoredCleanup> cleanups;
  std::vector<ScoredAddress> addresses;  // by target
  std::vector<ScoredTraffic> traffic;    // by phase and operation, in the scenario's order; what had no requests is left out
  Accounting accounting;
  std::optional<int> launch_in_days;  // from the run's end
};

// Exit code of a run, first that applies: 4 leftovers, 1 NO-GO, 3 not completed, 2 NOT PROVEN, 0 GO.
int exit_code(const Scorecard& scorecard);

}  // namespace shakedown
