// What the contract test must know of each kind of fault: one that breaks `sleep`, and whether it is broken.
// Without GoogleTest: the agent that the tests kill injects them, too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "core/model/fault.h"

namespace shakedown::test {

struct FaultCase {
  const char* kind;
  // folder: the test's own, in which commands run.
  FaultKind (*fault)(const std::string& folder, ComponentId component);
  std::vector<Action> (*undo)(const std::string& folder);           // null: the default of its kind
  bool (*broken)(const std::string& folder, pid_t process_before);  // now
};

const std::vector<FaultCase>& fault_cases();
const FaultCase* find_fault_case(std::string_view kind);  // nullptr where there is none

}  // namespace shakedown::test
