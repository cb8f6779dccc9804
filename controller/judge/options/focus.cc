// Focus: the one problem whose fix removes most of what failures cost.
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "controller/judge/options/tradeoffs.h"
#include "controller/judge/page_one/tldr.h"
#include "controller/judge/settle.h"

namespace shakedown::judging {
namespace {

enum class Cost { none, failed_requests, lost_writes };

// What the row's violations cost; none for rows that no outage can turn red.
struct CostOf {
  Cost operator()(const AvailabilitySli&) const { return Cost::failed_requests; }
  Cost operator()(const UptimeSli&) const { return Cost::failed_requests; }
  Cost operator()(const ErrorRatioSli&) const { return Cost::failed_requests; }
  Cost operator()(const MtbfSli&) const { return Cost::failed_requests; }
  Cost operator()(const MtbrSli&) const { return Cost::failed_requests; }
  Cost operator()(const MttrSli&) const { return Cost::failed_requests; }
  Cost operator()(const OutagesSli&) const { return Cost::failed_requests; }
  Cost operator()(const ToleratedSli&) const { return Cost::failed_requests; }
  Cost operator()(const RtoSli&) const { return Cost::failed_requests; }
  Cost operator()(const RpoSli&) const { return Cost::lost_writes; }
  Cost operator()(const ImpactSli& sli) const {
    return sli.unit == ImpactUnit::lost_writes ? Cost::lost_writes : Cost::failed_requests;
  }
  template <class Other>
  Cost operator()(const Other&) const {
    return Cost::none;
  }
};

// What the fault of this name does; the name itself when the scenario has none.
std::string happening(const std::string& fault, const Scenario& scenario) {
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
    if (scenario.faults[i].name == fault) return judging::happening(FaultId(i), scenario);
  }
  return fault + " happens";
}

std::string share_text(double share) { return share < 0.01 ? "under 1 %" : fmt::format("{:.0f} %", share * 100); }

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
    const FaultId id = fault_of(r.sli);
    if (id.valid() && scenario.fault(id).name == fault && !r.owner.empty()) return r.owner;
  }
  return otherwise;
}

std::optional<TradeOff> ranked(std::vector<Problem> problems, const ScoredRequirement& row, const Scenario& scenario,
                               const char* what) {
  double total = 0, at_forecast = 0;
  for (const Problem& p : problems) total += p.monthly;
  for (const Problem& p : problems) at_forecast += p.at_forecast;
  if (!(total > 0)) return std::nullopt;
  const auto top = std::max_element(problems.begin(), problems.end(),
                                    [](const Problem& a, const Problem& b) { return a.monthly < b.monthly; });
  TradeOff out;
  const std::string share = problems.size() == 1 ? "all" : share_text(top->monthly / total);
  out.option = fmt::format("Work first on what breaks if {}: {} of the {} {} predicted a month at our test load",
                           happening(top->fault, scenario), share, grouped(total), what);
  const FaultId own = fault_of(row.requirement.sli);
  for (const Problem& p : problems) {
    const bool other = own.valid() && p.fault == scenario.fault(own).name && p.fault != top->fault;
    if (other) out.option += fmt::format(" (this row's own: {})", share_text(p.monthly / total));
  }
  const bool ranked_too = !own.valid() || std::any_of(problems.begin(), problems.end(),
                                                      [&](const Problem& p) { return p.fault == scenario.fault(own).name; });
  if (!ranked_too)
    out.option +=
        fmt::format(" (how often {} is not declared, so it is not among them)", happening(scenario.fault(own).name, scenario));
  out.assumption = "it happens as often as its team declares; " +
                   (at_forecast > 0 ? fmt::format("at the forecast about {} a month, if they follow the rate",
                                                  grouped(std::round(at_forecast)))
                                    : "production's number is not known");
  const bool at_least = std::any_of(problems.begin(), problems.end(), [](const Problem& p) { return p.at_least; });
  if (at_least) out.assumption += "; the load did not show all that it costs, so it is more";
  out.owner = top->fault;
  return out;
}

// What one unprovoked outage cost, seen by however many probes: their rows overlap, and each failure is charged to one.
struct Unprovoked {
  RunTime from{}, until{};
  double failed = 0;
};

// The worst unprovoked outage.
std::optional<TradeOff> spontaneous(const Scorecard& card) {
  std::vector<Unprovoked> seen, events;
  for (const ScoredOutage& o : card.outages) {
    const auto failed = static_cast<double>(o.impact.not_told_above);
    if (o.cause == "spontaneous") seen.push_back({o.start, std::max(o.seen_until, o.start), failed});
  }
  std::stable_sort(seen.begin(), seen.end(), [](const Unprovoked& a, const Unprovoked& b) { return a.from < b.from; });
  double all = 0;
  for (const Unprovoked& one : seen) {
    if (events.empty() || one.from > events.back().until) events.push_back({one.from, one.until, 0});
    events.back().until = std::max(events.back().until, one.until);
    events.back().failed += one.failed;
    all += one.failed;
  }
  const auto worst = std::max_element(events.begin(), events.end(),
                                      [](const Unprovoked& a, const Unprovoked& b) { return a.failed < b.failed; });
  if (worst == events.end() || !(worst->failed > 0)) return std::nullopt;
  TradeOff out;
  out.option = fmt::format("Find what broke it {:.0f} s into the drill: {} of the {} requests that unprovoked outages failed",
                           seconds(worst->from), share_text(worst->failed / all), grouped(all));
  out.assumption = "this drill's outages are those of any month";
  return out;
}

