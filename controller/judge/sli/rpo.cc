// rpo {fault, ledger}: acknowledged writes that a fault made disappear, by count or by time.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/faults/injections.h"
#include "controller/judge/faults/loss.h"
#include "controller/judge/planned/offer.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/form_parts.h"
#include "controller/measure/bounds/intervals.h"

namespace shakedown {

SliForm forms::rpo() {
  const Shape shape = mapping("rpo", "Acknowledged writes that a fault lost; judged on every injection.",
                              with_injections({fault_key(), ledger_key()}));
  return {may("rpo", shape,
              "Objective: at most a number of writes, or a duration. A loss that several injections may have caused raises the "
              "upper bound of each."),
          ObjectiveForm{"the RPO", Comparison::at_most, "<= 0 writes", Amounts::loss},
          [](const View& view, const Names& names, const Scenario&) -> Sli {
            RpoSli sli{view["fault"].id<FaultId>(names), view["ledger"].id<LedgerId>(names)};
            read_injections(sli, view);
            return sli;  // the objective says in which unit
          }};
}

}  // namespace shakedown

namespace shakedown::judging {
namespace {

void by_count(InjectionBound& bound, const InjectionLoss& loss) {
  bound.verdict.lower = loss.count_lower;
  bound.verdict.upper = loss.count_upper;
  bound.value = loss.count_lower;
  bound.clearing = loss.count_upper;
}

// A pass by time needs the bound that also covers writes between the ledger's own (the suffix assumption).
void by_time(InjectionBound& bound, const InjectionLoss& loss) {
  bound.verdict.lower = loss.seconds_lower;
  bound.verdict.upper = loss.seconds_upper;
  bound.verdict.suffix_upper = loss.suffix_upper;
  bound.value = loss.lost.empty() ? 0 : (loss.seconds_lower + loss.seconds_upper) / 2;
  bound.clearing = loss.suffix_upper ? std::max(*loss.suffix_upper, loss.seconds_upper) : INFINITY;
  if (!loss.suffix_upper && loss.scattered) bound.verdict.note = "scattered loss";
}

// A lost write whose candidates are all among the valid injections of a row: the positions of the first and the last.
struct BoundLoss {
  std::size_t first = 0, last = 0;
  double least_seconds = 0;  // from its acknowledgement to the effect of the candidate that it was closest to
};

std::vector<BoundLoss> bound_to(const std::vector<InjectionView>& row, LedgerId id, const Evidence& evidence) {
  std::vector<BoundLoss> out;
  const AgentId observer = evidence.or_first_load_agent(evidence.scenario->ledger(id).agent);
  for (const AttributedLoss& loss : evidence.attributed[id.value]) {
    if (loss.candidates.empty()) continue;
    BoundLoss span{row.size(), 0, INFINITY};
    bool all_here = true;
    const RunTime acked = evidence.ledger(id).write(loss.id)->completed;
    for (const InjectionId candidate : loss.candidates) {
      const auto at = std::find_if(
          row.begin(), row.end(), [&](const InjectionView& view) { return view.valid() && view.record->injection == candidate; });
      all_here = all_here && at != row.end();
      if (!all_here) break;
      const auto position = static_cast<std::size_t>(at - row.begin());
      span.first = std::min(span.first, position);
      span.last = std::max(span.last, position);
      const Duration clocks = evidence.clock_bound(observer, at->record->fault);
      span.least_seconds = std::min(span.least_seconds, std::max(0.0, seconds(at->effect_from - clocks - acked)));
    }
    if (all_here) out.push_back(span);
  }
  return out;
}

// Whether no way of dividing the losses among their candidates keeps every injection within the limit. By count: some run
// of injections must together hold more than its share (the condition of Hall's theorem, for runs). By time: one write is
// further from each of its candidates than the limit.
bool no_split_keeps(double limit, RpoUnit unit, const std::vector<InjectionView>& row, LedgerId id, const Evidence& evidence) {
  const std::vector<BoundLoss> losses = bound_to(row, id, evidence);
  if (unit == RpoUnit::time) {
    return std::any_of(losses.begin(), losses.end(), [&](const BoundLoss& s) { return s.least_seconds > limit; });
  }
  const double each = std::floor(limit);
  for (std::size_t first = 0; first < row.size(); ++first) {
    for (std::size_t last = first; last < row.size(); ++last) {
      const auto inside =
          std::count_if(losses.begin(), losses.end(), [&](const BoundLoss& s) { return first <= s.first && s.last <= last; });
      double valid = 0;
      for (std::size_t i = first; i <= last; ++i) valid += row[i].valid() ? 1 : 0;
      if (static_cast<double>(inside) > valid * each) return true;
    }
  }
  return false;
}

InjectionBound loss_bound(InjectionView view, const RpoSli& sli, double limit, const Evidence& evidence) {
  InjectionBound bound;
  bound.verdict.injection = view.record->injection;
  bound.verdict.number = view.number;
  bound.blocks = view.blocks;
  const AgentId observer = evidence.or_first_load_agent(evidence.scenario->ledger(sli.ledger).agent);
  if (view.valid()) widen_by_clocks(view, observer, sli.fault, sli.unit == RpoUnit::time ? limit : INFINITY, evidence);
  if (!view.valid()) {
    bound.verdict.valid = false;
    bound.verdict.note = view.invalid;
    bound.signal = view.signal;
    return bound;
  }
  const LossEvidence& found = evidence.losses.at({view.record->injection, sli.ledger});
  sli.unit == RpoUnit::writes ? by_count(bound, found.loss) : by_time(bound, found.loss);
  if (found.partly) {
    bound.verdict.note = fmt::format("{} not read back", counted(found.loss.undecided.size() + found.loss.unrecorded, "write"));
    bound.needed = kReadMore;
  }
  if (view.cut_short) {  // what it would have done later nobody knows
    bound.clearing = bound.verdict.upper = INFINITY;
    bound.verdict.note = kEndedByUndo;
  }
  if (!found.incomplete.empty()) {
    bound.clearing = INFINITY;
    bound.verdict.upper = INFINITY;
    bound.verdict.note = found.incomplete;
    bound.verdict.valid = bound.verdict.lower > limit;  // a proven loss stands all the same
    bound.signal = found.signal;
    bound.blocks = found.signal != Signal::lost_agent;
  }
  return bound;
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const RpoSli& sli, const Evidence& evidence) {
  std::vector<InjectionBound> bounds;
  const std::vector<InjectionView> views = injections_of(sli.fault, evidence);
  for (const InjectionView& view : views) {
    bounds.push_back(loss_bound(view, sli, requirement.objective.limit, evidence));
  }
  const Unit unit = sli.unit == RpoUnit::writes ? Unit::writes : Unit::seconds;
  Judged out = judge_injections(requirement, std::move(bounds), {sli.injections, sli.share, "failovers"}, unit);
  out.observed_seconds = evidence.last_second();
  const bool open = out.verdict.state == VerdictState::not_proven && !sli.share;
  if (open && no_split_keeps(requirement.objective.limit, sli.unit, views, sli.ledger, evidence)) {
    out.verdict.state = VerdictState::fail;
    out.verdict.needed.clear();
    out.verdict.reason +=
        " Several injections may have taken the same writes; however these are divided, one of them exceeds it.";
  }
  return out;
}

PlannedEvidence evidence_needed(const Requirement& requirement, const RpoSli& sli, const Scenario& scenario) {
  const uint64_t needed = sli.share ? clean_trials_needed(sli.share->value, requirement.confidence) : sli.injections;
  planned::Injections out = injections_needed(scenario, {sli.fault}, needed);
  out.disturbed.clear();
  out.reading = too_long_to_read(scenario.ledger(sli.ledger), scenario.phase(scenario.fault(sli.fault).phase).duration);
  return out;
}

}  // namespace shakedown::judging
