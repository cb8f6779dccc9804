// exec: a declared command breaks the component, another proves it, and only the scenario knows what ends it.
#include "core/base/printable.h"
#include "core/faults/fault_form.h"

namespace shakedown {
namespace {

constexpr double kLongestCommand = 86400;  // seconds

Shape exec_shape() {
  return mapping("exec fault", "A command of yours breaks the component. The fault then needs `undo`.",
                 {need("command", command_or_name_shape(), "Program and arguments, no shell; exit 0 = done."),
                  need("effect", command_or_name_shape(),
                       "Command that proves the effect by exit 0; without proof RTO and RPO stay unknown. After the undo it must "
                       "fail again: one that still succeeds then says that the fault still stands, and is told as left behind."),
                  may("limit", duration_above_zero(kLongestCommand), "30s", "How long each command may take.")});
}

void check_exec(const View& said, const Component& component, bool local, Diagnostics& diagnostics) {
  if (!component.agent.valid()) return;
  for (const char* key : {"command", "effect"}) check_command(said[key], local, diagnostics);
}

std::string exec_plan(const View& said, const std::string&) {
  return command_line(said["command"].texts()) + "; proven by: " + command_line(said["effect"].texts());
}

}  // namespace

FaultForm exec_form() {
  FaultForm form{"exec", "A command of yours.", "What it breaks.", &exec_shape};
  form.end_is_seen = false;
  form.one_component = true;
  form.undo_hint = "only you know what ends your command; add `undo:`";
  form.check = &check_exec;
  form.commands = {"command", "effect"};
  form.plan = &exec_plan;
  return form;
}

}  // namespace shakedown
