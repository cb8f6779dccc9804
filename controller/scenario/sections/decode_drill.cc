#include <algorithm>

#include "controller/scenario/sections/decode.h"
#include "core/faults/fault_form.h"
#include "core/form/document.h"

namespace shakedown {
namespace {

// The kind of fault that is written; null where none is.
const FaultForm* written_fault(const View& view) {
  for (const FaultForm& form : fault_forms()) {
    if (view[form.name].written()) return &form;
  }
  return nullptr;
}

FaultKind decode_fault_kind(const Decoding& d, const View& said, const FaultForm& form) {
  FaultKind kind;
  kind.name = form.name;
  kind.components =
      form.one_component ? std::vector{said["component"].id<ComponentId>(d.names)} : said["component"].ids<ComponentId>(d.names);
  std::erase_if(kind.components, [](ComponentId id) { return !id.valid(); });
  kind.document = document_of(said);
  std::erase_if(kind.document.entries, [](const Entry& entry) { return entry.key == "component"; });
  kind.hold = hold_said(said);
  return kind;
}

void check_fault_kind(Decoding& d, const View& said, const FaultForm& form, const Component& component) {
  if (form.check == nullptr) return;
  const bool local = component.agent.valid() && d.scenario.agents[component.agent.value].local;
  form.check(said, component, local, d.diagnostics);
}

// Every component once: it can be broken, and taken back, only once at a time.
void check_components(Decoding& d, const View& said, const FaultKind& kind) {
  for (auto id = kind.components.begin(); id != kind.components.end(); ++id) {
    if (std::find(kind.components.begin(), id, *id) == id) continue;
    d.diagnostics.error(said["component"].at(), "component " + ticked(d.scenario.component(*id).name) + " is named twice",
                        "name each component once");
  }
}

std::vector<Action> default_undo(Decoding& d, const View& view, const Fault& fault, const FaultForm& form) {
  const Position at = view["name"].at();
  if (!form.undo) {
    d.diagnostics.error(at, "fault " + ticked(fault.name) + " has no `undo`", form.undo_hint);
    return {};
  }
  std::vector<Action> undo;
  for (const ComponentId id : fault.kind.components) {
    const Component& component = d.scenario.component(id);
    if (form.undo == Action::Kind::resume) {
      undo.push_back(resume_action(d, id));
    } else if (!component.start.empty()) {
      undo.push_back(start_action(d, id));
    } else {
      d.diagnostics.error(
          at,
          "fault " + ticked(fault.name) + " cannot be undone: component " + ticked(component.name) + " has no `start` command",
          "add `start:` to the component, or `undo:` to the fault");
    }
  }
  return undo;
}

// Each part is taken back by steps of its own, also where its agent is the only one left.
void check_undo_of_parts(Decoding& d, const View& undo, const Fault& fault) {
  if (fault.kind.components.size() < 2) return;
  for (const ComponentId id : fault.kind.components) {
    const bool named =
        std::any_of(fault.undo.begin(), fault.undo.end(), [id](const Action& step) { return step.component == id; });
    if (named) continue;
    d.diagnostics.error(
        undo.at(),
        "the undo of fault " + ticked(fault.name) + " has no step for component " + ticked(d.scenario.component(id).name),
        "add one, or leave `undo` out");
  }
}

// An undo that is declared to take longer than it may would be a leftover each time.
void check_undo_within(Decoding& d, const View& view, const Fault& fault, const View& said) {
  if (!view["undo_within"]) return;
  Duration need{};
  for (const Action& action : fault.undo) {
    const bool stops = action.kind == Action::Kind::stop && action.component.valid();
    need += action.after + (stops ? d.scenario.component(action.component).stop_limit : action.limit);
  }
  // Whether it worked is asked of its effect.
  need += effect_limit_said(said);
  if (fault.undo_within >= need) return;
  d.diagnostics.error(view["undo_within"].at(),
                      "fault " + ticked(fault.name) + " must be undone within " + format_duration(fault.undo_within) +
                          ", its undo may take " + format_duration(need),
                      "make it longer, or shorten the `limit` of its steps (and of exec, whose `effect` is asked afterwards)");
}

// at, hold and the waits of `recover` must lie inside the phase.
void check_place(Decoding& d, const View& view, const Fault& fault, const View& said, const View& length) {
  if (!length || !view["at"]) return;
  const Duration phase = length.duration();
  const std::string ends = ", the phase ends at " + format_duration(phase);
  if (fault.at >= phase) {
    d.diagnostics.error(view["at"].at(), "fault " + ticked(fault.name) + " comes at " + format_duration(fault.at) + ends,
                        "lengthen the phase or inject earlier");
    return;
  }
  const Duration hold = fault.kind.hold;
  if (hold > Duration{} && fault.at + hold >= phase) {
    d.diagnostics.error(said["hold"].at(),
                        "fault " + ticked(fault.name) + " is held until " + format_duration(fault.at + hold) + ends,
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
  const FaultForm* form = written_fault(view);
  if (form != nullptr) fault.kind = decode_fault_kind(d, view[form->name], *form);
  fault.recover = decode_steps(d, view["recover"]);
  fault.recover_within = view["recover_within"].duration();
  fault.undo_within = view["undo_within"].duration();
  if (view["expected"]) fault.expected = view["expected"].rate();
  if (!view || form == nullptr) return fault;
  const View said = view[form->name];
  for (const ComponentId id : fault.kind.components) check_fault_kind(d, said, *form, d.scenario.component(id));
  check_components(d, said, fault.kind);
  fault.undo = view["undo"].absent() ? default_undo(d, view, fault, *form) : decode_steps(d, view["undo"]);
  if (!view["undo"].absent()) check_undo_of_parts(d, view["undo"], fault);
  check_undo_within(d, view, fault, said);
  check_place(d, view, fault, said, length);
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
      d.scenario.fault_conditions.push_back(
          {decode_condition_names(d, fault["conditions"]), decode_condition_names(d, fault["afterwards"])});
    }
    std::stable_sort(phase.faults.begin(), phase.faults.end(),
                     [&](FaultId a, FaultId b) { return d.scenario.fault(a).at < d.scenario.fault(b).at; });
    d.scenario.phases.push_back(std::move(phase));
  }
}

}  // namespace shakedown
