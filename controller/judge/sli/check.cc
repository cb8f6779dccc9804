// check {name}: exact, for it holds or not, or it is its number.
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/parts/controls.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/form_parts.h"

namespace shakedown {

SliForm forms::check() {
  const Shape shape =
      mapping("check SLI", "Whether a check holds, or its number.", {need("name", reference("check"), "Which check.")});
  return {may("check", shape, "No objective when it only holds or not; else a number, or a duration for a certificate."),
          ObjectiveForm{"the check's number", Comparison::at_most, "<= 3", Amounts::number, true},
          [](const View& view, const Names& names, const Scenario& scenario) -> Sli {
            CheckSli sli{view["name"].id<CheckId>(names)};
            const bool known = sli.check.valid() && sli.check.value < scenario.checks.size();
            if (known) sli.answer = answer_of(scenario.check(sli.check).kind);
            return sli;
          }};
}

ObjectiveForm forms::certificate() {
  return {"the time a certificate has left", Comparison::at_least, ">= 30d", Amounts::time, true};
}

}  // namespace shakedown

namespace shakedown::judging {
namespace {

Measured exactly(double value, Unit unit) { return {value, value, value, unit, 1, false}; }

// It was carried out and does not hold. A number beside that counts only where it misses the objective too: the days
// that an untrusted certificate has left are worth nothing.
void fail_outright(Verdict& verdict, const Requirement& requirement, const CheckResult& result, Unit unit) {
  verdict.state = VerdictState::fail;
  verdict.measured.unit = unit;
  verdict.measured.samples = 1;
  const bool telling = result.number && std::isfinite(*result.number) && misses(requirement.objective, *result.number);
  if (telling) verdict.measured = exactly(*result.number, unit);
}

void compare_exactly(Verdict& verdict, const Requirement& requirement, double value, Unit unit) {
  verdict.measured = exactly(value, unit);
  conclude(verdict, requirement);
  if (unit != Unit::holds) return;
  verdict.at_risk = false;  // there is no margin
  verdict.supportable.reset();
}

}  // namespace

const CheckResult* result_of(CheckId check, const Timeline& timeline) {
  const CheckResult* found = nullptr;
  for (const CheckResult& result : timeline.checks()) {
    if (result.check == check) found = &result;
  }
  return found;
}

Judged judge_sli(const Requirement& requirement, const CheckSli& sli, const Evidence& evidence) {
  const Unit unit = unit_of(requirement.sli);
  const std::string& name = evidence.scenario->check(sli.check).name;
  const CheckResult* result = result_of(sli.check, *evidence.timeline);
  if (result == nullptr) {
    return nothing(unit, fmt::format("No data: check {} was not run.", name), "a run in which its agent carries it out");
  }
  if (!result->done) {
    return nothing(unit, fmt::format("No data: check {} could not be carried out: {}.", name, result->detail),
                   "a run in which it can be carried out");
  }
  const bool numbered = sli.answer != CheckAnswer::holds;
  if (result->holds && numbered && (!result->number || !std::isfinite(*result->number))) {
    return nothing(unit, fmt::format("No data: check {} gave no number: {}.", name, result->detail),
                   "a run in which it gives a number");
  }
  Judged out;
  if (numbered && !result->holds) {
    fail_outright(out.verdict, requirement, *result, unit);
  } else {
    compare_exactly(out.verdict, requirement, numbered ? *result->number : result->holds ? 1 : 0, unit);
  }
  out.until = result->ended;
  if (out.verdict.state == VerdictState::unknown) return out;
  const std::string limit = numbered ? fmt::format("; objective {}", limit_text(requirement.objective)) : "";
  out.verdict.reason = fmt::format("Check {} {}: {}{}.", name, result->holds ? "holds" : "does not hold", result->detail, limit);
  return out;
}

PlannedEvidence evidence_needed(const Requirement&, const CheckSli& sli, const Scenario& scenario) {
  return planned::CheckDone{scenario.check(sli.check).name};
}

}  // namespace shakedown::judging
