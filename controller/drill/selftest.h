// The instrument's proof of itself: truths planted in shakedown-target must come back within their bounds.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "controller/drill/local_agent.h"
#include "core/base/result.h"

namespace shakedown {

struct SelfCheck {
  std::string name;
  std::string planted;   // what is true
  std::string measured;  // what came back, with bounds
  bool passed = false;
  std::string advice{};  // where it did not pass
};

// Runs every check in turn and hands each result over as it comes. quick: shorter stages. Error: the practice target
// could not be found or started.
Result<bool> run_selftest(bool quick, const MakeLocalAgent& make_agent, const std::function<void(const SelfCheck&)>& each);

}  // namespace shakedown
