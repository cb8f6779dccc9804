#include "controller/agents/admission.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "controller/agents/planner.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLongestText = 64 << 10;
constexpr uint64_t kFirstPings = 64;  // before the plan is answered and a while after
// Warnings, and undo steps of no injection: so many at once, and so many a second for as long as the run lasts.
constexpr uint64_t kMostNotes = 1024, kNotesPerSecond = 8;
constexpr uint32_t kMostStates = 64;  // changes of state of one part of an injection, undone more than once
constexpr uint32_t kUndoTries = 8;
constexpr Duration kMostClockBound = 60s;  // a worse clock widens no further what is taken
constexpr Duration kLongestJoin = 1h;      // what happened before Go is stamped with negative instants

uint64_t step_of(const ToAgent& order) {
  return std::visit(
      [](const auto& o) -> uint64_t {
        if constexpr (requires { o.step; }) return o.step;
        return 0;
      },
      order);
}

// The states without which one cannot come.
std::optional<FaultState> needed_before(FaultState state) {
  switch (state) {
    case FaultState::injected:
    case FaultState::undoing:
    case FaultState::clean:
    case FaultState::leftover: return FaultState::armed;
    case FaultState::effective: return FaultState::injected;
    default: return std::nullopt;
  }
}

bool runs_here(const Action& action, AgentId self) {
  return action.kind == Action::Kind::exec && (action.agent.valid() ? action.agent : AgentId(0)) == self;
}

}  // namespace

bool has_share(const Scenario& s, AgentId agent) {
  const auto own = [&](AgentId declared) { return agent_or_first_loader(s, declared) == agent; };
  const auto here = [&](const Action& action) { return runs_here(action, agent); };
  const auto loads = [&](const Phase& phase) {
    if (!phase.load) return false;
    return phase.load->from.valid() ? phase.load->from == agent : s.agents[agent.value].load;
  };
  const auto scales = [&](const StepSeries& series) { return series.scale && here(*series.scale); };
  return std::any_of(s.phases.begin(), s.phases.end(), loads) ||
         std::any_of(s.probes.begin(), s.probes.end(), [&](const Probe& p) { return own(p.agent); }) ||
         std::any_of(s.ledgers.begin(), s.ledgers.end(), [&](const Ledger& l) { return own(l.agent); }) ||
         std::any_of(s.checks.begin(), s.checks.end(), [&](const Check& c) { return own(c.agent); }) ||
         std::any_of(s.components.begin(), s.components.end(), [&](const Component& c) { return c.agent == agent; }) ||
         std::any_of(s.setup.begin(), s.setup.end(), here) || std::any_of(s.teardown.begin(), s.teardown.end(), here) ||
         std::any_of(s.step_series.begin(), s.step_series.end(), scales) || (s.release && own(AgentId()));
}

Admission::Admission(const Scenario& roster_scenario, AgentId self)
    : scenario_(roster_scenario), self_(self), lane_(make_assignment(roster_scenario, self, "").lane) {}

bool Admission::is_own(AgentId declared) const { return agent_or_first_loader(scenario_, declared) == self_; }

bool Admission::timely(RunTime from, RunTime to, RunTime ordered_at) const {
  return from <= to && from >= earliest(ordered_at) && to <= latest();
}

void Admission::ordered(const ToAgent& order, std::optional<RunTime> now) {
  const RunTime at = now.value_or(RunTime{});
  if (std::holds_alternative<Go>(order)) gone_ = true;
  if (std::holds_alternative<StartProbes>(order) && !probing_) probing_ = at;
  if (std::holds_alternative<StartLedgers>(order) && !writing_) writing_ = at;
  if (const auto* stage = std::get_if<StageStart>(&order)) stages_[stage->stage] = Stage{.order = *stage};
  if (const auto* inject = std::get_if<Inject>(&order))
    injections_[inject->injection] = Injected{.order = *inject, .ordered_at = at};
  if (const auto* verify = std::get_if<VerifyLedger>(&order)) passes_.insert({verify->ledger, verify->pass});
  if (const uint64_t step = step_of(order)) steps_.insert_or_assign(step, Step{.order = order, .ordered_at = at});
}

// What one message is allowed to be.
struct Admission::Say {
  Admission& a;

