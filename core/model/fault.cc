#include "core/model/fault.h"

namespace shakedown {

Duration declared_length(const Fault& fault) {
  Duration out = fault.kind.hold;
  for (const Action& action : fault.recover) out += action.after;
  return out;
}

const char* to_string(FaultState state) {
  switch (state) {
    case FaultState::armed: return "armed";
    case FaultState::injected: return "injected";
    case FaultState::effective: return "effective";
    case FaultState::undoing: return "undoing";
    case FaultState::clean: return "clean";
    case FaultState::leftover: return "leftover";
    case FaultState::not_run: return "not_run";
    case FaultState::failed: return "failed";
  }
  return "unknown";
}

}  // namespace shakedown
