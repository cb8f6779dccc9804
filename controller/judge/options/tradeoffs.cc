#include "controller/judge/options/tradeoffs.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/needed.h"
#include "controller/judge/page_one/spoken.h"
#include "controller/judge/settle.h"
#include "controller/measure/bounds/intervals.h"

namespace shakedown::judging {
namespace {

constexpr const char* kNobody = "nobody is named";

double to_digits(double value, int digits, bool up) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double step = std::pow(10, std::floor(std::log10(std::fabs(value))) + 1 - digits);
  const double steps = value / step;
  const double slack = 1e-9 * std::fabs(steps);
  return (up ? std::ceil(steps - slack) : std::floor(steps + slack)) * step;
}

using Days = std::chrono::sys_days;

Days day_of(WallTime t) { return Days(std::chrono::floor<std::chrono::days>(t.time_since_epoch())); }

std::string day_text(Days day) {
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::year_month_day date(day);
  return fmt::format("{} {} {}", static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()));
}

std::string against_launch(Days day, const std::string& launch) {
  const Result<WallTime> written = parse_wall(launch);
  if (launch.empty() || !written) return "no launch date is declared to compare with";
  const auto slack = (day_of(written.value()) - day).count();
  if (slack == 0) return "the day of the launch";
  return fmt::format("{} {} the launch", counted(static_cast<uint64_t>(std::llabs(slack)), "day"),
                     slack > 0 ? "before" : "after");
}

double drill_seconds(const Manifest& manifest) { return std::max(0.0, seconds(manifest.finished - manifest.started)); }

bool needs_a_fix(const Verdict& verdict) {
  return verdict.state == VerdictState::fail || verdict.needed.starts_with(kMoreWillNotHelp);
}

// What decides it is no longer observation, or nobody knows how long that would be.
bool not_by_time(const ScoredRequirement& row) {
  const double needed = row.verdict.needed_seconds;
  return needed < 0 || (std::holds_alternative<UptimeSli>(row.requirement.sli) && needed == 0);
}

std::string where_measured(const Environment& environment) {
  if (environment.name.empty()) return "production behaves like what was measured";
  const std::string differs = environment.differs.empty() ? "" : fmt::format(" ({})", environment.differs);
  return fmt::format("production behaves like {}{}", environment.name, differs);
}

std::string requests_a_second(double rate) {
  const std::string number = grouped(rate);
  return number + (number == "1" ? " request a second" : " requests a second");
}

std::string signed_share(double margin) {
  const double percent = std::fabs(margin) * 100;
  if (percent < 0.5) return margin < 0 ? "just below the forecast" : "just what the forecast needs";
  return fmt::format("{:.0f} % {} the forecast", margin < 0 ? std::ceil(percent - 1e-9) : std::floor(percent + 1e-9),
                     margin < 0 ? "below" : "above");
}

}  // namespace

std::string owner_of(const ScoredRequirement& row, const Scorecard& card) {
  if (!row.requirement.owner.empty()) return row.requirement.owner;
  if (!card.owner.empty()) return card.owner;
  return card.decision_makers.driver.empty() ? kNobody : card.decision_makers.driver;
}

std::string grouped(double value) {
  if (!std::isfinite(value)) return "any rate";
  const double magnitude = std::fabs(value);
  if (magnitude < 999.5) return fmt::format("{:.3g}", value);
  const int digits = static_cast<int>(std::floor(std::log10(magnitude))) + 1;
  const double step = std::pow(10, std::max(0, digits - 4));
  std::string out = fmt::format("{:.0f}", std::round(value / step) * step);
  const std::size_t first = value < 0 ? 1 : 0;
  for (std::size_t at = out.size(); at > 3 + first;) out.insert(at -= 3, " ");
  return out;
}

double kept(const Objective& objective, double value, Unit unit) {
  const bool up = objective.comparison == Comparison::at_most;
  switch (unit) {
    case Unit::ratio: return value > 0.5 ? 1 - to_digits(1 - value, 2, !up) : to_digits(value, 2, up);
    case Unit::seconds:
    case Unit::per_second:
    case Unit::margin:
    case Unit::number: return to_digits(value, 3, up);
    case Unit::count:
    case Unit::writes:
    case Unit::holds: break;
  }
  return value;
}

