#include "agent/fault/builtin.h"

namespace shakedown {

const std::vector<MechanismKind>& mechanism_kinds() {
  static const std::vector<MechanismKind> kinds = {
      {"kill", make_kill, true},  {"pause", make_pause, true},     {"stop", make_stop, true},
      {"exec", make_exec, false}, {"started", make_started, true},
  };
  return kinds;
}

Result<std::unique_ptr<FaultMechanism>> make_mechanism(MechanismContext& context) {
  for (const MechanismKind& kind : mechanism_kinds()) {
    if (context.record.kind == kind.name) return kind.make(context);
  }
  return fail(ErrorKind::bug, "undo record " + context.record.id + " is of the kind " + context.record.kind +
                                  ", which this release does not know; undo it with the release that wrote it");
}

}  // namespace shakedown
