// outages {probe}: how many outages the run saw, injected or spontaneous; those under load of our own are told apart.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/faults/hidden.h"
#include "controller/judge/needed.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/form_parts.h"
#include "controller/judge/sli/probe_rows.h"

namespace shakedown {

SliForm forms::outages() {
  const Shape shape =
      over_outages("outages",
                   "The number of outages, injected or spontaneous, that did not begin in a search, a series or an "
                   "unmeasured phase.");
  return {
      may("outages", shape, "Objective: at most a number."),
      ObjectiveForm{"the number of outages", Comparison::at_most, "<= 2", Amounts::count},
      [](const View& view, const Names& names, const Scenario&) -> Sli { return OutagesSli{view["probe"].ids<ProbeId>(names)}; }};
}

}  // namespace shakedown

namespace shakedown::judging {
namespace {

// " (4 more began in searches, series or phases that are not measured, of which 1 reached a measured phase)"; empty for none.
std::string not_counted_words(uint64_t ours, uint64_t reached) {
  if (ours == 0) return "";
  const std::string into = reached > 0 ? fmt::format(", of which {} reached a measured phase", reached) : "";
  return fmt::format(" ({} more began in searches, series or phases that are not measured{})", ours, into);
}

// What an outage may have been missed for, and what would show it; both empty = none was.
struct Watch {
  std::string missed, needed;
};

Watch watched(const ProbeEvidence& evidence, const Evidence& run) {
  const Probe& probe = run.scenario->probe(evidence.id);
  const std::vector<HiddenOutage> hidden = hidden_outages(evidence, probe, RunTime::min(), RunTime::max());
  const std::string gap = gap_words(unseen_outages(evidence, probe, RunTime::min(), RunTime::max()), evidence, run);
  if (std::any_of(hidden.begin(), hidden.end(), [](const HiddenOutage& one) { return one.open; })) {
    return {"; checks failed or were not answered at an end of the observation, which may be one more", hidden_needed(true, gap)};
  }
  if (!hidden.empty() || !evidence.unobserved.empty()) {
    return {"; checks were not made for long enough to hide one", hidden_needed(false, gap)};
  }
  if (evidence.results.size() >= std::max(1U, probe.down_after)) return {};
  return {"; fewer checks than make an outage", "a run of more checks"};
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const OutagesSli& sli, const Evidence& evidence) {
  return worst_probe(sli.probes, requirement, evidence, [&](const ProbeEvidence& probe, const std::string& name) {
    const auto of_load = [](const CausedOutage& c) { return c.load != nullptr; };
    const auto ours = static_cast<uint64_t>(std::count_if(probe.outages.begin(), probe.outages.end(), of_load));
    const auto reached =
        std::count_if(probe.outages.begin(), probe.outages.end(), [](const CausedOutage& c) { return c.reached; });
    const uint64_t counted_ones = probe.outages.size() - ours;
    const double seen = static_cast<double>(counted_ones), most = seen + static_cast<double>(reached);
    const Watch watch = watched(probe, evidence);
    Judged out;
    out.observed_seconds = seconds(probe.results.back().end - probe.results.front().start);
    out.verdict.measured = {seen, seen, watch.missed.empty() ? most : INFINITY, Unit::count, probe.results.size(), false};
    out.verdict.reason = fmt::format("{} seen by {}, {} of them spontaneous{}{}; objective {}.", counted(counted_ones, "outage"),
                                     name, spontaneous(probe).size(), not_counted_words(ours, static_cast<uint64_t>(reached)),
                                     watch.missed, limit_text(requirement.objective));
    conclude(out.verdict, requirement);
    if (out.verdict.state == VerdictState::not_proven) {
      out.verdict.needed = watch.missed.empty() ? "an unmeasured phase without an outage" : watch.needed;
    }
    return out;
  });
}

PlannedEvidence evidence_needed(const Requirement&, const OutagesSli& sli, const Scenario& scenario) {
  planned::Watching out;
  out.planned = planned_duration(scenario);
  for (const ProbeId id : sli.probes) {
    const Probe& probe = scenario.probe(id);
    const Duration least = (std::max(1U, probe.down_after) + 1) * probe.every;
    if (out.planned < least) out.too_short.push_back({probe.name, least});
  }
  return out;
}

}  // namespace shakedown::judging
