// Strong index types: an OperationId cannot be used where a PhaseId is meant.
// Each is the position of the named thing in its list in the Scenario (or Plan).
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace shakedown {

template <typename Tag>
struct Id {
  static constexpr uint32_t kNone = UINT32_MAX;
  uint32_t value = kNone;

  constexpr Id() = default;
  constexpr explicit Id(uint32_t v) : value(v) {}
  constexpr explicit Id(std::size_t v) : value(static_cast<uint32_t>(v)) {}
  constexpr explicit Id(int v) : value(static_cast<uint32_t>(v)) {}
  constexpr bool valid() const { return value != kNone; }
  constexpr auto operator<=>(const Id&) const = default;
};

using TargetId = Id<struct TargetTag>;
using AgentId = Id<struct AgentTag>;
using ComponentId = Id<struct ComponentTag>;
using OperationId = Id<struct OperationTag>;
using ProbeId = Id<struct ProbeTag>;
using LedgerId = Id<struct LedgerTag>;
using PhaseId = Id<struct PhaseTag>;          // position in Scenario::phases
using StageId = Id<struct StageTag>;          // one execution of a phase: its repeat; see model/run.h
using FaultId = Id<struct FaultTag>;          // position in Scenario::faults
using InjectionId = Id<struct InjectionTag>;  // one occurrence of a fault in this run
using RequirementId = Id<struct RequirementTag>;
using CheckId = Id<struct CheckTag>;
using DependencyId = Id<struct DependencyTag>;

}  // namespace shakedown

template <typename Tag>
struct std::hash<shakedown::Id<Tag>> {
  std::size_t operator()(shakedown::Id<Tag> id) const noexcept { return id.value; }
};
