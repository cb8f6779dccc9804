// Which seconds of which stages count for an SLI over requests, and the counts of those seconds.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "controller/judge/evidence.h"
#include "controller/model/sli.h"

namespace shakedown::judging {

// Default: measured phases outside fault windows. `phases` names others (outside fault windows too); `during` takes the
// seconds that meet the windows of that fault instead. A second that meets a window counts wholly as inside.
class LoadScope {
 public:
  LoadScope(const Scope& scope, const Evidence& evidence);

  bool contains(StageId stage, int64_t second) const;
  bool contains(const SecondRow& row) const { return contains(row.stage, row.second); }
  bool has_stage(StageId stage) const { return stages_.count(stage) > 0; }
  // Whether fault windows meet its stages and are left out.
  bool leaves_out_faults() const;
  // Whether the row's requests may have been out when a fault struck that the scope leaves out.
  bool may_hold_in_flight(const SecondRow& row) const;
  // Of its bad ones, how many at most.
  uint64_t in_flight(const SecondRow& row) const;
  // With `during`: of the row's requests, how many at most were due outside of the windows, in a second that they do not fill.
  uint64_t due_outside(const SecondRow& row) const;
  bool of_a_step() const { return !scope_.stages.empty(); }
  const std::set<StageId>& stages() const { return stages_; }
  // Every (second, stage) of the scope that lies wholly inside its stage, ascending.
  std::vector<std::pair<int64_t, StageId>> whole_seconds() const;
  // Every second of the scope with the share of it that lies in a stage of the scope; 1 for one that two stages share.
  std::map<int64_t, double> covered() const;
  // The length of the scope in seconds, and its end.
  double length() const;
  RunTime until() const;
  // Why the scope is empty or what of it did not run; empty when it is complete.
  const std::string& missing() const { return missing_; }
  std::string describe() const;

 private:
  bool wanted(const StageRecord& stage) const;
  TimeRange range_of(const StageRecord& stage) const;
  std::vector<std::pair<int64_t, StageId>> seconds(bool whole) const;
  void note_missing();

  const Evidence* evidence_;
  Scope scope_;
  std::set<StageId> stages_;
  std::vector<FaultWindow> windows_;  // left out, or with `during` the only ones
  std::vector<TimeRange> own_;        // of these
  std::string missing_;
};

// Outcomes of one second of the scope, summed over the operations asked for.
struct SecondTally {
  int64_t second = 0;
  uint64_t offered = 0;
  uint64_t ok = 0;
  uint64_t bad = 0;         // failed, refused, reset, timeout, dropped_by_target
  uint64_t unfinished = 0;  // bad when proving a pass, good when proving a fail
  uint64_t in_flight = 0;   // of bad: perhaps still out when a fault struck that the scope leaves out; no proof of a fail
  uint64_t outside = 0;     // with `during`: perhaps due outside of the fault's windows; no proof of anything
  uint64_t ours = 0;        // dropped_by_us, client_error: excluded, gated by validity
  std::array<uint64_t, kOutcomes> counts{};
  std::vector<AnswerCount> wrong;  // of the failed ones
  uint64_t judged() const { return ok + bad + unfinished; }
};

// Requests that were due before the instant, in a second that ended by then, and may have been out at it.
bool may_be_out_at(const SecondRow& row, RunTime at, const Scenario& scenario);
// Of these the bad ones, at most: what they took all together does not last for more of them.
uint64_t bad_out_at(const SecondRow& row, RunTime at, const Scenario& scenario);
// All of these.
void each_out_at(RunTime at, const Evidence& evidence, const std::function<void(const SecondRow&)>& visit);

void add_outcomes(SecondTally& tally, const std::array<uint64_t, kOutcomes>& counts);
void add_outcomes(SecondTally& tally, const SecondRow& row);
void add_outcomes(SecondTally& tally, const Cell& cell);
// Ascending by second, one entry a second (stages that share a second are summed). Empty operations = all.
std::vector<SecondTally> tally(const LoadScope& scope, const std::vector<OperationId>& operations, const Evidence& evidence);
// " 224 were sent a second time, as the target closed the connection." of the stages of the scope; empty when none was.
std::string sent_again(const LoadScope& scope, const std::vector<OperationId>& operations, const Evidence& evidence);
// " 1424 found all connections that `connections: max` allows (64 ...) in use and waited, which counts against the target." of
// these stages; empty when none did. Only a declared pool can be full.
std::string pool_was_full(const std::set<StageId>& stages, const std::vector<OperationId>& operations, const Evidence& evidence);
// " Each of 4 load agents kept its part of `max_outstanding` (10: 2 or 3)." where one shut arrivals out in the scope.
std::string places_shared(const LoadScope& scope, const SecondTally& sum, const Evidence& evidence);
// " 60 of the bad ones may have been out when a fault struck: they prove no fail."; empty when none was.
std::string in_flight_at_fault(const SecondTally& sum);
// " 120 may have been due before or after the fault, in a second that it does not fill: they prove nothing."; empty when none
// was.
std::string outside_of_fault(const SecondTally& sum);
SecondTally total(const std::vector<SecondTally>& seconds);
// " Not good: 94 answered otherwise than expected (404 in 90, 200 with a wrong body in 4), 3 without an answer in time.", most
// first; empty when nothing was bad.
std::string what_was_not_good(const SecondTally& sum);
bool is_among(OperationId operation, const std::vector<OperationId>& operations);

// "read and write requests", "requests" for an empty list: from the operations' nouns.
std::string nouns(const std::vector<OperationId>& operations, const Scenario& scenario);

}  // namespace shakedown::judging
