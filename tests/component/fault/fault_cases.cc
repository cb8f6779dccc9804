#include "tests/component/fault/fault_cases.h"

#include <filesystem>

#include "agent/fault/mechanisms/process/identity.h"
#include "tests/support/faults.h"

namespace shakedown::test {
namespace {

char state_now(pid_t pid) {
  const Result<std::optional<ProcessStat>> seen = look_at(pid);
  return seen.has_value() && seen.value() && !seen.value()->gone() ? seen.value()->state : '\0';
}

bool is_gone(const std::string&, pid_t before) { return state_now(before) == '\0'; }
bool stands_still(const std::string&, pid_t before) { return state_now(before) == 'T'; }
bool is_marked(const std::string& folder, pid_t) { return std::filesystem::exists(folder + "/broken"); }

FaultKind kill_it(const std::string&, ComponentId component) { return faults::kill(component); }
FaultKind pause_it(const std::string&, ComponentId component) { return faults::pause(component, std::chrono::minutes(10)); }
FaultKind stop_it(const std::string&, ComponentId component) { return faults::stop(component); }
FaultKind mark_it(const std::string& folder, ComponentId component) {
  return faults::exec(component, {"touch", folder + "/broken"}, {"test", "-e", folder + "/broken"});
}

std::vector<Action> unmark_it(const std::string& folder) {
  Action action;
  action.kind = Action::Kind::exec;
  action.argv = {"rm", "-f", folder + "/broken"};
  action.describe = "unmark it";
  return {action};
}

}  // namespace

const std::vector<FaultCase>& fault_cases() {
  static const std::vector<FaultCase> all = {
      {"kill", &kill_it, nullptr, &is_gone},
      {"pause", &pause_it, nullptr, &stands_still},
      {"stop", &stop_it, nullptr, &is_gone},
      {"exec", &mark_it, &unmark_it, &is_marked},
  };
  return all;
}

const FaultCase* find_fault_case(std::string_view kind) {
  for (const FaultCase& one : fault_cases()) {
    if (one.kind == kind) return &one;
  }
  return nullptr;
}

}  // namespace shakedown::test
