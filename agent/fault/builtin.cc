#include "agent/fault/builtin.h"

#include "agent/fault/fault_runner.h"
#include "agent/fault/mechanisms/process/identity.h"
#include "core/faults/fault_form.h"

namespace shakedown {

MechanismKind kill_kind(), pause_kind(), stop_kind(), exec_kind(), started_kind();

const std::vector<MechanismKind>& mechanism_kinds() {
  static const std::vector<MechanismKind> kinds = {kill_kind(), pause_kind(), stop_kind(), exec_kind(), started_kind()};
  return kinds;
}

const MechanismKind* find_mechanism_kind(std::string_view name) {
  for (const MechanismKind& kind : mechanism_kinds()) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

Result<std::unique_ptr<FaultMechanism>> make_mechanism(MechanismContext& context) {
  if (const MechanismKind* kind = find_mechanism_kind(context.record.kind)) return kind->make(context);
  return fail(ErrorKind::bug, "undo record " + context.record.id + " is of the kind " + context.record.kind +
                                  ", which this release does not know; undo it with the release that wrote it");
}

std::vector<FaultCapability> fault_capabilities() {
  std::vector<FaultCapability> out;
  const Result<void> pidfd = check_pidfd_support();
  for (const MechanismKind& kind : mechanism_kinds()) {
    const FaultForm* form = find_fault_form(kind.name);
    if (form == nullptr) continue;
    const bool able = !form->on_process || pidfd.has_value();
    out.push_back(FaultCapability{kind.name, able, able ? "" : pidfd.error().text()});
  }
  return out;
}

}  // namespace shakedown
