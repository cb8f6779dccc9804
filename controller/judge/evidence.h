// What every judging function reads: the run with its fault windows and its outages with their causes, worked out once.
// Ownership: borrows scenario, timeline and manifest. Threads: immutable after collect().
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/measure/ledger_check.h"
#include "controller/measure/outages.h"
#include "controller/measure/timeline.h"
#include "controller/measure/windows.h"
#include "controller/model/scorecard.h"

namespace shakedown::judging {

// A stage whose load we did not promise to be carried: of a search, a series or an unmeasured phase. What breaks then may be our
// doing. Of searches and series the time until the next stage is among it: what was sent is still worked off.
struct OwnLoad {
  const StageRecord* stage = nullptr;
  TimeRange range;
};

// An outage with the injection that caused it. When windows of further injections meet it, it belongs to their overlap and
// to none of them alone. Without an injection it is spontaneous, unless it began under load of our own.
struct CausedOutage {
  Outage outage;
  InjectionId injection;
  FaultId fault;
  std::vector<FaultId> others;        // the faults of these, each once
  const StageRecord* load = nullptr;  // of OwnLoad
  bool reached = false;               // from an unmeasured phase into a measured one: it may have come of either
  bool spontaneous() const { return !injection.valid() && load == nullptr; }
  bool overlapped() const { return !others.empty(); }
};

struct ProbeEvidence {
  ProbeId id;
  AgentId agent;
  ProbeLog results;                  // until the probing agent was lost
  std::optional<RunTime> due_until;  // checks went on until then at least; none = it is not known (drill not over, agent lost)
  OutageReport report;
  std::vector<CausedOutage> outages;
  std::vector<TimeRange> unobserved;  // the report's, and what is missing up to the end of the last stage
  std::vector<TimeRange> drilled;     // fault windows, and load of our own until the service was back; none touch, ascending
  std::vector<TimeRange> idle;        // no measured phase: before the first, between them; none touch, ascending
  double idle_seconds = 0;            // observed in these, where an outage began in one
  double outside_seconds = 0;         // observed, outside of all of these
  double down_outside_seconds = 0;    // of that, in spontaneous outages
  bool empty() const { return results.empty(); }
  double up_outside_seconds() const { return outside_seconds - down_outside_seconds; }
};

// What an injection lost of a ledger's acknowledged writes, with whether the ledger can say so at all.
struct LossEvidence {
  InjectionLoss loss;
  std::string incomplete;  // why it proves no pass; empty = it can
  Signal signal = Signal::none;
  bool partly = false;  // verify_limit cut the reading off: what was not read is undecided
};

struct Evidence {
  const Scenario* scenario = nullptr;
  const Timeline* timeline = nullptr;
  const Manifest* manifest = nullptr;
  std::vector<FaultWindow> windows;
  std::vector<OwnLoad> own_load;
  std::vector<ProbeEvidence> probes;                                // by ProbeId
  std::vector<LedgerRecord> ledgers;                                // by LedgerId
  std::map<std::pair<InjectionId, LedgerId>, LossEvidence> losses;  // of injections that took effect
  std::vector<std::vector<AttributedLoss>> attributed;              // by LedgerId: who may have taken each lost write
  bool goes_on = false;           // the run is not over: what has not happened yet is no trouble
  std::optional<TimeRange> only;  // scopes look at nothing else; absent = at everything
  RunTime end{};                  // end of the last stage, else the last instant seen

  const ProbeEvidence& probe(ProbeId id) const { return probes[id.value]; }
  const LedgerRecord& ledger(LedgerId id) const { return ledgers[id.value]; }
  std::optional<TimeRange> window(InjectionId injection) const;
  std::optional<RunTime> lost_at(AgentId agent) const;
  bool has_load_role(AgentId agent) const;
  bool sends(AgentId agent, PhaseId phase) const;  // has a part of its load
  bool no_phase_ran() const;                       // though there are some
  // The agent itself, or the first one with the role `load` when none is named.
  AgentId or_first_load_agent(AgentId agent) const;
  std::string agent_name(AgentId agent) const;
  // How far two agents' stamps may lie apart; 0 for the same agent.
  Duration clock_bound(AgentId a, AgentId b) const;
  Duration clock_bound(AgentId observer, FaultId fault) const;  // of all agents that do a part of it
  double last_second() const { return seconds(end); }
  std::string today() const;  // the day on which the run ended: 2026-12-01
  bool forecast_is_past() const;
};

Evidence collect(const Scenario& scenario, const Timeline& timeline, const Manifest& manifest);

// The length of range outside the holes (which may overlap), in seconds.
double seconds_outside(TimeRange range, std::vector<TimeRange> holes);

}  // namespace shakedown::judging
