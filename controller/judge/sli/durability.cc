// durability {ledger}: acknowledged writes that the whole run lost, whatever took them.
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/faults/loss.h"
#include "controller/judge/needed.h"
#include "controller/judge/planned/offer.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/form_parts.h"

namespace shakedown {

SliForm forms::durability() {
  const Shape shape =
      mapping("durability",
              "Acknowledged writes lost over the whole run, whatever took them. Without such a row a loss that no fault "
              "explains leaves the run not proven.",
              {ledger_key()});
  return {may("durability", shape, "Objective: at most a number of writes."),
          ObjectiveForm{"the number of lost writes", Comparison::at_most, "<= 0 writes", Amounts::writes},
          [](const View& view, const Names& names, const Scenario&) -> Sli {
            return DurabilitySli{view["ledger"].id<LedgerId>(names)};
          }};
}

}  // namespace shakedown

namespace shakedown::judging {

Judged judge_sli(const Requirement& requirement, const DurabilitySli& sli, const Evidence& evidence) {
  const Ledger& ledger = evidence.scenario->ledger(sli.ledger);
  const RunLoss found = run_loss(evidence.ledger(sli.ledger));
  const std::string noun = plural(ledger.noun);
  if (found.acked == 0) {
    return nothing(Unit::writes, fmt::format("No {} was acknowledged.", ledger.noun), fmt::format("acknowledged {}", noun));
  }
  Judged out;
  const double lost = static_cast<double>(found.lost);
  const bool gone = evidence.lost_at(evidence.or_first_load_agent(ledger.agent)).has_value();
  const bool bounded = found.verified || (found.read && !gone);  // what verify_limit cut off is undecided, and nothing more
  const double most = bounded ? lost + static_cast<double>(found.undecided) : INFINITY;
  out.verdict.measured = {lost, lost, most, Unit::writes, found.acked, false};
  const std::string altered = found.altered == 0 ? "" : fmt::format(" ({} of them came back altered)", found.altered);
  out.verdict.reason = fmt::format("{} of {} acknowledged {} lost{}, {} undecided at the end; objective {}.", found.lost,
                                   found.acked, noun, altered, found.undecided, limit_text(requirement.objective));
  out.observed_seconds = evidence.last_second();
  out.until = evidence.end;
  conclude(out.verdict, requirement);
  if (out.verdict.state == VerdictState::pass && 2 * found.acked < found.asked) {
    out.verdict.state = VerdictState::not_proven;
    out.verdict.at_risk = false;
    out.verdict.supportable.reset();
    out.verdict.reason +=
        fmt::format(" That is no pass: only {} of {} test writes were acknowledged at all.", found.acked, found.asked);
    set_needed(out.verdict, {"a drill in which most test writes are acknowledged", kNotByTime});
  } else if (out.verdict.state == VerdictState::not_proven) {
    out.verdict.needed = found.verified ? "a reading at the end that decides every write" : kReadMore;
  }
  if (!bounded && out.verdict.state != VerdictState::fail) {
    touch(out, gone ? Signal::lost_agent : Signal::unobserved, "the writes were not completely read back at the end");
  }
  return out;
}

PlannedEvidence evidence_needed(const Requirement&, const DurabilitySli& sli, const Scenario& scenario) {
  const Ledger& ledger = scenario.ledger(sli.ledger);
  return planned::ReadBack{ledger.name, ledger.verify_limit, too_long_to_read(ledger, planned_duration(scenario))};
}

}  // namespace shakedown::judging
