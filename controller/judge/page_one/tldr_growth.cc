#include "controller/judge/page_one/tldr_growth.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/capacity/growth.h"
#include "controller/judge/options/tradeoffs.h"
#include "controller/judge/settle.h"

namespace shakedown::judging {
namespace {

// "March 2027" of a date as written; other text as it is.
std::string month_text(const std::string& date) {
  static constexpr std::array<const char*, 12> kMonths = {"January", "February", "March",     "April",   "May",      "June",
                                                          "July",    "August",   "September", "October", "November", "December"};
  const Result<WallTime> parsed = parse_wall(date);
  if (!parsed) return date;
  const std::chrono::sys_days day(std::chrono::floor<std::chrono::days>(parsed.value().time_since_epoch()));
  const std::chrono::year_month_day ymd(day);
  return fmt::format("{} {}", kMonths[static_cast<unsigned>(ymd.month()) - 1], static_cast<int>(ymd.year()));
}

const ScoredSearch* search_of(const Sli& sli, const Scorecard& card, const Scenario& scenario) {
  PhaseId phase;
  if (const auto* capacity = std::get_if<CapacitySli>(&sli)) phase = capacity->phase;
  if (const auto* headroom = std::get_if<HeadroomSli>(&sli)) phase = headroom->phase;
  if (!phase.valid()) return nullptr;
  const auto found = std::find_if(card.searches.begin(), card.searches.end(),
                                  [&](const ScoredSearch& s) { return s.phase == scenario.phase(phase).name; });
  return found == card.searches.end() || !found->trouble.empty() ? nullptr : &*found;
}

// `promised`: the rate that is missed, as it is told; a miss is not rounded to it. Empty: none is.
std::string carried(const ScoredSearch& search, const std::string& promised) {
  const Objective at_most{Comparison::at_most, 0, ""}, at_least{Comparison::at_least, 0, ""};
  const auto low = [&] { return grouped(kept(at_least, *search.lower, Unit::per_second)); };
  const auto high = [&] {
    const std::string text = grouped(kept(at_most, *search.upper, Unit::per_second));
    return text == promised ? grouped(kept(at_least, *search.upper, Unit::per_second)) : text;
  };
  if (search.lower && search.unconfirmed) {
    return search.upper ? fmt::format("It may carry {} to {} requests a second, of which no confirmation came", low(), high())
                        : fmt::format("It may carry {} requests a second, of which no confirmation came", low());
  }
  if (search.lower && search.upper) return fmt::format("It carries {} to {} requests a second", low(), high());
  if (search.lower) return fmt::format("It carries at least {} requests a second", low());
  if (search.upper) return fmt::format("It does not carry even {} requests a second", high());
  return "";
}

// ">= 30%" -> "30%".
std::string bare_limit(const Objective& objective) {
  std::string text = limit_text(objective);
  text.erase(0, text.find_first_not_of("<>= "));
  return text;
}

// A miss is not rounded to what was promised.
std::string missed_percent(double value, const Objective& objective) {
  const std::string text = percent_text(value);
  if (text != percent_text(objective.limit)) return text;
  return format_number(kept(objective, value, Unit::number) * 100) + " %";
}

std::string tell_efficiency(const ScoredRequirement& row, const EfficiencySli& sli, const Scorecard& card,
                            const Scenario& scenario) {
  if (!row.verdict.measured.value) return "";
  const auto scaling = std::find_if(card.scalings.begin(), card.scalings.end(),
                                    [&](const ScoredScaling& s) { return s.phase == scenario.phase(sli.phase).name; });
  const StepAxis axis = scaling != card.scalings.end() ? scaling->axis : StepAxis::concurrency;
  const std::string at = axis == StepAxis::rate ? format_number(sli.at) + " requests a second" : level_text(axis, sli.at);
  return fmt::format("At {} it delivers {} of what perfect growth would; promised are {}.", at,
                     missed_percent(*row.verdict.measured.value, row.requirement.objective),
                     bare_limit(row.requirement.objective));
}

std::string tell_degradation(const ScoredRequirement& row, const DegradationSli& sli) {
  if (!row.verdict.measured.value) return "";
  const std::string per = sli.per == std::chrono::hours(1) ? "hour" : format_duration(sli.per);
  return fmt::format("It gets {} slower every {}; promised is at most {}.",
                     missed_percent(*row.verdict.measured.value, row.requirement.objective), per,
                     bare_limit(row.requirement.objective));
}

// The dependency of the row that fails it, the one with the least to spare if there are several; nullptr: none.
const ScoredDependency* failing(const Requirement& row, const DownstreamSli& sli, const Scorecard& card,
                                const Scenario& scenario) {
  const ScoredDependency* out = nullptr;
  for (const ScoredDependency& d : card.downstream) {
    const auto named = [&](DependencyId id) { return scenario.dependency(id).name == d.name; };
    if (!sli.dependencies.empty() && std::none_of(sli.dependencies.begin(), sli.dependencies.end(), named)) continue;
    const bool short_of = d.margin && misses(row.objective, *d.margin);
    if (d.state != VerdictState::fail && !short_of) continue;
    if (out == nullptr || d.margin.value_or(INFINITY) < out->margin.value_or(INFINITY)) out = &d;
  }
  return out;
}

std::string tell_downstream(const Requirement& row, const DownstreamSli& sli, const Scorecard& card, const Scenario& scenario) {
  const ScoredDependency* worst = failing(row, sli, card, scenario);
  if (worst == nullptr) return "";
  const std::string who = worst->owner.empty() ? worst->name : fmt::format("{} ({})", worst->name, worst->owner);
  if (worst->capacity && worst->margin && *worst->margin < 0) {
    return fmt::format("{} {}: it takes {} of the {} calls a second that the forecast needs.", who,
                       worst->first_to_break ? "breaks first" : "is not ready for the forecast", grouped(*worst->capacity),
                       grouped(worst->needed));
  }
  if (worst->state == VerdictState::fail) return fmt::format("{} is not ready for the forecast: {}.", who, worst->problem);
  return fmt::format("{} has {} to spare at the forecast; promised are {}.", who, format_value(*worst->margin, Unit::margin),
                     bare_limit(row.objective));
}

}  // namespace

std::string tell_capacity(const ScoredRequirement& row, const Scorecard& card, const Scenario& scenario) {
  const Requirement& r = row.requirement;
  const ScoredSearch* search = search_of(r.sli, card, scenario);
  const bool fails = row.verdict.state == VerdictState::fail;
  const bool headroom = std::holds_alternative<HeadroomSli>(r.sli);
  std::string out = search == nullptr ? "" : carried(*search, fails && !headroom ? grouped(r.objective.limit) : "");
  if (out.empty()) return "";
  if (fails && !headroom) out += fmt::format("; promised are {}", grouped(r.objective.limit));
  if (card.forecast) {
    const std::string by = card.forecast->by.empty() ? "" : " for " + month_text(card.forecast->by);
    out += fmt::format("{} the forecast{} is {}", fails && !headroom ? "," : ";", by, grouped(card.forecast->rate.per_second));
    if (fails && headroom && r.objective.limit > 0)
      out += fmt::format(", and room for {} more is promised", bare_limit(r.objective));
  }
  return out + ".";
}

std::string tell_failed_growth(const ScoredRequirement& row, const Scorecard& card, const Scenario& scenario) {
  const Requirement& r = row.requirement;
  if (const auto* efficiency = std::get_if<EfficiencySli>(&r.sli)) return tell_efficiency(row, *efficiency, card, scenario);
  if (const auto* degradation = std::get_if<DegradationSli>(&r.sli)) return tell_degradation(row, *degradation);
  if (const auto* downstream = std::get_if<DownstreamSli>(&r.sli)) return tell_downstream(r, *downstream, card, scenario);
  const std::string cost = r.means.empty() ? "" : fmt::format(" ({})", r.means);
  if (const auto* attested = std::get_if<AttestedSli>(&r.sli)) {
    return fmt::format("\"{}\" rests on the word of {}, which expired on {}.", r.title, attested->by, attested->expires);
  }
  if (unit_of(r.sli) == Unit::holds) return fmt::format("\"{}\" does not hold{}.", r.title, cost);
  return tell_capacity(row, card, scenario);
}

}  // namespace shakedown::judging
