#include "controller/measure/injection_record.h"

#include <algorithm>
#include <utility>

#include "core/base/units.h"

namespace shakedown {
namespace {

// Later in the fault's life: by stamp when both have one, else by arrival.
bool supersedes(const FaultEvent& next, const FaultEvent* current) {
  if (current == nullptr || next.latest == RunTime{} || current->latest == RunTime{}) return true;
  return next.latest >= current->latest;
}

// Nothing more is to come of it, and nothing of it stands.
bool is_over(const InjectionPart& part) {
  if (part.history.empty()) return false;
  if (part.state == FaultState::clean || part.state == FaultState::not_run) return true;
  return part.state == FaultState::failed && !part.may_have_changed();
}

template <class Parts>
bool any_is(const Parts& parts, FaultState state) {
  return std::any_of(parts.begin(), parts.end(), [state](const InjectionPart& part) { return part.state == state; });
}

}  // namespace

const FaultEvent* FaultHistory::find(FaultState s) const {
  const auto found = std::find_if(history.begin(), history.end(), [s](const FaultEvent& event) { return event.state == s; });
  return found == history.end() ? nullptr : &*found;
}

bool FaultHistory::may_have_changed() const {
  for (const FaultState each : {FaultState::injected, FaultState::effective, FaultState::undoing}) {
    if (find(each) != nullptr) return true;
  }
  const FaultEvent* failed = find(FaultState::failed);
  return failed != nullptr ? !failed->detail.starts_with("not injected") && !failed->detail.empty()
                           : find(FaultState::armed) != nullptr && find(FaultState::not_run) == nullptr;
}

std::optional<RunTime> FaultHistory::struck() const {
  if (const FaultEvent* injected = find(FaultState::injected)) return injected->earliest;
  const FaultEvent *failed = find(FaultState::failed), *armed = find(FaultState::armed);
  if (failed == nullptr || !may_have_changed()) return std::nullopt;
  return armed != nullptr ? armed->earliest : failed->earliest;
}

void FaultHistory::add(const FaultEvent& event) {
  const FaultEvent* current = history.empty() ? nullptr : find(state);
  if (supersedes(event, current)) state = event.state;
  history.push_back(event);
}

bool InjectionRecord::may_have_changed() const {
  if (parts.empty()) return FaultHistory::may_have_changed();
  return std::any_of(parts.begin(), parts.end(), [](const InjectionPart& part) { return part.may_have_changed(); });
}

std::optional<RunTime> InjectionRecord::struck() const {
  if (parts.empty()) return FaultHistory::struck();
  std::optional<RunTime> first;
  for (const InjectionPart& part : parts) {
    if (const auto its = part.struck()) first = std::min(*its, first.value_or(*its));
  }
  return first;
}

void InjectionRecord::add(const FaultEvent& event, const DrillPlan& plan) {
  fault = event.fault;
  stage = event.stage;
  const bool known = event.fault.value < plan.faults.size();
  const bool alone = !known || plan.fault(event.fault).kind.components.size() < 2;
  if (alone || !event.component.valid()) return FaultHistory::add(event);
  if (parts.empty()) {
    for (const ComponentId id : plan.fault(event.fault).kind.components) parts.emplace_back().component = id;
  }
  const auto part =
      std::find_if(parts.begin(), parts.end(), [&](const InjectionPart& p) { return p.component == event.component; });
  if (part == parts.end()) return;
  part->add(event);
  unite(event, plan);
}

void InjectionRecord::unite(const FaultEvent& event, const DrillPlan& plan) {
  const bool each_has =
      std::all_of(parts.begin(), parts.end(), [&](const InjectionPart& p) { return p.find(event.state) != nullptr; });
  const bool all_over = std::all_of(parts.begin(), parts.end(), is_over);
  const bool waits_for_all = event.state == FaultState::effective || event.state == FaultState::not_run;
  const bool comes = waits_for_all ? each_has : event.state == FaultState::clean ? all_over : true;
  FaultEvent united = of_all(event, plan);
  const auto told = std::find_if(history.begin(), history.end(), [&](const FaultEvent& e) { return e.state == event.state; });
  if (told != history.end()) {
    *told = std::move(united);
  } else if (comes) {
    history.push_back(std::move(united));
  }
  // The last to be over may be one that was never begun.
  if (all_over && any_is(parts, FaultState::clean) && find(FaultState::clean) == nullptr) {
    FaultEvent clean = event;
    clean.state = FaultState::clean;
    history.push_back(of_all(clean, plan));
  }
  state = state_of_all();
}

// The event of the union: of all parts that have said the same.
FaultEvent InjectionRecord::of_all(const FaultEvent& like, const DrillPlan& plan) const {
  FaultEvent out = like;
  out.component = ComponentId();
  out.detail.clear();
  out.earliest = RunTime::max();
  out.latest = RunTime::min();
  for (const InjectionPart& part : parts) {
    const FaultEvent* one = part.find(like.state);
    if (one == nullptr) continue;
    if (out.latest == RunTime::min()) out.served_by_others = one->served_by_others;
    std::erase_if(out.served_by_others, [one](TargetId id) {  // one part that answers there is enough
      return std::find(one->served_by_others.begin(), one->served_by_others.end(), id) == one->served_by_others.end();
    });
    out.earliest = std::min(out.earliest, one->earliest);
    out.latest = std::max(out.latest, one->latest);
    out.by_undo = out.by_undo || one->by_undo;
    out.detail += (out.detail.empty() ? "" : "; ") + plan.component(part.component).name + ": " + one->detail;
  }
  const FaultEvent* changed = find(FaultState::injected);
  if (like.state == FaultState::effective && changed != nullptr) {
    out.detail += "; all changed within " + format_duration(changed->latest - changed->earliest);
  }
  return out;
}

FaultState InjectionRecord::state_of_all() const {
  if (any_is(parts, FaultState::leftover)) return FaultState::leftover;
  if (any_is(parts, FaultState::undoing)) return FaultState::undoing;
  if (std::all_of(parts.begin(), parts.end(), is_over)) {
    if (any_is(parts, FaultState::clean)) return FaultState::clean;
    return any_is(parts, FaultState::failed) ? FaultState::failed : FaultState::not_run;
  }
  if (any_is(parts, FaultState::failed)) return FaultState::failed;
  if (find(FaultState::effective) != nullptr) return FaultState::effective;
  return find(FaultState::injected) != nullptr ? FaultState::injected : FaultState::armed;
}

}  // namespace shakedown
