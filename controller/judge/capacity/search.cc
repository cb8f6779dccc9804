#include "controller/judge/capacity/search.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "controller/judge/capacity/transient.h"
#include "controller/judge/evidence.h"
#include "controller/judge/sli/families.h"
#include "controller/measure/bounds/sequential.h"
#include "controller/model/looks_at.h"
#include "core/base/units.h"

namespace shakedown {
namespace {

using judging::Evidence;
using judging::Judged;

StepOutcome outcome_of(VerdictState state) {
  switch (state) {
    case VerdictState::pass: return StepOutcome::holds;
    case VerdictState::fail: return StepOutcome::breaches;
    case VerdictState::not_proven: return StepOutcome::undecided;
    case VerdictState::unknown: break;
  }
  return StepOutcome::invalid;
}

bool is(const ScoredSearchStep& step, StepOutcome outcome) { return step.outcome == outcome; }

// The requirement's SLI over these stages and nothing else.
Requirement narrowed(Requirement requirement, const std::vector<StageId>& stages, double confidence) {
  if (Scope* scope = requests_scope(requirement.sli)) *scope = Scope{{}, {}, stages};
  requirement.confidence = confidence;
  return requirement;
}

ScoredHold look(const Search& search, RequirementId id, const std::vector<StageId>& stages, uint32_t looks,
                const Evidence& evidence, std::string& trouble) {
  const double confidence = held_confidence(search, id, *evidence.scenario);
  const Requirement requirement = narrowed(evidence.scenario->requirement(id), stages, look_confidence(confidence, looks));
  const Judged judged =
      std::visit([&](const auto& sli) { return judging::judge_sli(requirement, sli, evidence); }, requirement.sli);
  ScoredHold hold{id, judged.verdict.measured, outcome_of(judged.verdict.state)};
  if (hold.outcome == StepOutcome::invalid && trouble.empty()) {
    const std::string& reason = judged.verdict.reason;
    trouble = judged.signals.empty() ? reason : judged.signals.front().text;
    if (trouble.ends_with('.')) trouble.pop_back();
  }
  return hold;
}

// All SLIs on the same windows: invalid over breaches over undecided over holds.
void look_at(ScoredSearchStep& step, const Search& search, const std::vector<StageId>& stages, uint32_t looks,
             const Evidence& evidence) {
  step.holds.clear();
  step.reason.clear();
  step.limiting = {};
  step.outcome = StepOutcome::holds;
  for (const RequirementId id : search.hold) step.holds.push_back(look(search, id, stages, looks, evidence, step.reason));
  const auto any = [&](StepOutcome outcome) {
    return std::any_of(step.holds.begin(), step.holds.end(), [&](const ScoredHold& h) { return h.outcome == outcome; });
  };
  if (any(StepOutcome::invalid)) {
    step.outcome = StepOutcome::invalid;
  } else if (any(StepOutcome::breaches)) {
    step.outcome = StepOutcome::breaches;
    // A failed request is a slow one too, whatever its answer took: where requests fail beyond what is allowed, that is what
    // gives way.
    const auto breached = [&](bool by_failures) {
      return std::find_if(step.holds.begin(), step.holds.end(), [&](const ScoredHold& h) {
        return h.outcome == StepOutcome::breaches &&
               (!by_failures || counts_failures(looks_at(evidence.scenario->requirement(h.requirement).sli).load));
      });
    };
    const auto failing = breached(true);
    step.limiting = (failing != step.holds.end() ? failing : breached(false))->requirement;
  } else if (any(StepOutcome::undecided)) {
    step.outcome = StepOutcome::undecided;
  }
}

double answered_per_second(const std::vector<StageId>& stages, const Timeline& timeline) {
  uint64_t ok = 0;
  double length = 0;
  for (const StageId id : stages) {
    length += seconds(timeline.stages()[id.value].range.to - timeline.stages()[id.value].range.from);
    for (auto it = timeline.totals().lower_bound({id, OperationId(0)}); it != timeline.totals().end() && it->first.first == id;
         ++it) {
      ok += it->second.count(Outcome::ok);
    }
  }
  return length > 0 ? static_cast<double>(ok) / length : 0;
}

std::vector<const StageRecord*> windows_of(const Search& search, uint32_t step, const Timeline& timeline) {
  std::vector<const StageRecord*> out;
  for (const StageRecord& stage : timeline.stages()) {
    const bool counts = stage.role == StageRole::window || stage.role == StageRole::confirmation;
    if (counts && stage.phase == search.phase && stage.step == step && !stage.not_run) out.push_back(&stage);
  }
  std::sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->iteration < b->iteration; });
  return out;
}

