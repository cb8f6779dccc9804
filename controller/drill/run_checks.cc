// Checks that are not load: each agent that owns some runs its own, all agents at a time, before the first phase.
#include <map>

#include "controller/drill/run_wait.h"
#include "core/base/units.h"

namespace shakedown {
namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> Run::run_checks() {
  std::map<AgentId, Duration> limits;
  for (const Check& check : scenario_.checks) limits[agent_or_first_loader(scenario_, check.agent)] += check.timeout;
  if (limits.empty()) co_return;
  activity_ = "checks";
  std::map<AgentId, uint64_t> steps;
  for (const auto& [agent, limit] : limits) {
    steps[agent] = roster_.next_step();
    roster_.expect(steps[agent], agent);
    roster_.send(agent, RunChecks{steps[agent]});
  }
  for (const auto& [agent, limit] : limits) {
    const StepDone done = co_await step(agent, steps[agent], limit + 15s, Patience::until_stopped);
    if (!done.ok && !stopped()) progress_.note("checks not carried out: " + done.detail);
  }
  for (const CheckResult& result : chronicle_.timeline().checks()) {
    const char* word = !result.done ? "not carried out" : result.holds ? "holds" : "does NOT hold";
    progress_.note("check " + scenario_.check(result.check).name + " " + word + ": " + result.detail);
  }
}

// Without a `ready` nobody has looked yet whether the target is there. When no agent reaches any target, nothing that
// followed would be about the target, so nothing is measured.
asio::awaitable<void> Run::look_for_targets() {
  constexpr Duration kLimit = 5s;
  activity_ = "looking for the targets";
  std::map<AgentId, uint64_t> steps;
  for (const Member& member : roster_.members()) {
    if (!scenario_.agents[member.id.value].load) continue;
    steps[member.id] = roster_.next_step();
    roster_.expect(steps[member.id], member.id);
    roster_.send(member.id, ReachTargets{steps[member.id], kLimit});
  }
  std::string trouble;
  for (const auto& [agent, number] : steps) {
    const StepDone done = co_await step(agent, number, kLimit + 15s, Patience::until_stopped);
    const bool looked = done.event.kind == StepEvent::Kind::ready && !done.event.what.empty();
    if (done.ok || !looked) co_return;  // reached, or not known
    trouble += (trouble.empty() ? "" : "; ") + done.detail;
  }
  if (!trouble.empty() && !stopped()) {
    abort(Error(ErrorKind::unavailable,
                "no target can be reached: " + trouble + "; nothing was measured. Start the target, or correct its url"));
  }
}

}  // namespace shakedown
