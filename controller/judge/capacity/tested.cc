#include "controller/judge/capacity/tested.h"

#include <algorithm>

#include "controller/judge/scope.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/valid/row_validity.h"
#include "controller/model/looks_at.h"

namespace shakedown::judging {
namespace {

std::optional<double> offered_rate(const StageRecord& stage, const Evidence& evidence) {
  const Phase& phase = evidence.scenario->phase(stage.phase);
  if (!stage.ended || stage.not_run || stage.range.empty() || !phase.load) return std::nullopt;
  const auto* open = std::get_if<OpenLoad>(&phase.load->kind);
  if (open == nullptr) return std::nullopt;
  const auto* constant = std::get_if<ConstantRate>(&open->shape);
  if (constant != nullptr && shortfall(stage, *evidence.scenario) == 0) return constant->rate.per_second;
  return static_cast<double>(stage.offered) / seconds(stage.range.to - stage.range.from);
}

// A rate of good answers says nothing of the others.
bool judges_failures(const Requirement& requirement) { return looks_at(requirement.sli).load != LoadFigure::good_rate; }

// Which (stage, operation) rows judge, outside fault windows, whether requests fail: those with `must`, or all.
enum class Rows { deciding, all };
class Covered {
 public:
  Covered(Rows which, const Evidence& evidence) {
    for (const Requirement& requirement : evidence.scenario->requirements) {
      const Scope* scope = requests_scope(requirement.sli);
      if (scope == nullptr || (which == Rows::deciding && !requirement.must) || scope->during.valid()) continue;
      if (!judges_failures(requirement)) continue;
      const LoadScope stages(*scope, evidence);
      rows_.push_back({stages.stages(), looks_at(requirement.sli).operations});
    }
  }
  bool any(StageId stage) const {
    return std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) { return row.stages.count(stage) > 0; });
  }
  bool has(StageId stage, OperationId operation) const {
    return std::any_of(rows_.begin(), rows_.end(),
                       [&](const Row& row) { return row.stages.count(stage) > 0 && is_among(operation, row.operations); });
  }

 private:
  struct Row {
    std::set<StageId> stages;
    std::vector<OperationId> operations;  // empty = all
  };
  std::vector<Row> rows_;
};

// Of a stage's arrivals the share whose operations are judged.
double covered_share(StageId stage, const Covered& covered, const Evidence& evidence) {
  uint64_t all = 0, judged = 0;
  for (const auto& [key, cell] : evidence.timeline->totals()) {
    if (key.first != stage) continue;
    SecondTally sum;
    add_outcomes(sum, cell);
    all += sum.offered;
    if (covered.has(stage, key.second)) judged += sum.offered;
  }
  return all == 0 ? 1 : static_cast<double>(judged) / static_cast<double>(all);
}

// What a fault did that no row is about: what failed in its windows, and how long it took the service away.
UnjudgedPhase unjudged_fault(FaultId id, const Evidence& evidence) {
  UnjudgedPhase out;
  out.fault = evidence.scenario->fault(id).name;
  const SecondTally sum = total(tally(LoadScope(Scope{{}, id, {}}, evidence), {}, evidence));
  out.offered = sum.offered;
  out.bad = sum.bad;
  for (const InjectionRecord& record : evidence.timeline->injections()) {
    if (record.fault == id && record.stage.value < evidence.timeline->stages().size()) {
      out.phase = evidence.scenario->phase(evidence.timeline->stages()[record.stage.value].phase).name;
    }
  }
  for (const ProbeEvidence& probe : evidence.probes) {
    for (const CausedOutage& c : probe.outages) {
      if (c.injection.valid() && c.fault == id) out.away_seconds = std::max(out.away_seconds, c.outage.lower_seconds());
    }
  }
  return out;
}

// The row over these stages and no others.
Judged judged_over(const Requirement& requirement, std::vector<StageId> stages, const Evidence& evidence) {
  Requirement alone = requirement;
  Scope& scope = *requests_scope(alone.sli);
  scope.phases.clear();
  scope.stages = std::move(stages);
  return std::visit([&](const auto& sli) { return judge_sli(alone, sli, evidence); }, alone.sli);
}

bool keeps_alone(const Requirement& requirement, StageId stage, const Evidence& evidence) {
  const Measured m = judged_over(requirement, {stage}, evidence).verdict.measured;
  return m.value && !misses(requirement.objective, *m.value);
}

}  // namespace

bool about_load(const Sli& sli) { return requests_scope(sli) != nullptr; }

bool about_load_in_fault(const Sli& sli) {
  const Scope* scope = requests_scope(sli);
  return scope != nullptr && scope->during.valid();
}

std::optional<double> tested_rate(const Requirement& requirement, const Evidence& evidence) {
  const Scope* scope = requests_scope(requirement.sli);
  if (scope == nullptr) return std::nullopt;
  std::vector<std::pair<double, StageId>> rates;
  const LoadScope judged(*scope, evidence);
  for (const StageId id : judged.stages()) {
    const auto rate = offered_rate(evidence.timeline->stages()[id.value], evidence);
    if (rate) rates.emplace_back(*rate, id);
  }
  std::stable_sort(rates.begin(), rates.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  const Covered covered(Rows::deciding, evidence);
  std::vector<StageId> kept;  // at this rate or a higher one
  for (const auto& [rate, id] : rates) {
    if (!keeps_alone(requirement, id, evidence)) continue;
    kept.push_back(id);
    const Verdict verdict = judged_over(requirement, kept, evidence).verdict;
    if (verdict.state != VerdictState::pass) continue;
    if (!judges_failures(requirement)) return std::min(rate, verdict.measured.lower.value_or(0));
    return rate * covered_share(id, covered, evidence);
  }
  return std::nullopt;
}

std::vector<UnjudgedPhase> unjudged_phases(const Evidence& evidence) {
  const Scenario& scenario = *evidence.scenario;
  const Covered covered(Rows::all, evidence);
  std::vector<UnjudgedPhase> out;
  const auto note = [&](const Phase& phase, const std::string& operation, const SecondTally& sum) {
    if (sum.offered > 0) out.push_back({phase.name, operation, sum.offered, sum.bad, "", 0});
  };
  for (std::size_t i = 0; i < scenario.phases.size(); ++i) {
    const Phase& phase = scenario.phases[i];
    if (!phase.measured || !phase.load) continue;
    Scope of_phase;
    of_phase.phases = {PhaseId(i)};
    const LoadScope scope(of_phase, evidence);
    const auto& stages = scope.stages();
    if (std::none_of(stages.begin(), stages.end(), [&](StageId id) { return covered.any(id); })) {
      note(phase, "", total(tally(scope, {}, evidence)));
      continue;
    }
    for (std::size_t o = 0; o < scenario.operations.size(); ++o) {
      const OperationId id(o);
      if (std::any_of(stages.begin(), stages.end(), [&](StageId stage) { return covered.has(stage, id); })) continue;
      note(phase, scenario.operation(id).name, total(tally(scope, {id}, evidence)));
    }
  }
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
    const bool said = std::any_of(scenario.requirements.begin(), scenario.requirements.end(),
                                  [&](const Requirement& row) { return speaks_of(row.sli, FaultId(i)); });
    UnjudgedPhase fault = said ? UnjudgedPhase{} : unjudged_fault(FaultId(i), evidence);
    if (!fault.phase.empty() && (fault.bad > 0 || fault.away_seconds > 0)) out.push_back(std::move(fault));
  }
  return out;
}

}  // namespace shakedown::judging