// Answers that take longer from second to second show a queue that fills up: the limit is kept for a while only. It is no
// breach either: a queue that starts empty grows at first below its capacity too.
void look_at_backlog(ScoredSearchStep& step, const Search& search, const std::vector<StageId>& stages, const Evidence& evidence) {
  if (step.outcome != StepOutcome::holds) return;
  double confidence = 1;
  for (const RequirementId id : search.hold) confidence = std::min(confidence, evidence.scenario->requirement(id).confidence);
  const std::optional<double> growth = judging::growth_of_backlog(stages, confidence, *evidence.timeline);
  if (!growth) return;
  step.outcome = StepOutcome::undecided;
  step.reason =
      fmt::format("the backlog grows: answers take at least {} longer with each second", format_value(*growth, Unit::seconds));
}

ScoredSearchStep judge_step(const Search& search, uint32_t number, const Evidence& evidence) {
  ScoredSearchStep step;
  const std::vector<const StageRecord*> windows = windows_of(search, number, *evidence.timeline);
  if (windows.empty()) return step;
  step.rate = windows.front()->level;
  step.confirmation = windows.front()->role == StageRole::confirmation;
  const uint32_t looks = step.confirmation ? 1 : search.windows;
  const Duration whole = step.confirmation ? search.confirm : search.window;
  std::vector<StageId> seen;
  for (const StageRecord* window : windows) {
    if (!window->ended || window->range.to - window->range.from < whole) break;
    seen.push_back(window->stage);
    ++step.windows;
    look_at(step, search, seen, kSharedSteps * looks, evidence);
    look_at_backlog(step, search, seen, evidence);
    step.answered = answered_per_second(seen, *evidence.timeline);
    const bool more = step.windows < looks;
    // A queue that fills up slowly has not been seen yet: only more windows tell.
    const bool early = more && is(step, StepOutcome::holds) &&
                       judging::blind_share(search, whole * step.windows, *evidence.scenario) > search.resolution.value;
    if (!early && !is(step, StepOutcome::undecided)) return step;
    if (more) step.outcome = StepOutcome::open;
  }
  return step;
}

// What the steps leave: the highest that holds, the lowest and highest that stay undecided above it, the lowest breach.
struct Gap {
  std::optional<double> lower, undecided_from, undecided_to, upper;
  bool confirmed = false;
  uint32_t confirmations = 0;
};

Gap gap_of(const std::vector<ScoredSearchStep>& steps) {
  Gap gap;
  for (const ScoredSearchStep& s : steps) {
    gap.confirmations += s.confirmation && !is(s, StepOutcome::invalid) ? 1 : 0;
    if (is(s, StepOutcome::breaches)) gap.upper = std::min(gap.upper.value_or(s.rate), s.rate);
  }
  const auto overtaken = [&](const ScoredSearchStep& s) {  // did not hold when it was confirmed
    return std::any_of(steps.begin(), steps.end(), [&](const ScoredSearchStep& c) {
      return c.confirmation && c.rate <= s.rate && (is(c, StepOutcome::breaches) || is(c, StepOutcome::undecided));
    });
  };
  for (const ScoredSearchStep& s : steps) {
    const bool below = !gap.upper || s.rate < *gap.upper;
    if (is(s, StepOutcome::holds) && below && (s.confirmation || !overtaken(s))) {
      if (!gap.lower || s.rate > *gap.lower) gap.confirmed = false;
      gap.lower = std::max(gap.lower.value_or(s.rate), s.rate);
    }
  }
  for (const ScoredSearchStep& s : steps) {
    if (is(s, StepOutcome::holds) && s.confirmation && gap.lower && s.rate >= *gap.lower) gap.confirmed = true;
    const bool between = (!gap.lower || s.rate > *gap.lower) && (!gap.upper || s.rate < *gap.upper);
    if (!is(s, StepOutcome::undecided) || !between) continue;
    gap.undecided_from = std::min(gap.undecided_from.value_or(s.rate), s.rate);
    gap.undecided_to = std::max(gap.undecided_to.value_or(s.rate), s.rate);
  }
  return gap;
}

