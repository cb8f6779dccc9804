#include "controller/scenario/sections/objective.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "core/base/units.h"

namespace shakedown {
namespace {

const char* alternatives(Amounts amounts) {
  switch (amounts) {
    case Amounts::share: return "a share such as 99.9%";
    case Amounts::time: return "a duration such as 20ms or 5s";
    case Amounts::rate: return "a rate such as 500/s";
    case Amounts::count: return "a whole number";
    case Amounts::impact: return "`100 requests`, `3 writes` or a duration such as 5s";
    case Amounts::margin: return "a percentage such as 30% or 150%";
    case Amounts::number: return "a number such as 3 or 0.5";
    case Amounts::loss: return "`0 writes` or a duration such as 1s";
    case Amounts::writes: return "a number of writes such as `0 writes`";
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

std::optional<Amount> counted_amount(Amounts amounts, const std::string& text, const std::vector<std::string>& nouns) {
  if (const auto time = time_of(text); time && amounts != Amounts::count && amounts != Amounts::writes)
    return Amount{Amount::Kind::time, *time};
  const auto count = counted(text);
  if (!count) return std::nullopt;
  const auto& [value, word] = *count;
  const bool writes = std::find(nouns.begin(), nouns.end(), word) != nouns.end();
  if (amounts == Amounts::count && (word.empty() || word == "outage" || word == "outages"))
    return Amount{Amount::Kind::plain, value};
  if (amounts == Amounts::impact && (word == "request" || word == "requests")) return Amount{Amount::Kind::requests, value};
  if (amounts != Amounts::count && writes) return Amount{Amount::Kind::writes, value};
  return std::nullopt;
}

std::optional<Amount> plain(std::optional<double> value) {
  return value ? std::optional<Amount>({Amount::Kind::plain, *value}) : std::nullopt;
}

std::optional<Amount> read_amount(Amounts amounts, const std::string& text, const std::vector<std::string>& nouns) {
  switch (amounts) {
    case Amounts::share: {
      const auto value = parse_share(text);
      return plain(value ? std::optional(value.value().value) : std::nullopt);
    }
    case Amounts::rate: {
      const auto value = parse_rate(text);
      return plain(value ? std::optional(value.value().per_second) : std::nullopt);
    }
    case Amounts::time: {
      const auto value = time_of(text);
      return value ? std::optional<Amount>({Amount::Kind::time, *value}) : std::nullopt;
    }
    case Amounts::margin: return percentage(text);
    case Amounts::number: return plain(plain_number(text));
    case Amounts::count:
    case Amounts::impact:
    case Amounts::loss:
    case Amounts::writes: return counted_amount(amounts, text, nouns);
  }
  return std::nullopt;
}

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(' '));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

// A limit that everything or nothing meets proves nothing.
std::string empty_promise(std::string_view sli, const ParsedObjective& parsed) {
  const Amounts amounts = objective_rule(sli).amounts;
  const double limit = parsed.objective.limit;
  const bool least = parsed.objective.comparison == Comparison::at_least;
  if (amounts == Amounts::share && limit == (least ? 0 : 1)) return "an objective that everything meets";
  if (amounts == Amounts::time && limit == 0) return "a duration of zero";
  return {};
}

}  // namespace

ObjectiveForm objective_rule(std::string_view rule) {
  if (rule == "certificate") return forms::certificate();
  const SliForm* form = find_sli_form(rule);
  if (form == nullptr || !form->objective) std::abort();  // no objective of it is ever read
  return *form->objective;
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
  const Amounts amounts = objective_rule(sli).amounts;
  const std::string bare = trimmed(text);
  const auto amount = read_amount(amounts, bare, nouns);
  if (amount) return amount;
  const NodeType type = core_type(bare);
  const bool needs_unit = amounts != Amounts::count && amounts != Amounts::number;
  const bool no_unit = type == NodeType::integer || type == NodeType::number;
  finding.problem = std::string(no_unit && needs_unit ? "a unit is missing: " : "") + objective_rule(sli).called + " is " +
                    alternatives(amounts) + ", found " + ticked(bare);
  return std::nullopt;
}

std::optional<ParsedObjective> parse_objective(std::string_view sli, const std::string& text,
                                               const std::vector<std::string>& nouns, Finding& finding) {
  const ObjectiveForm rule = objective_rule(sli);
  const std::string hint = "write for example \"" + std::string(rule.example) + "\"";
  ParsedObjective parsed;
  parsed.objective.text = text;
  parsed.objective.comparison = text.starts_with(">=") ? Comparison::at_least : Comparison::at_most;
  finding.hint = hint;
  if (!rule.either_direction && parsed.objective.comparison != rule.comparison) {
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
