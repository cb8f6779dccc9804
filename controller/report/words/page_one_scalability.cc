// Page one's sentences about how much the service carries, and what it calls.
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "controller/model/figures.h"
#include "controller/report/words/page_one.h"
#include "controller/report/words/spoken.h"

namespace shakedown::report {
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

// `promised`: the rate that is missed, as it is told; a miss is not rounded to it. Empty: none is.
std::string carried(const ScoredSearch& search, const std::string& promised) {
  const Objective at_most{Comparison::at_most, 0, ""}, at_least{Comparison::at_least, 0, ""};
  const auto low = [&] { return rate_words(kept(at_least, *search.lower, Unit::per_second)); };
  const auto high = [&] {
    const std::string text = rate_words(kept(at_most, *search.upper, Unit::per_second));
    return text == promised ? rate_words(kept(at_least, *search.upper, Unit::per_second)) : text;
  };
  if (search.lower && search.unconfirmed) {
    return search.upper ? fmt::format("It may carry {} to {} requests a second, of which no confirmation came", low(), high())
                        : fmt::format("It may carry {} requests a second, of which no confirmation came", low());
  }
  if (search.lower && search.upper) return fmt::format("It carries {} to {} requests a second", low(), high());
  if (search.lower) return fmt::format("It carries at least {} requests a second", low());
  return fmt::format("It does not carry even {} requests a second", high());
}

// ">= 30%" -> "30%".
std::string bare_limit(std::string limit) {
  limit.erase(0, limit.find_first_not_of("<>= "));
  return limit;
}

// A miss is not rounded to what was promised.
std::string missed_percent(double value, const Objective& objective) {
  const std::string text = percent_text(value);
  if (text != percent_text(objective.limit)) return text;
  return format_number(kept(objective, value, Unit::number) * 100) + " %";
}

}  // namespace

std::string capacity_words(const told::Carries& told, const Scorecard& card) {
  std::string out = carried(card.searches.at(told.search), told.promised ? rate_words(*told.promised) : "");
  if (told.promised) out += fmt::format("; promised are {}", rate_words(*told.promised));
  if (!card.forecast) return out + ".";
  const std::string by = card.forecast->by.empty() ? "" : " for " + month_text(card.forecast->by);
  out += fmt::format("{} the forecast{} is {}", told.promised ? "," : ";", by, rate_words(card.forecast->rate.per_second));
  if (told.headroom) out += fmt::format(", and room for {} more is promised", bare_limit(limit_text(*told.headroom)));
  return out + ".";
}

std::string inefficient_words(const told::Inefficient& told, const Scorecard& card) {
  const ScoredRequirement& row = card.requirements.at(told.row);
  const std::string at =
      told.axis == StepAxis::rate ? format_number(told.at) + " requests a second" : level_text(told.axis, told.at);
  return fmt::format("At {} it delivers {} of what perfect growth would; promised are {}.", at,
                     missed_percent(*row.verdict.measured.value, row.requirement.objective),
                     bare_limit(limit_text(row.requirement.objective)));
}

std::string degrades_words(const told::Degrades& told, const Scorecard& card) {
  const ScoredRequirement& row = card.requirements.at(told.row);
  const std::string per = told.per == std::chrono::hours(1) ? "hour" : format_duration(told.per);
  return fmt::format("It gets {} slower every {}; promised is at most {}.",
                     missed_percent(*row.verdict.measured.value, row.requirement.objective), per,
                     bare_limit(limit_text(row.requirement.objective)));
}

std::string dependency_words(const told::Dependency& told, const Scorecard& card) {
  const ScoredDependency& d = card.downstream.at(told.dependency);
  const std::string who = d.owner.empty() ? d.name : fmt::format("{} ({})", d.name, d.owner);
  if (d.capacity && d.margin && *d.margin < 0) {
    return fmt::format("{} {}: it takes {} of the {} calls a second that the forecast needs.", who,
                       d.first_to_break ? "breaks first" : "is not ready for the forecast", rate_words(*d.capacity),
                       rate_words(d.needed));
  }
  if (told.promised.empty()) return fmt::format("{} is not ready for the forecast: {}.", who, d.problem);
  const bool by_word = d.committed && *d.committed < d.capacity.value_or(INFINITY);
  return fmt::format("{} has {} to spare at the forecast{}; promised are {}.", who, format_value(*d.spare, Unit::margin),
                     by_word ? ", of what is committed" : "", bare_limit(told.promised));
}

}  // namespace shakedown::report
