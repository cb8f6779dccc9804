// Asking running controllers to stop, from another process.
// Threads: the calling thread, which waits.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

namespace shakedown {

// What became of one run.
struct HaltAnswer {
  std::string run;      // its id, or its folder where it said nothing
  std::string state;    // "aborted"; empty = it did not say that it is over
  std::string trouble;  // why not
};

// The folders of the runs that are listed; listings of controllers that are gone are removed.
std::vector<std::string> running(const std::string& listing);
// Tells the controller of the run in this folder to stop, and waits until everything is undone. Error unavailable: none runs
// there.
Result<HaltAnswer> halt_run(const std::string& folder, const std::string& why, Duration limit);

}  // namespace shakedown
