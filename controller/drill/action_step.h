// One action of the scenario, carried out by the agent that owns its component or that it names, recorded and noted.
// Threads: the run loop only.
#pragma once

#include "controller/drill/run_context.h"

namespace shakedown {

// How it went: what was done, whether it went well, and what its agent or its command said.
boost::asio::awaitable<StepEvent> carry_out(const RunContext& run, StepEvent::Kind kind, const Action& action, Patience patience);

}  // namespace shakedown
