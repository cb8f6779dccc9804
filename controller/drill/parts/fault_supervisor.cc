#include "controller/drill/parts/fault_supervisor.h"

#include <algorithm>
#include <utility>

#include "core/base/units.h"

namespace shakedown {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Duration kLastLook = 1200ms;  // whoever waits looks at least once a second

// The change may have been made.
bool touched(const InjectionRecord& record) {
  return record.find(FaultState::armed) != nullptr || record.find(FaultState::injected) != nullptr;
}

bool all_recovered(const InjectionRecord& record, const Fault& fault) {
  const auto recovers = [](const StepEvent& step) { return step.kind == StepEvent::Kind::recover; };
  const auto done = std::count_if(record.steps.begin(), record.steps.end(), recovers);
  return static_cast<std::size_t>(done) >= fault.recover.size();
}

// "; the recovery step ... failed: why", or empty.
std::string failed_repair(const InjectionRecord& record) {
  for (const StepEvent& step : record.steps) {
    if (step.kind != StepEvent::Kind::recover || step.ok) continue;
    return "; the recovery step \"" + step.what + "\" failed: " + step.detail;
  }
  return "";
}

}  // namespace

void FaultSupervisor::order(const PlannedInjection& planned, StageId stage, RunTime stage_start) {
  Open injection;
  injection.planned = planned;
  injection.stage = stage;
  for (const AgentId agent : agents_of(planned.fault)) injection.parts.push_back({agent});
  if (!alive(injection)) return not_run(planned, stage, "its agent is not there");
  const RunTime at = stage_start + run_.scenario.fault(planned.fault).at;
  injection.at = at;
  for (const Part& part : injection.parts) run_.roster.send(part.agent, Inject{planned.id, planned.fault, stage, at});
  open_.push_back(std::move(injection));
}

void FaultSupervisor::not_run(const PlannedInjection& planned, StageId stage, const std::string& why) {
  run_.chronicle.record(Event(event(planned, stage, FaultState::not_run, why)));
}

FaultEvent FaultSupervisor::event(const PlannedInjection& planned, StageId stage, FaultState state, std::string detail) const {
  FaultEvent event;
  event.injection = planned.id;
  event.fault = planned.fault;
  event.stage = stage;
  event.state = state;
  event.earliest = event.latest = run_.now();
  event.detail = std::move(detail);
  return event;
}

// Each of its agents is there.
bool FaultSupervisor::alive(const Open& injection) const {
  return std::all_of(injection.parts.begin(), injection.parts.end(),
                     [this](const Part& part) { return run_.roster.alive(part.agent); });
}

// Each agent that is there has finished its part.
bool FaultSupervisor::answered(const Open& injection) const {
  return std::all_of(injection.parts.begin(), injection.parts.end(), [this](const Part& part) {
    return !run_.roster.alive(part.agent) || (part.finish && run_.roster.answer(*part.finish) != nullptr);
  });
}

std::string FaultSupervisor::name_of(const Open& injection) const {
  return "fault " + run_.scenario.fault(injection.planned.fault).name;
}

// nullptr: its agent has said nothing of it yet.
const InjectionRecord* FaultSupervisor::record_of(const Open& injection) const {
  const auto& records = run_.timeline().injections();
  const std::size_t at = injection.planned.id.value;
  return at < records.size() && !records[at].history.empty() ? &records[at] : nullptr;
}

bool FaultSupervisor::concerns(AgentId agent) const {
  return std::any_of(open_.begin(), open_.end(), [&](const Open& one) {
    return std::any_of(one.parts.begin(), one.parts.end(), [&](const Part& part) { return part.agent == agent; });
  });
}

void FaultSupervisor::look() {
  std::erase_if(open_, [this](Open& injection) { return closed(injection); });
  run_.silencer.want(under_way());
}

std::set<InjectionId> FaultSupervisor::under_way() const {
  std::set<InjectionId> out;
  for (const Open& one : open_) {
    if (run_.now() >= one.at - kLastLook) out.insert(one.planned.id);
  }
  return out;
}

// Takes the step that is due. True when nothing more will be heard of it.
bool FaultSupervisor::closed(Open& injection) {
  const InjectionRecord* record = record_of(injection);
  if (record != nullptr) announce(injection, *record);
  const char* why = injection.finishing ? nullptr : why_undo(injection, record);
  if (why != nullptr) finish(injection, true, why);
  if (record != nullptr && told_closed(injection, *record)) {
    close(injection, *record);
    return true;
  }
  if (!alive(injection) && answered(injection)) {
    close_lost(injection, record);
    return true;
  }
  if (record != nullptr && !injection.finishing && alive(injection)) at_work(injection, *record);
  if (record == nullptr && !injection.finishing && alive(injection)) before_it_begins(injection);
  return false;
}

