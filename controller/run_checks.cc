// Checks that are not load: each agent that owns some runs its own, all agents at a time, before the first phase.
#include <map>

#include "controller/run_wait.h"
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

}  // namespace shakedown
