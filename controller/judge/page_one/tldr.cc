#include "controller/judge/page_one/tldr.h"

#include <algorithm>
#include <cmath>

#include "controller/judge/capacity/tested.h"
#include "controller/judge/options/tradeoffs.h"
#include "controller/judge/page_one/tldr_failures.h"
#include "controller/judge/page_one/tldr_scalability.h"
#include "controller/model/looks_at.h"

namespace shakedown::judging {
namespace {

constexpr std::size_t kMostFacts = 5;

Told fact(std::size_t at, const Scorecard& card, const Scenario& scenario) {
  const ScoredRequirement& row = card.requirements[at];
  if (row.verdict.state == VerdictState::fail) {
    if (auto told = tell_failed_scalability(at, card, scenario)) return *told;
  }
  return tell_injections(at, card, scenario).value_or(told::Failure{at});
}

// The lowest of the rates at which the rows were judged: at a higher one some row says nothing.
std::optional<Told> load(const Scorecard& card, bool capacity_told) {
  bool any = false, outside = false;
  double rate = INFINITY;
  for (const ScoredRequirement& row : card.requirements) {
    if (!about_load(row.requirement.sli)) continue;
    if (row.verdict.state == VerdictState::fail || (row.requirement.must && row.verdict.state != VerdictState::pass))
      return std::nullopt;
    if (!row.requirement.must || about_load_in_fault(row.requirement.sli)) continue;
    any = true;
    outside = outside || row.verdict.outside_faults;
    rate = std::min(rate, row.tested_rate.value_or(0));
  }
  if (!any) return std::nullopt;
  if (!(rate > 0)) return told::LoadHolds{.outside_faults = outside};
  const auto reached = [&](const ScoredSearch& s) { return s.lower && *s.lower >= card.forecast->rate.per_second; };
  const bool beyond = card.forecast && !capacity_told && card.forecast->rate.per_second > rate &&
                      std::none_of(card.searches.begin(), card.searches.end(), reached);
  return told::LoadHolds{rate, beyond ? std::optional(card.forecast->rate.per_second) : std::nullopt, outside};
}

// Of the phases, operations and faults that nobody judged the one that failed most, from one request in a hundred on, or for
// which the service was away.
std::optional<Told> unjudged(const Scorecard& card, const Scenario& scenario) {
  const UnjudgedPhase* worst = nullptr;
  for (const UnjudgedPhase& phase : card.unjudged) {
    if (phase.bad * 100 < phase.offered && !(phase.away_seconds > 0)) continue;
    if (phase.bad == 0 && !(phase.away_seconds > 0)) continue;
    if (worst == nullptr || phase.bad > worst->bad) worst = &phase;
  }
  if (worst == nullptr) return std::nullopt;
  told::Unjudged out{static_cast<std::size_t>(worst - card.unjudged.data()), false, {}};
  if (!worst->fault.empty()) {
    out.happening = happening(worst->fault, scenario);
    if (!out.happening->known) return std::nullopt;
    return out;
  }
  const auto phase =
      std::find_if(scenario.phases.begin(), scenario.phases.end(), [&](const Phase& p) { return p.name == worst->phase; });
  out.has_faults = phase != scenario.phases.end() && !phase->faults.empty();
  return out;
}

// The first capacity or headroom, unless a failing one was told already.
std::optional<Told> capacity(const Scorecard& card, const Scenario& scenario) {
  std::optional<Told> first;
  for (const ScoredRequirement& row : card.requirements) {
    if (!row.requirement.must || row.verdict.state == VerdictState::unknown) continue;
    std::optional<Told> told = tell_capacity(row, card, scenario);
    if (told && row.verdict.state == VerdictState::fail) return std::nullopt;
    if (!first) first = std::move(told);
  }
  return first;
}

std::optional<Told> undecided(const Scorecard& card) {
  const auto open = std::count_if(card.requirements.begin(), card.requirements.end(), [](const ScoredRequirement& r) {
    return r.requirement.must && (r.verdict.state == VerdictState::not_proven || r.verdict.state == VerdictState::unknown);
  });
  if (open == 0) return std::nullopt;
  return told::Undecided{static_cast<std::size_t>(open)};
}

// What is not green and decides nothing.
std::optional<Told> aside(const Scorecard& card) {
  told::Aside out;
  for (const ScoredRequirement& row : card.requirements) {
    if (row.requirement.must || row.verdict.state == VerdictState::pass) continue;
    ++(row.verdict.state == VerdictState::fail ? out.failed : out.open);
  }
  if (out.failed + out.open == 0) return std::nullopt;
  return out;
}

// The first ledger that holds something more than once: nobody promised otherwise, but it is not what was written.
std::optional<Told> doubled(const Scorecard& card) {
  for (std::size_t i = 0; i < card.ledgers.size(); ++i) {
    if (card.ledgers[i].duplicates > 0) return told::Doubled{i};
  }
  return std::nullopt;
}

bool told_when_passed(const Sli& sli) { return looks_at(sli).claim.has_value(); }

bool same(const Told& a, const Told& b) {
  const auto *carries = std::get_if<told::Carries>(&a), *other_carries = std::get_if<told::Carries>(&b);
  if (carries != nullptr && other_carries != nullptr) return *carries == *other_carries;
  const auto *one = std::get_if<told::Dependency>(&a), *other = std::get_if<told::Dependency>(&b);
  return one != nullptr && other != nullptr && *one == *other;
}

using Facts = std::vector<Told>;

// The facts about rows in this state; two rows may rest on the same search or dependency, which is told once.
Facts told_of(VerdictState state, bool must, const Scorecard& card, const Scenario& scenario) {
  Facts out;
  for (std::size_t i = 0; i < card.requirements.size(); ++i) {
    const ScoredRequirement& row = card.requirements[i];
    const bool wanted = state == VerdictState::fail || told_when_passed(row.requirement.sli);
    if (row.requirement.must != must || row.verdict.state != state || !wanted) continue;
    Told told = fact(i, card, scenario);
    if (std::none_of(out.begin(), out.end(), [&](const Told& one) { return same(one, told); })) out.push_back(std::move(told));
  }
  return out;
}

// As many as fit beside so many others, at least one; the rest is counted.
Facts within(Facts told, std::size_t others) {
  const std::size_t room = kMostFacts > others + 1 ? kMostFacts - others : 1;
  if (told.size() <= room) return told;
  const std::size_t left = told.size() - (room - 1);
  told.resize(room - 1);
  told.push_back(told::MoreFail{left, !told.empty()});
  return told;
}

void append(Facts& out, const Facts& more) { out.insert(out.end(), more.begin(), more.end()); }

}  // namespace

Facts tell(const Scorecard& card, const Scenario& scenario) {
  if (card.requirements.empty()) return {told::NothingPromised{}};
  Facts out = tell_uncaused(card, scenario);
  for (std::size_t i = 0; i < card.reasons.size(); ++i) {
    if (card.reasons[i].signal == Signal::unexplained_loss) out.push_back(told::UnexplainedLoss{i});
  }
  if (!card.valid) out.insert(out.begin(), told::Unreliable{});
  const std::optional<Told> carries = capacity(card, scenario);
  Facts ending;
  for (const auto& one : {carries, unjudged(card, scenario), undecided(card), load(card, carries.has_value()), doubled(card)}) {
    if (one) ending.push_back(*one);
  }
  append(out, within(told_of(VerdictState::fail, true, card, scenario), out.size() + ending.size()));
  append(out, ending);
  append(out, told_of(VerdictState::pass, true, card, scenario));
  if (const auto rest = aside(card)) out.push_back(*rest);
  if (out.size() > kMostFacts) out.resize(kMostFacts);
  if (out.empty()) out.push_back(told::AllHolds{});
  return out;
}

}  // namespace shakedown::judging
