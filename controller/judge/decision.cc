#include "controller/judge/decision.h"

#include <algorithm>

#include <fmt/format.h>

#include "controller/judge/loss.h"
#include "controller/judge/settle.h"

namespace shakedown::judging {
namespace {

void count(AreaSummary& area, VerdictState state) {
  switch (state) {
    case VerdictState::pass: ++area.pass; break;
    case VerdictState::fail: ++area.fail; break;
    case VerdictState::not_proven: ++area.not_proven; break;
    case VerdictState::unknown: ++area.unknown; break;
  }
}

// What somebody vouches for is no evidence of ours: it can stop a GO, but not be all that a GO rests on.
bool attested(const ScoredRequirement& r) { return std::holds_alternative<AttestedSli>(r.requirement.sli); }

// Signals that leave every row as it is, but not a GO.
bool forbids_go(const Scorecard& card) {
  return std::any_of(card.reasons.begin(), card.reasons.end(), [](const ValidityReason& r) {
    return r.signal == "leftover" || r.signal == kUnexplainedLoss;
  });
}

AreaSummary summarize(Area area, const std::vector<ScoredRequirement>& requirements) {
  AreaSummary out;
  out.area = area;
  const auto here = [area](const ScoredRequirement& r) { return r.requirement.area == area; };
  const bool any_must = std::any_of(requirements.begin(), requirements.end(), [&](const ScoredRequirement& r) {
    return here(r) && r.requirement.must;
  });
  int worst = -1;
  for (const ScoredRequirement& r : requirements) {
    if (!here(r)) continue;
    out.declared = true;
    count(out, r.verdict.state);
    if (any_must && !r.requirement.must) continue;
    if (severity(r.verdict.state) > worst) {
      worst = severity(r.verdict.state);
      out.worst = r.verdict.state;
    }
  }
  return out;
}

}  // namespace

DecisionState decide(const Scorecard& card) {
  bool any = false, all_pass = true;
  for (const ScoredRequirement& r : card.requirements) {
    if (!r.requirement.must) continue;
    any = any || !attested(r);
    if (r.verdict.state == VerdictState::fail && r.verdict.untouched) return DecisionState::no_go;
    all_pass = all_pass && r.verdict.state == VerdictState::pass;
  }
  const bool whole = card.valid && card.manifest.state == RunState::completed && !forbids_go(card);
  const bool same_objectives = card.manifest.rejudged_from.empty();
  return any && all_pass && whole && same_objectives ? DecisionState::go : DecisionState::not_proven;
}

std::string covers(const Scorecard& card) {
  const auto decided = std::count_if(kAreas.begin(), kAreas.end(), [&](Area area) {
    return std::any_of(card.requirements.begin(), card.requirements.end(), [&](const ScoredRequirement& r) {
      const VerdictState state = r.verdict.state;
      return r.requirement.area == area && r.requirement.must && !attested(r) &&
             (state == VerdictState::pass || state == VerdictState::fail);
    });
  });
  return fmt::format("{} of {} areas", decided, kAreas.size());
}

std::vector<AreaSummary> summarize_areas(const std::vector<ScoredRequirement>& requirements) {
  std::vector<AreaSummary> out;
  for (const Area area : kAreas) out.push_back(summarize(area, requirements));
  return out;
}

}  // namespace shakedown::judging
