// What every part of a drill works with. All of it outlives the parts.
// Threads: the run loop only.
#pragma once

#include <optional>
#include <string>

#include "controller/agents/roster.h"
#include "controller/drill/announcer.h"
#include "controller/drill/condition_watch.h"
#include "controller/drill/live.h"
#include "controller/drill/run_end.h"
#include "controller/drill/silencer.h"
#include "controller/drill/waiting.h"
#include "controller/record/chronicle.h"

namespace shakedown {

// What the drill is doing, for the progress line.
struct Activity {
  struct Reading {
    LedgerId ledger;
    std::size_t before = 0;  // reads of it before this step
  };
  std::string what;
  RunTime until{};  // 0: not known
  std::optional<Reading> reading{};
};

struct RunContext {
  const Scenario& scenario;  // with one agent entry per member
  Chronicle& chronicle;
  Progress& progress;
  Roster& roster;
  Waiting& waiting;
  RunEnd& end;
  const ConditionWatch& conditions;
  Announcer& announcer;
  Silencer& silencer;
  const RunClock& clock;  // runs from Go on
  Activity& activity;

  RunTime now() const { return clock.now(); }
  const Timeline& timeline() const { return chronicle.timeline(); }
};

}  // namespace shakedown
