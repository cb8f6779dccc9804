// What a scenario and an agent must know of a kind of fault beside doing it: its form, what that form means, and its words. One
// file per kind, its name in builtin.cc. How it is done: agent/fault/kinds/.
// Two keys of a form mean the same in every kind: `hold` (a duration), after which we end the fault ourselves, and `effect` (a
// command, each call bounded by `limit`), which proves it and is asked again after the undo.
// Ownership: plain values. Threads: read-only once built.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/form/view.h"
#include "core/model/fault.h"

namespace shakedown {

struct FaultForm {
  const char* name;            // the key of a fault: "kill"
  const char* help;            // of that key
  const char* component_help;  // of its `component`
  Shape (*shape)();            // without `component`, which every one has
  // The component's processes are changed and nothing else: where they have ended for good, nothing is left to take back.
  bool on_process = false;
  // It breaks one component; the others break several at one instant, where `component` is a list.
  bool one_component = false;
  // What it ends comes back by its parent where it is descendants of the component's process.
  bool workers_return = false;
  // That it has ended without us is seen by comparing with the state before; otherwise it stands until it is undone.
  bool end_is_seen = true;
  std::optional<Action::Kind> undo;  // where no `undo` is declared; none = it must be
  const char* undo_hint = "";        // for that case
  // What only the meaning shows. said: as it is written, with its `component`. local: that is of the agent `local`.
  void (*check)(const View& said, const Component& component, bool local, Diagnostics& diagnostics) = nullptr;
  // What is done, for the plan. whom: " to the process of ledger (pidfile ...)", "" where nothing is known.
  std::string (*plan)(const View& said, const std::string& whom) = nullptr;
  std::vector<std::string> commands{};  // keys of the form that hold a command
  // "the process dies", for page one. Null: the fault is called by its name.
  std::string (*happens)(const std::string& who, bool many) = nullptr;

  bool is_command(std::string_view key) const;
};

// In the order in which schema and messages name them.
const std::vector<FaultForm>& fault_forms();
// nullptr where there is none.
const FaultForm* find_fault_form(std::string_view name);
// "kill, pause": those for which it holds.
std::string fault_names(bool (*which)(const FaultForm& form));

// Zero where the form has no such key.
Duration hold_said(const View& said);
// How long it may take to ask for its effect; zero where it has none.
Duration effect_limit_said(const View& said);
// For whatever runs a command of the scenario: inline ones on the agent `local` only, whose policy is the scenario; names on the
// others only, whose policies give them their meaning.
void check_command(const View& command, bool local, Diagnostics& diagnostics);
// For `check` of a kind that sends signals.
void need_process(const char* kind, const View& said, const Component& component, Diagnostics& diagnostics);

// Words of one fault.
std::string plan_of(const Fault& fault, const std::string& whom);
std::string happening_of(std::string_view kind, const std::string& who, bool many);  // "" where it has no words of its own

}  // namespace shakedown
