#include "controller/judge/conclude.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "controller/judge/needed.h"

namespace shakedown::judging {
namespace {

// Larger is worse: how far the clearing bound lies on the wrong side.
double badness(const Judged& judged, const Objective& objective) {
  const Measured& m = judged.verdict.measured;
  if (!m.lower || !m.upper) return INFINITY;
  const double bound = clearing_bound(objective, *m.lower, *m.upper);
  return objective.comparison == Comparison::at_most ? bound : -bound;
}

double to_digits(double value, int digits) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double step = std::pow(10, std::floor(std::log10(std::fabs(value))) - digits + 1);
  return std::round(value / step) * step;
}

}  // namespace

int severity(VerdictState state) {
  switch (state) {
    case VerdictState::pass: return 0;
    case VerdictState::not_proven: return 1;
    case VerdictState::unknown: return 2;
    case VerdictState::fail: return 3;
  }
  return 2;
}

VerdictState compare(const Objective& objective, double lower, double upper) {
  if (!std::isfinite(objective.limit) || std::isnan(lower) || std::isnan(upper)) return VerdictState::unknown;
  if (objective.comparison == Comparison::at_most) {
    if (upper <= objective.limit) return VerdictState::pass;
    return lower > objective.limit ? VerdictState::fail : VerdictState::not_proven;
  }
  if (lower >= objective.limit) return VerdictState::pass;
  return upper < objective.limit ? VerdictState::fail : VerdictState::not_proven;
}

bool misses(const Objective& objective, double value) {
  return objective.comparison == Comparison::at_most ? value > objective.limit : value < objective.limit;
}

double clearing_bound(const Objective& objective, double lower, double upper) {
  return objective.comparison == Comparison::at_most ? upper : lower;
}

bool at_risk(const Objective& objective, Unit unit, double lower, double upper) {
  const double bound = clearing_bound(objective, lower, upper);
  if (objective.comparison == Comparison::at_most) return objective.limit > 0 && bound > 0.9 * objective.limit;
  if (unit == Unit::ratio) {
    const double budget = 1 - objective.limit;
    return budget > 0 && 1 - bound > 0.9 * budget;
  }
  return bound < 1.1 * objective.limit;
}

void conclude(Verdict& verdict, const Requirement& requirement) {
  const double lower = *verdict.measured.lower, upper = *verdict.measured.upper;
  verdict.state = compare(requirement.objective, lower, upper);
  if (verdict.state == VerdictState::unknown) {
    verdict.reason = "The objective or the measured value is not a number, so nothing can be compared.";
    return;
  }
  const double bound = clearing_bound(requirement.objective, lower, upper);
  verdict.supportable = std::isfinite(bound) ? std::optional(bound) : std::nullopt;
  verdict.at_risk = verdict.state == VerdictState::pass && at_risk(requirement.objective, verdict.measured.unit, lower, upper);
}

Judged nothing(Unit unit, std::string reason, std::string needed) {
  Judged judged;
  judged.verdict.state = VerdictState::unknown;
  judged.verdict.measured.unit = unit;
  judged.verdict.reason = std::move(reason);
  judged.verdict.needed = std::move(needed);
  return judged;
}

void touch(Judged& judged, Signal signal, std::string text) {
  Verdict& verdict = judged.verdict;
  if (judged.touched.empty()) judged.untrusted = verdict.reason;
  const bool known = std::find(judged.touched.begin(), judged.touched.end(), text) != judged.touched.end();
  if (!known) judged.touched.push_back(text);
  verdict.reason = fmt::format("Unknown: {}.{}{}", fmt::join(judged.touched, "; "),
                               judged.untrusted.empty() ? "" : " Untrusted figure: ", judged.untrusted);
  verdict.state = VerdictState::unknown;
  verdict.untouched = false;
  verdict.at_risk = false;
  verdict.supportable.reset();
  set_needed(verdict, {"a run without this disturbance"});
  if (signal != Signal::none) judged.signals.push_back({signal, std::move(text), false});
}

Judged worst_of(std::vector<Judged> judged, const Requirement& requirement) {
  const auto worse = [&](const Judged& a, const Judged& b) {
    const int left = severity(a.verdict.state), right = severity(b.verdict.state);
    if (left != right) return left < right;
    return badness(a, requirement.objective) < badness(b, requirement.objective);
  };
  auto worst = std::max_element(judged.begin(), judged.end(), worse);
  Judged out = *worst;
  for (auto it = judged.begin(); it != judged.end(); ++it) {
    out.until = std::max(out.until, it->until);
    if (it != worst) out.signals.insert(out.signals.end(), it->signals.begin(), it->signals.end());
  }
  return out;
}

std::string at_least_percent(double share) {
  const double percent = share * 100;
  if (!(percent > 0)) return "0 %";
  const double step = std::pow(10, std::floor(std::log10(percent)) - 2);
  return fmt::format("{} %", format_number(std::floor(percent / step + 1e-9) * step));
}

std::string figure(double value, Unit unit, double limit) {
  const bool free = unit == Unit::ratio && value > 0.5;
  for (int digits = 3; digits < 6; ++digits) {
    const double shown = free ? 1 - to_digits(1 - value, digits) : to_digits(value, digits);
    const bool same_side = (shown < limit) == (value < limit) && (shown > limit) == (value > limit);
    if (same_side) return format_value(shown, unit);
  }
  return format_value(value, unit);
}

std::string confidence_text(double confidence) { return fmt::format("at {:g} % confidence", confidence * 100); }

}  // namespace shakedown::judging
