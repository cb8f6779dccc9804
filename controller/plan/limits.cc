// What a search can tell apart, and whether its steps have requests enough.
#include <fmt/format.h>

#include <cmath>

#include "controller/judge/capacity/search.h"
#include "controller/judge/capacity/transient.h"
#include "controller/judge/planned/offer.h"
#include "controller/measure/bounds/intervals.h"
#include "controller/measure/bounds/sequential.h"
#include "controller/model/looks_at.h"
#include "controller/plan/parts.h"
#include "core/base/units.h"

namespace shakedown {
std::string search_limits_text(const Scenario& scenario, const Search& search) {
  std::string out;
  const double blind = judging::planned_blind_share(search, scenario);
  if (std::isinf(blind)) {
    out += "    TOO SHORT: its windows are shorter than the limits that must hold, and show no capacity\n";
  } else if (blind > 0) {
    out +=
        fmt::format("    cannot tell rates closer than {:.2g} % to the capacity, as a queue fills up slowly; this is taken off\n",
                    blind * 100);
  }
  const PhaseId id = search.phase;
  for (const RequirementId one : search.hold) {
    const Requirement& r = scenario.requirement(one);
    const double allowed = demanded_share(r).value_or(DemandedShare{}).bad;
    if (!scenario.phase(id).load || allowed <= 0) continue;
    const double requests = search.from.per_second * judging::share_of(scenario.phase(id).load->mix, looks_at(r.sli).operations) *
                            seconds(search.window) * search.windows;
    const uint64_t needed =
        trials_needed(0, allowed, look_confidence(held_confidence(search, one, scenario), kSharedSteps * search.windows));
    if (requests >= static_cast<double>(needed)) continue;
    out += fmt::format("    at {} a step has {:.0f} requests for {}, which needs {}: TOO FEW, the step will not hold\n",
                       format_rate(search.from), requests, r.id, needed);
  }
  return out;
}

}  // namespace shakedown
