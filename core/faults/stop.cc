// stop: an orderly end, as its operator would do it.
#include "core/faults/fault_form.h"

namespace shakedown {
namespace {

Shape stop_shape() { return mapping("stop", "Stops the component in good order.", {}); }

void check_stop(const View& said, const Component& component, bool, Diagnostics& diagnostics) {
  if (!component.stop.empty() || component.process() != nullptr) return;
  diagnostics.error(said["component"].at(), "component " + ticked(component.name) + " has no `stop` command and no `process`",
                    "add `stop:` or `process:` to the component");
}

std::string stop_plan(const View&, const std::string& whom) { return "stop" + whom; }

std::string is_stopped(const std::string& who, bool many) { return who + (many ? " are stopped" : " is stopped"); }

}  // namespace

FaultForm stop_form() {
  FaultForm form{"stop", "An orderly stop.", "Which one.", &stop_shape};
  form.on_process = true;
  form.undo = Action::Kind::start;
  form.check = &check_stop;
  form.plan = &stop_plan;
  form.happens = &is_stopped;
  return form;
}

}  // namespace shakedown
