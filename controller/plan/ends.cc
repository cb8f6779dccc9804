// What of a scenario ends before it is needed.
#include <fmt/format.h>

#include "controller/plan/parts.h"

namespace shakedown {

std::vector<std::string> ends_too_soon(const Scenario& scenario, const std::string& today) {
  std::vector<std::string> out;
  const auto look = [&](const std::string& what, const std::string& until, const char* over) {
    if (until.empty()) return;
    if (until < today) {
      out.push_back(fmt::format("{} ended on {}: it will {}", what, until, over));
    } else if (!scenario.launch.empty() && until < scenario.launch) {
      out.push_back(fmt::format("{} ends on {}, before the launch on {}", what, until, scenario.launch));
    }
  };
  for (const Requirement& r : scenario.requirements) {
    if (const auto* word = std::get_if<AttestedSli>(&r.sli))  // allow(sli): only a word has a last day
      look(fmt::format("{}: the word of {}", r.id, word->by), word->expires, "fail");
  }
  for (const Dependency& one : scenario.dependencies) {
    if (one.commitment)
      look(fmt::format("dependency {}: the commitment of {}", one.name, one.commitment->who), one.commitment->until,
           "fail its downstream rows");
  }
  return out;
}

}  // namespace shakedown
