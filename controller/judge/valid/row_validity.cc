#include "controller/judge/valid/row_validity.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "controller/judge/faults/injections.h"
#include "controller/judge/needed.h"

namespace shakedown::judging {
namespace {

struct PhaseLoss {
  double asked = 0;  // offered and never offered
  double shortfall = 0;
  uint64_t ours = 0;
};

std::map<PhaseId, PhaseLoss> losses(const LoadScope& scope, const Evidence& evidence) {
  std::map<PhaseId, PhaseLoss> out;
  const auto& stages = evidence.timeline->stages();
  for (const StageId id : scope.stages()) {
    const StageRecord& stage = stages[id.value];
    const double missing = shortfall(stage, *evidence.scenario);
    PhaseLoss& loss = out[stage.phase];
    loss.shortfall += missing;
    loss.asked += missing;
  }
  evidence.timeline->seconds().each_row([&](const SecondRow& row) {
    if (!scope.contains(row)) return;
    PhaseLoss& loss = out[stages[row.stage.value].phase];
    loss.ours += row.count(Outcome::dropped_by_us) + row.count(Outcome::client_error);
    loss.asked += static_cast<double>(row.offered());
  });
  return out;
}

// How far a schedule may lie from its expectation without anybody being at fault.
double slack(const OpenLoad& load, const StageRecord& stage, double expected, Duration planned) {
  double out = 2;
  if (load.arrivals == Arrivals::poisson) out += 4 * std::sqrt(expected);
  if (stage.range.to - stage.range.from < planned) out += peak_rate(load.shape);  // cut short: one second
  return out;
}

// How the users of one closed stage spent their time, in seconds.
struct UserTime {
  double good = 0, bad = 0;
  uint64_t good_requests = 0, bad_requests = 0;
};

// The good answers of a second that were slower than the limit, where the run counted it.
uint64_t too_slow(const SecondRow& row, Duration limit, const Evidence& evidence) {
  const auto& limits = evidence.scenario->operation(row.operation).limits;
  const auto index = static_cast<std::size_t>(std::find(limits.begin(), limits.end(), limit) - limits.begin());
  return index < limits.size() && index < row.over_limit.size() ? row.over_limit[index] : 0;
}

std::map<StageId, UserTime> user_times(const LoadScope& scope, const Evidence& evidence, Duration limit) {
  std::map<StageId, UserTime> out;
  const auto& stages = scope.stages();
  if (std::none_of(stages.begin(), stages.end(), [&](StageId id) { return closed_load(id, evidence) != nullptr; })) return out;
  evidence.timeline->seconds().each_row([&](const SecondRow& row) {
    if (!scope.has_stage(row.stage)) return;
    const ClosedLoad* closed = closed_load(row.stage, evidence);
    if (closed == nullptr || !scope.contains(row)) return;
    UserTime& time = out[row.stage];
    // Of a second with answers beyond the limit, all that its users spent on good ones: it has few others.
    const uint64_t slow = too_slow(row, limit, evidence);
    for (const Outcome outcome : kAllOutcomes) {
      const bool good = outcome == Outcome::ok && slow == 0;
      (good ? time.good : time.bad) += user_seconds(row, outcome, *closed, evidence);
      (good ? time.good_requests : time.bad_requests) += row.count(outcome);
    }
  });
  return out;
}

// The time lost with bad requests over the time that a good one takes its user, less those that were made.
double held_up(const UserTime& time) {
  if (time.good_requests == 0 || time.good <= 0) return 0;  // then everything is bad anyway
  const double each = time.good / static_cast<double>(time.good_requests);
  return std::max(0.0, time.bad / each - static_cast<double>(time.bad_requests));
}

// What the requests of one closed stage took, in seconds.
struct Pace {
  double lag = 0, service = 0;
  uint64_t sent = 0;
  std::vector<std::pair<int64_t, double>> lags;  // by the first second of those that share them
};

std::map<StageId, Pace> paces(const LoadScope& scope, const Evidence& evidence) {
  std::map<StageId, Pace> out;
  evidence.timeline->seconds().each([&](const Slice& slice) {
    if (!scope.has_stage(slice.stage) || closed_load(slice.stage, evidence) == nullptr) return;
    const double lag = lag_within(slice, [&](const SecondRow& row) { return scope.contains(row); }).sum_seconds();
    const SparseHistogram service = slice.service();
    Pace& pace = out[slice.stage];
    pace.lag += lag;
    pace.service += service.sum_seconds();
    pace.sent += service.count();
    if (lag > 0) pace.lags.emplace_back(slice.rows().front().second, lag);
  });
  return out;
}

std::string missing_text(const Missing& missing) {
  const std::string paused = missing.paused == 0
                                 ? ""
                                 : fmt::format(
                                       "; {} of these while the target refused or broke off connections: due in our own pause "
                                       "before reconnecting",
                                       missing.paused);
  return fmt::format("the harness itself lost {:.0f} arrivals ({:.0f} never offered, {} dropped or failed on our side{})",
                     missing.total(), missing.never_offered, missing.ours, paused);
}

}  // namespace

double share_of_mix(const StageRecord& stage, const std::vector<OperationId>& operations, const Scenario& scenario) {
  const auto& load = scenario.phase(stage.phase).load;
  if (!load || operations.empty()) return 1;
  double wanted = 0, all = 0;
  for (const MixEntry& entry : load->mix) {
    all += entry.weight;
    if (is_among(entry.operation, operations)) wanted += entry.weight;
  }
  return all > 0 ? wanted / all : 1;
}

const ClosedLoad* closed_load(StageId stage, const Evidence& evidence) {
  const PhaseId phase = evidence.timeline->stages()[stage.value].phase;
  if (!phase.valid()) return nullptr;
  const auto& load = evidence.scenario->phase(phase).load;
  return load ? std::get_if<ClosedLoad>(&load->kind) : nullptr;
}

double user_seconds(const SecondRow& row, Outcome outcome, const ClosedLoad& closed, const Evidence& evidence) {
  const auto n = static_cast<double>(row.count(outcome));
  const bool carried = outcome == Outcome::ok || outcome == Outcome::failed || outcome == Outcome::timeout;
  const double after = seconds(carried ? closed.think : evidence.scenario->connections.backoff_max);
  return row.latency_seconds[static_cast<std::size_t>(outcome)] + n * after;
}

namespace {

uint64_t due_in_our_pause(const LoadScope& scope, const std::vector<OperationId>& operations, const Evidence& evidence) {
  uint64_t out = 0;
  evidence.timeline->seconds().each_row([&](const SecondRow& row) {
    if (row.count(Outcome::dropped_by_us) == 0 || !scope.contains(row) || !is_among(row.operation, operations)) return;
    const bool broke = row.count(Outcome::refused) + row.count(Outcome::reset) > 0;
    if (broke && closed_load(row.stage, evidence) == nullptr) out += row.count(Outcome::dropped_by_us);
  });
  return out;
}

}  // namespace

Missing missing_in(const LoadScope& scope, const std::vector<OperationId>& operations, const SecondTally& sum,
                   const Evidence& evidence, Duration limit) {
  Missing out;
  out.ours = sum.ours;
  if (out.ours > 0) out.paused = std::min(out.ours, due_in_our_pause(scope, operations, evidence));
  for (const StageId id : scope.stages()) {
    const StageRecord& stage = evidence.timeline->stages()[id.value];
    const double missing = shortfall(stage, *evidence.scenario);
    if (missing > 0) out.never_offered += missing * share_of_mix(stage, operations, *evidence.scenario);
  }
  for (const auto& [id, time] : user_times(scope, evidence, limit)) {
    const StageRecord& stage = evidence.timeline->stages()[id.value];
    out.waiting += held_up(time) * share_of_mix(stage, operations, *evidence.scenario);
  }
  return out;
}

std::map<int64_t, double> stood_still(const LoadScope& scope, const std::vector<OperationId>& operations,
                                      const Evidence& evidence) {
  std::map<int64_t, double> out;
  const auto times = user_times(scope, evidence, Duration::max());
  for (const auto& [id, pace] : paces(scope, evidence)) {
    const auto time = times.find(id);
    if (pace.lag <= 0 || time == times.end()) continue;
    const StageRecord& stage = evidence.timeline->stages()[id.value];
    const double requests = static_cast<double>(time->second.good_requests + time->second.bad_requests);
    double each = 0;
    if (pace.sent > 0) {
      // Those that we were too late to send have a lag, but no time that holds it: at least what the others took.
      each = std::max(pace.service / static_cast<double>(pace.sent) + seconds(closed_load(id, evidence)->think),
                      (time->second.good + time->second.bad - pace.lag) / requests);
    }
    const double share = share_of_mix(stage, operations, *evidence.scenario);
    for (const auto& [second, lag] : pace.lags) out[second] += each > 0 ? share * lag / each : INFINITY;
  }
  return out;
}

Judged none_ended(Unit unit, uint64_t unfinished, const LoadScope& scope) {
  if (unfinished == 0) return nothing(unit, fmt::format("No data: no request was answered in {}.", scope.describe()), "samples");
  return nothing(unit,
                 fmt::format("No data: all {} requests of {} were still out when the run ended.", unfinished, scope.describe()),
                 "a run that is not cut short");
}

void need_their_ends(Verdict& verdict, const ShareBounds& share, double allowed) {
  if (share.unfinished == 0 || share.upper_ended > allowed) return;
  set_needed(verdict, {fmt::format("a run that is not cut short: {} {} still out when it ended",
                                   counted(share.unfinished, "request"), share.unfinished == 1 ? "was" : "were"),
                       kNotByTime});
}

void need_whole_seconds(Verdict& verdict, const ShareBounds& share, double allowed) {
  const bool undecided = share.upper_undivided > allowed && share.lower_undivided <= allowed;
  const bool same = share.upper_undivided == share.upper && share.lower_undivided == share.lower;
  if (undecided || same) return;
  set_needed(
      verdict,
      {"a fault that fills more whole seconds: of those that it shares nobody knows which requests were due in it", kNotByTime});
}

void conclude_missing(Judged& judged, const Missing& missing, VerdictState all_bad, VerdictState all_good) {
  Verdict& verdict = judged.verdict;
  if (verdict.state == VerdictState::unknown) return;
  if (missing.waiting >= 1 && verdict.state == VerdictState::not_proven && all_bad != all_good) {
    touch(judged, Signal::none,
          fmt::format("users of a closed load who waited for bad or slow requests did not make about {:.0f} others, "
                      "so the share of requests does not show how long it was bad",
                      missing.waiting));
    set_needed(verdict, {"an open load, which keeps its rate when the target does not answer"});
    return;
  }
  if (missing.stood > 0 && verdict.state == VerdictState::not_proven && all_bad != all_good) {
    touch(judged, Signal::lag,
          fmt::format("our own loop came late to the users of the closed load, who would have made up to {:.0f} more "
                      "requests in that time, and the verdict depends on them",
                      std::ceil(missing.stood)));
    return;
  }
  if (missing.total() <= 0) return;
  if (verdict.state == VerdictState::not_proven && all_bad != all_good) {
    touch(judged, Signal::our_losses, missing_text(missing) + ", and the verdict depends on what they would have been");
    return;
  }
  verdict.reason +=
      fmt::format(" Besides, {}; the verdict is the same whether all of them are good or bad.", missing_text(missing));
}

double shortfall(const StageRecord& stage, const Scenario& scenario) {
  const Phase& phase = scenario.phase(stage.phase);
  if (!stage.ended || stage.not_run || !phase.load) return 0;
  const auto* open = std::get_if<OpenLoad>(&phase.load->kind);
  if (open == nullptr) return 0;
  const bool declared = stage.role == StageRole::declared;
  const Duration planned = declared ? phase.duration : stage.range.to - stage.range.from;
  const OpenLoad load = declared ? *open : OpenLoad{ConstantRate{Rate{stage.level}}, open->arrivals};
  const Duration length = std::min(stage.range.to - stage.range.from, planned);
  const double expected = arrivals_until(load.shape, length, planned);
  const double missing = expected - static_cast<double>(stage.offered);
  return missing > slack(load, stage, expected, planned) ? missing : 0;
}

void check_our_losses(Judged& judged, const LoadScope& scope, double budget, const Evidence& evidence) {
  for (const auto& [phase, loss] : losses(scope, evidence)) {
    const double lost = loss.shortfall + static_cast<double>(loss.ours);
    const double allowed = std::max(budget, 0.0) / 10;
    if (lost <= allowed * loss.asked) continue;
    touch(judged, Signal::our_losses,
          fmt::format("in phase {} the harness itself lost {:.0f} of {:.0f} arrivals ({:.0f} never offered, {} dropped "
                      "or failed on our side), more than {:g} %",
                      evidence.scenario->phase(phase).name, lost, loss.asked, loss.shortfall, loss.ours, allowed * 100));
    return;
  }
}

bool touch_by_lost_loader(Judged& judged, RunTime until, const std::set<StageId>& stages, const std::string& what,
                          const Evidence& evidence) {
  for (const auto& [id, record] : evidence.timeline->agents()) {
    const bool missed =
        record.lost && std::any_of(stages.begin(), stages.end(), [&, agent = id, lost = record.lost_at](StageId s) {
          const StageRecord& stage = evidence.timeline->stages()[s.value];
          return evidence.sends(agent, stage.phase) && lost < std::min(until, stage.range.to);
        });
    if (!missed) continue;
    touch(judged, Signal::lost_agent,
          fmt::format("load agent {} was lost {:.3f} s into the run, before the end of {}", evidence.agent_name(id),
                      seconds(record.lost_at), what));
    return true;
  }
  return false;
}

void check_load_agents(Judged& judged, const LoadScope& scope, const Evidence& evidence) {
  touch_by_lost_loader(judged, scope.until(), scope.stages(), scope.describe(), evidence);
}

void check_load_agents_of_pass(Judged& judged, const LoadScope& scope, const Evidence& evidence) {
  if (judged.verdict.state != VerdictState::fail) check_load_agents(judged, scope, evidence);
}

void check_outlasted(Judged& judged, FaultId during, const Requirement& requirement, const Evidence& evidence) {
  Verdict& verdict = judged.verdict;
  if (!during.valid() || (verdict.state != VerdictState::pass && verdict.state != VerdictState::not_proven)) return;
  for (const InjectionView& view : injections_of(during, evidence)) {
    const bool ended = outlasted(view, evidence);
    if (!ended && !view.cut_short) continue;
    verdict.reason += ended ? fmt::format(" The load ended before what injection {} broke was back.", view.number)
                            : fmt::format(" We took injection {} back before its time.", view.number);
    const bool at_least = requirement.objective.comparison == Comparison::at_least;
    const double worst = at_least ? 0 : verdict.measured.unit == Unit::ratio ? 1 : INFINITY;
    (at_least ? verdict.measured.lower : verdict.measured.upper) = worst;
    verdict.supportable.reset();
    verdict.at_risk = false;
    verdict.state = VerdictState::not_proven;
    set_needed(verdict, {ended ? kLoadTooShort : "an injection that stands its time", kNotByTime});
    return;
  }
}

void check_called(Judged& judged, const LoadScope& scope, const std::vector<OperationId>& operations, const Evidence& evidence) {
  if (operations.size() < 2 || scope.of_a_step() || judged.verdict.state == VerdictState::fail) return;
  std::set<OperationId> called;
  evidence.timeline->seconds().each_row([&](const SecondRow& row) {
    if (scope.contains(row) && row.offered() > 0) called.insert(row.operation);
  });
  for (const OperationId id : operations) {
    if (called.count(id) > 0) continue;
    touch(judged, Signal::none,
          fmt::format("no {} was ever sent in {}", evidence.scenario->operation(id).name, scope.describe()));
    set_needed(judged.verdict, {"a load that sends every operation of the row", kNotByTime});
  }
}

void check_lag(Judged& judged, const SparseHistogram& lag, double limit_seconds) {
  if (judged.verdict.state != VerdictState::fail || lag.empty()) return;
  const double p99 = seconds(lag.quantile(0.99));
  if (p99 <= 0.1 * limit_seconds) return;
  touch(judged, Signal::lag,
        fmt::format("our own lag (99 % under {}) is over 10 % of the limit, so the harness may have caused the failure",
                    format_value(p99, Unit::seconds)));
}

}  // namespace shakedown::judging
