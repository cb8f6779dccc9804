#include <algorithm>
#include <csignal>
#include <map>

#include "controller/scenario/sections/decode.h"

namespace shakedown {
namespace {

int signal_number(const std::string& name) {
  static const std::map<std::string, int> numbers = {{"SIGKILL", SIGKILL}, {"SIGTERM", SIGTERM}, {"SIGINT", SIGINT},
                                                     {"SIGQUIT", SIGQUIT}, {"SIGABRT", SIGABRT}, {"SIGSEGV", SIGSEGV},
                                                     {"SIGHUP", SIGHUP}};
  const auto found = numbers.find(name);
  return found == numbers.end() ? SIGKILL : found->second;
}

FaultKind decode_fault_kind(const Decoding& d, const View& view) {
  const std::string kind = view.which({"kill", "pause", "stop", "exec"});
  if (kind.empty()) return KillFault{};
  const View inner = view[kind];
  const ComponentId component = inner["component"].id<ComponentId>(d.names);
  if (kind == "pause") return PauseFault{component, inner["hold"].duration()};
  if (kind == "stop") return StopFault{component};
  if (kind == "exec") {
    return ExecFault{component, inner["command"].texts(), inner["effect"].texts(), inner["limit"].duration()};
  }
  return KillFault{component, signal_number(inner["signal"].text())};
}

void check_fault_kind(Decoding& d, const View& view, const Fault& fault, const Component& component) {
  const std::string kind = kind_name(fault.kind);
  const Position at = view[kind]["component"].at();
  const bool signals = kind == "kill" || kind == "pause";
  if (signals && !component.process) {
    d.diagnostics.error(at, kind + " needs to know the process of component " + ticked(component.name),
                        "add `process:` to the component");
  }
  const auto* kill = std::get_if<KillFault>(&fault.kind);
  if (kill != nullptr && kill->signal == SIGHUP) {
    d.diagnostics.error(view[kind]["signal"].at(), "SIGHUP need not end a process: most daemons reload their configuration on it",
                        "kill with SIGTERM or SIGKILL, or send it by `exec` with an `effect` that proves what it did");
  }
  if (kind == "stop" && component.stop.empty() && !component.process) {
    d.diagnostics.error(at, "component " + ticked(component.name) + " has no `stop` command and no `process`",
                        "add `stop:` or `process:` to the component");
  }
  if (kind == "exec" && component.agent.valid() && !d.scenario.agents[component.agent.value].local) {
    d.diagnostics.error(view[kind].at(), "inline commands run on the agent `local` only",
                        "break this component by kill, pause or stop");
  }
}

std::vector<Action> default_undo(Decoding& d, const View& view, const Fault& fault) {
  const ComponentId id = component_of(fault.kind);
  const std::string kind = kind_name(fault.kind);
  const Position at = view["name"].at();
  if (kind == "exec") {
    d.diagnostics.error(at, "fault " + ticked(fault.name) + " has no `undo`",
                        "only you know what ends your command; add `undo:`");
    return {};
  }
  if (!id.valid()) return {};
  if (kind == "pause") return {resume_action(d, id)};
  if (d.scenario.component(id).start.empty()) {
    d.diagnostics.error(at,
                        "fault " + ticked(fault.name) + " cannot be undone: component " + ticked(d.scenario.component(id).name) +
                            " has no `start` command",
                        "add `start:` to the component, or `undo:` to the fault");
    return {};
  }
  return {start_action(d, id)};
}

// An undo that is declared to take longer than it may would be a leftover each time.
void check_undo_within(Decoding& d, const View& view, const Fault& fault) {
  if (!view["undo_within"]) return;
  Duration need{};
  for (const Action& action : fault.undo) {
    const bool stops = action.kind == Action::Kind::stop && action.component.valid();
    need += action.after + (stops ? d.scenario.component(action.component).stop_limit : action.limit);
  }
  // Whether it worked is asked of its effect.
  if (const auto* exec = std::get_if<ExecFault>(&fault.kind); exec != nullptr && !exec->effect.empty()) need += exec->limit;
  if (fault.undo_within >= need) return;
  d.diagnostics.error(view["undo_within"].at(),
                      "fault " + ticked(fault.name) + " must be undone within " + format_duration(fault.undo_within) +
                          ", its undo may take " + format_duration(need),
                      "make it longer, or shorten the `limit` of its steps (and of exec, whose `effect` is asked afterwards)");
}

// at, hold and the waits of `recover` must lie inside the phase.
void check_place(Decoding& d, const View& view, const Fault& fault, const View& length) {
  if (!length || !view["at"]) return;
  const Duration phase = length.duration();
  const std::string ends = ", the phase ends at " + format_duration(phase);
  if (fault.at >= phase) {
    d.diagnostics.error(view["at"].at(), "fault " + ticked(fault.name) + " comes at " + format_duration(fault.at) + ends,
                        "lengthen the phase or inject earlier");
    return;
  }
  const auto* pause = std::get_if<PauseFault>(&fault.kind);
  if (pause != nullptr && fault.at + pause->hold >= phase) {
    d.diagnostics.error(view["pause"]["hold"].at(),
                        "fault " + ticked(fault.name) + " is held until " + format_duration(fault.at + pause->hold) + ends,
                        "lengthen the phase or hold it less long");
  }
  Duration waits{};
  for (const Action& action : fault.recover) waits += action.after;
  if (fault.at + waits >= phase) {
    d.diagnostics.error(view["recover"].at(),
                        "the recovery of " + ticked(fault.name) + " is begun at " + format_duration(fault.at + waits) + ends,
                        "lengthen the phase or shorten `after`");
  }
}

Fault decode_fault(Decoding& d, const View& view, PhaseId phase, const View& length) {
  Fault fault;
  fault.name = view["name"].text();
  fault.phase = phase;
  fault.at = view["at"].duration();
  fault.kind = decode_fault_kind(d, view);
  fault.recover = decode_steps(d, view["recover"]);
  fault.recover_within = view["recover_within"].duration();
  fault.undo_within = view["undo_within"].duration();
  if (view["expected"]) fault.expected = view["expected"].rate();
  if (!view) return fault;
  const ComponentId id = component_of(fault.kind);
  if (id.valid()) check_fault_kind(d, view, fault, d.scenario.component(id));
  fault.undo = view["undo"].absent() ? default_undo(d, view, fault) : decode_steps(d, view["undo"]);
  check_undo_within(d, view, fault);
  check_place(d, view, fault, length);
  return fault;
}

}  // namespace

void decode_phases(Decoding& d, const View& root) {
  for (const View& view : root["phases"].items()) {
    Phase phase;
    const PhaseId id(d.scenario.phases.size());
    phase.name = view["name"].text();
    phase.duration = view["duration"].duration();
    phase.measured = view["measured"].absent() || view["measured"].boolean();
    phase.repeat = view["repeat"].small();
    if (view["load"].written()) phase.load = decode_load(d, view["load"], view["duration"]);
    phase.most_stages = phase.repeat;
    if (view["search"].written()) decode_search(d, view["search"], id, phase);
    if (view["steps"].written()) decode_steps_phase(d, view["steps"], id, phase);
    for (const View& fault : view["faults"].items()) {
      phase.faults.emplace_back(d.scenario.faults.size());
      d.scenario.faults.push_back(decode_fault(d, fault, id, view["duration"]));
    }
    std::stable_sort(phase.faults.begin(), phase.faults.end(),
                     [&](FaultId a, FaultId b) { return d.scenario.fault(a).at < d.scenario.fault(b).at; });
    d.scenario.phases.push_back(std::move(phase));
  }
}

}  // namespace shakedown
