// The kinds of faults. To add one: its file in faults/, a line in builtin.cc, a line in CMakeLists.txt.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/fault/fault.h"

namespace shakedown {

using MechanismMaker = std::unique_ptr<FaultMechanism> (*)(MechanismContext& context);

std::unique_ptr<FaultMechanism> make_kill(MechanismContext& context);
std::unique_ptr<FaultMechanism> make_pause(MechanismContext& context);
std::unique_ptr<FaultMechanism> make_stop(MechanismContext& context);
std::unique_ptr<FaultMechanism> make_exec(MechanismContext& context);
// Not a fault: what setup started and teardown must stop. Undone by stopping it.
std::unique_ptr<FaultMechanism> make_started(MechanismContext& context);

struct MechanismKind {
  const char* name;
  MechanismMaker make;
  bool needs_processes;  // works on the component's process: needs pidfd
};
const std::vector<MechanismKind>& mechanism_kinds();

// By context.record.kind. Error bug for an unknown one (a record of a newer release).
Result<std::unique_ptr<FaultMechanism>> make_mechanism(MechanismContext& context);

}  // namespace shakedown