constexpr uint32_t kMostConfirmations = 3;

bool wide(double low, double high, const Search& search) { return (high - low) / high > search.resolution.value * (1 + 1e-9); }

// What the longest look at the highest rate that held could not see; 0 when nothing held.
double blind_share_of(const Search& search, const Gap& gap, const std::vector<ScoredSearchStep>& steps, double confidence,
                      const Scenario& scenario) {
  const double shared = look_confidence(confidence, kSharedSteps);
  double blind = gap.lower ? INFINITY : 0;
  for (const ScoredSearchStep& s : steps) {
    if (!gap.lower || !is(s, StepOutcome::holds) || s.rate < *gap.lower || (gap.upper && s.rate >= *gap.upper)) continue;
    const Duration looked = s.confirmation ? search.confirm : search.window * s.windows;
    blind = std::min(blind, judging::blind_share_at(s.rate, shared, search, looked, scenario));
  }
  return blind;
}

SearchOrder done(std::string reason) { return {SearchOrder::Kind::done, 0, std::move(reason)}; }
SearchOrder step_at(double rate) { return {SearchOrder::Kind::step, rate, ""}; }

// Once the gap is as narrow as it will be. Never a rate that no step has shown: a confirmation may be shorter than a step,
// and a queue that was drained before it has not yet filled up.
SearchOrder confirm(const Search& search, const Gap& gap, const char* why) {
  if (search.confirm == Duration{}) return done(why);
  if (gap.confirmed) return done(fmt::format("{}, and it held for another {}", why, format_duration(search.confirm)));
  if (gap.confirmations >= kMostConfirmations) return done("no rate could be confirmed in three attempts");
  return {SearchOrder::Kind::confirm, *gap.lower, ""};
}

// Nothing holds, not even the lowest rate.
SearchOrder nothing_holds(const Search& search, const Gap& gap) {
  return done(
      gap.upper ? fmt::format("infeasible: it does not hold at the lowest rate, {}", format_rate(search.from))
                : fmt::format("at the lowest rate, {}, neither holding nor breaching could be shown", format_rate(search.from)));
}

}  // namespace

double held_confidence(const Search& search, RequirementId held, const Scenario& scenario) {
  double out = scenario.requirement(held).confidence;
  for (const Requirement& row : scenario.requirements) {
    if (looks_at(row.sli).search == search.phase) out = std::max(out, row.confidence);
  }
  return out;
}

SearchOrder next_search_order(const Search& search, const std::vector<ScoredSearchStep>& steps) {
  if (steps.empty()) return step_at(search.from.per_second);
  const ScoredSearchStep& last = steps.back();
  if (is(last, StepOutcome::invalid)) {
    const bool twice =
        steps.size() > 1 && is(steps[steps.size() - 2], StepOutcome::invalid) && steps[steps.size() - 2].rate == last.rate;
    if (twice) return done(fmt::format("twice invalid at {}: {}", format_rate({last.rate}), last.reason));
    return {last.confirmation ? SearchOrder::Kind::confirm : SearchOrder::Kind::step, last.rate, ""};
  }
  const Gap gap = gap_of(steps);
  if (!gap.lower) return nothing_holds(search, gap);
  if (!gap.upper && !gap.undecided_from) {
    if (*gap.lower >= search.to.per_second) return confirm(search, gap, "it holds at the highest rate of the search");
    if (gap.confirmations == 0) return step_at(std::min(2 * *gap.lower, search.to.per_second));
  }
  const double next = std::min(gap.undecided_from.value_or(search.to.per_second), gap.upper.value_or(search.to.per_second));
  if (!gap.confirmed && gap.confirmations < kMostConfirmations && wide(*gap.lower, next, search)) {
    // Below a confirmation that failed, the nearest rate first.
    const bool failed = last.confirmation && !is(last, StepOutcome::holds);
    return step_at(failed ? next * (1 - search.resolution.value) : (*gap.lower + next) / 2);
  }
  if (gap.confirmations == 0) {
    const double top = gap.upper.value_or(search.to.per_second);
    if (gap.undecided_to && !gap.upper && *gap.undecided_to < top) return step_at(std::min(2 * *gap.undecided_to, top));
    if (gap.undecided_to && gap.upper && wide(*gap.undecided_to, top, search)) return step_at((*gap.undecided_to + top) / 2);
  }
  return confirm(search, gap,
                 gap.undecided_from ? "between both ends it could be shown neither to hold nor to breach"
                                    : "the interval is as narrow as asked for");
}

