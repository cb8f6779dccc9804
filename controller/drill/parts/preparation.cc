#include "controller/drill/parts/preparation.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "controller/agents/planner.h"
#include "controller/drill/action_step.h"
#include "core/base/units.h"

namespace shakedown {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Duration kAnswerTime = 15s;  // of an agent, beside the order's own
constexpr Duration kReachLimit = 5s;
constexpr Duration kLookBefore = 1s;
constexpr Duration kWatched = 5s;  // longer than most programs take to ask for their port
constexpr Duration kLookAgain = 250ms;

}  // namespace

asio::awaitable<void> Preparation::set_up() {
  run_.activity.what = "setup";
  co_await look_before_start();
  for (const Action& setup : run_.scenario.setup) {
    if (run_.end.stopped()) co_return;
    const StepEvent done = co_await carry_out(run_, StepEvent::Kind::setup, setup, Patience::until_stopped);
    if (done.ok || run_.end.stopped()) continue;
    const std::string trouble = done.detail.empty() ? "without a word" : done.detail;
    run_.end.abort(
        Error(ErrorKind::unavailable, "setup step failed: " + setup.describe + ": " + trouble + "; nothing was measured"));
  }
}

asio::awaitable<void> Preparation::wait_until_ready() {
  if (run_.scenario.ready) {
    co_await check_ready(*run_.scenario.ready);
  } else {
    co_await look_for_targets();
  }
  if (!run_.end.stopped()) co_await look_for_strangers();
}

asio::awaitable<void> Preparation::wait_for_conditions() {
  const std::vector<ConditionId>& needed = run_.scenario.ready_conditions;
  if (needed.empty()) co_return;
  run_.activity.what = "waiting for the conditions";
  const Duration limit = run_.scenario.ready->limit;
  StepEvent event;
  event.kind = StepEvent::Kind::ready;
  event.what = "conditions hold";
  event.started = run_.now();
  const auto hold = [this, &needed] { return run_.conditions.why_not(needed).empty(); };
  event.ok = co_await run_.waiting.until(hold, limit, Patience::until_stopped);
  event.ended = run_.now();
  event.detail = run_.conditions.why_not(needed);
  const std::string why = event.detail;
  const bool held = event.ok;
  run_.chronicle.record(Event(std::move(event)));
  if (held || run_.end.stopped()) co_return;
  run_.end.abort(Error(ErrorKind::unavailable, why + ", for " + format_duration(limit) + "; nothing was measured"));
}

asio::awaitable<void> Preparation::check_ready(const ReadyCheck& ready) {
  run_.activity.what = "waiting until ready";
  const Probe& probe = run_.scenario.probe(ready.probe);
  StepEvent event;
  event.kind = StepEvent::Kind::ready;
  event.what = "probe " + probe.name + " up";
  event.started = run_.now();
  const auto up = [this, &ready] { return probes_.up_since(ready.probe, RunTime::min()); };
  const bool is_up = co_await run_.waiting.until(up, ready.limit, Patience::until_stopped);
  event.ok = is_up;
  event.ended = run_.now();
  if (!is_up) event.detail = probes_.seen(ready.probe);
  const std::string seen = event.detail;
  run_.chronicle.record(Event(std::move(event)));
  if (is_up || run_.end.stopped()) co_return;
  const std::string ended = co_await what_has_ended();
  run_.end.abort(Error(ErrorKind::unavailable, "the target is not ready: probe " + probe.name + " had not " +
                                                   std::to_string(probe.up_after) + " good checks in a row within " +
                                                   format_duration(ready.limit) + " (" + seen + ")" +
                                                   (ended.empty() ? "; start the target, or correct its url" : "; " + ended)));
}

// Of what setup started, as its agents see it; empty = all of it runs, or there is none.
asio::awaitable<std::string> Preparation::what_has_ended() {
  std::vector<AgentId> owners;
  for (const Action& step : run_.scenario.setup) {
    if (step.kind != Action::Kind::start) continue;
    const AgentId owner = run_.scenario.agent_of(step.component);
    if (std::find(owners.begin(), owners.end(), owner) == owners.end()) owners.push_back(owner);
  }
  if (owners.empty()) co_return "";
  LookAtProcesses look;
  look.started = true;
  const ToAgent order = look;
  const Answers answers = co_await run_.roster.ask(owners, order, kAnswerTime, Patience::until_stopped);
  std::string out;
  for (const auto& [agent, done] : answers) {
    if (!done.ok) out += (out.empty() ? "" : "; ") + done.detail;
  }
  co_return out;
}

// Where the target answers already, `ready` will say nothing of what setup starts.
asio::awaitable<void> Preparation::look_before_start() {
  const auto starts = [](const Action& step) { return step.kind == Action::Kind::start; };
  const auto& setup = run_.scenario.setup;
  if (!run_.scenario.ready || std::none_of(setup.begin(), setup.end(), starts)) co_return;
  const Probe& probe = run_.scenario.probe(run_.scenario.ready->probe);
  ReachTargets reach;
  reach.limit = kLookBefore;
  reach.target = run_.scenario.operation(probe.operation).request.target;
  const ToAgent order = reach;
  const AgentId agent = agent_or_first_loader(run_.scenario, probe.agent);
  const StepDone done = co_await run_.roster.ask_one(agent, order, kLookBefore + kAnswerTime, Patience::until_stopped);
  const bool looked = done.event.kind == StepEvent::Kind::ready && !done.event.what.empty();
  answered_before_ = done.ok && looked;
  if (answered_before_) run_.progress.note("something answers before setup has started anything: " + done.detail);
}

