// From the scenario to what will happen: who takes part, which stages follow each other, which injections they
// hold, and what each agent is told. Pure.
#pragma once

#include <string>
#include <vector>

#include "controller/model/scenario.h"
#include "core/base/result.h"
#include "core/model/plan.h"

namespace shakedown {

struct PlannedInjection {
  InjectionId id;
  FaultId fault;
  uint32_t number = 0;  // 1-based within the fault
};

struct PlannedStage {
  StageId id;
  PhaseId phase;
  uint32_t iteration = 0;
  std::vector<PlannedInjection> injections;  // in the order of the phase's faults
};

// Every stage of the run in order; repeats are stages of their own. Ids count from 0.
std::vector<PlannedStage> plan_stages(const Scenario& scenario);

// Stages that follow each other without a gap: all but the last hold no faults. A search or series of steps, whose stages
// come only as it goes, stands alone; ids are given as stages are announced.
std::vector<std::vector<PlannedStage>> gapless_groups(const std::vector<PlannedStage>& stages, const Scenario& scenario);

// The scenario with one agent per process that takes part. spawn 0: as declared. spawn N: a single declared agent
// becomes NAME-1 .. NAME-N (the first keeps its faults, probes and ledgers); M declared agents need N = M. Fails where a load
// has fewer places (`max_outstanding`) than agents that send it.
Result<Scenario> with_roster(Scenario scenario, uint32_t spawn);

// What one agent is told. Requirements stay with the controller.
Assignment make_assignment(const Scenario& roster_scenario, AgentId self, const std::string& run_id);

// The agent that runs a probe or a ledger: the declared one, else the first with the role load.
AgentId agent_or_first_loader(const DrillPlan& plan, AgentId declared);

// How long the undo of a fault may take, with the messages about it.
Duration undo_patience(const Scenario& scenario, const Fault& fault);

// How long after a phase every probe of a service that recovers may need until it is seen up.
Duration probe_patience(const Scenario& scenario);

// The whole run but for setup, teardown and recoveries that outlast their phase. Between: after each stage with faults and at
// the end every ledger is read back, all that is new twice (least) or all so far twice (most), at its rate until its limit;
// then the probes must be up again.
struct PlannedTime {
  Duration phases{}, least{}, most{};
};
PlannedTime planned_time(const Scenario& scenario);

}  // namespace shakedown
