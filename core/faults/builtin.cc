// The kinds of faults that a scenario may name.
#include <algorithm>

#include "core/faults/fault_form.h"
#include "core/form/document.h"

namespace shakedown {

FaultForm kill_form(), pause_form(), stop_form(), exec_form();

const std::vector<FaultForm>& fault_forms() {
  static const std::vector<FaultForm> all = {kill_form(), pause_form(), stop_form(), exec_form()};
  return all;
}

const FaultForm* find_fault_form(std::string_view name) {
  for (const FaultForm& form : fault_forms()) {
    if (form.name == name) return &form;
  }
  return nullptr;
}

std::string fault_names(bool (*which)(const FaultForm& form)) {
  std::string out;
  for (const FaultForm& form : fault_forms()) {
    if (which(form)) out += (out.empty() ? "" : ", ") + std::string(form.name);
  }
  return out;
}

bool FaultForm::is_command(std::string_view key) const {
  return std::find(commands.begin(), commands.end(), key) != commands.end();
}

void check_command(const View& command, bool local, Diagnostics& diagnostics) {
  if (!command) return;
  const bool named = command.node()->scalar();
  if (local && named) {
    const std::string name = command.text();
    diagnostics.error(
        command.at(),
        ticked(name) + " is the name of a command, and only agents with a policy of their own know commands by name",
        "write program and arguments: [" + name + "]");
  }
  if (!local && !named) {
    diagnostics.error(command.at(), "inline commands run on the agent `local` only",
                      "write the name that the policy of this agent gives to the command");
  }
}

Duration hold_said(const View& said) { return said.shape().find("hold") != nullptr ? said["hold"].duration() : Duration{}; }

Duration effect_limit_said(const View& said) {
  return said.shape().find("effect") != nullptr && said["effect"] ? said["limit"].duration() : Duration{};
}

void need_process(const char* kind, const View& said, const Component& component, Diagnostics& diagnostics) {
  if (component.process() != nullptr) return;
  diagnostics.error(said["component"].at(),
                    std::string(kind) + " needs to know the process of component " + ticked(component.name),
                    "add `process:` to the component");
}

std::string plan_of(const Fault& fault, const std::string& whom) {
  const FaultForm* form = find_fault_form(fault.kind.name);
  if (form == nullptr) return fault.kind.name + whom;
  const Shape shape = form->shape();
  return form->plan(view_of(fault.kind.document, shape), whom);
}

std::string happening_of(std::string_view kind, const std::string& who, bool many) {
  const FaultForm* form = find_fault_form(kind);
  return form != nullptr && form->happens != nullptr ? form->happens(who, many) : "";
}

}  // namespace shakedown
