#include "controller/scenario/sections/objective.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/base/units.h"

namespace shakedown {
namespace {

constexpr std::array<ObjectiveRule, 20> kRules = {{
    {"availability", "availability", Comparison::at_least, ">= 99.9%"},
    {"latency", "latency", Comparison::at_most, "<= 20ms"},
    {"throughput", "throughput", Comparison::at_least, ">= 500/s"},
    {"error_ratio", "the error ratio", Comparison::at_most, "<= 0.1%"},
    {"mtbf", "the MTBF", Comparison::at_least, ">= 30d"},
    {"mtbr", "the MTBR", Comparison::at_least, ">= 30d"},
    {"mttr", "the MTTR", Comparison::at_most, "<= 5m"},
    {"outages", "the number of outages", Comparison::at_most, "<= 2"},
    {"impact", "the impact", Comparison::at_most, "<= 100 requests"},
    {"tolerated", "the share of tolerated faults", Comparison::at_least, ">= 100%"},
    {"rto", "the RTO", Comparison::at_most, "<= 5s"},
    {"rpo", "the RPO", Comparison::at_most, "<= 0 writes"},
    {"durability", "the number of lost writes", Comparison::at_most, "<= 0 writes"},
    {"capacity", "the capacity", Comparison::at_least, ">= 2000/s"},
    {"headroom", "the headroom", Comparison::at_least, ">= 30%"},
    {"efficiency", "the efficiency", Comparison::at_least, ">= 70%"},
    {"degradation", "the degradation", Comparison::at_most, "<= 5%"},
    {"downstream", "the spare share", Comparison::at_least, ">= 20%"},
    {"check", "the check's number", Comparison::at_most, "<= 3"},
    {"certificate", "the time a certificate has left", Comparison::at_least, ">= 30d"},
}};

enum class Measure { share, time, rate, count, impact, loss, writes, margin, number };

Measure measure_of(std::string_view sli) {
  if (sli == "availability" || sli == "error_ratio" || sli == "tolerated") return Measure::share;
  if (sli == "throughput" || sli == "capacity") return Measure::rate;
  if (sli == "headroom" || sli == "efficiency" || sli == "degradation" || sli == "downstream") return Measure::margin;
  if (sli == "check") return Measure::number;
  if (sli == "outages") return Measure::count;
  if (sli == "impact") return Measure::impact;
  if (sli == "durability") return Measure::writes;
  return sli == "rpo" ? Measure::loss : Measure::time;
}

const char* alternatives(Measure measure) {
  switch (measure) {
    case Measure::share: return "a share such as 99.9%";
    case Measure::time: return "a duration such as 20ms or 5s";
    case Measure::rate: return "a rate such as 500/s";
    case Measure::count: return "a whole number";
    case Measure::impact: return "`100 requests`, `3 writes` or a duration such as 5s";
    case Measure::margin: return "a percentage such as 30% or 150%";
    case Measure::number: return "a number such as 3 or 0.5";
    case Measure::loss: return "`0 writes` or a duration such as 1s";
    case Measure::writes: return "a number of writes such as `0 writes`";
  }
  return "";
}

// "12 writes" -> 12 and "writes"; nothing when it is no whole number.
std::optional<std::pair<double, std::string>> counted(const std::string& text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || digits > 15) return std::nullopt;
  const std::size_t word = text.find_first_not_of(' ', digits);
  if (word == std::string::npos) return std::pair(std::stod(text.substr(0, digits)), std::string());
  if (word == digits) return std::nullopt;
  return std::pair(std::stod(text.substr(0, digits)), text.substr(word));
}

std::optional<double> plain_number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

// "150%": may exceed 100 % or be negative.
std::optional<Amount> percentage(const std::string& text) {
  if (text.empty() || text.back() != '%') return std::nullopt;
  const auto value = plain_number(text.substr(0, text.size() - 1));
  if (!value) return std::nullopt;
  return Amount{Amount::Kind::plain, *value / 100};
}

std::optional<double> time_of(const std::string& text) {
  const auto value = parse_duration(text);
  return value ? std::optional<double>(seconds(value.value())) : std::nullopt;
}

std::optional<Amount> counted_amount(Measure measure, const std::string& text, const std::vector<std::string>& nouns) {
  if (const auto time = time_of(text); time && measure != Measure::count && measure != Measure::writes)
    return Amount{Amount::Kind::time, *time};
  const auto count = counted(text);
  if (!count) return std::nullopt;
  const auto& [value, word] = *count;
  const bool writes = std::find(nouns.begin(), nouns.end(), word) != nouns.end();
  if (measure == Measure::count && (word.empty() || word == "outage" || word == "outages"))
    return Amount{Amount::Kind::plain, value};
  if (measure == Measure::impact && (word == "request" || word == "requests")) return Amount{Amount::Kind::requests, value};
  if (measure != Measure::count && writes) return Amount{Amount::Kind::writes, value};
  return std::nullopt;
}

std::optional<Amount> read_amount(Measure measure, const std::string& text, const std::vector<std::string>& nouns) {
  if (measure == Measure::share) {
    const auto value = parse_share(text);
    return value ? std::optional<Amount>({Amount::Kind::plain, value.value().value}) : std::nullopt;
  }
  if (measure == Measure::rate) {
    const auto value = parse_rate(text);
    return value ? std::optional<Amount>({Amount::Kind::plain, value.value().per_second}) : std::nullopt;
  }
  if (measure == Measure::time) {
    const auto value = time_of(text);
    return value ? std::optional<Amount>({Amount::Kind::time, *value}) : std::nullopt;
  }
  if (measure == Measure::margin) return percentage(text);
  if (measure == Measure::number) {
    const auto value = plain_number(text);
    return value ? std::optional<Amount>({Amount::Kind::plain, *value}) : std::nullopt;
  }
  return counted_amount(measure, text, nouns);
}

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(' '));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

