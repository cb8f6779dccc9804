// pause: the component's processes stand still for a time.
#include "core/faults/fault_form.h"

namespace shakedown {
namespace {

constexpr double kLongestHold = 30 * 86400.0;  // seconds

Shape pause_shape() {
  return mapping("pause", "Stands the component still (SIGSTOP) and lets it run on after a time.",
                 {need("hold", duration_above_zero(kLongestHold), "For how long.")});
}

void check_pause(const View& said, const Component& component, bool, Diagnostics& diagnostics) {
  need_process("pause", said, component, diagnostics);
}

std::string pause_plan(const View& said, const std::string& whom) {
  return "SIGSTOP" + whom + " for " + format_duration(said["hold"].duration());
}

std::string hangs(const std::string& who, bool many) { return who + (many ? " hang" : " hangs"); }

}  // namespace

FaultForm pause_form() {
  FaultForm form{"pause", "A standstill.", "Which one.", &pause_shape};
  form.on_process = true;
  form.undo = Action::Kind::resume;
  form.check = &check_pause;
  form.plan = &pause_plan;
  form.happens = &hangs;
  return form;
}

}  // namespace shakedown
