// Validity signals that touch single rows: our shortfall and drops, lag, lost load agents. Limits are those of the
// validity table (docs: validity); each function raises the signal on the row when its limit is passed.
#pragma once

#include "controller/judge/conclude.h"
#include "controller/judge/ratio.h"
#include "controller/judge/scope.h"
#include "core/stats/histogram.h"

namespace shakedown::judging {

// Arrivals of a scope of which we know nothing by our own fault: missing data.
struct Missing {
  double never_offered = 0;  // shortfall of the schedule, as far as it falls to the operations
  uint64_t ours = 0;         // dropped by us, or failed on our side
  uint64_t paused = 0;       // of these: open loads' in seconds in which the target refused or broke off connections
  // Closed loads: requests that users would have made while they waited for bad (or too slow) ones, or for the pause after those.
  // A slow or dead target holds its own users back, so that its outage thins out among the requests.
  double waiting = 0;
  // Closed loads: requests that users would have made while our own loop stood still; told by stood_still(), for rates.
  double stood = 0;
  double total() const { return never_offered + static_cast<double>(ours); }
};
// What a request took of the time of its user, in seconds: of all the row's requests with that outcome.
double user_seconds(const SecondRow& row, Outcome outcome, const ClosedLoad& closed, const Evidence& evidence);
const ClosedLoad* closed_load(StageId stage, const Evidence& evidence);  // nullptr: an open one, or none

// Which share of the requests of the stage's load are of these operations; 1 for none named.
double share_of_mix(const StageRecord& stage, const std::vector<OperationId>& operations, const Scenario& scenario);

// limit: good answers that took longer hold their users back too, in a row about latency.
Missing missing_in(const LoadScope& scope, const std::vector<OperationId>& operations, const SecondTally& sum,
                   const Evidence& evidence, Duration limit = Duration::max());

// By second: what the users of a closed load did not ask for because we stood still. The lag of each of their requests is
// time in which its user did not ask: lag / (mean time of a request without its lag, and the thinking), as far as it falls to
// the operations. Infinite where no request ever left us, so that nobody knows how long one takes.
std::map<int64_t, double> stood_still(const LoadScope& scope, const std::vector<OperationId>& operations,
                                      const Evidence& evidence);

// Requests that were still out when the run ended are neither good nor bad: a row without any other, and what one needs that
// would pass had they been good (the objective as a share of bad ones).
Judged none_ended(Unit unit, uint64_t unfinished, const LoadScope& scope);
void need_their_ends(Verdict& verdict, const ShareBounds& share, double allowed);
// What a row needs that would be decided had all requests of the seconds that a fault shares been due in it.
void need_whole_seconds(Verdict& verdict, const ShareBounds& share, double allowed);

// Requirement: a pass holds with every missing arrival bad, a fail with every one good (the settled bounds are those);
// between the two the row is unknown. all_bad and all_good: the verdicts of the two cases. Says what is missing.
void conclude_missing(Judged& judged, const Missing& missing, VerdictState all_bad, VerdictState all_good);

// The tolerated share of arrivals that we lost ourselves where what they would have been has no bound.
inline constexpr double kDefaultBudget = 0.01;

// Shortfall, drops and client errors of a phase in the scope over budget / 10 of what it was to offer: unknown. For
// SLIs that are no ratio.
void check_our_losses(Judged& judged, const LoadScope& scope, double budget, const Evidence& evidence);

// An agent that sends a load of the scope, lost before that load or the scope ended: unknown.
void check_load_agents(Judged& judged, const LoadScope& scope, const Evidence& evidence);
// The same of a row whose fail holds with everything good that was to be sent and was not (conclude_missing): a fail stands.
void check_load_agents_of_pass(Judged& judged, const LoadScope& scope, const Evidence& evidence);
// The same for stages without a scope of their own; whether there was such an agent.
bool touch_by_lost_loader(Judged& judged, RunTime until, const std::set<StageId>& stages, const std::string& what,
                          const Evidence& evidence);

// A row inside the windows of a fault (invalid = it looks elsewhere): where the load ended before an outage of it was over, or
// our own undo ended it before its time, nobody saw the rest: no pass.
void check_outlasted(Judged& judged, FaultId during, const Requirement& requirement, const Evidence& evidence);

// A named operation of which the scope saw no request: the row vouches for it by nothing, so no pass; a fail stands.
void check_called(Judged& judged, const LoadScope& scope, const std::vector<OperationId>& operations, const Evidence& evidence);

// p99 of the lag over 10 % of the limit: a fail becomes unknown; a pass stands, because lag only lengthens.
void check_lag(Judged& judged, const SparseHistogram& lag, double limit_seconds);

// Arrivals that the schedule of a stage asked for and that were never offered; 0 for closed loads.
double shortfall(const StageRecord& stage, const Scenario& scenario);

}  // namespace shakedown::judging
