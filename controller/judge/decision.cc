#include "controller/judge/decision.h"

#include <algorithm>

#include <fmt/format.h>

#include "controller/judge/conclude.h"
#include "controller/judge/faults/loss.h"
#include "controller/model/looks_at.h"

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
bool attested(const ScoredRequirement& r) { return looks_at(r.requirement.sli).attested != nullptr; }

// Signals that leave every row as it is, but not a GO.
bool forbids_go(const Scorecard& card) {
  return std::any_of(card.reasons.begin(), card.reasons.end(), [](const ValidityReason& r) {
    return r.signal == Signal::leftover || r.signal == Signal::unexplained_loss;
  });
}

AreaSummary summarize(Area area, const std::vector<ScoredRequirement>& requirements) {
  AreaSummary out;
  out.area = area;
  const auto here = [area](const ScoredRequirement& r) { return r.requirement.area == area; };
  const bool any_must = std::any_of(requirements.begin(), requirements.end(),
                                    [&](const ScoredRequirement& r) { return here(r) && r.requirement.must; });
  int worst = -1;
  for (const ScoredRequirement& r : requirements) {
    if (!here(r)) continue;
    out.declared = true;
    count(out, r.verdict.state);
    if (attested(r) && r.verdict.state == VerdictState::pass) ++out.vouched;
    if (any_must && !r.requirement.must) continue;
    if (severity(r.verdict.state) > worst) {
      worst = severity(r.verdict.state);
      out.worst = r.verdict.state;
    }
  }
  return out;
}

constexpr double kFamilyError = 0.05, kBeyondChance = 0.001;

bool fails(const ScoredRequirement& r) {
  return r.requirement.must && r.verdict.state == VerdictState::fail && r.verdict.untouched;
}

bool any_fail_decides(const Scorecard& card, const Chances& chances) {
  const std::vector<bool> left = holm(chances, kFamilyError);
  for (std::size_t i = 0; i < card.requirements.size(); ++i) {
    if (!fails(card.requirements[i])) continue;
    if (i >= chances.size() || !chances[i] || *chances[i] < kBeyondChance || left[i]) return true;
  }
  return false;
}

}  // namespace

std::string why_fails_do_not_decide(const Scorecard& card, const Chances& chances) {
  const auto failed = static_cast<uint64_t>(std::count_if(card.requirements.begin(), card.requirements.end(), fails));
  if (failed == 0 || any_fail_decides(card, chances)) return "";
  const auto judged =
      static_cast<uint64_t>(std::count_if(chances.begin(), chances.end(), [](const auto& p) { return p.has_value(); }));
  return fmt::format(
      "{} of {} fail{}, each so narrowly that chance alone may do that to one of so many; that is no NO-GO yet, "
      "so measure {} longer",
      failed, counted(judged, "requirement"), failed == 1 ? "s" : "", failed == 1 ? "it" : "them");
}

DecisionState decide(const Scorecard& card, const Chances& chances) {
  bool any = false, all_pass = true;
  if (any_fail_decides(card, chances)) return DecisionState::no_go;
  for (const ScoredRequirement& r : card.requirements) {
    if (!r.requirement.must) continue;
    any = any || !attested(r);
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
