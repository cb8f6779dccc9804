#include "controller/agents/planner.h"

#include <algorithm>
#include <map>

namespace shakedown {

std::vector<PlannedStage> plan_stages(const Scenario& scenario) {
  std::vector<PlannedStage> stages;
  std::map<FaultId, uint32_t> seen;
  uint32_t injections = 0;
  for (std::size_t p = 0; p < scenario.phases.size(); ++p) {
    for (uint32_t iteration = 0; iteration < scenario.phases[p].repeat; ++iteration) {
      PlannedStage stage{StageId(stages.size()), PhaseId(p), iteration, {}};
      for (const FaultId fault : scenario.phases[p].faults) {
        stage.injections.push_back({InjectionId(injections++), fault, ++seen[fault]});
      }
      stages.push_back(std::move(stage));
    }
  }
  return stages;
}

std::vector<std::vector<PlannedStage>> gapless_groups(const std::vector<PlannedStage>& stages, const Scenario& scenario) {
  std::vector<std::vector<PlannedStage>> groups;
  bool open = false;
  for (const PlannedStage& stage : stages) {
    const bool alone = scenario.search_of(stage.phase) != nullptr || scenario.steps_of(stage.phase) != nullptr;
    if (!open || alone) groups.emplace_back();
    groups.back().push_back(stage);
    open = !alone && scenario.phase(stage.phase).faults.empty();
  }
  return groups;
}

namespace {

// A declared cap is shared out: an agent without a place of it could send nothing, and one more for it would be another cap.
Result<Scenario> with_places(Scenario scenario) {
  const auto loaders = static_cast<std::size_t>(
      std::count_if(scenario.agents.begin(), scenario.agents.end(), [](const AgentSpec& agent) { return agent.load; }));
  for (const Phase& phase : scenario.phases) {
    if (!phase.load || phase.load->from.valid() || phase.load->max_outstanding == 0) continue;
    if (phase.load->max_outstanding >= loaders) continue;
    return fail(ErrorKind::usage,
                "phase " + phase.name + ": " + std::to_string(loaders) +
                    " agents cannot share `max_outstanding: " + std::to_string(phase.load->max_outstanding) +
                    "`, as each needs a place of its own; start fewer, raise it, or name one agent with `from`");
  }
  return scenario;
}

}  // namespace

Result<Scenario> with_roster(Scenario scenario, uint32_t spawn) {
  if (spawn == 0 || spawn == scenario.agents.size()) return with_places(std::move(scenario));
  if (scenario.agents.size() != 1) {
    return fail(ErrorKind::usage, "--spawn " + std::to_string(spawn) + " does not fit: the scenario declares " +
                                      std::to_string(scenario.agents.size()) + " agents; give that number, or declare one agent");
  }
  const AgentSpec declared = scenario.agents.front();
  scenario.agents.clear();
  for (uint32_t i = 1; i <= spawn; ++i) {
    AgentSpec agent = declared;
    agent.name += "-" + std::to_string(i);
    if (i > 1) agent.inject = false;
    scenario.agents.push_back(agent);
  }
  return with_places(std::move(scenario));
}

Assignment make_assignment(const Scenario& roster_scenario, AgentId self, const std::string& run_id) {
  Assignment assignment;
  assignment.run_id = run_id;
  assignment.self = self;
  assignment.plan = roster_scenario;
  Lane lane{0, 0};
  for (std::size_t i = 0; i < roster_scenario.agents.size(); ++i) {
    if (!roster_scenario.agents[i].load) continue;
    if (AgentId(i) == self) lane.index = lane.count;
    ++lane.count;
  }
  if (!roster_scenario.agents[self.value].load) lane = {0, 0};
  assignment.lane = lane;
  return assignment;
}

AgentId agent_or_first_loader(const DrillPlan& plan, AgentId declared) {
  if (declared.valid()) return declared;
  for (std::size_t i = 0; i < plan.agents.size(); ++i) {
    if (plan.agents[i].load) return AgentId(i);
  }
  return AgentId(0);
}

Duration undo_patience(const Scenario& scenario, const Fault& fault) {
  if (fault.undo_within > Duration{}) return fault.undo_within;
  Duration limit = std::chrono::seconds(60);
  for (const ComponentId id : fault.kind.components) limit += 2 * scenario.component(id).stop_limit;
  for (const Action& action : fault.undo) limit += action.after + action.limit;
  return limit;
}

Duration probe_patience(const Scenario& scenario) {
  Duration longest{};
  for (const Probe& probe : scenario.probes) longest = std::max(longest, probe.every * probe.up_after + probe.timeout);
  return longest + std::chrono::seconds(60);
}

namespace {

// One verifying step of `ids` written by then.
Duration reading_back(const Ledger& ledger, double ids) {
  if (ids <= 0 || ledger.verify_rate.per_second <= 0) return ledger.settle;
  return ledger.settle + std::min(ledger.verify_limit, from_seconds(2 * ids / ledger.verify_rate.per_second));
}

Duration until_up(const Scenario& scenario) {
  Duration longest{};
  for (const Probe& probe : scenario.probes) longest = std::max(longest, probe.every * std::max<uint32_t>(1, probe.up_after));
  return longest;
}

// Adds a reading of all ledgers after so much of load; `fresh` of it since the last.
void add_reading(PlannedTime& time, const Scenario& scenario, Duration written, Duration fresh) {
  for (const Ledger& ledger : scenario.ledgers) {
    time.least += reading_back(ledger, ledger.rate.per_second * seconds(fresh));
    time.most += reading_back(ledger, ledger.rate.per_second * seconds(written));
  }
}

}  // namespace

PlannedTime planned_time(const Scenario& scenario) {
  PlannedTime time;
  time.phases = time.least = time.most = planned_duration(scenario);
  Duration written{}, read{};
  const auto groups = gapless_groups(plan_stages(scenario), scenario);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i > 0) time.least += until_up(scenario), time.most += until_up(scenario);
    for (const PlannedStage& stage : groups[i]) written += scenario.phase(stage.phase).duration;
    const std::size_t injections = groups[i].back().injections.size();
    for (std::size_t k = 0; k < injections; ++k) add_reading(time, scenario, written, written - read);
    if (injections > 0) read = written;
  }
  add_reading(time, scenario, written, written);
  return time;
}

}  // namespace shakedown