// Whoever answers is not what this drill started: it would measure, and blame, somebody else. What cannot have its port may
// end a while after it was started.
asio::awaitable<void> Preparation::look_for_strangers() {
  const MonoTime enough = mono_now() + (answered_before_ ? kWatched : Duration{});
  std::string ended = co_await what_has_ended();
  while (ended.empty() && mono_now() < enough && !run_.end.stopped()) {
    run_.activity.what = "watching what setup started";
    co_await run_.waiting.pass(kLookAgain);
    ended = co_await what_has_ended();
  }
  if (ended.empty() || run_.end.stopped()) co_return;
  std::string who = "the target";
  if (run_.scenario.ready) {
    const Request& request = run_.scenario.operation(run_.scenario.probe(run_.scenario.ready->probe).operation).request;
    const Target& target = run_.scenario.targets[request.target.value];
    who = target.host + ":" + std::to_string(target.port);
  }
  run_.end.abort(
      Error(ErrorKind::unavailable, ended + "; yet " + who +
                                        " answers, so something else does; nothing was measured. End what runs there, or "
                                        "leave the start out"));
}

// Without a `ready` nobody has looked yet whether the target is there. When no agent reaches any target, nothing that
// followed would be about the target, so nothing is measured.
asio::awaitable<void> Preparation::look_for_targets() {
  run_.activity.what = "looking for the targets";
  std::vector<AgentId> loaders;
  for (const Member& member : run_.roster.members()) {
    if (run_.scenario.agents[member.id.value].load) loaders.push_back(member.id);
  }
  const ToAgent order = ReachTargets{0, kReachLimit};
  const Answers answers = co_await run_.roster.ask(loaders, order, kReachLimit + kAnswerTime, Patience::until_stopped);
  std::string trouble;
  for (const auto& [agent, done] : answers) {
    const bool looked = done.event.kind == StepEvent::Kind::ready && !done.event.what.empty();
    if (done.ok || !looked) co_return;  // reached, or not known
    trouble += (trouble.empty() ? "" : "; ") + done.detail;
  }
  if (trouble.empty() || run_.end.stopped()) co_return;
  run_.end.abort(Error(ErrorKind::unavailable,
                       "no target can be reached: " + trouble + "; nothing was measured. Start the target, or correct its url"));
}

asio::awaitable<void> Preparation::look_at_processes() {
  std::vector<AgentId> owners;
  for (const Fault& fault : run_.scenario.faults) {
    for (const AgentId owner : run_.scenario.agents_of(fault)) {
      if (std::find(owners.begin(), owners.end(), owner) == owners.end()) owners.push_back(owner);
    }
  }
  if (owners.empty()) co_return;
  run_.activity.what = "looking at the processes";
  const ToAgent order = LookAtProcesses{};
  const Answers answers = co_await run_.roster.ask(owners, order, kAnswerTime, Patience::until_stopped);
  for (const auto& [agent, done] : answers) {
    if (done.ok || run_.end.stopped()) continue;
    run_.end.abort(Error(done.problem, done.detail + "; nothing was measured"));
  }
}

// Each agent that owns some runs its own, one after another; all agents at a time.
asio::awaitable<void> Preparation::run_checks() {
  std::map<AgentId, Duration> lengths;
  for (const Check& check : run_.scenario.checks) lengths[agent_or_first_loader(run_.scenario, check.agent)] += check.timeout;
  if (lengths.empty()) co_return;
  run_.activity.what = "checks";
  std::vector<AgentId> owners;
  Duration longest{};
  for (const auto& [agent, length] : lengths) {
    owners.push_back(agent);
    longest = std::max(longest, length);
  }
  const ToAgent order = RunChecks{};
  const Answers answers = co_await run_.roster.ask(owners, order, longest + kAnswerTime, Patience::until_stopped);
  for (const auto& [agent, done] : answers) {
    if (!done.ok && !run_.end.stopped()) run_.progress.note("checks not carried out: " + done.detail);
  }
  for (const CheckResult& result : run_.timeline().checks()) {
    const char* word = !result.done ? "not carried out" : result.holds ? "holds" : "does NOT hold";
    run_.progress.note("check " + run_.scenario.check(result.check).name + " " + word + ": " + result.detail);
  }
}

asio::awaitable<std::string> read_release(const RunContext& run, const std::string& when) {
  if (!run.scenario.release) co_return "";
  StepEvent event;
  event.kind = StepEvent::Kind::release;
  event.started = run.now();
  const ToAgent order = ReadRelease{};
  const AgentId agent = agent_or_first_loader(run.scenario, AgentId());
  const StepDone done = co_await run.roster.ask_one(agent, order, kAnswerTime, Patience::to_the_end);
  event.ended = run.now();
  event.ok = done.ok;
  event.what = done.ok ? done.detail : "release not read: " + done.detail;
  event.detail = when;
  if (!done.ok) run.progress.note(event.what);
  run.chronicle.record(Event(std::move(event)));
  co_return done.ok ? done.detail : "";
}

}  // namespace shakedown
