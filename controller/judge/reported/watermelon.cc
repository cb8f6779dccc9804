#include "controller/judge/reported/watermelon.h"

#include "controller/model/looks_at.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace shakedown::judging {
namespace {

struct Finding {
  Watermelon kind = Watermelon::none;
  std::string reason;
};

int rank(Watermelon kind) {
  switch (kind) {
    case Watermelon::none: return 0;
    case Watermelon::honest: return 1;
    case Watermelon::pessimistic: return 2;
    case Watermelon::unverifiable: return 3;
    case Watermelon::optimistic: return 4;
  }
  return 4;
}

Finding by_status(Status declared, VerdictState measured) {
  const std::string pair = fmt::format("declared {}, measured {}", to_string(declared), to_string(measured));
  if (measured != VerdictState::pass && measured != VerdictState::fail) return {Watermelon::unverifiable, pair};
  const Status seen = measured == VerdictState::pass ? Status::green : Status::red;
  if (seen == declared) return {Watermelon::honest, pair};
  const bool greener = static_cast<int>(declared) < static_cast<int>(seen);
  return {greener ? Watermelon::optimistic : Watermelon::pessimistic, pair};
}

// At most half of what the objective leaves room for; an objective of zero leaves none.
bool narrow(const Requirement& requirement, const Measured& m) {
  const Objective& objective = requirement.objective;
  const bool ratio_floor = m.unit == Unit::ratio && objective.comparison == Comparison::at_least;
  const double room = ratio_floor ? 1 - objective.limit : std::fabs(objective.limit);
  return *m.upper - *m.lower <= 0.5 * room;
}

// The period that the declared value speaks of; 0 = not said.
Duration period_of(const Requirement& requirement) {
  return std::max(requirement.declared->period, looks_at(requirement.sli).period);
}

// What a certificate has left is told in days and runs down while it is told: less than a day apart is the same figure.
double rounding_of(const Requirement& requirement) {
  const LooksAt at = looks_at(requirement.sli);
  return at.check && at.unit == Unit::seconds ? 86400 : 0;
}

std::string range_text(const Measured& m) {
  if (std::isinf(*m.upper)) return format_value(*m.lower, m.unit) + " or more";
  return fmt::format("{} to {}", format_value(*m.lower, m.unit), format_value(*m.upper, m.unit));
}

Finding by_value(const Requirement& requirement, const Judged& judged) {
  const Declared& declared = *requirement.declared;
  const Verdict& verdict = judged.verdict;
  const Measured& m = verdict.measured;
  const std::string said =
      fmt::format("declared {}", declared.value_text.empty() ? format_value(*declared.value, m.unit) : declared.value_text);
  if (verdict.state == VerdictState::unknown || !m.lower || !m.upper) {
    return {Watermelon::unverifiable, said + ", nothing measured that counts"};
  }
  const Duration period = period_of(requirement);
  if (seconds(period) > judged.observed_seconds) {
    return {Watermelon::unverifiable,
            fmt::format("{} over {}, evidence of {:.0f} s only", said, format_duration(period), judged.observed_seconds)};
  }
  const bool low_is_good = requirement.objective.comparison == Comparison::at_most;
  const InjectionFigure figure = looks_at(requirement.sli).injections;
  const auto& tries = verdict.injections;
  const bool worst = figure != InjectionFigure::none && figure != InjectionFigure::tolerated &&
                     std::count_if(tries.begin(), tries.end(), [](const InjectionVerdict& one) { return one.valid; }) > 1;
  const std::string pair = fmt::format("{}, measured {}{}", said, range_text(m), worst ? " in the worst try" : "");
  const double rounding = rounding_of(requirement);
  if (*declared.value < *m.lower - rounding) return {low_is_good ? Watermelon::optimistic : Watermelon::pessimistic, pair};
  if (*declared.value > *m.upper + rounding) return {low_is_good ? Watermelon::pessimistic : Watermelon::optimistic, pair};
  const bool decided = verdict.state == VerdictState::pass || verdict.state == VerdictState::fail;
  if (decided && narrow(requirement, m)) return {Watermelon::honest, pair};
  return {Watermelon::unverifiable, pair + ", too wide to confirm"};
}

}  // namespace

void compare_declared(const Requirement& requirement, Judged& judged) {
  if (!requirement.declared) return;
  Finding worst;
  if (requirement.declared->status) worst = by_status(*requirement.declared->status, judged.verdict.state);
  if (requirement.declared->value) {
    Finding value = by_value(requirement, judged);
    if (rank(value.kind) > rank(worst.kind)) worst = std::move(value);
  }
  if (rank(worst.kind) < rank(judged.verdict.watermelon)) return;  // the SLI itself found something worse
  judged.verdict.watermelon = worst.kind;
  judged.verdict.watermelon_reason = std::move(worst.reason);
}

Watermelon worse(Watermelon a, Watermelon b) { return rank(a) < rank(b) ? b : a; }

}  // namespace shakedown::judging
