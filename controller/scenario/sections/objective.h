// Limits and declared values as numbers in an SLI's unit. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/judge/sli/form.h"
#include "controller/model/requirement.h"
#include "core/form/check.h"

namespace shakedown {

// How the objective of an SLI is written, by its word, or by "certificate" for such a check. Aborts for one that has none.
ObjectiveForm objective_rule(std::string_view rule);

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
