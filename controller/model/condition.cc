#include "controller/model/condition.h"

#include <charconv>
#include <optional>

namespace shakedown {
namespace {

std::optional<double> number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

// What is no number is neither less nor more than anything.
bool Condition::met(const std::string& value) const {
  const auto seen = number(value), wanted = number(expected);
  const bool numbers = seen && wanted;
  switch (test) {
    case Test::equal: return numbers ? *seen == *wanted : value == expected;
    case Test::differs: return numbers ? *seen != *wanted : value != expected;
    case Test::less: return numbers && *seen < *wanted;
    case Test::at_most: return numbers && *seen <= *wanted;
    case Test::more: return numbers && *seen > *wanted;
    case Test::at_least: return numbers && *seen >= *wanted;
  }
  return false;
}

std::string Condition::is() const {
  switch (test) {
    case Test::equal: return expected;
    case Test::differs: return "!= " + expected;
    case Test::less: return "< " + expected;
    case Test::at_most: return "<= " + expected;
    case Test::more: return "> " + expected;
    case Test::at_least: return ">= " + expected;
  }
  return expected;
}

}  // namespace shakedown
