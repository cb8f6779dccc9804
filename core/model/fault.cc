#include "core/model/fault.h"

#include <array>

namespace shakedown {

ComponentId component_of(const FaultKind& kind) {
  return std::visit([](const auto& fault) { return fault.component; }, kind);
}

Duration hold_of(const Fault& fault) {
  const auto* pause = std::get_if<PauseFault>(&fault.kind);
  return pause != nullptr ? pause->hold : Duration{};
}

Duration declared_length(const Fault& fault) {
  Duration out = hold_of(fault);
  for (const Action& action : fault.recover) out += action.after;
  return out;
}

const char* kind_name(const FaultKind& kind) {
  static constexpr std::array<const char*, std::variant_size_v<FaultKind>> kNames = {"kill", "pause", "stop", "exec"};
  return kNames[kind.index()];
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