  Result<void> operator()(const Hello&) { return refuse("a second Hello"); }
  Result<void> operator()(const PlanReady& m) {
    if (a.state_ != State::joined) return refuse("an answer to the plan that was already answered");
    if (a.gone_) return refuse("an answer to the plan after the run had begun");
    if (m.clock_bound < Duration{} || m.error.size() > kLongestText) return refuse("an answer to the plan that cannot be true");
    a.state_ = m.ok ? State::ready : State::refused;
    a.clock_bound_ = std::min<Duration>(m.clock_bound, kMostClockBound);
    return ok();
  }
  Result<void> operator()(const ClockPing& m) {
    if (m.bound < Duration{}) return refuse("a clock bound below zero");
    a.clock_bound_ = std::max(a.clock_bound_, std::min<Duration>(m.bound, kMostClockBound));
    const auto passed = static_cast<uint64_t>(std::max(0.0, seconds(a.now_)));
    if (++a.pings_ > kFirstPings + 2 * passed) return refuse("more clock comparisons than any agent needs");
    return ok();
  }
  Result<void> operator()(const Snapshot& m) { return a.gone_ ? a.admit_snapshot(m) : refuse("a snapshot before the run began"); }
  Result<void> operator()(const EventReport& m) {
    return a.gone_ ? a.admit_event(m.event) : refuse("an event before the run began");
  }
  Result<void> operator()(const StepDone& m) { return a.admit_done(m); }
  Result<void> operator()(const Halted& m) {
    if (m.why.size() > kLongestText || std::exchange(a.halted_, true)) return refuse("a second halt, or one that is too long");
    return ok();
  }
  Result<void> operator()(const Goodbye& m) {
    if (m.detail.size() > kLongestText) return refuse("a goodbye that is too long");
    a.state_ = State::left;
    return ok();
  }
};

Result<void> Admission::admit(const ToController& message, std::optional<RunTime> now) {
  now_ = now.value_or(RunTime{});
  if (state_ == State::left) return refuse("a message after its goodbye");
  const bool pings = std::holds_alternative<ClockPing>(message);
  if (state_ == State::refused && !pings) return refuse("a message after it had declined the plan");
  return std::visit(Say{*this}, message);
}

Result<void> Admission::admit_done(const StepDone& done) {
  const auto step = steps_.find(done.step);
  if (step == steps_.end())
    return refuse("an answer to step " + std::to_string(done.step) + ", which is none of its own that waits");
  const StepEvent& e = done.event;
  if (done.detail.size() > kLongestText || e.detail.size() > kLongestText || e.what.size() > kLongestText) {
    return refuse("an answer to a step that is too long");
  }
  const bool stamped = e.started != RunTime{} || e.ended != RunTime{};
  if (stamped && !timely(e.started, e.ended, step->second.ordered_at))
    return refuse("a step at an instant at which it cannot have been");
  steps_.erase(step);
  return ok();
}

// What one event is allowed to be.
struct Admission::Report {
  Admission& a;