std::optional<TradeOff> undeclared(const Scorecard& card, const Scenario& scenario) {
  for (const ScoredOutage& o : card.outages) {
    if (o.by_our_load || o.cause == "spontaneous" || (o.impact.failed_requests == 0 && o.impact.lost_writes == 0)) continue;
    TradeOff out;
    out.option = fmt::format("No problem can be put first: nobody has declared how often {}", happening(o.cause, scenario));
    out.assumption = "none";
    return out;
  }
  return std::nullopt;
}

// Of the row's dependencies: the one that falls shortest; where none does, one that fails it otherwise (its commitment).
std::optional<TradeOff> first_to_break(const DownstreamSli& sli, const Scorecard& card, const Scenario& scenario) {
  std::size_t shorts = 0;
  const ScoredDependency *first = nullptr, *uncommitted = nullptr;
  for (const ScoredDependency& d : card.downstream) {
    const auto named = [&](DependencyId id) { return scenario.dependency(id).name == d.name; };
    if (!sli.dependencies.empty() && std::none_of(sli.dependencies.begin(), sli.dependencies.end(), named)) continue;
    if (d.margin && *d.margin < 0) {
      ++shorts;
      if (first == nullptr || *d.margin < *first->margin) first = &d;
    } else if (d.state == VerdictState::fail && uncommitted == nullptr) {
      uncommitted = &d;
    }
  }
  TradeOff out;
  if (first != nullptr) {
    out.option = fmt::format("Raise {} first: it takes {}/s of the {}/s needed{}", first->name, grouped(*first->capacity),
                             grouped(first->needed), shorts > 1 ? fmt::format("; {} systems fall short", shorts) : "");
    out.assumption = fmt::format("its capacity is as {}", first->capacity_source.empty() ? "known" : first->capacity_source);
    out.owner = first->owner;
    return out;
  }
  if (uncommitted == nullptr) return std::nullopt;
  out.option = fmt::format("Settle {} first: {}", uncommitted->name, uncommitted->problem);
  out.assumption = "none";
  out.owner = uncommitted->owner;
  return out;
}

std::optional<TradeOff> gives_way_first(PhaseId phase, const Scorecard& card, const Scenario& scenario) {
  for (const ScoredSearch& s : card.searches) {
    if (s.phase != scenario.phase(phase).name || !s.limiting.valid() || !s.upper) continue;
    const Requirement& limiting = scenario.requirement(s.limiting);
    TradeOff out;
    out.option = fmt::format("Work on \"{}\" first: it is what gives way, at {}/s", limiting.title, grouped(*s.upper));
    out.assumption = "nothing else gives way soon after";
    out.owner = limiting.owner;
    return out;
  }
  return std::nullopt;
}

// Rows over requests look outside fault windows unless they say otherwise: what faults cost is no part of what they saw.
bool outside_faults(const Sli& sli) {
  if (const auto* availability = std::get_if<AvailabilitySli>(&sli)) return !availability->scope.during.valid();
  if (const auto* errors = std::get_if<ErrorRatioSli>(&sli)) return !errors->scope.during.valid();
  return false;
}

std::optional<TradeOff> of_growth(const Sli& sli, const Scorecard& card, const Scenario& scenario) {
  if (const auto* downstream = std::get_if<DownstreamSli>(&sli)) return first_to_break(*downstream, card, scenario);
  if (const auto* capacity = std::get_if<CapacitySli>(&sli)) return gives_way_first(capacity->phase, card, scenario);
  if (const auto* headroom = std::get_if<HeadroomSli>(&sli)) return gives_way_first(headroom->phase, card, scenario);
  return std::nullopt;
}

struct FaultOf {
  FaultId operator()(const MttrSli& sli) const { return sli.fault; }
  FaultId operator()(const ImpactSli& sli) const { return sli.fault; }
  FaultId operator()(const RtoSli& sli) const { return sli.fault; }
  FaultId operator()(const RpoSli& sli) const { return sli.fault; }
  template <class Other>
  FaultId operator()(const Other&) const {
    return {};
  }
};

}  // namespace

FaultId fault_of(const Sli& sli) { return std::visit(FaultOf{}, sli); }

std::optional<TradeOff> focus_option(const ScoredRequirement& row, const Scorecard& card, const Scenario& scenario) {
  const Cost cost = std::visit(CostOf{}, row.requirement.sli);
  const std::string owner = owner_of(row, card);
  std::optional<TradeOff> out;
  if (cost == Cost::none) {
    out = of_growth(row.requirement.sli, card, scenario);
  } else {
    const bool writes = cost == Cost::lost_writes, outside = outside_faults(row.requirement.sli);
    if (!outside)
      out = ranked(writes ? lost_a_month(card, scenario) : failed_a_month(card), row, scenario,
                   writes ? "lost writes" : "failed requests");
    if (out) out->owner = owner_of_fault(out->owner, scenario, owner);
    if (!out && !writes) out = spontaneous(card);
    if (!out && !outside) out = undeclared(card, scenario);
  }
  if (!out) return std::nullopt;
  out->kind = TradeOff::Kind::focus;
  if (out->owner.empty()) out->owner = owner;
  return out;
}

}  // namespace shakedown::judging
