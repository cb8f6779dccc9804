// The injections that are under way: what the probes see of each, when it has stood its time, and its end.
#include <algorithm>

#include "controller/agents/planner.h"
#include "controller/drill/run_wait.h"
#include "controller/measure/outages.h"
#include "core/base/units.h"

namespace shakedown {
using namespace std::chrono_literals;
namespace {

bool closed(FaultState state) {
  return state == FaultState::clean || state == FaultState::leftover || state == FaultState::not_run;
}

// The change may have been made.
bool touched(const InjectionRecord& record) {
  return record.find(FaultState::armed) != nullptr || record.find(FaultState::injected) != nullptr;
}

}  // namespace

AgentId Run::agent_of(const OpenInjection& injection) const {
  return scenario_.component(component_of(scenario_.fault(injection.planned.fault).kind)).agent;
}

// Announced to its agent, which has never said a word about it.
void Run::tell_unknown(const OpenInjection& injection, const std::string& detail) {
  FaultEvent armed;
  armed.injection = injection.planned.id;
  armed.fault = injection.planned.fault;
  armed.stage = injection.stage;
  armed.earliest = armed.latest = now();
  armed.detail = detail;
  chronicle_.record(Event(std::move(armed)));
}

void Run::supervise() {
  check_members();
  std::erase_if(open_, [this](OpenInjection& injection) { return concluded(injection); });
}

// True when nothing more will be heard of it.
bool Run::concluded(OpenInjection& injection) {
  const auto& records = chronicle_.timeline().injections();
  const std::size_t at = injection.planned.id.value;
  const InjectionRecord* record = at < records.size() && !records[at].history.empty() ? &records[at] : nullptr;
  const std::string name = "fault " + scenario_.fault(injection.planned.fault).name;
  // One that failed is over once its agent has compared and undone.
  const bool failed = record != nullptr && record->state == FaultState::failed;
  if (failed && !injection.finishing) finish(injection, true, "it did not take effect");
  const bool answered = injection.finishing && roster_.answer(injection.step) != nullptr;
  if (record != nullptr && (closed(record->state) || (failed && answered && roster_.alive(agent_of(injection))))) {
    const std::string& detail = record->history.back().detail;
    progress_.note(name + " " + to_string(record->state) + (detail.empty() ? "" : ": " + detail));
    if (record->state == FaultState::leftover) stop(RunState::aborted, "a fault left something behind");
    return true;
  }
  if (!roster_.alive(agent_of(injection))) {
    const std::string fate =
        record != nullptr && touched(*record) ? "whether it was undone is not known" : "whether it was injected is not known";
    progress_.note(name + ": its agent was lost; " + fate + ". On its host: shakedown undo --list");
    if (record == nullptr) tell_unknown(injection, "its agent was lost; " + fate);
    return true;
  }
  if (record != nullptr && !failed && !injection.finishing) supervise(injection, *record);
  return false;
}

void Run::supervise(OpenInjection& injection, const InjectionRecord& record) {
  const FaultEvent* effective = record.find(FaultState::effective);
  if (effective == nullptr) return;
  const Fault& fault = scenario_.fault(record.fault);
  const bool steps_done =
      static_cast<std::size_t>(std::count_if(record.steps.begin(), record.steps.end(), [](const StepEvent& s) {
        return s.kind == StepEvent::Kind::recover;
      })) >= fault.recover.size();
  const bool holding = hold_of(fault) > Duration{} && record.state != FaultState::clean;
  if (steps_done && !holding && probes_up_since(effective->latest)) {
    const bool recovered = !fault.recover.empty() || went_down_since(effective->latest);
    if (recovered) return finish(injection, false, "the service recovered");
    if (overdue(stands_until(record, effective->latest))) return finish(injection, false, "it stood as long as it may");
    look(injection);
  } else if (!watched()) {
    const std::string why = "no agent is left that probes, so nobody would see it recover";
    finish(injection, true, why);
    stop(RunState::aborted, why);
  } else if (overdue(effective->latest + hold_of(fault) + fault.recover_within)) {
    const std::string why = "not recovered within " + format_duration(fault.recover_within) + " of " + fault.name;
    finish(injection, true, why);
    stop(RunState::aborted, why);
  }
}

// A fault that nobody is declared to repair, and that no probe sees the service go down and come back from, stands so long: what
// it does late is its own as well.
RunTime Run::stands_until(const InjectionRecord& record, RunTime effective) const {
  const RunTime limit = effective + scenario_.fault(record.fault).recover_within;
  const auto& stages = chronicle_.timeline().stages();
  return record.stage.value < stages.size() ? std::min(limit, stages[record.stage.value].range.to) : limit;
}

bool Run::went_down_since(RunTime since) const {
  for (std::size_t i = 0; i < scenario_.probes.size(); ++i) {
    const ProbeLog& results = chronicle_.timeline().probe(ProbeId(i));
    const Probe& probe = scenario_.probe(ProbeId(i));
    const auto begin = good_before(results, probe, since - results.longest(), std::max(1U, probe.up_after));
    if (begin == results.end()) continue;
    const std::vector<Outage> outages = find_outages(results, probe, {begin->start, RunTime::max()}).outages;
    if (std::any_of(outages.begin(), outages.end(), [since](const Outage& o) { return o.first_failed_end >= since; }))
      return true;
  }
  return false;
}

// Checks arrive with the agents' snapshots, up to two seconds late: only those that began after the deadline tell.
bool Run::overdue(RunTime deadline) const {
  if (now() <= deadline) return false;
  if (now() > deadline + 3s) return true;
  for (std::size_t i = 0; i < scenario_.probes.size(); ++i) {
    const auto& results = chronicle_.timeline().probe(ProbeId(i));
    if (results.empty() || results.back().start < deadline) return false;
  }
  return true;
}

void Run::finish(OpenInjection& injection, bool undo, const std::string& reason) {
  injection.finishing = true;
  FinishFault message;
  message.undo = undo;
  message.reason = reason;
  injection.step = send(injection, std::move(message));
}

// Once a second, whether what was killed or stopped runs again by itself.
void Run::look(OpenInjection& injection) {
  if (injection.look && roster_.answer(*injection.look) == nullptr) return;
  if (injection.look && now() < injection.looked + 1s) return;
  FinishFault message;
  message.if_healed = true;
  injection.look = send(injection, std::move(message));
  injection.looked = now();
}

uint64_t Run::send(OpenInjection& injection, FinishFault message) {
  const AgentId agent = agent_of(injection);
  message.step = roster_.next_step();
  message.injection = injection.planned.id;
  roster_.expect(message.step, agent);
  const uint64_t number = message.step;
  roster_.send(agent, std::move(message));
  return number;
}

bool Run::up_since(ProbeId probe, RunTime since) const {
  const auto& results = chronicle_.timeline().probe(probe);
  const std::size_t needed = std::max<uint32_t>(1, scenario_.probe(probe).up_after);
  const std::vector<ProbeResult> last = results.last(needed);
  return last.size() == needed &&
         std::all_of(last.begin(), last.end(), [since](const ProbeResult& r) { return r.good && r.start > since; });
}

// Whoever was lost tells nothing more; what it probed is unknown, whether or not it is waited for.
bool Run::watches(ProbeId probe) const { return roster_.alive(agent_or_first_loader(scenario_, scenario_.probe(probe).agent)); }

bool Run::watched() const {
  for (std::size_t i = 0; i < scenario_.probes.size(); ++i) {
    if (watches(ProbeId(i))) return true;
  }
  return scenario_.probes.empty();
}

bool Run::probes_up_since(RunTime since) const {
  for (std::size_t i = 0; i < scenario_.probes.size(); ++i) {
    if (watches(ProbeId(i)) && !up_since(ProbeId(i), since)) return false;
  }
  return watched();
}

}  // namespace shakedown
