// Everything measured in a run on one axis, from which all SLIs are computed. A pure value with one way in: the live run,
// the replay of its journal and tests apply the same entries and get the same one. What is long past is sealed
// (second_log.h, probe_log.h, ledger_log.h), so that a copy is cheap.
// Threads: none; the run loop owns it. A copy may be read on another thread: what copies share is immutable.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "controller/measure/injection_record.h"
#include "controller/measure/ledger_log.h"
#include "controller/measure/probe_log.h"
#include "controller/measure/second_log.h"
#include "controller/measure/time_range.h"
#include "controller/model/scenario.h"
#include "core/model/event.h"
#include "core/stats/journal_entry.h"

namespace shakedown {

struct StageRecord {
  StageId stage;
  PhaseId phase;
  uint32_t iteration = 0;
  TimeRange range;  // announced start, true end (announced end while running)
  bool ended = false;
  bool not_run = false;
  std::string reason;
  uint64_t offered = 0;  // scheduled arrivals, all agents
  StageRole role = StageRole::declared;
  double level = 0;  // see StageEvent
  uint32_t step = 0;
};

// What an earlier run left on the agent's host. component: its name; empty = not known.
struct Inherited {
  std::string component, detail;
  RunTime at{};
};

// What is judged and shown of an agent's health lines, one a second.
struct HealthRecord {
  uint64_t lines = 0;
  RunTime first_at{}, before_last_at{}, last_at{};
  AgentHealth first, last;
  double cpu_seconds = 0;        // of all
  double later_cpu_seconds = 0;  // of all but the first, whose interval is not known
  double worst_steal = 0;
  SparseHistogram worst_lag;  // one entry a line

  bool empty() const { return lines == 0; }
  Duration span() const { return last_at - first_at; }
  void add(RunTime at, const AgentHealth& health);
};

struct AgentRecord {
  bool lost = false;
  bool left = false;  // it said goodbye
  RunTime lost_at{};  // the end of what it last reported
  HealthRecord health;
  std::vector<std::string> leftovers, warnings;
  RunTime leftover_at{};  // of the first leftover
  std::vector<Inherited> inherited;
  // When it is known to have worked last, at most `noticed`: an agent's loss is noticed later than it happens.
  RunTime last_word(RunTime noticed) const { return health.empty() ? noticed : std::min(noticed, health.last_at); }
};

class Timeline {
 public:
  explicit Timeline(const Scenario& scenario);  // the scenario outlives the Timeline

  // The journal's merged snapshots count from 1 without gaps: one left out, doubled or out of order is damage, and so is a
  // number of them at the close that is another. Journals from before that have seq 0 throughout: there nothing of the kind
  // can be noticed. Of a manifest nothing is kept.
  void apply(JournalEntry entry);

  const Scenario& scenario() const { return *scenario_; }
  // By second, stage and operation. Every row's stage is one of stages().
  const SecondLog& seconds() const { return seconds_; }
  // The same summed over all seconds of a stage.
  const std::map<std::pair<StageId, OperationId>, Cell>& totals() const { return totals_; }
  const WitnessMap& witnesses() const { return witnesses_; }
  // Requests of load that were answered, by the address of the target.
  const std::map<AnsweredBy, uint64_t>& answered() const { return answered_; }
  // Leaves out what would change nothing in witnesses().
  void keep_news(WitnessMap& found) const;
  const std::vector<StageRecord>& stages() const { return stages_; }              // by StageId
  const std::vector<InjectionRecord>& injections() const { return injections_; }  // by InjectionId
  const ProbeLog& probe(ProbeId id) const;
  const std::map<ProbeId, FailedCheck>& failed_checks() const { return failed_checks_; }  // the last one of each
  const LedgerLog& ledger(LedgerId id) const;
  const std::map<AgentId, AgentRecord>& agents() const { return agents_; }
  const std::vector<StepEvent>& steps() const { return steps_; }      // setup, ready, teardown, release
  const std::vector<CheckResult>& checks() const { return checks_; }  // in order of arrival
  const std::vector<Reading>& readings() const { return readings_; }  // in order of arrival
  // What agents sent that names nothing of the scenario, each text once; a run that has any is suspect.
  const std::vector<std::string>& warnings() const { return warnings_; }
  // What is wrong with the numbers of the merged snapshots; empty = nothing. Then no measurement can be relied upon.
  const std::string& snapshot_damage() const { return snapshot_damage_; }
  RunTime last() const { return last_; }  // latest instant seen anywhere

 private:
  void add(Snapshot&& snapshot);
  void add(const AgentHealthLine& line);
  void add(const Reading& reading) { readings_.push_back(reading); }
  void add(const JournalClose& close);
  void add(const Manifest&) {}
  void add(const Event& event);
  void add_content(Snapshot&& snapshot);
  void add_probes(std::map<ProbeId, std::vector<ProbeResult>>&& probes);
  void add_ledgers(const Snapshot& snapshot);
  void look_for_trouble(ProbeId id, const std::vector<ProbeResult>& results);
  void seal_old(RunTime seen);
  bool needs_seconds(TimeRange block) const;
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
  SecondLog seconds_;
  Duration keep_{};                 // what is younger is not sealed; so far from trouble each second keeps its histograms
  std::vector<TimeRange> trouble_;  // failed checks, and times without any
  std::map<std::pair<StageId, OperationId>, Cell> totals_;
  WitnessMap witnesses_;
  std::map<AnsweredBy, uint64_t> answered_;
  std::vector<CheckResult> checks_;
  std::vector<Reading> readings_;
  std::vector<StageRecord> stages_;
  std::vector<InjectionRecord> injections_;
  std::vector<ProbeLog> probes_;
  std::map<ProbeId, FailedCheck> failed_checks_;
  std::vector<LedgerLog> ledgers_;
  std::map<AgentId, AgentRecord> agents_;
  std::vector<StepEvent> steps_;
  std::vector<std::string> warnings_;
  uint64_t merged_ = 0;  // the last number of a merged snapshot
  std::string snapshot_damage_;
  RunTime last_{};
};

}  // namespace shakedown