// A limit that everything or nothing meets proves nothing.
std::string empty_promise(std::string_view sli, const ParsedObjective& parsed) {
  const Measure measure = measure_of(sli);
  const double limit = parsed.objective.limit;
  const bool least = parsed.objective.comparison == Comparison::at_least;
  if (measure == Measure::share && limit == (least ? 0 : 1)) return "an objective that everything meets";
  if (measure == Measure::time && limit == 0) return "a duration of zero";
  return {};
}

}  // namespace

const ObjectiveRule& objective_rule(std::string_view sli) {
  for (const ObjectiveRule& rule : kRules) {
    if (sli == rule.sli) return rule;
  }
  return kRules.front();
}

std::vector<std::string> write_nouns(const std::string& noun) {
  std::vector<std::string> nouns = {"write", "writes"};
  if (noun.empty()) return nouns;
  nouns.push_back(noun);
  const bool ies =
      noun.size() > 1 && noun.back() == 'y' && std::string_view("aeiou").find(noun[noun.size() - 2]) == std::string_view::npos;
  nouns.push_back(ies ? noun.substr(0, noun.size() - 1) + "ies" : noun + "s");
  return nouns;
}

std::optional<Amount> parse_amount(std::string_view sli, const std::string& text, const std::vector<std::string>& nouns,
                                   Finding& finding) {
  const Measure measure = measure_of(sli);
  const std::string bare = trimmed(text);
  const auto amount = read_amount(measure, bare, nouns);
  if (amount) return amount;
  const NodeType type = core_type(bare);
  const bool needs_unit = measure != Measure::count && measure != Measure::number;
  const bool no_unit = type == NodeType::integer || type == NodeType::number;
  finding.problem = std::string(no_unit && needs_unit ? "a unit is missing: " : "") + objective_rule(sli).called + " is " +
                    alternatives(measure) + ", found " + ticked(bare);
  return std::nullopt;
}

std::optional<ParsedObjective> parse_objective(std::string_view sli, const std::string& text,
                                               const std::vector<std::string>& nouns, Finding& finding) {
  const ObjectiveRule& rule = objective_rule(sli);
  const std::string hint = "write for example \"" + std::string(rule.example) + "\"";
  ParsedObjective parsed;
  parsed.objective.text = text;
  parsed.objective.comparison = text.starts_with(">=") ? Comparison::at_least : Comparison::at_most;
  finding.hint = hint;
  const bool either_direction = sli == "check" || sli == "certificate";
  if (!either_direction && parsed.objective.comparison != rule.comparison) {
    const bool least = rule.comparison == Comparison::at_least;
    finding.problem = std::string("wrong direction: ") + rule.called + " is promised as at " +
                      (least ? "least (`>=`), found `<=`" : "most (`<=`), found `>=`");
    return std::nullopt;
  }
  const auto amount = parse_amount(sli, text.substr(2), nouns, finding);
  if (!amount) return std::nullopt;
  parsed.amount = *amount;
  parsed.objective.limit = amount->value;
  const std::string empty = empty_promise(sli, parsed);
  if (!empty.empty()) {
    finding.problem = empty + ": " + ticked(text);
    return std::nullopt;
  }
  return parsed;
}

}  // namespace shakedown
