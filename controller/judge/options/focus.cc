// Focus: the one problem whose fix removes most of what failures cost.
#include <algorithm>
#include <cmath>
#include <map>

#include "controller/judge/options/tradeoffs.h"
#include "controller/model/looks_at.h"

namespace shakedown::judging {
namespace {

constexpr TradeOff::Kind kFocus = TradeOff::Kind::focus;

enum class Cost { none, failed_requests, lost_writes };

// What the row's violations cost; none for rows that no outage can turn red.
struct CostOf {
  Cost operator()(const OneOf<AvailabilitySli, UptimeSli, ErrorRatioSli, MtbfSli, MtbrSli, MttrSli, OutagesSli, ToleratedSli,
                              RtoSli> auto&) const {
    return Cost::failed_requests;
  }
  Cost operator()(const RpoSli&) const { return Cost::lost_writes; }
  Cost operator()(const ImpactSli& sli) const {
    return sli.unit == ImpactUnit::lost_writes ? Cost::lost_writes : Cost::failed_requests;
  }
  Cost operator()(const OneOf<LatencySli, ThroughputSli, DurabilitySli, CapacitySli, HeadroomSli, EfficiencySli, DegradationSli,
                              DownstreamSli, CheckSli, AttestedSli> auto&) const {
    return Cost::none;
  }
};

struct Problem {
  std::string fault;
  double monthly = 0;      // at the load of this drill
  double at_forecast = 0;  // at the forecast's
  bool at_least = false;   // the load did not show all of it
};

// Mean over the injections of a fault of what a month of it costs; without the faults that do not say how often they come.
std::vector<Problem> failed_a_month(const Scorecard& card) {
  std::map<std::string, std::pair<Problem, double>> sums;
  for (const ScoredFault& fault : card.faults) {
    if (!fault.predicted_monthly_failed) continue;
    auto& [sum, count] = sums[fault.name];
    sum.monthly += *fault.predicted_monthly_failed;
    sum.at_least = sum.at_least || fault.predicted_at_least;
    if (card.forecast && fault.load_rate > 0)
      sum.at_forecast += *fault.predicted_monthly_failed * card.forecast->rate.per_second / fault.load_rate;
    count += 1;
  }
  std::vector<Problem> out;
  for (const auto& [name, sum] : sums)
    out.push_back({name, sum.first.monthly / sum.second, sum.first.at_forecast / sum.second, sum.first.at_least});
  return out;
}

std::vector<Problem> lost_a_month(const Scorecard& card, const Scenario& scenario) {
  constexpr double kMonth = 30.0 * 86400;
  std::vector<Problem> out;
  for (const Fault& fault : scenario.faults) {
    if (!fault.expected) continue;
    std::map<uint32_t, double> lost;  // by injection, over all ledgers
    double our_rate = 0;              // of all ledgers
    for (const ScoredLedger& ledger : card.ledgers) {
      our_rate += ledger.rate;
      for (const ScoredLedgerInjection& i : ledger.injections) {
        if (i.fault == fault.name) lost[i.n] += static_cast<double>(i.lost);
      }
    }
    double sum = 0;
    for (const auto& [n, writes] : lost) sum += writes;
    if (lost.empty()) continue;
    const double monthly = fault.expected->per_second * kMonth * sum / static_cast<double>(lost.size());
    const bool scaled = card.forecast && card.forecast->writes && our_rate > 0;
    out.push_back({fault.name, monthly, scaled ? monthly * card.forecast->writes->per_second / our_rate : 0, false});
  }
  return out;
}

// Who answers for a row that is about the fault.
std::string owner_of_fault(const std::string& fault, const Scenario& scenario, const std::string& otherwise) {
  for (const Requirement& r : scenario.requirements) {
    const FaultId id = looks_at(r.sli).fault;
    if (id.valid() && scenario.fault(id).name == fault && !r.owner.empty()) return r.owner;
  }
  return otherwise;
}

std::optional<CostsMost> ranked(std::vector<Problem> problems, const ScoredRequirement& row, const Scenario& scenario,
                                bool writes) {
  CostsMost out;
  for (const Problem& p : problems) out.total += p.monthly;
  for (const Problem& p : problems) out.at_forecast += p.at_forecast;
  if (!(out.total > 0)) return std::nullopt;
  const auto top = std::max_element(problems.begin(), problems.end(),
                                    [](const Problem& a, const Problem& b) { return a.monthly < b.monthly; });
  out.top = happening(top->fault, scenario);
  out.only = problems.size() == 1;
  out.share = top->monthly / out.total;
  out.writes = writes;
  out.at_least = std::any_of(problems.begin(), problems.end(), [](const Problem& p) { return p.at_least; });
  const FaultId own = looks_at(row.requirement.sli).fault;
  if (!own.valid() || scenario.fault(own).name == top->fault) return out;
  const auto of_row =
      std::find_if(problems.begin(), problems.end(), [&](const Problem& p) { return p.fault == scenario.fault(own).name; });
  if (of_row != problems.end()) out.own = of_row->monthly / out.total;
  if (of_row == problems.end()) out.apart = happening(own, scenario);
  return out;
}

// What one unprovoked outage cost, seen by however many probes: their rows overlap, and each failure is charged to one.
struct Bout {
  RunTime from{}, until{};
  double failed = 0;
};

// The worst unprovoked outage.
std::optional<TradeOff::Way> spontaneous(const Scorecard& card) {
  std::vector<Bout> seen, events;
  for (const ScoredOutage& o : card.outages) {
    const auto failed = static_cast<double>(o.impact.not_told_above);
    if (o.cause == "spontaneous") seen.push_back({o.start, std::max(o.seen_until, o.start), failed});
  }
  std::stable_sort(seen.begin(), seen.end(), [](const Bout& a, const Bout& b) { return a.from < b.from; });
  double all = 0;
  for (const Bout& one : seen) {
    if (events.empty() || one.from > events.back().until) events.push_back({one.from, one.until, 0});
    events.back().until = std::max(events.back().until, one.until);
    events.back().failed += one.failed;
    all += one.failed;
  }
  const auto worst =
      std::max_element(events.begin(), events.end(), [](const Bout& a, const Bout& b) { return a.failed < b.failed; });
  if (worst == events.end() || !(worst->failed > 0)) return std::nullopt;
  return Unprovoked{seconds(worst->from), worst->failed / all, all};
}

std::optional<TradeOff::Way> undeclared(const Scorecard& card, const Scenario& scenario) {
  for (const ScoredOutage& o : card.outages) {
    if (o.by_our_load || o.cause == "spontaneous" || (o.impact.failed_requests == 0 && o.impact.lost_writes == 0)) continue;
    return HowOftenUnknown{happening(o.cause, scenario)};
  }
  for (const ScoredLedger& ledger : card.ledgers) {
    for (const ScoredLedgerInjection& i : ledger.injections) {
      if (i.lost > 0) return HowOftenUnknown{happening(i.fault, scenario)};
    }
  }
  return std::nullopt;
}

// Of the row's dependencies: the one that falls shortest; where none does, one that fails it otherwise (its commitment).
std::optional<TradeOff> first_to_break(const std::vector<DependencyId>& wanted, const Scorecard& card, const Scenario& scenario) {
  std::size_t shorts = 0;
  const ScoredDependency *first = nullptr, *uncommitted = nullptr;
  for (const ScoredDependency& d : card.downstream) {
    const auto named = [&](DependencyId id) { return scenario.dependency(id).name == d.name; };
    if (!wanted.empty() && std::none_of(wanted.begin(), wanted.end(), named)) continue;
    if (d.margin && *d.margin < 0) {
      ++shorts;
      if (first == nullptr || *d.margin < *first->margin) first = &d;
    } else if (d.state == VerdictState::fail && uncommitted == nullptr) {
      uncommitted = &d;
    }
  }
  if (first != nullptr) {
    return TradeOff{kFocus, FallsShort{first->name, first->capacity_source, first->capacity.value_or(0), first->needed, shorts},
                    first->owner};
  }
  if (uncommitted == nullptr) return std::nullopt;
  return TradeOff{kFocus, Uncommitted{uncommitted->name, uncommitted->problem}, uncommitted->owner};
}

std::optional<TradeOff> gives_way_first(PhaseId phase, const Scorecard& card, const Scenario& scenario) {
  for (const ScoredSearch& s : card.searches) {
    if (s.phase != scenario.phase(phase).name || !s.limiting.valid() || !s.upper) continue;
    const Requirement& limiting = scenario.requirement(s.limiting);
    return TradeOff{kFocus, GivesWay{limiting.title, *s.upper}, limiting.owner};
  }
  return std::nullopt;
}

// Rows over requests look outside fault windows unless they say otherwise: what faults cost is no part of what they saw.
bool outside_faults(const Sli& sli) {
  const LooksAt at = looks_at(sli);
  return counts_failures(at.load) && !at.scope->during.valid();
}

std::optional<TradeOff> of_scalability(const Sli& sli, const Scorecard& card, const Scenario& scenario) {
  const LooksAt at = looks_at(sli);
  if (at.dependencies != nullptr) return first_to_break(*at.dependencies, card, scenario);
  return at.search ? gives_way_first(*at.search, card, scenario) : std::nullopt;
}

}  // namespace

Happening happening(FaultId id, const Scenario& scenario) {
  const Fault& fault = scenario.fault(id);
  const std::vector<ComponentId>& broken = fault.kind.components;
  Happening out;
  out.fault = fault.name;
  const auto alike = std::count_if(scenario.faults.begin(), scenario.faults.end(), [&](const Fault& other) {
    return other.kind.name == fault.kind.name && other.kind.components == broken;
  });
  out.alike = alike > 1;
  if (scenario.components.size() > 1) {
    for (const ComponentId id : broken) out.components.push_back(scenario.component(id).name);
  }
  const ProcessSpec* process = broken.empty() ? nullptr : scenario.component(broken.front()).process();
  out.children = process != nullptr && process->scope == ProcessScope::children;
  out.kind = fault.kind.name;
  return out;
}

Happening happening(const std::string& fault, const Scenario& scenario) {
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
    if (scenario.faults[i].name == fault) return happening(FaultId(i), scenario);
  }
  Happening out;
  out.fault = fault;
  out.known = false;
  return out;
}

std::optional<TradeOff> focus_option(const ScoredRequirement& row, const Scorecard& card, const Scenario& scenario) {
  const Cost cost = std::visit(CostOf{}, row.requirement.sli);
  const std::string owner = owner_of(row, card);
  if (cost == Cost::none) {
    std::optional<TradeOff> out = of_scalability(row.requirement.sli, card, scenario);
    if (out && out->owner.empty()) out->owner = owner;
    return out;
  }
  const bool writes = cost == Cost::lost_writes, outside = outside_faults(row.requirement.sli);
  if (!outside) {
    if (auto most = ranked(writes ? lost_a_month(card, scenario) : failed_a_month(card), row, scenario, writes)) {
      const std::string person = owner_of_fault(most->top.fault, scenario, owner);
      return TradeOff{kFocus, std::move(*most), person};
    }
  }
  std::optional<TradeOff::Way> way = writes ? std::nullopt : spontaneous(card);
  if (!way && !outside) way = undeclared(card, scenario);
  if (!way) return std::nullopt;
  return TradeOff{kFocus, std::move(*way), owner};
}

}  // namespace shakedown::judging
