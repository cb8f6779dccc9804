#include "controller/judge/options/tradeoffs.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "controller/judge/conclude.h"
#include "controller/judge/needed.h"
#include "controller/measure/bounds/intervals.h"
#include "controller/model/looks_at.h"

namespace shakedown::judging {
namespace {

using Days = std::chrono::sys_days;

Days day_of(WallTime t) { return Days(std::chrono::floor<std::chrono::days>(t.time_since_epoch())); }

double drill_seconds(const Manifest& manifest) { return std::max(0.0, seconds(manifest.finished - manifest.started)); }

bool needs_a_fix(const Verdict& verdict) {
  return verdict.state == VerdictState::fail || verdict.needed.starts_with(kMoreWillNotHelp);
}

// What decides it is no longer observation, or nobody knows how long that would be.
bool not_by_time(const ScoredRequirement& row) {
  const double needed = row.verdict.needed_seconds;
  return needed < 0 || (looks_at(row.requirement.sli).outages == OutageFigure::time_up && needed == 0);
}

}  // namespace

std::string owner_of(const ScoredRequirement& row, const Scorecard& card) {
  if (!row.requirement.owner.empty()) return row.requirement.owner;
  if (!card.owner.empty()) return card.owner;
  return card.decision_makers.driver;
}

std::optional<TradeOff> date_option(const ScoredRequirement& row, const Scorecard& card) {
  const Requirement& r = row.requirement;
  const bool fix = needs_a_fix(row.verdict);
  TradeOff out{TradeOff::Kind::date, NoDay{}, owner_of(row, card)};
  const Result<WallTime> by = parse_wall(r.fix_by);
  const bool dated = !r.fix_by.empty() && by;
  if (fix && !dated) {
    out.way = NoDay{NoDay::Why::nobody_said, card.launch_in_days};
    return out;
  }
  if (!fix && std::isinf(row.verdict.needed_seconds)) {
    out.way = NoDay{NoDay::Why::never, {}};
    return out;
  }
  if (!fix && not_by_time(row)) {
    out.way = NoDay{NoDay::Why::not_by_time, {}};
    return out;
  }
  const WallTime measured = card.manifest.finished;
  if (fix && day_of(by.value()) < day_of(measured)) {
    out.way = DayMissed{by.value()};
    return out;
  }
  const double drill = drill_seconds(card.manifest);
  const double evidence = fix ? drill : std::max(drill, row.verdict.needed_seconds);
  const WallTime start = dated ? std::max(by.value(), measured) : measured;
  out.way = Provable{start + from_seconds(evidence), card.launch, fix, evidence};
  return out;
}

namespace {

// So many failures of a kind support a promise: as many as its `share` needs, with none missed. Without a `share` none do.
bool tries_support(const ScoredRequirement& row, uint64_t tries) {
  const std::optional<InjectionClaim> claim = looks_at(row.requirement.sli).claim;
  return claim && claim->share && tries >= clean_trials_needed(claim->share->value, row.requirement.confidence);
}

// How many tries the row rests on: its injections, or one run whose outages or losses were counted. 0: judged otherwise.
uint64_t tries_of(const ScoredRequirement& row) {
  const LooksAt at = looks_at(row.requirement.sli);
  switch (at.injections) {
    case InjectionFigure::recovery:
    case InjectionFigure::loss:
    case InjectionFigure::cost: return row.verdict.measured.samples;
    case InjectionFigure::tolerated: return 0;
    case InjectionFigure::none: break;
  }
  return at.outages == OutageFigure::count || at.every_loss ? 1 : 0;
}

}  // namespace

std::optional<TradeOff> promise_option(const ScoredRequirement& row, const Scorecard& card) {
  const Requirement& r = row.requirement;
  const Unit unit = unit_of(r.sli);
  const auto& supportable = row.verdict.supportable;
  if (!supportable || !std::isfinite(*supportable) || unit == Unit::holds) return std::nullopt;
  const bool least = r.objective.comparison == Comparison::at_least;
  const double value = kept(r.objective, *supportable, unit);
  if (!misses(r.objective, value)) return std::nullopt;  // the evidence reaches the objective; something else is owed
  const bool against_forecast = looks_at(r.sli).against_forecast;
  TradeOff out{TradeOff::Kind::promise, NoDay{}, owner_of(row, card)};
  if (against_forecast && card.forecast) {
    const double rate = kept(r.objective, card.forecast->rate.per_second * (1 + *supportable), Unit::per_second);
    if (!(rate > 0)) return std::nullopt;
    out.way = PromiseRate{rate, *supportable, card.environment};
    return out;
  }
  if (least && !(value > 0)) return std::nullopt;
  const uint64_t tries = tries_of(row);
  out.way = PromiseLimit{value, unit, tries > 0 && !tries_support(row, tries) ? tries : 0, r.objective, card.environment};
  return out;
}

std::vector<TradeOff> options_for(const ScoredRequirement& row, const Scorecard& card, const Scenario& scenario) {
  std::vector<TradeOff> out;
  if (row.verdict.state != VerdictState::fail && row.verdict.state != VerdictState::not_proven) return out;
  for (auto& option : {resources_option(row, card, scenario), focus_option(row, card, scenario), date_option(row, card),
                       promise_option(row, card)}) {
    if (option) out.push_back(*option);
  }
  return out;
}

}  // namespace shakedown::judging
