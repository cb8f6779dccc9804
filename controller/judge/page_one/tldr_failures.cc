#include "controller/judge/page_one/tldr_failures.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "controller/judge/options/tradeoffs.h"
#include "controller/model/looks_at.h"

namespace shakedown::judging {
namespace {

struct Range {
  double least = INFINITY, most = 0;
  uint64_t injections = 0;
};

// From the mildest to the worst valid injection.
Range range_of(const Verdict& verdict) {
  Range out;
  for (const InjectionVerdict& i : verdict.injections) {
    if (!i.valid) continue;
    out.least = std::min(out.least, i.lower);
    out.most = std::max(out.most, i.upper);
    ++out.injections;
  }
  return out;
}

// Of the valid injections those that kept the promise: a share of them may be promised.
Range kept_range(const Verdict& verdict, double promised) {
  Verdict kept = verdict;
  std::erase_if(kept.injections, [&](const InjectionVerdict& i) { return i.upper > promised; });
  return range_of(kept);
}

void count(told::Loss& out, const ScoredLedgerInjection& i, const InjectionVerdict& judged) {
  const double least = out.by_count ? judged.lower : static_cast<double>(i.lost);
  const double most = out.by_count ? judged.upper : static_cast<double>(i.lost + i.shared + i.undecided);
  ++out.tries;
  out.unsure = std::max(out.unsure, i.shared + i.undecided);
  if (!(least > 0)) return;
  ++out.losing;
  out.least = std::min(out.least, least);
  out.most = std::max(out.most, most);
  out.seconds_least = std::min(out.seconds_least, i.rpo_lower);
  out.seconds_most = std::max(out.seconds_most, i.rpo_upper);
  out.newest = out.newest && !i.scattered && i.suffix_upper.has_value();
}

// Whether an outage belongs to this fault and another at once: its cause then names both, joined by "and".
bool with_another(const std::string& fault, const Scorecard& card) {
  return std::any_of(card.outages.begin(), card.outages.end(), [&](const ScoredOutage& o) {
    const std::string cause = " and " + o.cause + " and ";
    return o.cause != fault && cause.find(" and " + fault + " and ") != std::string::npos;
  });
}

told::Loss tell_loss(std::size_t at, const RpoSli& sli, const Scorecard& card, const Scenario& scenario) {
  const ScoredRequirement& row = card.requirements[at];
  const std::string& fault = scenario.fault(sli.fault).name;
  const auto& all = row.verdict.injections;
  told::Loss out;
  out.row = at;
  out.happening = happening(sli.fault, scenario);
  out.noun = scenario.ledger(sli.ledger).noun;
  out.by_count = sli.unit == RpoUnit::writes;
  out.share = sli.share;
  out.least = out.seconds_least = INFINITY;
  for (const ScoredLedger& ledger : card.ledgers) {
    if (ledger.name != scenario.ledger(sli.ledger).name) continue;
    out.our_rate = ledger.rate;
    for (const ScoredLedgerInjection& i : ledger.injections) {
      const auto judged = std::find_if(all.begin(), all.end(), [&](const InjectionVerdict& v) { return v.number == i.n; });
      if (i.fault == fault && judged != all.end() && judged->valid) count(out, i, *judged);
    }
  }
  const Range range = range_of(row.verdict), kept = kept_range(row.verdict, row.requirement.objective.limit);
  out.row_least = range.least;
  out.row_most = range.most;
  out.injections = range.injections;
  out.keeping = kept.injections;
  out.keeping_most = kept.most;
  return out;
}

told::Recovery tell_recovery(std::size_t at, const RtoSli& sli, const Scorecard& card, const Scenario& scenario) {
  const ScoredRequirement& row = card.requirements[at];
  const Range range = range_of(row.verdict), kept = kept_range(row.verdict, row.requirement.objective.limit);
  const auto& tries = row.verdict.injections;
  told::Recovery out;
  out.row = at;
  out.happening = happening(sli.fault, scenario);
  out.share = sli.share;
  out.most = range.most;
  out.injections = range.injections;
  out.keeping = kept.injections;
  out.keeping_most = kept.most;
  out.masked =
      std::all_of(tries.begin(), tries.end(), [](const InjectionVerdict& one) { return one.valid && one.note == "masked"; });
  out.beside = row.verdict.beside;
  out.overlapped = with_another(scenario.fault(sli.fault).name, card);
  const Elsewhere& elsewhere = row.verdict.elsewhere;
  if (elsewhere.operations.empty()) return out;
  std::set<OperationId> asked;
  for (const ProbeId id : sli.probes) asked.insert(scenario.probe(id).operation);
  const auto noun = [&](OperationId id) { return scenario.operation(id).noun; };
  const bool alike = std::any_of(asked.begin(), asked.end(), [&](OperationId one) {
    return std::any_of(elsewhere.operations.begin(), elsewhere.operations.end(),
                       [&](OperationId other) { return noun(one) == noun(other); });
  });
  const auto name = [&](OperationId id) {
    return noun(id) + (alike ? " to " + scenario.targets[scenario.operation(id).request.target.value].name : "");
  };
  for (const OperationId id : asked) out.asked.push_back(name(id));
  for (const OperationId id : elsewhere.operations) out.elsewhere.push_back(name(id));
  out.elsewhere_seconds = elsewhere.seconds;
  return out;
}

struct Injections {
  std::size_t at;
  const Scorecard& card;
  const Scenario& scenario;

  std::optional<Told> operator()(const RpoSli& s) const { return tell_loss(at, s, card, scenario); }
  std::optional<Told> operator()(const RtoSli& s) const { return tell_recovery(at, s, card, scenario); }
  std::optional<Told> operator()(
      const OneOf<AvailabilitySli, UptimeSli, LatencySli, ThroughputSli, ErrorRatioSli, MtbfSli, MtbrSli, MttrSli, OutagesSli,
                  ImpactSli, ToleratedSli, DurabilitySli, CapacitySli, HeadroomSli, EfficiencySli, DegradationSli, DownstreamSli,
                  CheckSli, AttestedSli> auto&) const {
    return std::nullopt;
  }
};

}  // namespace

std::optional<Told> tell_injections(std::size_t row, const Scorecard& card, const Scenario& scenario) {
  return std::visit(Injections{row, card, scenario}, card.requirements[row].requirement.sli);
}

std::vector<Told> tell_uncaused(const Scorecard& card, const Scenario& scenario) {
  std::vector<Told> out, fates;
  for (const Fault& fault : scenario.faults) {
    std::size_t planned = 0, caused = 0, unproven = 0, lost = 0;
    for (const ScoredFault& f : card.faults) {
      if (f.name != fault.name) continue;
      ++planned;
      if (f.effective_at) ++caused;
      if (f.injected_at && !f.effective_at) ++unproven;
      const bool over = f.state == FaultState::clean || f.state == FaultState::leftover;
      if (f.injected_at && !over && f.state != FaultState::failed && f.state != FaultState::not_run) ++lost;
    }
    if (caused < planned || planned == 0) out.push_back(told::NotCaused{fault.name, caused, planned, unproven});
    if (lost > 0) fates.push_back(told::FateUnknown{fault.name});
  }
  if (out.size() > 1) out = {told::SeveralNotCaused{out.size()}};
  if (fates.size() > 1) fates = {told::SeveralFatesUnknown{fates.size()}};
  out.insert(out.begin(), fates.begin(), fates.end());
  return out;
}

}  // namespace shakedown::judging
