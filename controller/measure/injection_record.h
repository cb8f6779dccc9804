// What is known of one injection. Each component that its fault breaks is a part of it, done by that component's agent; what
// holds of the injection is their union: it stands from the first part's change to the end of the last, has its effect where each
// part has proven its own, has failed where one has, and is clean where all are.
// In: events of faults, in the order of their arrival. Forbidden: knowing what is judged of them.
// Threads: none; plain values.
#pragma once

#include <optional>
#include <vector>

#include "core/model/event.h"
#include "core/model/plan.h"

namespace shakedown {

struct FaultHistory {
  FaultState state = FaultState::armed;
  std::vector<FaultEvent> history;             // in order of arrival
  const FaultEvent* find(FaultState s) const;  // first event with this state; nullptr when none
  // Something may be other than before: the change, or a part of it, may have been made.
  bool may_have_changed() const;
  // The earliest instant at which it may have been: the change that was told, else the command that made it and failed, which
  // began when it was armed. nullopt = nothing was changed, as far as it has gone.
  std::optional<RunTime> struck() const;
  void add(const FaultEvent& event);
};

struct InjectionPart : FaultHistory {
  ComponentId component;
};

// Of a fault with several parts the history is the union's: an instant is [the first part's earliest, the last part's latest].
struct InjectionRecord : FaultHistory {
  InjectionId injection;
  FaultId fault;
  StageId stage;
  uint32_t number = 0;               // 1-based within the fault
  std::vector<StepEvent> steps;      // recover and undo
  std::vector<InjectionPart> parts;  // by the fault's components; of a fault with one: empty

  void add(const FaultEvent& event, const DrillPlan& plan);
  // Of any part.
  bool may_have_changed() const;
  std::optional<RunTime> struck() const;

 private:
  void unite(const FaultEvent& event, const DrillPlan& plan);
  FaultEvent of_all(const FaultEvent& like, const DrillPlan& plan) const;
  FaultState state_of_all() const;
};

}  // namespace shakedown
