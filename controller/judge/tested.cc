#include "controller/judge/tested.h"

#include <algorithm>

#include "controller/judge/families.h"
#include "controller/judge/row_validity.h"
#include "controller/judge/scope.h"

namespace shakedown::judging {
namespace {

// The scope of a row over requests; nullptr for other rows.
template <class AnySli>
auto scope_in(AnySli& sli) -> decltype(&std::get<AvailabilitySli>(sli).scope) {
  if (auto* availability = std::get_if<AvailabilitySli>(&sli)) return &availability->scope;
  if (auto* latency = std::get_if<LatencySli>(&sli)) return &latency->scope;
  if (auto* throughput = std::get_if<ThroughputSli>(&sli)) return &throughput->scope;
  if (auto* errors = std::get_if<ErrorRatioSli>(&sli)) return &errors->scope;
  return nullptr;
}

std::optional<double> offered_rate(const StageRecord& stage, const Evidence& evidence) {
  const Phase& phase = evidence.scenario->phase(stage.phase);
  if (!stage.ended || stage.not_run || stage.range.empty() || !phase.load) return std::nullopt;
  const auto* open = std::get_if<OpenLoad>(&phase.load->kind);
  if (open == nullptr) return std::nullopt;
  const auto* constant = std::get_if<ConstantRate>(&open->shape);
  if (constant != nullptr && shortfall(stage, *evidence.scenario) == 0) return constant->rate.per_second;
  return static_cast<double>(stage.offered) / seconds(stage.range.to - stage.range.from);
}

bool keeps_alone(const Requirement& requirement, StageId stage, const Evidence& evidence) {
  Requirement alone = requirement;
  Scope& scope = *scope_in(alone.sli);
  scope.phases.clear();
  scope.stages = {stage};
  const Judged judged = std::visit([&](const auto& sli) { return judge_sli(alone, sli, evidence); }, alone.sli);
  const Measured& m = judged.verdict.measured;
  return m.value && !misses(requirement.objective, *m.value);
}

}  // namespace

bool about_load(const Sli& sli) { return scope_in(sli) != nullptr; }

std::optional<double> tested_rate(const Requirement& requirement, const Evidence& evidence) {
  const Scope* scope = scope_in(requirement.sli);
  if (scope == nullptr) return std::nullopt;
  std::vector<std::pair<double, StageId>> rates;
  const LoadScope judged(*scope, evidence);
  for (const StageId id : judged.stages()) {
    const auto rate = offered_rate(evidence.timeline->stages()[id.value], evidence);
    if (rate) rates.emplace_back(*rate, id);
  }
  std::stable_sort(rates.begin(), rates.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [rate, id] : rates) {
    if (keeps_alone(requirement, id, evidence)) return rate;
  }
  return std::nullopt;
}

std::vector<UnjudgedPhase> unjudged_phases(const Evidence& evidence) {
  const Scenario& scenario = *evidence.scenario;
  std::set<StageId> judged;
  for (const Requirement& requirement : scenario.requirements) {
    const Scope* scope = scope_in(requirement.sli);
    if (scope == nullptr || !requirement.must || scope->during.valid()) continue;
    const LoadScope rows(*scope, evidence);
    judged.insert(rows.stages().begin(), rows.stages().end());
  }
  std::vector<UnjudgedPhase> out;
  for (std::size_t i = 0; i < scenario.phases.size(); ++i) {
    if (!scenario.phases[i].measured || !scenario.phases[i].load) continue;
    Scope of_phase;
    of_phase.phases = {PhaseId(i)};
    const LoadScope scope(of_phase, evidence);
    const auto seen = [&](StageId id) { return judged.count(id) > 0; };
    if (std::any_of(scope.stages().begin(), scope.stages().end(), seen)) continue;
    const SecondTally sum = total(tally(scope, {}, evidence));
    if (sum.offered > 0) out.push_back({scenario.phases[i].name, sum.offered, sum.bad});
  }
  return out;
}

}  // namespace shakedown::judging
