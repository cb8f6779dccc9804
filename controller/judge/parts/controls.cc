#include "controller/judge/parts/controls.h"

#include <algorithm>

#include "controller/judge/conclude.h"
#include "controller/model/looks_at.h"

namespace shakedown::judging {
namespace {

void add(std::vector<ScoredControl>& controls, const std::string& name, VerdictState state, RequirementId row, bool vouched) {
  const auto same = [&](const ScoredControl& c) { return c.control == name; };
  const auto found = std::find_if(controls.begin(), controls.end(), same);
  if (found == controls.end()) {
    controls.push_back({name, state, {row}, vouched});
    return;
  }
  found->vouched = found->vouched && vouched;
  if (severity(state) > severity(found->state)) found->state = state;
  found->rows.push_back(row);
}

}  // namespace

std::vector<ScoredCheck> summarize_checks(const Evidence& evidence) {
  std::vector<ScoredCheck> out;
  const std::vector<Check>& checks = evidence.scenario->checks;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    ScoredCheck scored{checks[i].name, kind_name(checks[i].kind), false, false, std::nullopt, "not run"};
    if (const CheckResult* result = result_of(CheckId(i), *evidence.timeline)) {
      scored.done = result->done;
      scored.holds = result->done && result->holds;
      if (result->done) scored.number = result->number;
      scored.detail = result->detail;
    }
    out.push_back(std::move(scored));
  }
  return out;
}

std::vector<ScoredCleanup> summarize_cleanups(const Evidence& evidence) {
  std::vector<ScoredCleanup> out;
  for (const Cleanup& cleanup : evidence.scenario->cleanups) {
    ScoredCleanup scored{cleanup.name, false, std::nullopt, "not carried out"};
    for (const StepEvent& step : evidence.timeline->steps()) {
      if (step.kind != StepEvent::Kind::cleanup || step.what != cleanup.name) continue;
      scored = {cleanup.name, step.ok, step.remains, step.detail};
    }
    out.push_back(std::move(scored));
  }
  return out;
}

std::vector<ScoredAddress> summarize_addresses(const Evidence& evidence) {
  std::vector<ScoredAddress> out;
  const std::vector<Target>& targets = evidence.scenario->targets;
  for (const auto& [by, count] : evidence.timeline->answered()) {
    if (by.first.value < targets.size()) out.push_back({targets[by.first.value].name, by.second, count});
  }
  return out;
}

std::vector<ScoredControl> summarize_controls(const std::vector<ScoredRequirement>& rows) {
  std::vector<ScoredControl> controls;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const std::string& control : rows[i].requirement.controls) {
      add(controls, control, rows[i].verdict.state, RequirementId(i), looks_at(rows[i].requirement.sli).attested != nullptr);
    }
  }
  return controls;
}

}  // namespace shakedown::judging
