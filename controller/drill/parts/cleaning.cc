#include "controller/drill/parts/cleaning.h"

#include <utility>
#include <vector>

#include "controller/agents/planner.h"
#include "core/base/units.h"

namespace shakedown {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Duration kAnswering = 15s;  // of an agent, beside the order's own

Duration length_of(const Cleanup& cleanup) {
  return cleanup.remove.timeout + (cleanup.remains ? cleanup.remains->timeout : Duration{}) + kAnswering;
}

std::string words(const StepEvent& event) {
  std::string out = "cleanup " + event.what;
  if (event.remains) out += ": " + format_number(*event.remains) + " left";
  if (!event.detail.empty()) out += ": " + event.detail;
  return out;
}

asio::awaitable<void> carry_out(const RunContext& run, std::size_t index) {
  const Cleanup& cleanup = run.scenario.cleanups[index];
  const AgentId agent = agent_or_first_loader(run.scenario, cleanup.remove.agent);
  const ToAgent order = RunCleanup{0, static_cast<uint32_t>(index)};
  const RunTime started = run.now();
  StepDone done = co_await run.roster.ask_one(agent, order, length_of(cleanup), Patience::to_the_end);
  StepEvent event = std::move(done.event);
  if (event.what.empty()) {
    event.started = started;
    event.ended = run.now();
  }
  event.kind = StepEvent::Kind::cleanup;
  event.what = cleanup.name;
  event.ok = done.ok;
  if (event.detail.empty()) event.detail = done.detail;
  run.progress.note(words(event));
  run.chronicle.record(Event(std::move(event)));
}

}  // namespace

asio::awaitable<void> clean_up(const RunContext& run) {
  run.activity.what = "cleanup";
  std::vector<AgentId> all;
  for (const Member& member : run.roster.members()) {
    if (member.state == MemberState::ready) all.push_back(member.id);
  }
  const ToAgent order = EndTraffic{};
  co_await run.roster.ask(all, order, kAnswering, Patience::to_the_end);
  for (std::size_t i = 0; i < run.scenario.cleanups.size() && !run.end.hurried(); ++i) co_await carry_out(run, i);
}

}  // namespace shakedown
