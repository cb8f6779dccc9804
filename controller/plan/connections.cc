// What of a plan concerns our own connections.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "controller/model/demand.h"
#include "controller/plan/parts.h"
#include "core/base/units.h"

namespace shakedown {
namespace {

constexpr double kMany = 1000;  // as many files as a process may usually have open

double longest_timeout(const Scenario& scenario, const Load& load) {
  Duration longest{};
  for (const MixEntry& entry : load.mix) longest = std::max(longest, scenario.operation(entry.operation).timeout);
  return seconds(longest);
}

}  // namespace

std::string connections_text(const Scenario& scenario, PhaseId phase) {
  const auto& load = scenario.phase(phase).load;
  if (!load) return "";
  const Demand peak = peak_demand(scenario, phase);
  const double most = most_connections(scenario, *load);
  if (std::isinf(most)) {
    const double out = std::ceil(peak.users + peak.rate * longest_timeout(scenario, *load) - 1e-9);
    return fmt::format("as many connections as requests are out: {} when nothing is answered{}", format_number(out),
                       out > kMany ? ", each an open file of its agent (`doctor` tells how many it may have)" : "");
  }
  if (peak.users > most) {
    return fmt::format(
        "at most {} connections (`connections: max`) for {} users: TOO FEW, the others wait, which counts against the target",
        format_number(most), format_number(peak.users));
  }
  if (peak.users > 0) return fmt::format("at most {} connections (`connections: max`)", format_number(most));
  return fmt::format(
      "at most {} connections (`connections: max`): at {}, what is answered in more than {} makes others wait, which counts "
      "against the target",
      format_number(most), format_rate({peak.rate}), format_duration(from_seconds(most / peak.rate)));
}

}  // namespace shakedown
