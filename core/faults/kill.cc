// kill: a signal ends the component's processes.
#include "core/faults/fault_form.h"

namespace shakedown {
namespace {

Shape kill_shape() {
  return mapping("kill", "Sends a signal to the component's process, descendants or group.",
                 {may("signal", choice({"SIGKILL", "SIGTERM", "SIGINT", "SIGQUIT", "SIGABRT", "SIGSEGV", "SIGHUP"}), "SIGKILL",
                      "Which signal; it must end the process, so SIGHUP is refused.")});
}

void check_kill(const View& said, const Component& component, bool, Diagnostics& diagnostics) {
  need_process("kill", said, component, diagnostics);
  if (said["signal"].text() != "SIGHUP") return;
  diagnostics.error(said["signal"].at(), "SIGHUP need not end a process: most daemons reload their configuration on it",
                    "kill with SIGTERM or SIGKILL, or send it by `exec` with an `effect` that proves what it did");
}

std::string kill_plan(const View& said, const std::string& whom) { return said["signal"].text() + whom; }

std::string dies(const std::string& who, bool many) { return who + (many ? " die" : " dies"); }

}  // namespace

FaultForm kill_form() {
  FaultForm form{"kill", "A signal.", "Which one.", &kill_shape};
  form.on_process = form.workers_return = true;
  form.undo = Action::Kind::start;
  form.check = &check_kill;
  form.plan = &kill_plan;
  form.happens = &dies;
  return form;
}

}  // namespace shakedown
