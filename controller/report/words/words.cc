#include "controller/report/words/words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

#include "controller/model/figures.h"
#include "controller/model/looks_at.h"
#include "controller/report/words/scalability.h"
#include "controller/report/words/text.h"

namespace shakedown::report {
namespace {

// What the number is a number of, read after the value.
struct MeaningOf {
  std::string operator()(const AvailabilitySli&) const { return " of requests answered"; }
  std::string operator()(const UptimeSli&) const { return " of the time up"; }
  std::string operator()(const LatencySli& sli) const {
    if (sli.quantile <= 0 || sli.quantile >= 1) return "";
    long long whole = 10;  // as many digits as the quantile has: 97.5 % is 975 of 1000
    const auto exact = [&] {
      return std::abs(sli.quantile * static_cast<double>(whole) - static_cast<double>(part_of(sli, whole))) <
             1e-9 + 1e-13 * static_cast<double>(whole);
    };
    while (!exact() && whole < 1'000'000'000) whole *= 10;
    return " for " + std::to_string(part_of(sli, whole)) + " of " + std::to_string(whole);
  }
  static long long part_of(const LatencySli& sli, long long whole) {
    return std::llround(sli.quantile * static_cast<double>(whole));
  }
  std::string operator()(const ThroughputSli&) const { return " answered"; }
  std::string operator()(const ErrorRatioSli& sli) const {
    return sli.over > Duration{} ? " of requests failed in the worst " + format_duration(sli.over) : " of requests failed";
  }
  std::string operator()(const MtbfSli&) const { return " between failures"; }
  std::string operator()(const MtbrSli&) const { return " between recoveries"; }
  std::string operator()(const MttrSli&) const { return " to repair"; }
  std::string operator()(const OutagesSli&) const { return " outages"; }
  std::string operator()(const ImpactSli& sli) const {
    switch (sli.unit) {
      case ImpactUnit::failed_requests: return " failed requests";
      case ImpactUnit::delayed_seconds: return " of delay";
      case ImpactUnit::lost_writes: return " lost";
    }
    return "";
  }
  std::string operator()(const ToleratedSli&) const { return " of failures tolerated"; }
  std::string operator()(const RtoSli&) const { return " until it is back"; }
  std::string operator()(const RpoSli& sli) const { return sli.unit == RpoUnit::writes ? " lost" : " of writes lost"; }
  std::string operator()(const DurabilitySli&) const { return " lost"; }
  std::string operator()(const EfficiencySli&) const { return " of perfect scaling"; }
  std::string operator()(const CheckSli& sli) const { return sli.answer == CheckAnswer::seconds ? " left" : ""; }
  // See scalability_measured.
  std::string operator()(const CapacitySli&) const { return ""; }
  std::string operator()(const HeadroomSli&) const { return ""; }
  std::string operator()(const DegradationSli&) const { return ""; }
  std::string operator()(const DownstreamSli&) const { return ""; }
  std::string operator()(const AttestedSli&) const { return ""; }
};

bool meets(const Objective& objective, double value) {
  return objective.comparison == Comparison::at_most ? value <= objective.limit : value >= objective.limit;
}

bool violates(const InjectionVerdict& injection, const Objective& objective) {
  return objective.comparison == Comparison::at_most ? injection.lower > objective.limit : injection.upper < objective.limit;
}

// To so many significant digits, upwards or downwards.
double to_digits(double value, int digits, bool up) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double step = std::pow(10, std::floor(std::log10(std::abs(value))) + 1 - digits);
  const double steps = value / step;
  const double slack = 1e-9 * std::abs(steps);
  return (up ? std::ceil(steps - slack) : std::floor(steps + slack)) * step;
}

// "3 of 3 failures caused no outage (at work for 5s at least)".
std::string tolerated_words(double share, const Verdict& verdict) {
  const uint64_t failures = verdict.measured.samples;
  const auto kept = static_cast<uint64_t>(std::llround(share * static_cast<double>(failures)));
  std::optional<double> stood;
  for (const InjectionVerdict& one : verdict.injections) {
    if (one.stood) stood = std::min(stood.value_or(INFINITY), *one.stood);
  }
  return std::to_string(kept) + " of " + std::to_string(failures) + (failures == 1 ? " failure" : " failures") +
         " caused no outage" +
         (stood ? " (at work for " + format_value(to_digits(*stood, 3, false), Unit::seconds) + " at least)" : "");
}

// To whole hours above a day and whole minutes above an hour, which read shorter than three digits of seconds.
double to_time(double value, bool up) {
  const double size = std::abs(value), step = size >= 86400 ? 3600 : 60;
  if (size < 3600 || !std::isfinite(value)) return to_digits(value, 3, up);
  return (up ? std::ceil(value / step - 1e-9) : std::floor(value / step + 1e-9)) * step;
}

// For the eye: seconds and rates to three digits, shares so that the smaller part keeps two.
double rounded(double value, Unit unit, bool up) {
  switch (unit) {
    case Unit::seconds: return to_time(value, up);
    case Unit::per_second: return to_digits(value, 3, up);
    case Unit::ratio: return value > 0.5 ? 1 - to_digits(1 - value, 2, !up) : to_digits(value, 2, up);
    case Unit::margin:
    case Unit::number: return to_digits(value, 3, up);
    case Unit::count:
    case Unit::holds:
    case Unit::writes: break;
  }
  return value;
}

// "writes" of "14 writes"; the letters behind the only number of the text, else empty.
std::string_view unit_suffix(std::string_view text) {
  const std::size_t digit = text.find_last_of("0123456789");
  if (digit == std::string_view::npos) return {};
  const std::string_view head = text.substr(0, digit);
  const bool one_number = std::none_of(head.begin(), head.end(), [](unsigned char c) { return std::isalpha(c); });
  return one_number ? text.substr(digit + 1) : std::string_view{};
}

}  // namespace

const char* word(VerdictState state) {
  switch (state) {
    case VerdictState::pass: return "PASS";
    case VerdictState::fail: return "FAIL";
    case VerdictState::not_proven: return "NOT PROVEN";
    case VerdictState::unknown: break;
  }
  return "UNKNOWN";
}

const char* word(DecisionState state) {
  switch (state) {
    case DecisionState::go: return "PASSED";
    case DecisionState::no_go: return "FAILED";
    case DecisionState::not_proven: break;
  }
  return "NOT PROVEN";
}

const char* colour_word(VerdictState state) {
  switch (state) {
    case VerdictState::pass: return "GREEN";
    case VerdictState::fail: return "RED";
    default: return word(state);
  }
}

const char* shape(VerdictState state) {
  switch (state) {
    case VerdictState::pass: return "[ok]";
    case VerdictState::fail: return "[X]";
    case VerdictState::not_proven: return "[?]";
    case VerdictState::unknown: break;
  }
  return "[//]";
}

const char* shape(DecisionState state) {
  switch (state) {
    case DecisionState::go: return "[ok]";
    case DecisionState::no_go: return "[X]";
    case DecisionState::not_proven: break;
  }
  return "[?]";
}

const char* css_class(VerdictState state) {
  switch (state) {
    case VerdictState::pass: return "pass";
    case VerdictState::fail: return "fail";
    case VerdictState::not_proven: return "not-proven";
    case VerdictState::unknown: break;
  }
  return "unknown";
}

const char* css_class(DecisionState state) {
  switch (state) {
    case DecisionState::go: return "pass";
    case DecisionState::no_go: return "fail";
    case DecisionState::not_proven: break;
  }
  return "not-proven";
}

bool is_attested(const ScoredRequirement& row) { return looks_at(row.requirement.sli).attested != nullptr; }

namespace {
bool vouched(const ScoredRequirement& row) { return is_attested(row) && row.verdict.state == VerdictState::pass; }
}  // namespace

const char* word(const ScoredRequirement& row) { return vouched(row) ? "ATTESTED" : word(row.verdict.state); }
const char* shape(const ScoredRequirement& row) { return vouched(row) ? "[A]" : shape(row.verdict.state); }
const char* css_class(const ScoredRequirement& row) { return vouched(row) ? "attested" : css_class(row.verdict.state); }
const char* colour_word(const ScoredRequirement& row) { return vouched(row) ? "ATTESTED" : colour_word(row.verdict.state); }

std::string control_words(const ScoredControl& control) {
  if (control.vouched && control.state == VerdictState::pass) return "[A] ATTESTED";
  return std::string(shape(control.state)) + " " + word(control.state);
}

std::string area_title(Area area) {
  std::string title = to_string(area);
  std::replace(title.begin(), title.end(), '-', ' ');
  title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
  return title;
}

std::string needed_words(const Objective& objective) {
  std::string_view text = objective.text;
  const std::size_t value = text.find_first_not_of("<>= ");
  const char* comparison = objective.comparison == Comparison::at_most ? "at most " : "at least ";
  return comparison + clean(value == std::string_view::npos ? text : text.substr(value));
}

std::string needed_words(const Requirement& requirement) {
  if (looks_at(requirement.sli).attested != nullptr) return "a word that has not expired";
  if (unit_of(requirement.sli) == Unit::holds) return "to hold";
  return needed_words(requirement.objective);
}

std::string promised_words(const Requirement& requirement) {
  if (!requirement.declared || !requirement.declared->value) return {};
  if (!requirement.declared->value_text.empty()) return clean(requirement.declared->value_text);
  return format_value(*requirement.declared->value, unit_of(requirement.sli));
}

std::string range_words(double lower, double upper, Unit unit) {
  lower = rounded(lower, unit, false);
  upper = rounded(upper, unit, true);
  if (!std::isfinite(upper)) return "at least " + format_value(lower, unit);
  std::string from = format_value(lower, unit);
  const std::string to = format_value(upper, unit);
  if (from == to) return to;
  if (unit == Unit::writes) from = format_value(lower, Unit::count);
  const std::string_view suffix = unit_suffix(from);
  if (!suffix.empty() && suffix == unit_suffix(to)) from.resize(from.size() - suffix.size());
  return from + "–" + to;
}

namespace {

// "2–6 entries lost" where a ledger of entries tells.
std::string with_noun(std::string text, const std::string& noun) {
  constexpr std::string_view kWrite = " write", kWrites = " writes";
  if (noun.empty()) return text;
  if (const std::size_t at = text.find(kWrites); at != std::string::npos) {
    text.replace(at + 1, kWrites.size() - 1, clean(plural(noun)));
  } else if (const std::size_t one = text.find(kWrite); one != std::string::npos) {
    text.replace(one + 1, kWrite.size() - 1, clean(noun));
  }
  return text;
}

std::string measured_text(const ScoredRequirement& row) {
  if (const auto words = scalability_measured(row)) return *words;
  const Measured& measured = row.verdict.measured;
  const LooksAt at = looks_at(row.requirement.sli);
  if (at.injections == InjectionFigure::tolerated && measured.value) return tolerated_words(*measured.value, row.verdict);
  const std::string meaning =
      std::visit(MeaningOf{}, row.requirement.sli) + (row.verdict.outside_faults ? " outside faults" : "");
  double lower = 0, upper = 0;
  bool any = false;
  for (const InjectionVerdict& injection : row.verdict.injections) {
    if (!injection.valid) continue;
    lower = any ? std::min(lower, injection.lower) : injection.lower;
    upper = any ? std::max(upper, injection.upper) : injection.upper;
    any = true;
  }
  if (any) return range_words(lower, upper, measured.unit) + meaning;
  if (!measured.value && measured.lower.value_or(0) > 0)
    return "at least " + format_value(rounded(*measured.lower, measured.unit, false), measured.unit) + meaning;
  if (!measured.value) return "nothing";
  if (at.outages == OutageFigure::count && *measured.value == 1) return "1 outage";
  // How long what failed would have taken nobody knows; that it was fast to fail makes it no answer.
  if (measured.censored && at.load == LoadFigure::quantile) return "too many not answered well to tell a time" + meaning;
  const char* censored = measured.censored ? "at least " : "";
  const bool up = row.requirement.objective.comparison == Comparison::at_most;
  return censored + format_value(rounded(*measured.value, measured.unit, up), measured.unit) + meaning;
}

}  // namespace

std::string measured_words(const ScoredRequirement& row) { return with_noun(measured_text(row), row.noun); }

std::string drills_words(const ScoredRequirement& row) {
  if (looks_at(row.requirement.sli).injections == InjectionFigure::tolerated) return {};  // its objective is not one of each try
  std::size_t valid = 0, violating = 0;
  for (const InjectionVerdict& injection : row.verdict.injections) {
    if (!injection.valid) continue;
    ++valid;
    if (violates(injection, row.requirement.objective)) ++violating;
  }
  if (valid == 0) return {};
  const std::string of = " of " + std::to_string(valid) + (valid == 1 ? " try" : " tries");
  if (violating > 0) return "too much in " + std::to_string(violating) + of;
  return "in " + std::to_string(valid) + of;
}

std::string team_says(const Requirement& requirement) {
  if (!requirement.declared) return {};
  if (!requirement.declared->status) return promised_words(requirement);
  std::string status = to_string(*requirement.declared->status);
  std::transform(status.begin(), status.end(), status.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return status;
}

std::string contradicted_words(const ScoredRequirement& row) {
  const Verdict& verdict = row.verdict;
  if (!row.requirement.declared || is_watermelon(row) || verdict.watermelon_reason.empty()) return {};
  if (verdict.watermelon == Watermelon::optimistic) return "promised better than measured: " + clean(verdict.watermelon_reason);
  if (verdict.watermelon == Watermelon::pessimistic) return "promised worse than measured: " + clean(verdict.watermelon_reason);
  return {};
}

bool team_says_green(const ScoredRequirement& row) {
  const std::optional<Declared>& declared = row.requirement.declared;
  if (!declared) return false;
  if (declared->status) return *declared->status == Status::green;
  const bool better = row.verdict.watermelon == Watermelon::optimistic;
  return better && declared->value && meets(row.requirement.objective, *declared->value);
}

bool dashboard_says_green(const ScoredRequirement& row) {
  if (!reported_greener(row)) return false;
  if (row.reported->value) return meets(row.requirement.objective, *row.reported->value);
  return row.reported->outage_proof == ScoredReported::Proof::unmoved;
}

bool is_watermelon(const ScoredRequirement& row) {
  return row.verdict.state == VerdictState::fail && (team_says_green(row) || dashboard_says_green(row));
}

std::vector<std::size_t> by_urgency(const Scorecard& scorecard) {
  std::vector<std::size_t> order;
  for (const VerdictState state : {VerdictState::fail, VerdictState::not_proven, VerdictState::unknown, VerdictState::pass})
    for (std::size_t i = 0; i < scorecard.requirements.size(); ++i)
      if (scorecard.requirements[i].verdict.state == state) order.push_back(i);
  return order;
}

std::string failed_words(const OutageImpact& impact) {
  const std::string out = (impact.at_least ? "at least " : "") + std::to_string(impact.failed_requests);
  if (impact.failed_requests == 0 || impact.not_told_above == impact.failed_requests) return out;
  return out +
         (impact.not_told_above == 0 ? " (all counted above)" : fmt::format(" ({} not counted above)", impact.not_told_above));
}

}  // namespace shakedown::report
