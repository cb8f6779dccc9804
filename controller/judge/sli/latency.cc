// latency {operation, quantile}: over all arrivals; anything not ok lies above every limit. The verdict compares the
// over-limit share with 1 - quantile; the printed interval comes from order statistics.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "controller/judge/needed.h"
#include "controller/judge/planned/offer.h"
#include "controller/judge/scope.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/form_parts.h"
#include "controller/judge/valid/row_validity.h"
#include "controller/measure/bounds/intervals.h"
#include "controller/model/looks_at.h"

namespace shakedown {

SliForm forms::latency() {
  const Shape shape = mapping("latency",
                              "A quantile of the time from the intended start to the answer; what is not "
                              "answered well counts as above every limit.",
                              scoped({operation_key(), may("quantile", share_between(0.01, 0.99999), "99%", "Which quantile.")}));
  return {may("latency", shape, "Objective: at most a duration."),
          ObjectiveForm{"latency", Comparison::at_most, "<= 20ms", Amounts::time},
          [](const View& view, const Names& names, const Scenario&) -> Sli {
            return LatencySli{view["operation"].id<OperationId>(names), view["quantile"].share().value, read_scope(view, names)};
          }};
}

}  // namespace shakedown

namespace shakedown::judging {
namespace {

constexpr int kLagPart = 10;  // of the limit: from there on our lag counts

struct LatencyData {
  RatioEvidence over;            // the limit
  std::vector<uint64_t> pushed;  // of over.low, by our own lag perhaps
  std::vector<uint64_t> slow;    // of over.low: answered well, but too late
  HistogramSum low, high, lag;   // latencies of the good answers, at least and at most (second_log.h)
  uint64_t doubtful = 0;         // not ok, but not by the target's fault: unfinished
  uint64_t between = 0;          // good, and not known to be on one side of the limit
  bool counted = true;           // every second has a counter of exactly this limit
  SecondTally sum;
  Duration timeout{};                       // the longest of its operations
  Duration unknown_from = Duration::max();  // the shortest timeout of an operation with an arrival that was not ok
};

struct SecondCounts {
  SecondCount high, low;
  uint64_t pushed = 0, slow = 0;
};
using Counts = std::map<int64_t, SecondCounts>;  // by second

// Of some seconds together: what a histogram says of the limit cannot be told apart by second.
struct Above {
  uint64_t surely = 0, maybe = 0;
};

// late: arrivals of the slice that our lag may have pushed over the limit, less those that count so in another second. slowed: a
// fault in_flight while the answers may have been out.
void count(LatencyData& data, Counts& counts, const SecondTally& outcomes, Above above, uint64_t& late, bool slowed) {
  auto& [high, low, pushed, slow] = counts[outcomes.second];
  const uint64_t surely = slowed ? 0 : above.surely;
  const uint64_t by_us = std::min(surely, late);
  pushed += by_us;
  late -= by_us;
  high.total += outcomes.judged();
  low.total += outcomes.judged();
  high.bad += above.maybe + outcomes.bad + outcomes.unfinished;
  data.between += above.maybe - above.surely;
  const uint64_t within = outcomes.ok - std::min(outcomes.ok, above.maybe), beyond = surely + outcomes.bad - outcomes.in_flight;
  low.bad += beyond;
  slow += surely;
  data.over.outside_good += static_cast<double>(std::min(within, outcomes.outside));
  data.over.outside_bad += static_cast<double>(std::min(beyond, outcomes.outside));
  data.doubtful += outcomes.unfinished;
}

// The rows of the scope: by the exact counter where the run counted this limit, else bounded by the slice's histogram.
void add(LatencyData& data, Counts& counts, const Slice& slice, const LoadScope& scope, const Operation& operation,
         Duration limit) {
  const auto found = std::find(operation.limits.begin(), operation.limits.end(), limit);
  const auto index = static_cast<std::size_t>(found - operation.limits.begin());
  const auto inside = [&](const SecondRow& row) { return scope.contains(row); };
  const Within ok = ok_within(slice, inside);
  const SparseHistogram lag = lag_within(slice, inside);
  uint64_t late = lag.above(limit / kLagPart).maybe;
  std::optional<SecondTally> uncounted;
  bool any = false, not_ok = false, any_slowed = false;
  for (const SecondRow& row : slice.rows()) {
    if (!scope.contains(row) || row.offered() == 0) continue;
    any = true;
    SecondTally outcomes{row.second};
    add_outcomes(outcomes, row);
    const bool slowed = scope.may_hold_in_flight(row);
    outcomes.in_flight = scope.in_flight(row);
    outcomes.outside = scope.due_outside(row);
    not_ok = not_ok || outcomes.bad + outcomes.unfinished > 0;
    add_outcomes(data.sum, row);
    data.sum.in_flight += outcomes.in_flight;
    data.sum.outside += outcomes.outside;
    if (found != operation.limits.end() && index < row.over_limit.size()) {
      count(data, counts, outcomes, {row.over_limit[index], row.over_limit[index]}, late, slowed);
    } else {
      if (!uncounted) uncounted = SecondTally{row.second};
      add_outcomes(*uncounted, row);
      uncounted->in_flight += outcomes.in_flight;
      uncounted->outside += outcomes.outside;
      any_slowed = any_slowed || slowed;
    }
  }
  if (!any) return;
  if (uncounted) {
    data.counted = data.counted && uncounted->ok == 0;
    const Above above{std::min(ok.low.above(limit).surely, uncounted->ok), std::min(ok.high.above(limit).maybe, uncounted->ok)};
    count(data, counts, *uncounted, above, late, any_slowed);
  }
  data.low.add(ok.low);
  data.high.add(ok.high);
  data.lag.add(lag);
  data.timeout = std::max(data.timeout, operation.timeout);
  if (not_ok) data.unknown_from = std::min(data.unknown_from, operation.timeout);
}

std::vector<OperationId> measured_operations(const LatencySli& sli) {
  return sli.operation.valid() ? std::vector<OperationId>{sli.operation} : std::vector<OperationId>{};
}

LatencyData collect_latency(const LoadScope& scope, const LatencySli& sli, Duration limit, const Evidence& evidence) {
  LatencyData data;
  Counts counts;
  const std::vector<OperationId> wanted = measured_operations(sli);
  evidence.timeline->seconds().each([&](const Slice& slice) {
    if (!is_among(slice.operation, wanted) || !scope.has_stage(slice.stage)) return;
    add(data, counts, slice, scope, evidence.scenario->operation(slice.operation), limit);
  });
  for (auto& [second, one] : counts) {
    one.high.second = one.low.second = second;
    data.over.high.push_back(one.high);
    data.over.low.push_back(one.low);
    data.pushed.push_back(one.pushed);
    data.slow.push_back(one.slow);
  }
  return data;
}

double at_rank(const SparseHistogram& ok, double rank, double beyond) {
  if (rank < 1) return 0;
  return rank <= static_cast<double>(ok.count()) ? seconds(ok.rank(static_cast<uint64_t>(rank))) : beyond;
}

Measured quantile_of(const LatencyData& data, const ShareBounds& share, double q, double confidence) {
  Measured m;
  m.unit = Unit::seconds;
  m.samples = share.total;
  const double n = static_cast<double>(share.total), timeout = seconds(data.timeout);
  const double known = std::min(timeout, seconds(data.unknown_from));  // what was not ok took this long, or longer
  const RankBounds high = quantile_ranks((n + share.missing + share.waiting) / share.effect_high, q, confidence);
  const RankBounds low = quantile_ranks((n + share.missing) / share.effect_low, q, confidence);
  const double lower_rank = std::floor(static_cast<double>(low.lower) * share.effect_low);
  const double upper_rank = std::ceil(static_cast<double>(high.upper) * share.effect_high);
  const SparseHistogram slowest = data.high.sparse(), fastest = data.low.sparse();
  const double ended = n - static_cast<double>(data.doubtful);
  const double value = at_rank(slowest, std::max(1.0, std::ceil(q * ended - 1e-9 * n)), INFINITY);
  m.censored = !(value < timeout);
  m.value = !m.censored ? value : std::isfinite(value) ? timeout : known;
  m.lower = std::min(at_rank(fastest, lower_rank - static_cast<double>(data.doubtful) - share.missing, known), *m.value);
  m.upper = std::max(at_rank(slowest, upper_rank, INFINITY), m.censored ? INFINITY : *m.value);
  return m;
}

// The verdict rests on exact counters, the printed bounds on buckets of 0.27 %: the counters have the last word.
void reconcile(Measured& m, const ShareBounds& over, double allowed, double limit) {
  if (over.upper <= allowed) {
    m.upper = std::min(*m.upper, limit);
    m.value = std::min(*m.value, limit);
    m.lower = std::min(*m.lower, limit);
    return;
  }
  m.upper = std::max(*m.upper, std::nextafter(limit, INFINITY));
  if (over.lower > allowed) {
    m.lower = std::max(*m.lower, std::nextafter(limit, INFINITY));
    m.value = std::max(*m.value, *m.lower);
  } else {
    m.lower = std::min(*m.lower, limit);
  }
}

// What failed has failed at any lag: whether a fail stands with so many of the arrivals that are bad for certain, by second,
// counted as good answers within the limit.
bool stands_without(const LatencyData& data, const std::vector<uint64_t>& fewer, double allowed, double confidence) {
  RatioEvidence punctual = data.over;
  for (std::size_t i = 0; i < punctual.low.size(); ++i) punctual.low[i].bad -= fewer[i];
  return bad_share(punctual, confidence).lower > allowed;
}

// The far tail is that of few arrivals, so the p99 of the lag says nothing of it: a fail must hold with every good answer
// that our lag may have pushed over the limit counted as within it; and where that p99 is high, with every good answer.
void check_lateness(Judged& judged, const LatencyData& data, double allowed, const Requirement& requirement) {
  if (judged.verdict.state != VerdictState::fail || stands_without(data, data.slow, allowed, requirement.confidence)) return;
  const uint64_t pushed = std::accumulate(data.pushed.begin(), data.pushed.end(), uint64_t{0});
  if (pushed > 0 && !stands_without(data, data.pushed, allowed, requirement.confidence)) {
    touch(judged, Signal::lag,
          fmt::format("{} too slow where our own lag was over 10 % of the limit, and the failure rests on them",
                      pushed == 1 ? "1 arrival was" : fmt::format("{} arrivals were", pushed)));
  }
  check_lag(judged, data.lag.sparse(), requirement.objective.limit);
}

std::string sentence(const Requirement& requirement, const LatencySli& sli, const ShareBounds& over, const Measured& m,
                     uint64_t doubtful, const LoadScope& scope) {
  const auto told = [&](double value) { return figure(value, Unit::seconds, requirement.objective.limit); };
  return fmt::format(
      "{} of {} arrivals in {} were slower than the limit or not answered well{}; the {:g} % quantile is "
      "{}{}, between {} and {} {}; objective {}.",
      over.bad, over.total, scope.describe(),
      doubtful == 0 ? "" : fmt::format(" ({} of these still out when the run ended)", doubtful), sli.quantile * 100,
      m.censored ? ">= " : "", told(*m.value), told(*m.lower), told(*m.upper), confidence_text(requirement.confidence),
      limit_text(requirement.objective));
}

// The run kept no counter of this limit; its histogram knows each value as one of a bucket 0.54 % wide, and those of a block
// that the scope cuts only together.
std::string not_counted(uint64_t between) {
  return fmt::format(
      " The run did not count this limit; by its histogram, {} may lie on either side of it: they count "
      "against a pass and not for a fail.",
      counted(between, "arrival"));
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const LatencySli& sli, const Evidence& evidence) {
  const LoadScope scope(sli.scope, evidence);
  if (!scope.missing().empty()) {
    return nothing(Unit::seconds, "No data: " + scope.missing() + ".", "a run of that phase");
  }
  const double limit = requirement.objective.limit, allowed = 1 - sli.quantile;
  const bool limited = requirement.objective.comparison == Comparison::at_most && std::isfinite(limit);
  LatencyData data = collect_latency(scope, sli, limited ? from_seconds(limit) : Duration::max(), evidence);
  const Missing missing =
      missing_in(scope, measured_operations(sli), data.sum, evidence, limited ? from_seconds(limit) : Duration::max());
  data.over.missing = missing.total();
  data.over.waiting = missing.waiting;
  data.over.unfinished = data.doubtful;
  const ShareBounds over = bad_share(data.over, requirement.confidence);
  if (over.total == 0) {
    return nothing(Unit::seconds, fmt::format("No data: no arrival in {}.", scope.describe()), "samples");
  }
  if (over.total == data.doubtful) return none_ended(Unit::seconds, data.doubtful, scope);
  Judged out;
  out.observed_seconds = scope.length();
  out.until = scope.until();
  out.verdict.outside_faults = scope.leaves_out_faults();
  Measured& m = out.verdict.measured;
  m = quantile_of(data, over, sli.quantile, requirement.confidence);
  if (limited) reconcile(m, over, allowed, limit);
  out.verdict.reason = sentence(requirement, sli, over, m, data.doubtful, scope) + in_flight_at_fault(data.sum) +
                       outside_of_fault(data.sum) + pool_was_full(scope.stages(), measured_operations(sli), evidence);
  if (limited && !data.counted) out.verdict.reason += not_counted(data.between);
  conclude(out.verdict, requirement);
  if (out.verdict.state == VerdictState::not_proven) {
    set_needed(out.verdict, needed_samples(over, allowed, requirement.confidence, out.observed_seconds));
    need_their_ends(out.verdict, over, allowed);
    need_whole_seconds(out.verdict, over, allowed);
  }
  const Objective share_limit{Comparison::at_most, allowed, ""};
  const bool differs =
      !limited || compare(share_limit, over.lower_all_bad, over.upper) != compare(share_limit, over.lower, over.upper_all_good);
  conclude_missing(out, missing, differs ? VerdictState::unknown : out.verdict.state, out.verdict.state);
  check_outlasted(out, sli.scope.during, requirement, evidence);
  check_load_agents_of_pass(out, scope, evidence);
  if (limited) check_lateness(out, data, allowed, requirement);
  return out;
}

PlannedEvidence evidence_needed(const Requirement& requirement, const LatencySli& sli, const Scenario& scenario) {
  return requests_needed(requirement, scenario, looks_at(requirement.sli).operations, sli.scope, 1 - sli.quantile);
}

}  // namespace shakedown::judging
