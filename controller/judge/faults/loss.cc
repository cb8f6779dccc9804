#include "controller/judge/faults/loss.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/faults/injections.h"
#include "controller/model/looks_at.h"

namespace shakedown::judging {
namespace {

// Whether some write was acknowledged in [from, to).
bool acked_in(const LedgerRecord& record, RunTime from, RunTime to) {
  return std::any_of(record.writes.begin(), record.writes.end(), [&](const LedgerWrite& write) {
    return write.outcome == WriteClass::acked && from <= write.completed && write.completed < to;
  });
}

// What was asked before a fault says something of what is kept only where most of it was acknowledged.
std::string few_acked(const LedgerRecord& record, RunTime from, RunTime to) {
  uint64_t acked = 0, asked = 0;
  for (const LedgerWrite& write : record.writes) {
    if (write.invoked < from || to <= write.invoked || write.outcome == WriteClass::pending || to <= write.completed) continue;
    ++asked;
    acked += write.outcome == WriteClass::acked ? 1 : 0;
  }
  if (2 * acked >= asked) return {};
  return fmt::format("only {} of {} writes were acknowledged in the {} before the fault", acked, asked,
                     format_value(seconds(to - from), Unit::seconds));
}

LossEvidence loss_of(InjectionView view, LedgerId id, FaultId fault, const Evidence& evidence) {
  const Ledger& ledger = evidence.scenario->ledger(id);
  const LedgerRecord& record = evidence.ledger(id);
  const AgentId agent = evidence.or_first_load_agent(ledger.agent);
  widen_by_clocks(view, agent, fault, INFINITY, evidence);
  LossEvidence out;
  out.loss = injection_loss(record, evidence.attributed[id.value], view.record->injection, view.effect_from, view.effect_to);
  const double rate = ledger.rate.per_second;
  const Duration recent = std::max(ledger.timeout, rate > 0 ? from_seconds(5 / rate) : Duration::zero());
  if (!acked_in(record, view.effect_from - recent, view.effect_from)) {
    out.incomplete =
        fmt::format("no write was acknowledged in the {} before the fault", format_value(seconds(recent), Unit::seconds));
    out.signal = Signal::unobserved;
  } else if (const Duration telling = std::max(ledger.timeout, rate > 0 ? from_seconds(20 / rate) : Duration::zero());
             out.incomplete.empty()) {
    out.incomplete = few_acked(record, view.effect_from - telling, view.effect_from);
    if (!out.incomplete.empty()) out.signal = Signal::unobserved;
  }
  out.partly = !out.loss.verified && std::isfinite(out.loss.count_upper) && !evidence.lost_at(agent);
  if (!out.loss.verified && !out.partly) {
    out.incomplete = "the writes were not completely read back";
    out.signal = evidence.lost_at(agent) ? Signal::lost_agent : Signal::unobserved;
  }
  return out;
}

// Everything that was injected, proven or not: what may have taken a write. The instant is the earliest one, widened by
// the clock bound.
std::vector<Culprit> culprits(LedgerId id, const Evidence& evidence) {
  std::vector<Culprit> out;
  const AgentId observer = evidence.or_first_load_agent(evidence.scenario->ledger(id).agent);
  for (const InjectionRecord& record : evidence.timeline->injections()) {
    if (!record.injection.valid() || !record.fault.valid()) continue;
    const std::optional<RunTime> struck = record.struck();
    const FaultEvent* effective = record.find(FaultState::effective);
    if (!struck && effective == nullptr) continue;
    RunTime from = struck.value_or(RunTime::max());
    if (effective != nullptr) from = std::min(from, effective->earliest);
    from -= evidence.clock_bound(observer, record.fault);
    out.push_back({record.injection, record.stage, from});
  }
  return out;
}

}  // namespace

void collect_losses(Evidence& evidence) {
  for (std::size_t i = 0; i < evidence.scenario->ledgers.size(); ++i) {
    evidence.attributed.push_back(attribute_losses(evidence.ledger(LedgerId(i)), culprits(LedgerId(i), evidence)));
  }
  for (std::size_t f = 0; f < evidence.scenario->faults.size(); ++f) {
    for (const InjectionView& view : injections_of(FaultId(f), evidence)) {
      if (view.record->find(FaultState::effective) == nullptr) continue;
      for (std::size_t i = 0; i < evidence.scenario->ledgers.size(); ++i) {
        evidence.losses[{view.record->injection, LedgerId(i)}] = loss_of(view, LedgerId(i), FaultId(f), evidence);
      }
    }
  }
}

uint64_t unexplained(LedgerId ledger, const Evidence& evidence, bool altered) {
  const auto& losses = evidence.attributed[ledger.value];
  return static_cast<uint64_t>(std::count_if(losses.begin(), losses.end(), [altered](const AttributedLoss& loss) {
    return loss.candidates.empty() && loss.altered == altered;
  }));
}

std::vector<ValidityReason> unexplained_losses(const Evidence& evidence) {
  std::vector<ValidityReason> out;
  for (std::size_t i = 0; i < evidence.scenario->ledgers.size(); ++i) {
    const auto& rows = evidence.scenario->requirements;
    const bool judged = std::any_of(rows.begin(), rows.end(), [i](const Requirement& row) {
      const LooksAt at = looks_at(row.sli);
      return row.must && at.every_loss && at.ledger == LedgerId(i);
    });
    const std::string noun = evidence.scenario->ledgers[i].noun;
    for (const bool altered : {false, true}) {
      const uint64_t lost = unexplained(LedgerId(i), evidence, altered);
      if (judged || lost == 0) continue;
      out.push_back({Signal::unexplained_loss,
                     fmt::format("{} confirmed {} {}, and no fault explains it", lost, lost == 1 ? noun : plural(noun),
                                 altered ? "came back altered" : "disappeared"),
                     false});
    }
  }
  return out;
}

}  // namespace shakedown::judging
