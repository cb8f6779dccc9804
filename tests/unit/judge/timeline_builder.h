// A drill written down as a test wants it: load, outages, faults, ledger writes at given seconds. Gives the Scenario,
// the snapshots and events that agents would have sent (for a journal), and the Timeline and Scorecard made of them.
// Ownership: a Drill owns its scenario; Timelines made by it borrow it and must not outlive it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "controller/judge/judge.h"
#include "controller/measure/timeline.h"
#include "controller/model/scorecard.h"
#include "core/model/event.h"
#include "core/stats/snapshot.h"

namespace shakedown::testing {

inline RunTime at(double s) { return RunTime(from_seconds(s)); }

// Starts with: agent local (load and inject), operation read (timeout 1 s, noun read), probe front-door (every 100 ms,
// timeout 200 ms, down after 3, up after 3), ledger entries (10/s, noun entry), component ledger, no phase, no fault.
class Drill {
 public:
  Drill();

  Scenario scenario;
  Manifest manifest;  // one agent, state completed

  OperationId add_operation(const std::string& name);
  AgentId add_agent(const std::string& name, Duration clock_bound);
  // rate 0 = no load; arrivals uniform.
  PhaseId add_phase(const std::string& name, double length, double rate, bool measured = true);
  FaultId add_kill(const std::string& name, PhaseId phase);
  // Limits of latency requirements reach the operations' lists, as the decoder does it.
  std::size_t require(const std::string& id, Sli sli, Comparison comparison, double limit);
  Requirement& requirement(std::size_t i) { return scenario.requirements[i]; }

  // Planned and ended events; length < 0 = the phase's own.
  StageId run(PhaseId phase, double start, double length = -1);
  // A stage of a search or series: planned and ended as asked.
  StageId level(PhaseId phase, StageRole role, double level, uint32_t step, uint32_t iteration, double start, double length,
                const std::string& reason = "");
  // Each second of [from, to): ok answers with one latency and bad ones, all counted as offered.
  Drill& load(StageId stage, int64_t from, int64_t to, uint64_t ok, uint64_t bad = 0, double latency = 0.005,
              OperationId operation = OperationId(0));
  Drill& outcome(StageId stage, int64_t second, Outcome outcome, uint64_t n, double latency = 0.005,
                 OperationId operation = OperationId(0));
  // Arrivals that were scheduled but became nothing: breaks the accounting identity.
  Drill& offered_only(StageId stage, int64_t second, uint64_t n);
  Drill& lag(StageId stage, int64_t second, double lag, uint64_t n, OperationId operation = OperationId(0));

  // Checks at the cadence in [from, to): fail fast while the start lies in one of the outages, else good in 5 ms.
  Drill& probe(double from, double to, std::vector<std::pair<double, double>> outages = {}, ProbeId id = ProbeId(0));
  Drill& check(double start, double end, bool good, ProbeId id = ProbeId(0));

  std::vector<TargetId> served_by_others;  // of what is armed from now on
  // armed, injected, effective in [from, from + 10 ms], clean at `clean` (< 0 = never).
  InjectionId inject(FaultId fault, StageId stage, double from, double clean);
  InjectionId inject_without_effect(FaultId fault, StageId stage, double from, double clean);
  Drill& fault_event(InjectionId injection, FaultState state, double at, const std::string& detail = "");

  // Write i at from + i / rate, acknowledged 10 ms later; ids continue.
  Drill& writes(double from, double to);
  // A complete reading of every id so far from `first` on, twice; the ids in lost are absent, those in unread undecided.
  Drill& verify(InjectionId injection, double from, const std::set<uint64_t>& lost, const std::set<uint64_t>& unread = {},
                uint64_t first = 0, ReadClass lost_as = ReadClass::absent);

  Drill& add(Event event);
  Drill& health(int64_t second, AgentHealth health);
  // Leaves out one snapshot, as if the stream had lost it.
  Drill& drop_snapshot(int64_t second);

  const std::vector<Event>& events() const { return events_; }
  // One a second with contents, seq from 1 without gaps but for dropped ones.
  std::vector<Snapshot> snapshots() const;
  Timeline timeline() const;
  Scorecard judge() const;
  // The verdict of requirement i.
  Verdict verdict(std::size_t i = 0) const { return judge().requirements.at(i).verdict; }

  // What an agent would have sent for that second, to be changed at will.
  Snapshot& snapshot(int64_t second) { return snapshots_[second]; }
  Cell& cell(StageId stage, int64_t second, OperationId operation);

 private:
  std::map<int64_t, Snapshot> snapshots_;
  std::set<int64_t> dropped_;
  std::vector<Event> events_;
  std::vector<FaultId> fault_of_;
  std::vector<StageId> stage_of_;
  uint32_t stages_ = 0;
  uint64_t next_write_ = 0;
  uint32_t next_pass_ = 0;
};

// Every text of the card that a person sees, to search in.
std::string all_text(const Scorecard& card);

}  // namespace shakedown::testing
