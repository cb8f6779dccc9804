#include "core/model/fault.h"

#include <array>

namespace shakedown {

ComponentId component_of(const FaultKind& kind) {
  return std::visit([](const auto& fault) { return fault.component; }, kind);
}

const char* kind_name(const FaultKind& kind) {
  static constexpr std::array<const char*, std::variant_size_v<FaultKind>> kNames = {"kill", "pause",
                                                                                     "stop", "exec"};
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
