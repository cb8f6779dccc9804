// What the drill has put into the target is taken away again: every agent's traffic ends, then each cleanup is carried out and
// what is left is counted. What came of it goes into the record. Threads: the run loop only.
#pragma once

#include "controller/drill/run_context.h"

namespace shakedown {

boost::asio::awaitable<void> clean_up(const RunContext& run);

}  // namespace shakedown
