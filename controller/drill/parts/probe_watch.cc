#include "controller/drill/parts/probe_watch.h"

#include <algorithm>

#include "controller/agents/planner.h"
#include "controller/measure/outages.h"

namespace shakedown {

using namespace std::chrono_literals;

bool ProbeWatch::watches(ProbeId probe) const {
  return roster_.alive(agent_or_first_loader(scenario_, scenario_.probe(probe).agent));
}

bool ProbeWatch::watched() const {
  for (std::size_t i = 0; i < scenario_.probes.size(); ++i) {
    if (watches(ProbeId(i))) return true;
  }
  return scenario_.probes.empty();
}

bool ProbeWatch::up_since(ProbeId probe, RunTime since) const {
  const std::size_t needed = std::max<uint32_t>(1, scenario_.probe(probe).up_after);
  const std::vector<ProbeResult> last = timeline_.probe(probe).last(needed);
  return last.size() == needed &&
         std::all_of(last.begin(), last.end(), [since](const ProbeResult& r) { return r.good && r.start > since; });
}

bool ProbeWatch::all_up_since(RunTime since) const {
  for (std::size_t i = 0; i < scenario_.probes.size(); ++i) {
    if (watches(ProbeId(i)) && !up_since(ProbeId(i), since)) return false;
  }
  return watched();
}

bool ProbeWatch::went_down_since(RunTime since) const {
  for (std::size_t i = 0; i < scenario_.probes.size(); ++i) {
    const ProbeLog& results = timeline_.probe(ProbeId(i));
    const Probe& probe = scenario_.probe(ProbeId(i));
    const auto begin = good_before(results, probe, since - results.longest(), std::max(1U, probe.up_after));
    if (begin == results.end()) continue;
    const std::vector<Outage> outages = find_outages(results, probe, {begin->start, RunTime::max()}).outages;
    if (std::any_of(outages.begin(), outages.end(), [since](const Outage& o) { return o.first_failed_end >= since; }))
      return true;
  }
  return false;
}

bool ProbeWatch::past(RunTime deadline, RunTime now) const {
  if (now <= deadline) return false;
  if (now > deadline + 3s) return true;
  for (std::size_t i = 0; i < scenario_.probes.size(); ++i) {
    const ProbeLog& results = timeline_.probe(ProbeId(i));
    if (results.empty() || results.back().start < deadline) return false;
  }
  return true;
}

}  // namespace shakedown
