// throughput: good answers per second over the scope, by batch means (controller/measure/bounds/batch_means.h): bounds that allow
// for seconds that depend on their neighbours, and none where these seconds are too few for that.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/capacity/transient.h"
#include "controller/judge/needed.h"
#include "controller/judge/planned/offer.h"
#include "controller/judge/scope.h"
#include "controller/judge/sli/carried.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/form_parts.h"
#include "controller/judge/valid/row_validity.h"
#include "controller/measure/bounds/batch_means.h"

namespace shakedown {

SliForm forms::throughput() {
  const Shape shape = mapping(
      "throughput",
      "Good answers per second, of which a pass counts those that came meanwhile; at least 8 s, and many times as long as a "
      "fast or slow spell lasts.",
      scoped({operations_key()}));
  return {may("throughput", shape, "Objective: at least a rate."),
          ObjectiveForm{"throughput", Comparison::at_least, ">= 500/s", Amounts::rate},
          [](const View& view, const Names& names, const Scenario&) -> Sli {
            return ThroughputSli{view["operations"].ids<OperationId>(names), read_scope(view, names)};
          }};
}

}  // namespace shakedown

namespace shakedown::judging {
namespace {

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

struct Rates {
  std::vector<int64_t> seconds;
  std::vector<double> good, at_best;  // at_best: unfinished and our own losses would have been good
  double offered = 0;                 // a second: what the target was asked, or could have been
};

// Whether the row promises how long such an answer takes in that stage.
bool promises(const LatencySli& latency, const Requirement& row, OperationId id, StageId stage, const Evidence& evidence) {
  const bool about = !latency.operation.valid() || latency.operation == id;
  return about && row.objective.comparison == Comparison::at_most && !latency.scope.during.valid() &&
         LoadScope(latency.scope, evidence).has_stage(stage);
}

// How long a request may take its user in the mean, in seconds, where the target keeps what is promised of it: of a row about
// latency, its limit for that share and the timeout for the rest. Without such a row an answer may take until its timeout. A row
// about all operations may find what it allows in one of them alone, of which `share` of all requests are.
double promised_answer(OperationId id, double share, StageId stage, const Evidence& evidence) {
  const double timeout = shakedown::seconds(evidence.scenario->operation(id).timeout);
  double promised = timeout;
  for (const Requirement& row : evidence.scenario->requirements) {
    // allow(sli): only a latency row promises how long an answer takes
    const auto* latency = std::get_if<LatencySli>(&row.sli);
    if (latency == nullptr || !promises(*latency, row, id, stage, evidence)) continue;
    const double slow = std::min(1.0, (1 - latency->quantile) / (latency->operation.valid() ? 1 : share));
    promised = std::min(promised, (1 - slow) * std::min(row.objective.limit, timeout) + slow * timeout);
  }
  return promised;
}

// The requests a second of the users of a closed stage, were each answered as promised.
double asked_by_users(const StageRecord& stage, const ThroughputSli& sli, const Evidence& evidence) {
  const Scenario& scenario = *evidence.scenario;
  const auto& load = scenario.phase(stage.phase).load;
  const auto* closed = load ? std::get_if<ClosedLoad>(&load->kind) : nullptr;
  if (closed == nullptr) return 0;
  double cycle = 0;
  for (const MixEntry& entry : load->mix) {
    const double share = share_of_mix(stage, {entry.operation}, scenario);
    if (share <= 0) continue;
    cycle += share * (shakedown::seconds(closed->think) + promised_answer(entry.operation, share, stage.stage, evidence));
  }
  if (cycle <= 0) return 0;
  const double users = stage.role == StageRole::declared ? closed->users : std::max(1.0, stage.level);
  return users / cycle * share_of_mix(stage, sli.operations, scenario);
}

// What is not asked cannot be answered: the highest rate at which the load of the scope asks, in the mean of its whole
// seconds. Users of a closed load ask again when they are answered: that they ask for too little is the target's fault only as
// far as its answers take longer than is promised of them (docs/adr/0027).
double asked_rate(const LoadScope& scope, const ThroughputSli& sli, double offered, const Missing& missing,
                  const Evidence& evidence) {
  const auto whole = scope.whole_seconds();
  const double seconds = std::max(1.0, static_cast<double>(whole.size()));
  std::map<StageId, double> of_stage;
  for (const StageId id : scope.stages()) of_stage[id] = asked_by_users(evidence.timeline->stages()[id.value], sli, evidence);
  double by_users = 0;
  for (const auto& [second, id] : whole) by_users += of_stage[id];
  return std::max(offered + (missing.never_offered + missing.stood) / seconds, by_users / seconds);
}

bool holds_closed_load(const LoadScope& scope, const Evidence& evidence) {
  const auto& stages = scope.stages();
  return std::any_of(stages.begin(), stages.end(), [&](StageId id) { return closed_load(id, evidence) != nullptr; });
}

// Why a load that asked for too little proves no failure, and what would.
void need_more_asked(Verdict& verdict, const std::string& asked, double limit, bool closed) {
  if (closed) {
    verdict.reason += fmt::format(
        " The users of the closed load asked for only {} a second, as each waits for its answer before it asks again: whether "
        "the "
        "target carries more nobody tried.",
        asked);
  } else {
    verdict.reason += fmt::format(" The load asked for only {} a second, so this is not the target's failure.", asked);
  }
  const std::string wanted = format_number(limit);
  set_needed(verdict, {closed ? fmt::format("an open load of {}/s or more, or more users", wanted)
                              : fmt::format("a load that asks for {} a second or more", wanted),
                       kNotByTime});
}

Rates rates_of(const LoadScope& scope, const ThroughputSli& sli, const Evidence& evidence) {
  std::map<int64_t, SecondTally> seconds;
  for (const auto& [second, stage] : scope.whole_seconds()) seconds[second].second = second;
  for (const SecondTally& s : tally(scope, sli.operations, evidence)) {
    const auto found = seconds.find(s.second);
    if (found == seconds.end()) continue;
    found->second = s;
    if (s.outside > 0) seconds.erase(found);  // not wholly of the fault
  }
  Rates out;
  for (const auto& [second, s] : seconds) {
    out.seconds.push_back(second);
    out.good.push_back(static_cast<double>(s.ok));
    out.at_best.push_back(static_cast<double>(s.ok + s.unfinished + s.ours));
    out.offered += static_cast<double>(s.offered) / static_cast<double>(seconds.size());
  }
  return out;
}

// As if all that was never offered had been answered well, evenly over the scope, and what users did not ask for while we
// stood still, in the second in which we did.
void add_never_asked(Rates& rates, const Missing& missing, const std::map<int64_t, double>& stood) {
  const double each = missing.never_offered / std::max(1.0, static_cast<double>(rates.at_best.size()));
  for (double& rate : rates.at_best) rate += each;
  for (const auto& [second, requests] : stood) {
    const auto at = std::lower_bound(rates.seconds.begin(), rates.seconds.end(), second) - rates.seconds.begin();
    rates.at_best[std::min(static_cast<std::size_t>(at), rates.at_best.size() - 1)] += requests;
  }
}

// An answer that took longer than a second did not come in the second that it counts in.
std::string slowest_words(const LoadScope& scope, const ThroughputSli& sli, double came, const Evidence& evidence) {
  Duration slowest{};
  for (const auto& [key, cell] : evidence.timeline->totals()) {
    if (!scope.has_stage(key.first) || !is_among(key.second, sli.operations)) continue;
    slowest = std::max(slowest, cell.latency[static_cast<std::size_t>(Outcome::ok)].max());
  }
  const bool later = std::isfinite(came);
  if (slowest <= std::chrono::seconds(1) && !later) return "";
  return fmt::format(" Each counts in the second in which it was asked for; some came up to {} later{}.",
                     format_value(shakedown::seconds(slowest), Unit::seconds),
                     later ? fmt::format(", so that {} a second came", format_number(came)) : "");
}

struct Figures {
  double value = 0;
  std::optional<Bounds> bounds, best;
  double came = INFINITY;  // answers a second, where that is less than were asked for in these seconds
};

// A pass must hold with the answers counted in the second in which they came. Where they come later and later, so that a backlog
// grows, that is the rate that is carried.
void count_when_they_came(Figures& out, const Rates& rates, const LoadScope& scope, const ThroughputSli& sli, double confidence,
                          const Evidence& evidence) {
  const std::vector<double> came = carried(scope, sli.operations, evidence);
  const double mean = came.empty() ? 0 : mean_of(came);
  if (mean >= out.value * (1 - kFinestBlindShare)) return;
  out.came = mean;
  const std::optional<Bounds> bounds = batch_means(came, confidence);
  if (out.bounds) out.bounds->lower = std::min(out.bounds->lower, bounds ? bounds->lower : 0);
  const std::vector<StageId> stages(scope.stages().begin(), scope.stages().end());
  if (!bounds || scope.leaves_out_faults() || !growth_of_backlog(stages, confidence, *evidence.timeline)) return;
  if (out.best) out.best->upper = std::min(out.best->upper, bounds->upper + mean_of(rates.at_best) - out.value);
  out.value = mean;
}

Figures figures_of(const Rates& rates, const LoadScope& scope, const ThroughputSli& sli, double confidence,
                   const Evidence& evidence) {
  Figures out;
  out.value = mean_of(rates.good);
  out.bounds = batch_means(rates.good, confidence);
  out.best = batch_means(rates.at_best, confidence);
  count_when_they_came(out, rates, scope, sli, confidence, evidence);
  return out;
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const ThroughputSli& sli, const Evidence& evidence) {
  const LoadScope scope(sli.scope, evidence);
  if (!scope.missing().empty()) {
    return nothing(Unit::per_second, "No data: " + scope.missing() + ".", "a run of that phase");
  }
  const SecondTally sum = total(tally(scope, sli.operations, evidence));
  Rates rates = rates_of(scope, sli, evidence);
  if (sum.offered == 0) return nothing(Unit::per_second, fmt::format("No data: no request in {}.", scope.describe()), "samples");
  if (rates.good.empty()) {
    return nothing(Unit::per_second, fmt::format("No data: no whole second in {}, so no rate can be told.", scope.describe()),
                   "a longer phase: at least 8 whole seconds");
  }
  Missing missing = missing_in(scope, sli.operations, sum, evidence);
  const auto stood = stood_still(scope, sli.operations, evidence);
  for (const auto& [second, requests] : stood) missing.stood += requests;
  const double asked = asked_rate(scope, sli, rates.offered, missing, evidence);
  const double limit = requirement.objective.limit;
  const bool too_little =
      requirement.objective.comparison == Comparison::at_least && asked < limit * (1 - 1e-9);  // sums of many seconds are rounded
  add_never_asked(rates, missing, std::isfinite(missing.stood) ? stood : std::map<int64_t, double>{});
  auto [value, bounds, best, came] = figures_of(rates, scope, sli, requirement.confidence, evidence);
  if (best && !std::isfinite(missing.stood)) best->upper = INFINITY;
  Judged out;
  out.observed_seconds = scope.length();
  out.until = scope.until();
  out.verdict.outside_faults = scope.leaves_out_faults();
  out.verdict.measured = {value, bounds ? bounds->lower : 0, best ? best->upper : INFINITY, Unit::per_second, sum.ok, false};
  Measured& m = out.verdict.measured;
  // Nobody knows what it would answer of more; but where it answered nothing, more would have changed nothing.
  if (too_little && sum.ok > 0) m.upper = INFINITY;
  const auto told = [&](double value) { return figure(value, Unit::number, limit); };
  out.verdict.reason = fmt::format(
      "{} good answers a second over {} whole seconds of {}, between {} and {} {}; "
      "objective {}.",
      told(*m.value), rates.good.size(), scope.describe(), told(*m.lower), told(*m.upper),
      confidence_text(requirement.confidence), limit_text(requirement.objective));
  out.verdict.reason += slowest_words(scope, sli, came, evidence) + pool_was_full(scope.stages(), sli.operations, evidence);
  conclude(out.verdict, requirement);
  if (out.verdict.state == VerdictState::not_proven) {
    out.verdict.needed = !bounds ? "a longer phase: at least 8 whole seconds, and as many blocks of them that do not "
                                   "depend on each other"
                         : misses(requirement.objective, *m.value) ? kMoreWillNotHelp
                                                                   : "a longer phase: the rate varies too much";
  }
  if (too_little && out.verdict.state == VerdictState::not_proven) {
    need_more_asked(out.verdict, told(asked), limit, holds_closed_load(scope, evidence));
  } else if (best) {
    conclude_missing(out, missing,
                     bounds ? compare(requirement.objective, bounds->lower, bounds->upper) : VerdictState::not_proven,
                     compare(requirement.objective, best->lower, best->upper));
  }
  check_called(out, scope, sli.operations, evidence);
  check_outlasted(out, sli.scope.during, requirement, evidence);
  check_load_agents_of_pass(out, scope, evidence);
  return out;
}

PlannedEvidence evidence_needed(const Requirement& requirement, const ThroughputSli& sli, const Scenario& scenario) {
  if (std::string never = never_sent(scenario, sli.operations, sli.scope); !never.empty()) return planned::NeverSent{never};
  const PlannedRequests offered = planned_requests(scenario, sli.operations, sli.scope);
  if (offered.closed) return planned::Closed{};
  return planned::RateOffered{requirement.objective.limit, offered.seconds > 0 ? offered.most / offered.seconds : 0,
                              offered.seconds};
}

}  // namespace shakedown::judging
