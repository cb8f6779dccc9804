// Everything measured in a run on one axis, from which all SLIs are computed. A pure value: the live
// run and the replay of its journal build the same one. Threads: none; the run loop owns it.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/model/event.h"
#include "core/model/reading.h"
#include "core/model/scenario.h"
#include "core/stats/snapshot.h"

namespace shakedown {

// Half-open [from, to).
struct TimeRange {
  RunTime from{}, to{};
  bool contains(RunTime t) const { return from <= t && t < to; }
  bool empty() const { return to <= from; }
  friend bool operator==(const TimeRange&, const TimeRange&) = default;
};

struct StageRecord {
  StageId stage;
  PhaseId phase;
  uint32_t iteration = 0;
  TimeRange range;           // announced start, true end (announced end while running)
  bool ended = false;
  bool not_run = false;
  std::string reason;
  uint64_t offered = 0;      // scheduled arrivals, all agents
  StageRole role = StageRole::declared;
  double level = 0;          // see StageEvent
  uint32_t step = 0;
};

struct InjectionRecord {
  InjectionId injection;
  FaultId fault;
  StageId stage;
  uint32_t number = 0;  // 1-based within the fault
  FaultState state = FaultState::armed;
  std::vector<FaultEvent> history;  // in order of arrival
  std::vector<StepEvent> steps;     // recover and undo
  const FaultEvent* find(FaultState s) const;  // first event with this state; nullptr when none
};

struct LedgerRecord {
  std::map<uint64_t, LedgerWrite> writes;  // by id; a completion replaces a pending entry
  std::vector<LedgerRead> reads;           // in order of arrival
  std::vector<LedgerPass> passes;
};

// What an earlier run left on the agent's host. component: its name; empty = not known.
struct Inherited {
  std::string component, detail;
  RunTime at{};
};

struct AgentRecord {
  bool joined = false;
  bool lost = false;
  bool left = false;                // it said goodbye
  RunTime lost_at{};                // the end of what it last reported
  uint64_t last_seq = 0;
  RunTime last_to{};                // end of the last snapshot's interval
  uint64_t missing_snapshots = 0;   // gaps in seq that are also gaps in time (a merged snapshot skips seq only)
  std::vector<std::pair<RunTime, AgentHealth>> health;
  std::vector<std::string> leftovers, warnings;
  RunTime leftover_at{};            // of the first leftover
  std::vector<Inherited> inherited;
  // When it is known to have worked last, at most `noticed`: an agent's loss is noticed later than it happens.
  RunTime last_word(RunTime noticed) const { return health.empty() ? noticed : std::min(noticed, health.back().first); }
};

class Timeline {
 public:
  explicit Timeline(const Scenario& scenario);  // the scenario outlives the Timeline

  // A snapshot already seen (seq not above the agent's last) is ignored: resending after a broken stream is
  // harmless. The journal holds merged snapshots, whose seq counts from 1 without gaps: one left out, doubled or out of
  // order is damage. Journals from before that have seq 0 throughout: there nothing of the kind can be noticed.
  void add(const Snapshot& snapshot);
  void add_merged(const Snapshot& snapshot);
  // The journal's end: as many merged snapshots were written; 0 = not counted.
  void close(uint64_t merged_snapshots);
  // The journal's health line of one agent: at = end of its interval; missing = gaps found since the last line.
  void add_health(AgentId agent, RunTime at, const AgentHealth& health, uint64_t missing = 0);
  void add(const Event& event);
  void add(const Reading& reading) { readings_.push_back(reading); }

  const Scenario& scenario() const { return *scenario_; }
  // Per second, stage and operation. Latency histograms are kept per second too, so that a scope can
  // leave out fault windows to the second.
  // Every cell's stage is one of stages().
  const std::map<CellKey, Cell>& cells() const { return cells_; }
  // The same summed over all seconds of a stage.
  const std::map<std::pair<StageId, OperationId>, Cell>& totals() const { return totals_; }
  const WitnessMap& witnesses() const { return witnesses_; }
  // Leaves out what would change nothing in witnesses().
  void keep_news(WitnessMap& found) const;
  const std::vector<StageRecord>& stages() const { return stages_; }        // by StageId
  const std::vector<InjectionRecord>& injections() const { return injections_; }  // by InjectionId
  const std::vector<ProbeResult>& probe(ProbeId id) const;                  // ascending by start
  const LedgerRecord& ledger(LedgerId id) const;
  const std::map<AgentId, AgentRecord>& agents() const { return agents_; }
  const std::vector<StepEvent>& steps() const { return steps_; }            // setup, ready, teardown, release
  const std::vector<CheckResult>& checks() const { return checks_; }        // in order of arrival
  const std::vector<Reading>& readings() const { return readings_; }        // in order of arrival
  const std::vector<RunEvent>& run_events() const { return run_events_; }
  // What agents sent that names nothing of the scenario, each text once; a run that has any is suspect.
  const std::vector<std::string>& warnings() const { return warnings_; }
  // What is wrong with the numbers of the merged snapshots; empty = nothing. Then no measurement can be relied upon.
  const std::string& snapshot_damage() const { return snapshot_damage_; }
  RunTime last() const { return last_; }  // latest instant seen anywhere

 private:
  void add_content(const Snapshot& snapshot);
  void add_probes(const Snapshot& snapshot);
  void add_ledgers(const Snapshot& snapshot);
  void warn(const std::string& text);
  void saw(RunTime t);
  StageRecord& stage(StageId id);
  InjectionRecord& injection(InjectionId id);
  void add(const StageEvent& event);
  void add(const FaultEvent& event);
  void add(const StepEvent& event);
  void add(const AgentEvent& event);
  void add(const RunEvent& event);
  void add(const LedgerPass& event);
  void add(const CheckResult& event);

  const Scenario* scenario_;
  std::map<CellKey, Cell> cells_;
  std::map<std::pair<StageId, OperationId>, Cell> totals_;
  WitnessMap witnesses_;
  std::vector<CheckResult> checks_;
  std::vector<Reading> readings_;
  std::vector<StageRecord> stages_;
  std::vector<InjectionRecord> injections_;
  std::vector<std::vector<ProbeResult>> probes_;
  std::vector<LedgerRecord> ledgers_;
  std::map<AgentId, AgentRecord> agents_;
  std::vector<StepEvent> steps_;
  std::vector<RunEvent> run_events_;
  std::vector<std::string> warnings_;
  uint64_t merged_ = 0;  // the last number of a merged snapshot
  std::string snapshot_damage_;
  RunTime last_{};
};

}  // namespace shakedown
