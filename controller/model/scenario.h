// The declared file after validation: immutable, complete, with every name resolved to an id.
// Built only by controller/scenario. Threads: share freely once built.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "controller/model/announcement.h"
#include "controller/model/condition.h"
#include "controller/model/dependency.h"
#include "controller/model/requirement.h"
#include "controller/model/scalability.h"
#include "core/model/plan.h"

namespace shakedown {

struct Decision {
  std::string driver, approver;
  std::vector<std::string> contributors, informed;
};

// What must hold for a fault.
struct FaultConditions {
  std::vector<ConditionId> before;  // each injection
  std::vector<ConditionId> after;   // its end: the drill goes on once they hold
};

struct Environment {
  std::string name;
  std::string differs;  // how it differs from production; empty = not said
};

// The declared file after validation: complete, with every name resolved to an id.
// What the loss of an agent does to the run.
enum class OnLost {
  degrade,     // what it measured is unknown from then on; the run goes on while it can
  invalidate,  // everything is undone, and the run ends without a verdict
};

struct Scenario : DrillPlan {
  std::string service, owner;
  std::string launch;  // "2026-12-15" as written, empty = not said
  Decision decision;
  Environment environment;
  std::vector<OnLost> on_lost;  // of the declared agents, in their order; none = degrade
  std::vector<StopCondition> stop_when;
  std::vector<AnnounceTo> announce;
  std::optional<Silence> silence;
  std::vector<Condition> conditions;
  std::vector<ConditionId> ready_conditions;      // that must hold before the first phase
  std::vector<FaultConditions> fault_conditions;  // by FaultId
  std::vector<Requirement> requirements;
  std::vector<Search> searches;         // at most one per phase
  std::vector<StepSeries> step_series;  // at most one per phase
  std::optional<Forecast> forecast;
  std::vector<Dependency> dependencies;

  // Of a member of the roster: agents that are spawned for one that is declared are as it is.
  OnLost on_lost_of(AgentId id) const {
    return on_lost.empty() ? OnLost::degrade : on_lost[std::min<std::size_t>(id.value, on_lost.size() - 1)];
  }
  const Dependency& dependency(DependencyId id) const { return dependencies[id.value]; }
  const Condition& condition(ConditionId id) const { return conditions[id.value]; }
  const Requirement& requirement(RequirementId id) const { return requirements[id.value]; }
  const Search* search_of(PhaseId id) const;     // nullptr = the phase is no search
  const StepSeries* steps_of(PhaseId id) const;  // nullptr = the phase is no series of steps
};

// Total announced duration of the phases, without waits and verifying steps.
Duration planned_duration(const Scenario& scenario);

}  // namespace shakedown
