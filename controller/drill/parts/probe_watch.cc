#include "controller/drill/parts/probe_watch.h"

#include <algorithm>

#include "controller/agents/planner.h"
#include "controller/measure/outages.h"
#include "controller/report/traffic.h"

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

std::string ProbeWatch::seen(ProbeId id) const {
  const ProbeLog& log = timeline_.probe(id);
  if (log.empty()) return "no check of it has come in";
  std::string out = std::to_string(log.size()) + (log.size() == 1 ? " check" : " checks");
  const auto failed = timeline_.failed_checks().find(id);
  if (failed == timeline_.failed_checks().end()) return out + (log.back().good ? ", all good" : "");
  const Request& request = scenario_.operation(scenario_.probe(id).operation).request;
  const Target& target = scenario_.targets[request.target.value];
  const FailedCheck& check = failed->second;
  out += std::string(", the last ") + (log.back().good ? "that failed: " : "one: ") + target.host + ":" +
         std::to_string(target.port) + ": " + report::end_words(check.outcome, check.wrong, check.status);
  const bool turned_away = check.status == 401 || check.status == 403;
  for (const std::string& secret : turned_away ? scenario_.secrets_of(request) : std::vector<std::string>()) {
    out += "; is the secret " + secret + " right?";
  }
  return out;
}

std::string ProbeWatch::seen_not_up(RunTime since) const {
  std::string out;
  for (std::size_t i = 0; i < scenario_.probes.size(); ++i) {
    if (!watches(ProbeId(i)) || up_since(ProbeId(i), since)) continue;
    out += (out.empty() ? "" : "; ") + ("probe " + scenario_.probes[i].name + ": " + seen(ProbeId(i)));
  }
  return out;
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