std::optional<TradeOff> date_option(const ScoredRequirement& row, const Scorecard& card) {
  const Requirement& r = row.requirement;
  const bool fix = needs_a_fix(row.verdict);
  TradeOff out{TradeOff::Kind::date, "", "none", owner_of(row, card)};
  const Result<WallTime> by = parse_wall(r.fix_by);
  const bool dated = !r.fix_by.empty() && by;
  const bool named = out.owner != kNobody;
  if (fix && !dated) {
    out.option = named ? fmt::format("No date can be worked out: {} has not said by when it is fixed", out.owner)
                       : "No date can be worked out: nobody is named who would fix it";
    if (card.launch_in_days && *card.launch_in_days > 0)
      out.option += fmt::format("; the launch is {} away", counted(static_cast<uint64_t>(*card.launch_in_days), "day"));
    return out;
  }
  if (!fix && std::isinf(row.verdict.needed_seconds)) {
    out.option = "No date: no amount of evidence shows an objective without any tolerance";
    return out;
  }
  if (!fix && not_by_time(row)) {
    out.option = "No date can be worked out: a longer drill like this one would not show it";
    return out;
  }
  const WallTime measured = card.manifest.finished;
  if (fix && day_of(by.value()) < day_of(measured)) {
    out.option = fmt::format("It was to be fixed by {}, and this later drill finds it is not: {}", day_text(day_of(by.value())),
                             named ? out.owner + " owes a new date" : "a new date is owed, and nobody is named for it");
    return out;
  }
  const double drill = drill_seconds(card.manifest);
  const double evidence = fix ? drill : std::max(drill, row.verdict.needed_seconds);
  const WallTime start = dated ? std::max(by.value(), measured) : measured;
  const Days day = day_of(start + from_seconds(evidence));
  out.option = fmt::format("Provable on {} at the earliest: {}", day_text(day), against_launch(day, card.launch));
  out.assumption = fix ? fmt::format("it is fixed as that day begins, and one whole drill ({}) shows it", span_text(drill))
                       : fmt::format("{} more of evidence like this, and nothing new goes wrong", span_text(evidence));
  return out;
}

namespace {

// So many failures of a kind support a promise: as many as its `share` needs, with none missed. Without a `share` none do.
bool tries_support(const ScoredRequirement& row, uint64_t tries) {
  std::optional<Share> share;
  if (const auto* rto = std::get_if<RtoSli>(&row.requirement.sli)) share = rto->share;
  if (const auto* rpo = std::get_if<RpoSli>(&row.requirement.sli)) share = rpo->share;
  return share && tries >= clean_trials_needed(share->value, row.requirement.confidence);
}

// "Worst of 3 tries: 14 writes; three tries cannot support a promise".
std::string worst_of_tries(uint64_t tries, const std::string& worst) {
  return fmt::format("Worst of {}: {}; {} cannot support a promise", counted(tries, "try"), worst,
                     tries == 1 ? "one try" : number_words(tries) + " tries");
}

// How many tries the row rests on: its injections, or one run whose outages or losses were counted. 0: judged otherwise.
uint64_t tries_of(const ScoredRequirement& row) {
  const Sli& sli = row.requirement.sli;
  const bool by_injection =
      std::holds_alternative<RtoSli>(sli) || std::holds_alternative<RpoSli>(sli) || std::holds_alternative<ImpactSli>(sli);
  if (by_injection) return row.verdict.measured.samples;
  return std::holds_alternative<OutagesSli>(sli) || std::holds_alternative<DurabilitySli>(sli) ? 1 : 0;
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
  const bool against_forecast = std::holds_alternative<HeadroomSli>(r.sli) || std::holds_alternative<DownstreamSli>(r.sli);
  TradeOff out{TradeOff::Kind::promise, "", where_measured(card.environment), owner_of(row, card)};
  if (against_forecast && card.forecast) {
    const double rate = kept(r.objective, card.forecast->rate.per_second * (1 + *supportable), Unit::per_second);
    if (!(rate > 0)) return std::nullopt;
    out.option = fmt::format("Promise {} today, {}", requests_a_second(rate), signed_share(*supportable));
    return out;
  }
  if (least && !(value > 0)) return std::nullopt;
  const std::string text = unit == Unit::per_second ? requests_a_second(value) : format_value(value, unit);
  const uint64_t tries = tries_of(row);
  if (tries > 0 && !tries_support(row, tries)) {
    out.option = worst_of_tries(tries, text);
    return out;
  }
  std::string limit = limit_text(r.objective);
  limit.erase(0, limit.find_first_not_of("<>= "));
  out.option = fmt::format("Promise {} {} today, not {}", least ? "at least" : "at most", text, limit);
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
