// availability {operations}: the success ratio of requests in a window, under this load.
#include <fmt/format.h>

#include "controller/judge/needed.h"
#include "controller/judge/scope.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/valid/row_validity.h"

namespace shakedown::judging {
namespace {

RatioEvidence bad_ratio(const std::vector<SecondTally>& seconds, const Missing& missing) {
  RatioEvidence out;
  out.missing = missing.total();
  out.waiting = missing.waiting;
  for (const SecondTally& s : seconds) {
    if (s.judged() == 0) continue;
    out.high.push_back({s.second, s.bad + s.unfinished, s.judged()});
    out.unfinished += s.unfinished;
    out.low.push_back({s.second, s.bad - s.struck, s.judged()});
  }
  return out;
}

std::string sentence(const Requirement& requirement, const ShareBounds& share, const LoadScope& scope, const SecondTally& sum,
                     const std::string& noun) {
  const auto told = [&](double value) { return figure(value, Unit::ratio, requirement.objective.limit); };
  return fmt::format(
      "{} of {} {} succeeded in this window under this load ({}); success ratio {}, between {} and {} {}; objective {}."
      "{}{}",
      share.total - share.bad, share.ended(), noun, scope.describe(), told(1 - share.value), told(1 - share.upper),
      told(1 - share.lower), confidence_text(requirement.confidence), limit_text(requirement.objective), what_was_not_good(sum),
      share.effect_high > 1 ? fmt::format(" Failures came in bursts: bounds widened {:.3g} times.", share.effect_high) : "");
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const AvailabilitySli& sli, const Evidence& evidence) {
  const LoadScope scope(sli.scope, evidence);
  if (!scope.missing().empty()) return nothing(Unit::ratio, "No data: " + scope.missing() + ".", "a run of that phase");
  const std::vector<SecondTally> seconds = tally(scope, sli.operations, evidence);
  const SecondTally sum = total(seconds);
  const Missing missing = missing_in(scope, sli.operations, sum, evidence);
  const ShareBounds share = bad_share(bad_ratio(seconds, missing), requirement.confidence);
  if (share.ended() == 0) return none_ended(Unit::ratio, share.unfinished, scope);
  Judged out;
  out.observed_seconds = scope.length();
  out.until = scope.until();
  out.verdict.outside_faults = scope.leaves_out_faults();
  Measured& m = out.verdict.measured;
  m = {1 - share.value, 1 - share.upper, 1 - share.lower, Unit::ratio, share.total, false};
  out.verdict.reason = sentence(requirement, share, scope, sum, nouns(sli.operations, *evidence.scenario));
  out.verdict.reason += struck_while_out(sum) + places_shared(scope, sum, evidence) +
                        sent_again(scope, sli.operations, evidence) + pool_was_full(scope.stages(), sli.operations, evidence);
  settle(out.verdict, requirement);
  const double budget = 1 - requirement.objective.limit;
  if (out.verdict.state == VerdictState::not_proven) {
    set_needed(out.verdict, needed_samples(share, budget, requirement.confidence, out.observed_seconds));
    need_their_ends(out.verdict, share, budget);
  }
  settle_missing(out, missing, compare(requirement.objective, 1 - share.upper, 1 - share.lower_all_bad),
                 compare(requirement.objective, 1 - share.upper_all_good, 1 - share.lower));
  check_called(out, scope, sli.operations, evidence);
  check_outlasted(out, sli.scope.during, requirement, evidence);
  check_load_agents(out, scope, evidence);
  return out;
}

}  // namespace shakedown::judging