ScoredSearchStep judge_search_step(const Search& search, uint32_t step, const Timeline& timeline, const Manifest& manifest) {
  return judge_step(search, step, judging::collect(timeline.scenario(), timeline, manifest));
}

bool breaches_at(const Search& search, double rate, double confidence, const judging::Evidence& evidence) {
  for (const StageRecord& stage : evidence.timeline->stages()) {
    if (stage.phase != search.phase || stage.not_run || stage.level != rate || stage.iteration != 0) continue;
    const ScoredSearchStep step = judge_step(search, stage.step, evidence);
    if (!is(step, StepOutcome::breaches)) continue;
    std::vector<StageId> windows;
    for (const StageRecord* window : windows_of(search, stage.step, *evidence.timeline)) windows.push_back(window->stage);
    windows.resize(std::min<std::size_t>(windows.size(), step.windows));
    const uint32_t looks = step.confirmation ? 1 : search.windows;
    const Requirement row = narrowed(evidence.scenario->requirement(step.limiting), windows, look_confidence(confidence, looks));
    const Judged judged = std::visit([&](const auto& sli) { return judging::judge_sli(row, sli, evidence); }, row.sli);
    if (judged.verdict.state == VerdictState::fail) return true;
  }
  return false;
}

ScoredSearch judge_search(const Search& search, const judging::Evidence& evidence) {
  const Timeline& timeline = *evidence.timeline;
  ScoredSearch out;
  out.phase = timeline.scenario().phase(search.phase).name;
  out.confidence = 1;
  for (const RequirementId id : search.hold) {
    out.confidence = std::min(out.confidence, held_confidence(search, id, timeline.scenario()));
  }
  std::string cut;
  uint32_t count = 0;
  for (const StageRecord& stage : timeline.stages()) {
    if (stage.phase != search.phase) continue;
    if (stage.not_run) cut = stage.reason;
    count = std::max(count, stage.not_run ? 0 : stage.step + 1);
  }
  for (uint32_t i = 0; i < count; ++i) {
    ScoredSearchStep step = judge_step(search, i, evidence);
    if (is(step, StepOutcome::open)) continue;  // cut short
    out.steps.push_back(std::move(step));
  }
  const SearchOrder order = next_search_order(search, out.steps);
  const Gap gap = gap_of(out.steps);
  out.blind = blind_share_of(search, gap, out.steps, out.confidence, timeline.scenario());
  if (gap.lower && std::isfinite(out.blind)) out.lower = *gap.lower / (1 + out.blind);
  out.upper = gap.upper;
  out.confirmed = gap.confirmed && out.lower;
  out.unconfirmed = search.confirm > Duration{} && !out.confirmed;
  for (const ScoredSearchStep& step : out.steps) {
    if (is(step, StepOutcome::breaches) && gap.upper && step.rate == *gap.upper) out.limiting = step.limiting;
  }
  if (order.kind == SearchOrder::Kind::done) {
    out.ended = order.reason;
    if (!out.steps.empty() && is(out.steps.back(), StepOutcome::invalid)) out.trouble = order.reason;
  } else {
    out.ended = cut.empty() ? "the run ended before the search did" : cut;
  }
  return out;
}

}  // namespace shakedown
