#include "controller/judge/page_one/tldr_scalability.h"

#include <algorithm>
#include <cmath>

#include "controller/judge/conclude.h"
#include "controller/model/figures.h"
#include "controller/model/looks_at.h"

namespace shakedown::judging {
namespace {

// Position of the row's search, where it is evidence.
std::optional<std::size_t> search_of(const Sli& sli, const Scorecard& card, const Scenario& scenario) {
  const PhaseId phase = looks_at(sli).search.value_or(PhaseId());
  if (!phase.valid()) return std::nullopt;
  const auto found = std::find_if(card.searches.begin(), card.searches.end(),
                                  [&](const ScoredSearch& s) { return s.phase == scenario.phase(phase).name; });
  if (found == card.searches.end() || !found->trouble.empty()) return std::nullopt;
  return static_cast<std::size_t>(found - card.searches.begin());
}

std::optional<Told> tell_efficiency(std::size_t row, const EfficiencySli& sli, const Scorecard& card, const Scenario& scenario) {
  if (!card.requirements[row].verdict.measured.value) return std::nullopt;
  const auto scaling = std::find_if(card.scalings.begin(), card.scalings.end(),
                                    [&](const ScoredScaling& s) { return s.phase == scenario.phase(sli.phase).name; });
  return told::Inefficient{row, scaling != card.scalings.end() ? scaling->axis : StepAxis::concurrency, sli.at};
}

std::optional<Told> tell_degradation(std::size_t row, const DegradationSli& sli, const Scorecard& card) {
  if (!card.requirements[row].verdict.measured.value) return std::nullopt;
  return told::Degrades{row, sli.per};
}

// The dependency of the row that fails it, the one with the least to spare if there are several; nullptr: none.
const ScoredDependency* failing(const Requirement& row, const DownstreamSli& sli, const Scorecard& card,
                                const Scenario& scenario) {
  const ScoredDependency* out = nullptr;
  for (const ScoredDependency& d : card.downstream) {
    const auto named = [&](DependencyId id) { return scenario.dependency(id).name == d.name; };
    if (!sli.dependencies.empty() && std::none_of(sli.dependencies.begin(), sli.dependencies.end(), named)) continue;
    const bool short_of = d.spare && misses(row.objective, *d.spare);
    if (d.state != VerdictState::fail && !short_of) continue;
    if (out == nullptr || d.spare.value_or(INFINITY) < out->spare.value_or(INFINITY)) out = &d;
  }
  return out;
}

std::optional<Told> tell_downstream(const Requirement& row, const DownstreamSli& sli, const Scorecard& card,
                                    const Scenario& scenario) {
  const ScoredDependency* worst = failing(row, sli, card, scenario);
  if (worst == nullptr) return std::nullopt;
  const bool breaks = worst->capacity && worst->margin && *worst->margin < 0;
  const auto at = static_cast<std::size_t>(worst - card.downstream.data());
  return told::Dependency{at, breaks || worst->state == VerdictState::fail ? "" : limit_text(row.objective)};
}

}  // namespace

std::optional<Told> tell_capacity(const ScoredRequirement& row, const Scorecard& card, const Scenario& scenario) {
  const Requirement& r = row.requirement;
  const auto search = search_of(r.sli, card, scenario);
  if (!search || (!card.searches[*search].lower && !card.searches[*search].upper)) return std::nullopt;
  told::Carries out{*search, {}, {}};
  if (row.verdict.state != VerdictState::fail) return out;
  const bool headroom = looks_at(r.sli).against_forecast;
  if (!headroom) out.promised = r.objective.limit;
  if (headroom && card.forecast && r.objective.limit > 0) out.headroom = r.objective;
  return out;
}

namespace {

struct FailedScalability {
  std::size_t at;
  const Scorecard& card;
  const Scenario& scenario;
  const ScoredRequirement& row() const { return card.requirements[at]; }

  std::optional<Told> operator()(const EfficiencySli& s) const { return tell_efficiency(at, s, card, scenario); }
  std::optional<Told> operator()(const DegradationSli& s) const { return tell_degradation(at, s, card); }
  std::optional<Told> operator()(const DownstreamSli& s) const { return tell_downstream(row().requirement, s, card, scenario); }
  std::optional<Told> operator()(const OneOf<CapacitySli, HeadroomSli> auto&) const {
    return tell_capacity(row(), card, scenario);
  }
  std::optional<Told> operator()(
      const OneOf<AvailabilitySli, UptimeSli, LatencySli, ThroughputSli, ErrorRatioSli, MtbfSli, MtbrSli, MttrSli, OutagesSli,
                  ImpactSli, ToleratedSli, RtoSli, RpoSli, DurabilitySli, CheckSli, AttestedSli> auto&) const {
    return std::nullopt;
  }
};

}  // namespace

std::optional<Told> tell_failed_scalability(std::size_t at, const Scorecard& card, const Scenario& scenario) {
  return std::visit(FailedScalability{at, card, scenario}, card.requirements[at].requirement.sli);
}

}  // namespace shakedown::judging