// What it is undone for at once; nullptr: for nothing.
const char* FaultSupervisor::why_undo(const Open& injection, const InjectionRecord* record) const {
  if (record != nullptr && record->state == FaultState::failed) return "it did not take effect";
  if (injection.parts.size() < 2) return nullptr;
  if (record != nullptr && record->state == FaultState::leftover) return "a part of it left something behind";
  return alive(injection) ? nullptr : "an agent of it was lost";
}

void FaultSupervisor::announce(Open& injection, const InjectionRecord& record) {
  if (record.find(FaultState::injected) == nullptr || std::exchange(injection.announced, true)) return;
  const Fault& fault = run_.scenario.fault(injection.planned.fault);
  std::string whom;
  for (const ComponentId id : fault.kind.components) whom += (whom.empty() ? "" : ", ") + run_.scenario.component(id).name;
  run_.announcer.say("injection", name_of(injection) + ": " + fault.kind.name + " of " + whom);
}

// Until its agent has said a word of it, it can be called off. The conditions count from when the last look before it is taken.
void FaultSupervisor::before_it_begins(Open& injection) {
  if (run_.now() < injection.at - kLastLook) return;
  const std::string why = run_.conditions.why_not(conditions_of(injection.planned.fault).before);
  if (why.empty()) return;
  run_.progress.note(name_of(injection) + " is called off: " + why);
  finish(injection, true, why);
}

const FaultConditions& FaultSupervisor::conditions_of(FaultId fault) const {
  static const FaultConditions kNone;
  const auto& all = run_.scenario.fault_conditions;
  return fault.value < all.size() ? all[fault.value] : kNone;
}

// One that failed is over once its agents have compared and undone; one that they finish, once all of them have.
bool FaultSupervisor::told_closed(const Open& injection, const InjectionRecord& record) const {
  const bool shared = injection.parts.size() > 1;
  switch (record.state) {
    case FaultState::clean:
    case FaultState::leftover:
    case FaultState::not_run: return !shared || !injection.finishing || answered(injection);
    case FaultState::failed: return alive(injection) && injection.finishing && answered(injection);
    default: return false;
  }
}

void FaultSupervisor::close(const Open& injection, const InjectionRecord& record) {
  const std::string& detail = record.history.back().detail;
  run_.progress.note(name_of(injection) + " " + to_string(record.state) + (detail.empty() ? "" : ": " + detail));
  if (record.state == FaultState::leftover) run_.end.stop(RunState::aborted, "a fault left something behind");
}

// One of which its agent has never said a word was announced to it all the same.
void FaultSupervisor::close_lost(const Open& injection, const InjectionRecord* record) {
  const bool made = record != nullptr && touched(*record);
  const std::string fate = std::string("its agent was lost; whether it was ") + (made ? "undone" : "injected") + " is not known";
  run_.progress.note(name_of(injection) + ": " + fate + ". On its host: shakedown undo --list");
  if (record == nullptr) run_.chronicle.record(Event(event(injection.planned, injection.stage, FaultState::armed, fate)));
}

void FaultSupervisor::tell_failed_repairs(Open& injection, const InjectionRecord& record) {
  for (; injection.told < record.steps.size(); ++injection.told) {
    const StepEvent& step = record.steps[injection.told];
    if (step.kind != StepEvent::Kind::recover || step.ok) continue;
    run_.progress.note(name_of(injection) + ": recovery step \"" + step.what + "\" failed: " + step.detail);
  }
}

void FaultSupervisor::at_work(Open& injection, const InjectionRecord& record) {
  tell_failed_repairs(injection, record);
  const FaultEvent* effective = record.find(FaultState::effective);
  if (effective == nullptr) return;
  const Fault& fault = run_.scenario.fault(record.fault);
  const RunTime since = effective->latest;
  const bool holding = fault.kind.hold > Duration{};
  if (all_recovered(record, fault) && !holding && probes_.all_up_since(since)) {
    const bool recovered = !fault.recover.empty() || probes_.went_down_since(since);
    if (recovered) return finish(injection, false, "the service recovered");
    if (overdue(stands_until(record, since))) return finish(injection, false, "it stood as long as it may");
    ask_if_healed(injection);
  } else if (!probes_.watched()) {
    give_up(injection, "no agent is left that probes, so nobody would see it recover");
  } else if (overdue(since + fault.kind.hold + fault.recover_within)) {
    const std::string failed = failed_repair(record), seen = probes_.seen_not_up(since);
    give_up(injection, "not recovered within " + format_duration(fault.recover_within) + " of " + fault.name + failed +
                           (seen.empty() ? "" : "; " + seen));
  }
}

