// Limits and declared values as numbers in an SLI's unit. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/model/requirement.h"
#include "core/form/check.h"

namespace shakedown {

// Which direction and which units an SLI (by the scenario's word) accepts, with an example.
struct ObjectiveRule {
  const char* sli;
  const char* called;  // "latency", "the number of outages"
  Comparison comparison;
  const char* example;
};
const ObjectiveRule& objective_rule(std::string_view sli);

// An amount; what says which of several units an impact or an RPO was written in.
struct Amount {
  enum class Kind { plain, requests, time, writes } kind = Kind::plain;
  double value = 0;
};

// "99.9%", "20ms", "500/s", "3", "0 writes", "100 requests", as the SLI demands. nouns: other words
// for "writes". Without an amount the finding says why.
std::optional<Amount> parse_amount(std::string_view sli, const std::string& text, const std::vector<std::string>& nouns,
                                   Finding& finding);

struct ParsedObjective {
  Objective objective;
  Amount amount;
};
// ">= 99.9%": direction, unit, and a limit that not everything meets.
std::optional<ParsedObjective> parse_objective(std::string_view sli, const std::string& text,
                                               const std::vector<std::string>& nouns, Finding& finding);

// The noun, its plural, "write" and "writes".
std::vector<std::string> write_nouns(const std::string& noun);

}  // namespace shakedown
