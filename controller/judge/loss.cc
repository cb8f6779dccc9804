// rpo {fault, ledger}: acknowledged writes that a fault made disappear, by count or by time.
#include "controller/judge/loss.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/families.h"
#include "controller/judge/injections.h"

namespace shakedown::judging {
namespace {

// Whether some write was acknowledged in [from, to).
bool acked_in(const LedgerRecord& record, RunTime from, RunTime to) {
  return std::any_of(record.writes.begin(), record.writes.end(), [&](const auto& entry) {
    const LedgerWrite& write = entry.second;
    return write.outcome == WriteClass::acked && from <= write.completed && write.completed < to;
  });
}

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

LossEvidence loss_of(InjectionView view, LedgerId id, FaultId fault, const Evidence& evidence) {
  const Ledger& ledger = evidence.scenario->ledger(id);
  const LedgerRecord& record = evidence.timeline->ledger(id);
  const AgentId agent = evidence.or_first_load_agent(ledger.agent);
  widen_by_clocks(view, agent, fault, INFINITY, evidence);
  LossEvidence out;
  out.loss = injection_loss(record, view.record->injection, view.effect_from, view.effect_to);
  const double rate = ledger.rate.per_second;
  const Duration recent = std::max(ledger.timeout, rate > 0 ? from_seconds(5 / rate) : Duration::zero());
  if (!acked_in(record, view.effect_from - recent, view.effect_from)) {
    out.incomplete = fmt::format("no write was acknowledged in the {} before the fault",
                                 format_value(seconds(recent), Unit::seconds));
    out.signal = "unobserved";
  }
  if (!out.loss.verified) {
    out.incomplete = "the writes were not completely read back";
    out.signal = evidence.lost_at(agent) ? "lost agent" : "unobserved";
  }
  return out;
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
  if (!found.incomplete.empty()) {
    bound.clearing = INFINITY;
    bound.verdict.upper = INFINITY;
    bound.verdict.note = found.incomplete;
    bound.verdict.valid = bound.verdict.lower > limit;  // a proven loss stands all the same
    bound.signal = found.signal;
    bound.blocks = found.signal != "lost agent";
  }
  return bound;
}

}  // namespace

void collect_losses(Evidence& evidence) {
  for (std::size_t f = 0; f < evidence.scenario->faults.size(); ++f) {
    for (const InjectionView& view : injections_of(FaultId(f), evidence)) {
      if (view.record->find(FaultState::effective) == nullptr) continue;
      for (std::size_t i = 0; i < evidence.scenario->ledgers.size(); ++i) {
        evidence.losses[{view.record->injection, LedgerId(i)}] = loss_of(view, LedgerId(i), FaultId(f), evidence);
      }
    }
  }
}

Judged judge_sli(const Requirement& requirement, const RpoSli& sli, const Evidence& evidence) {
  std::vector<InjectionBound> bounds;
  for (const InjectionView& view : injections_of(sli.fault, evidence)) {
    bounds.push_back(loss_bound(view, sli, requirement.objective.limit, evidence));
  }
  const Unit unit = sli.unit == RpoUnit::writes ? Unit::writes : Unit::seconds;
  Judged out = judge_injections(requirement, std::move(bounds), {sli.injections, sli.share, "failovers"}, unit);
  out.observed_seconds = evidence.last_second();
  return out;
}

}  // namespace shakedown::judging
