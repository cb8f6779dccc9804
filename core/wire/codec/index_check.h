// Whether the indexes in what a peer or a journal says lie inside the lists they refer to. A stage or injection is one
// of the scenario's planned executions. Pure; threads: safe everywhere. Errors: protocol, naming the index, what was
// found and how many there are.
#pragma once

#include "core/base/result.h"
#include "core/wire/messages.h"

namespace shakedown {

// The scenario inside; called by the codec on every Plan.
Result<void> check_indexes(const Assignment& assignment);
// What an agent or a journal reports.
Result<void> check_indexes(const DrillPlan& plan, const Snapshot& snapshot);
Result<void> check_indexes(const DrillPlan& plan, const Event& event);
Result<void> check_indexes(const DrillPlan& plan, const ToController& message);
// What the controller orders.
Result<void> check_indexes(const DrillPlan& plan, const ToAgent& message);

// Executions of phases, and injections of faults, that a scenario can have at most.
std::size_t most_stages(const DrillPlan& plan);
std::size_t most_injections(const DrillPlan& plan);

}  // namespace shakedown
