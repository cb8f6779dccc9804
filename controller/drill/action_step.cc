#include "controller/drill/action_step.h"

#include <utility>

namespace shakedown {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Duration kMessageTime = 15s;  // beside the action's own

AgentId owner_of(const Scenario& scenario, const Action& action) {
  if (action.kind == Action::Kind::exec && action.agent.valid()) return action.agent;
  return action.component.valid() ? scenario.component(action.component).agent : AgentId(0);
}

}  // namespace

asio::awaitable<StepEvent> carry_out(const RunContext& run, StepEvent::Kind kind, const Action& action, Patience patience) {
  RunStep order;
  order.kind = kind;
  order.action = action;
  const ToAgent message = std::move(order);
  const RunTime started = run.now();
  const Duration limit = action.after + action.limit + kMessageTime;
  StepDone done = co_await run.roster.ask_one(owner_of(run.scenario, action), message, limit, patience);
  StepEvent event = std::move(done.event);
  if (event.what.empty()) {
    event.started = started;
    event.ended = run.now();
    event.what = action.describe;
  }
  event.kind = kind;
  event.ok = done.ok;
  if (event.detail.empty()) event.detail = done.detail;
  run.progress.note(event.what + (done.ok ? "" : " FAILED: " + event.detail));
  run.chronicle.record(Event(event));
  co_return event;
}

}  // namespace shakedown
