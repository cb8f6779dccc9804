// The injections that are under way. Each goes one way: ordered, at work, finishing, closed. What the agents and the probes say
// decides each step; look() takes those that are due and is called whenever anything changed. An injection has a part on each
// agent that breaks a component of its fault; they are ordered and finished together, and where one fails or is lost all others
// are undone. It is closed when these agents have said how it ended, or are lost: then its fate is told as unknown. A leftover, a
// service that does not recover in time and a fault that nobody could see recover end the run. Forbidden: waiting for an answer,
// so that no injection holds another up. Threads: the run loop only.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/agents/planner.h"
#include "controller/drill/parts/probe_watch.h"
#include "controller/drill/run_context.h"

namespace shakedown {

class FaultSupervisor {
 public:
  FaultSupervisor(const RunContext& run, const ProbeWatch& probes) : run_(run), probes_(probes) {}

  // For an instant after the stage's start; not run where one of its agents is not there.
  void order(const PlannedInjection& planned, StageId stage, RunTime stage_start);
  void not_run(const PlannedInjection& planned, StageId stage, const std::string& why);
  void look();
  bool all_closed() const { return open_.empty(); }
  // An injection of this agent is under way.
  bool concerns(AgentId agent) const;
  // Until all are closed; the run ends where that takes longer than they may.
  boost::asio::awaitable<void> await_closed(const std::vector<PlannedInjection>& injections);
  // Until the conditions hold that these want afterwards; the run ends where they do not in time.
  boost::asio::awaitable<void> await_afterwards(const std::vector<PlannedInjection>& injections);
  // Undoes what stands, for as long as each undo may take; what has not ended by then is told as a leftover and stays open.
  boost::asio::awaitable<void> undo_all(const std::string& reason);

 private:
  struct Part {
    AgentId agent;
    std::optional<uint64_t> finish{};  // the step of its FinishFault
    std::optional<uint64_t> asked{};   // the step of the last question whether it healed by itself
  };
  struct Open {
    PlannedInjection planned;
    StageId stage;
    std::vector<Part> parts;  // one for each agent
    bool finishing = false;
    RunTime at{};  // when it is due
    RunTime asked_at{};
    bool announced = false;
    std::size_t told = 0;  // of its steps, those that were looked at
  };

  // Those that have begun, or are about to.
  std::set<InjectionId> under_way() const;
  const InjectionRecord* record_of(const Open& injection) const;
  std::vector<AgentId> agents_of(FaultId fault) const { return run_.scenario.agents_of(run_.scenario.fault(fault)); }
  bool alive(const Open& injection) const;
  bool answered(const Open& injection) const;
  std::string name_of(const Open& injection) const;
  FaultEvent event(const PlannedInjection& planned, StageId stage, FaultState state, std::string detail) const;
  bool closed(Open& injection);
  bool told_closed(const Open& injection, const InjectionRecord& record) const;
  const char* why_undo(const Open& injection, const InjectionRecord* record) const;
  void close(const Open& injection, const InjectionRecord& record);
  void close_lost(const Open& injection, const InjectionRecord* record);
  void before_it_begins(Open& injection);
  void announce(Open& injection, const InjectionRecord& record);
  void tell_failed_repairs(Open& injection, const InjectionRecord& record);
  void at_work(Open& injection, const InjectionRecord& record);
  bool overdue(RunTime deadline) const { return probes_.past(deadline, run_.now()); }
  RunTime stands_until(const InjectionRecord& record, RunTime effective) const;
  void give_up(Open& injection, const std::string& why);
  void finish(Open& injection, bool undo, const std::string& reason);
  void ask_if_healed(Open& injection);
  const FaultConditions& conditions_of(FaultId fault) const;

  const RunContext& run_;
  const ProbeWatch& probes_;
  std::vector<Open> open_;
};

}  // namespace shakedown