// A fault that nobody is declared to repair, and that no probe sees the service go down and come back from, stands so long: what
// it does late is its own as well.
RunTime FaultSupervisor::stands_until(const InjectionRecord& record, RunTime effective) const {
  const RunTime limit = effective + run_.scenario.fault(record.fault).recover_within;
  const auto& stages = run_.timeline().stages();
  return record.stage.value < stages.size() ? std::min(limit, stages[record.stage.value].range.to) : limit;
}

void FaultSupervisor::give_up(Open& injection, const std::string& why) {
  finish(injection, true, why);
  run_.end.stop(RunState::aborted, why);
}

void FaultSupervisor::finish(Open& injection, bool undo, const std::string& reason) {
  FinishFault order;
  order.injection = injection.planned.id;
  order.undo = undo;
  order.reason = reason;
  injection.finishing = true;
  for (Part& part : injection.parts) {
    if (run_.roster.alive(part.agent)) part.finish = run_.roster.order(part.agent, order);
  }
}

// Once a second, whether what was killed or stopped runs again by itself.
void FaultSupervisor::ask_if_healed(Open& injection) {
  for (const Part& part : injection.parts) {
    if (part.asked && run_.roster.answer(*part.asked) == nullptr) return;
    if (part.asked && run_.now() < injection.asked_at + 1s) return;
  }
  FinishFault order;
  order.injection = injection.planned.id;
  order.if_healed = true;
  for (Part& part : injection.parts) part.asked = run_.roster.order(part.agent, order);
  injection.asked_at = run_.now();
}

asio::awaitable<void> FaultSupervisor::await_closed(const std::vector<PlannedInjection>& injections) {
  run_.activity = {"recovery"};
  Duration limit = 30s;
  for (const PlannedInjection& planned : injections) {
    const Fault& fault = run_.scenario.fault(planned.fault);
    limit = std::max<Duration>(limit, fault.recover_within + fault.kind.hold + undo_patience(run_.scenario, fault));
  }
  const auto closed_all = [this] { return all_closed(); };
  const bool closed = co_await run_.waiting.until(closed_all, limit, Patience::until_stopped);
  if (closed || run_.end.stopped()) co_return;
  run_.end.stop(RunState::aborted, "a fault did not come to its end within " + format_duration(limit));
}

asio::awaitable<void> FaultSupervisor::await_afterwards(const std::vector<PlannedInjection>& injections) {
  for (const PlannedInjection& planned : injections) {
    const std::vector<ConditionId>& needed = conditions_of(planned.fault).after;
    if (needed.empty() || run_.end.stopped()) continue;
    const Fault& fault = run_.scenario.fault(planned.fault);
    const auto hold = [this, &needed] { return run_.conditions.why_not(needed).empty(); };
    if (co_await run_.waiting.until(hold, fault.recover_within, Patience::until_stopped)) continue;
    if (run_.end.stopped()) co_return;
    run_.end.stop(RunState::stopped, "after fault " + fault.name + ": " + run_.conditions.why_not(needed) + ", for " +
                                         format_duration(fault.recover_within));
  }
}

asio::awaitable<void> FaultSupervisor::undo_all(const std::string& reason) {
  run_.activity = {"undoing faults"};
  Duration limit{};
  for (Open& injection : open_) {
    if (!injection.finishing) finish(injection, true, reason);
    limit = std::max(limit, undo_patience(run_.scenario, run_.scenario.fault(injection.planned.fault)));
  }
  const auto over = [this] { return all_closed() || !run_.roster.sharing_any(MemberState::ready); };
  if (co_await run_.waiting.until(over, limit, Patience::to_the_end)) co_return;
  for (const Open& late : open_) {
    const std::string detail = "its undo had not ended within " + format_duration(limit) + "; teardown was not run beside it";
    FaultEvent left = event(late.planned, late.stage, FaultState::leftover, detail);
    left.by_undo = true;
    run_.progress.note(name_of(late) + ": " + detail);
    run_.chronicle.record(Event(std::move(left)));
  }
}

}  // namespace shakedown