  Result<void> operator()(const StageEvent&) { return refuse("an event of a phase, which only the controller makes"); }
  Result<void> operator()(const RunEvent&) { return refuse("an event of the run, which only the controller makes"); }
  Result<void> operator()(const AgentEvent& e) {
    using Kind = AgentEvent::Kind;
    if (e.kind != Kind::warning && e.kind != Kind::leftover && e.kind != Kind::inherited) {
      return refuse("an event of an agent, which only the controller makes");
    }
    if (e.detail.size() > kLongestText || e.component.size() > kLongestText) return refuse("a note that is too long");
    if (e.at < run_time(-kLongestJoin) || e.at > a.latest()) return refuse("a note at an instant outside the run");
    return count_note();
  }
  Result<void> operator()(const FaultEvent& e) {
    const auto found = a.injections_.find(e.injection);
    if (found == a.injections_.end()) return refuse("an event of an injection that it was not given");
    Injected& injected = found->second;
    if (e.fault != injected.order.fault || e.stage != injected.order.stage)
      return refuse("an event of an injection under another name");
    if (e.detail.size() > kLongestText) return refuse("an event of an injection that is too long");
    if (!a.timely(e.earliest, e.latest, injected.ordered_at))
      return refuse("a change of a fault at an instant at which it cannot have been");
    const std::optional<FaultState> before = needed_before(e.state);
    if (!does(e)) return refuse("an event of a part of an injection that is not its own");
    const bool alone = a.scenario_.fault(e.fault).kind.components.size() == 1;
    const ComponentId part = alone ? ComponentId() : e.component;
    if (before && !injected.said.contains({part, *before}))
      return refuse(std::string("a fault that is ") + to_string(e.state) + " before it was " + to_string(*before));
    if (++injected.states > kMostStates * a.scenario_.fault(e.fault).kind.components.size())
      return refuse("more changes of one fault than any has");
    injected.said.insert({part, e.state});
    return ok();
  }
  // The part is this agent's. A fault with one needs no name of it.
  bool does(const FaultEvent& e) const {
    const std::vector<ComponentId>& parts = a.scenario_.fault(e.fault).kind.components;
    if (!e.component.valid()) return parts.size() == 1;
    return std::find(parts.begin(), parts.end(), e.component) != parts.end() && a.scenario_.agent_of(e.component) == a.self_;
  }
  Result<void> operator()(const StepEvent& e) {
    if (e.detail.size() > kLongestText || e.what.size() > kLongestText) return refuse("a step that is too long");
    const bool undo = e.kind == StepEvent::Kind::undo;
    if (!undo && e.kind != StepEvent::Kind::recover) return refuse("a step that nobody ordered");
    if (!e.injection.valid()) return of_setup(e, undo);
    const auto found = a.injections_.find(e.injection);
    if (found == a.injections_.end()) return refuse("a step of an injection that it was not given");
    Injected& injected = found->second;
    if (!a.timely(e.started, e.ended, injected.ordered_at)) return refuse("a step at an instant at which it cannot have been");
    const Fault& fault = a.scenario_.fault(injected.order.fault);
    const std::size_t parts = fault.kind.components.size();
    const std::size_t most = undo ? (fault.undo.size() + 2 * parts) * kUndoTries : fault.recover.size();
    return ++(undo ? injected.undos : injected.recovers) > most ? refuse("more steps of an injection than were planned") : ok();
  }
  Result<void> count_note() {
    const auto passed = static_cast<uint64_t>(std::max(0.0, seconds(a.now_)));
    return ++a.notes_ > kMostNotes + kNotesPerSecond * passed ? refuse("more notes than any agent has") : ok();
  }
  // The undo of what setup started.
  Result<void> of_setup(const StepEvent& e, bool undo) {
    const auto& components = a.scenario_.components;
    const bool owns = std::any_of(components.begin(), components.end(), [&](const Component& c) { return c.agent == a.self_; });
    if (!undo || !owns) return refuse("a step of no injection");
    if (!a.timely(e.started, e.ended, RunTime{})) return refuse("a step at an instant outside the run");
    return count_note();
  }
  Result<void> operator()(const LedgerPass& e) {
    for (auto& [number, step] : a.steps_) {
      const auto* order = std::get_if<VerifyLedger>(&step.order);
      const LedgerId ledger = e.ledger.valid() ? e.ledger : LedgerId(0);
      if (order == nullptr || order->ledger != ledger || order->pass != e.pass || step.reported) continue;
      const uint64_t most = a.most_ids(a.scenario_.ledger(ledger));
      if (order->injection != e.injection || e.first_id > e.end_id || e.first_id > order->first_id || e.end_id > most) {
        return refuse("a reading of a ledger other than the one ordered");
      }
      const RunTime begun = e.started == RunTime{} ? e.finished : e.started;  // 0: stopped before it began
      if (!a.timely(begun, e.finished, step.ordered_at))
        return refuse("a reading of a ledger at an instant at which it cannot have been");
      step.reported = true;
      return ok();
    }
    return refuse("a reading of a ledger that nobody ordered");
  }
  Result<void> operator()(const CheckResult& e) {
    if (!a.is_own(a.scenario_.check(e.check).agent)) return refuse("the answer of a check that is another agent's");
    if (e.detail.size() > kLongestText) return refuse("the answer of a check that is too long");
    if (e.number && !std::isfinite(*e.number)) return refuse("the answer of a check that is no number");
    for (auto& [number, step] : a.steps_) {
      if (!std::holds_alternative<RunChecks>(step.order)) continue;
      if (!step.checked.insert(e.check).second) return refuse("the answer of a check for the second time");
      return a.timely(e.started, e.ended, step.ordered_at) ? ok() : refuse("a check at an instant at which it cannot have been");
    }
    return refuse("the answer of a check that nobody ordered");
  }
};

Result<void> Admission::admit_event(const Event& event) { return std::visit(Report{*this}, event); }

}  // namespace shakedown
