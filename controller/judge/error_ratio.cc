// error_ratio {over}: the share of bad answers, over the whole scope or in the worst window of a length.
#include "controller/judge/error_ratio.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "controller/judge/families.h"
#include "controller/judge/needed.h"
#include "controller/judge/row_validity.h"

namespace shakedown::judging {
namespace {

RatioEvidence between(const std::map<int64_t, SecondTally>& seconds, int64_t from, int64_t to) {
  RatioEvidence out;
  for (auto it = seconds.lower_bound(from); it != seconds.end() && it->first < to; ++it) {
    const SecondTally& s = it->second;
    out.missing += static_cast<double>(s.ours);
    if (s.judged() == 0) continue;
    out.high.push_back({s.second, s.bad + s.unfinished, s.judged()});
    out.low.push_back({s.second, s.bad, s.judged()});
  }
  return out;
}

std::map<int64_t, SecondTally> by_second(const std::vector<SecondTally>& seconds) {
  std::map<int64_t, SecondTally> out;
  for (const SecondTally& s : seconds) out.emplace(s.second, s);
  return out;
}

std::vector<int64_t> window_starts(const std::vector<int64_t>& in_scope, uint32_t length) {
  std::vector<int64_t> out;
  for (std::size_t i = 0; i + length <= in_scope.size(); ++i) {
    if (in_scope[i + length - 1] - in_scope[i] == static_cast<int64_t>(length) - 1) out.push_back(in_scope[i]);
  }
  return out;
}

uint32_t whole_seconds(Duration over) { return static_cast<uint32_t>(std::max(1.0, std::ceil(seconds(over)))); }

std::vector<int64_t> seconds_in(const LoadScope& scope) {
  std::vector<int64_t> out;
  for (const auto& [second, stage] : scope.whole_seconds()) {
    if (out.empty() || out.back() != second) out.push_back(second);
  }
  return out;
}

Judged windowed(const Requirement& requirement, const ErrorRatioSli& sli, const LoadScope& scope,
                const std::vector<SecondTally>& seconds, const Missing& missing) {
  const uint32_t length = whole_seconds(sli.over);
  const WorstWindow worst = worst_window(seconds, seconds_in(scope), length, requirement.confidence,
                                         missing.never_offered, missing.waiting);
  if (worst.windows == 0) {
    return nothing(Unit::ratio, fmt::format("No data: {} holds no complete window of {} s with requests.",
                                            scope.describe(), length), "a longer phase");
  }
  Judged out;
  out.verdict.measured = {worst.value, worst.lower, worst.upper, Unit::ratio, worst.samples, false};
  out.verdict.reason = fmt::format("The worst of {} windows of {} s (from second {}) had {} bad answers, at most {} in "
                                   "any {}; objective {}.",
                                   worst.windows, length, worst.from, format_value(worst.value, Unit::ratio),
                                   format_value(worst.upper, Unit::ratio), confidence_text(requirement.confidence),
                                   limit_text(requirement.objective));
  settle(out.verdict, requirement);
  if (out.verdict.state == VerdictState::not_proven) {
    out.verdict.needed = misses(requirement.objective, worst.value)
                             ? kMoreWillNotHelp
                             : fmt::format("more requests per {} s, so that each window is narrow enough", length);
  }
  settle_missing(out, missing, compare(requirement.objective, worst.lower_all_bad, worst.upper),
                 compare(requirement.objective, worst.lower, worst.upper_all_good));
  return out;
}

Judged whole(const Requirement& requirement, const LoadScope& scope, const std::vector<SecondTally>& seconds,
             const Missing& missing) {
  RatioEvidence ratio = between(by_second(seconds), INT64_MIN, INT64_MAX);
  ratio.missing += missing.never_offered;
  ratio.waiting = missing.waiting;
  const ShareBounds share = bad_share(ratio, requirement.confidence);
  if (share.total == 0) {
    return nothing(Unit::ratio, fmt::format("No data: no request was answered in {}.", scope.describe()), "samples");
  }
  Judged out;
  out.verdict.measured = {share.value, share.lower, share.upper, Unit::ratio, share.total, false};
  out.verdict.reason = fmt::format("{} of {} requests were bad ({}), between {} and {} {}; objective {}.{}", share.bad,
                                   share.total, scope.describe(), format_value(share.lower, Unit::ratio),
                                   format_value(share.upper, Unit::ratio), confidence_text(requirement.confidence),
                                   limit_text(requirement.objective), what_was_not_good(total(seconds)));
  settle(out.verdict, requirement);
  if (out.verdict.state == VerdictState::not_proven) {
    set_needed(out.verdict, needed_samples(share, requirement.objective.limit, requirement.confidence, scope.length()));
  }
  settle_missing(out, missing, compare(requirement.objective, share.lower_all_bad, share.upper),
                 compare(requirement.objective, share.lower, share.upper_all_good));
  return out;
}

}  // namespace

WorstWindow worst_window(const std::vector<SecondTally>& seconds, const std::vector<int64_t>& in_scope,
                         uint32_t length, double confidence, double never_offered, double waiting) {
  WorstWindow worst;
  const auto map = by_second(seconds);
  const std::vector<int64_t> starts = window_starts(in_scope, length);
  const double shared = 1 - (1 - confidence) / std::max<double>(1, static_cast<double>(starts.size()));
  for (const int64_t from : starts) {
    RatioEvidence evidence = between(map, from, from + length);
    evidence.missing += never_offered;
    evidence.waiting = waiting;
    const ShareBounds share = bad_share(evidence, confidence);
    if (share.total == 0 && share.missing + share.waiting <= 0) continue;  // nothing of it known: anything from 0 to 1
    if (worst.windows == 0 || share.value > worst.value) {
      worst.from = from;
      worst.value = share.value;
      worst.samples = share.total;
    }
    worst.upper = std::max(worst.upper, share.upper);
    worst.upper_all_good = std::max(worst.upper_all_good, share.total > 0 ? share.upper_all_good : 0);
    if (share.bad > 0 || share.missing + share.waiting > 0) {
      const ShareBounds wide = bad_share(evidence, shared);
      if (share.bad > 0) worst.lower = std::max(worst.lower, wide.lower);
      worst.lower_all_bad = std::max(worst.lower_all_bad, share.total > 0 ? wide.lower_all_bad : 1);
    }
    ++worst.windows;
  }
  return worst;
}

std::optional<double> bad_in(const Evidence& evidence, const ErrorRatioSli& sli, int64_t from, int64_t to) {
  SecondTally sum;
  const auto& cells = evidence.timeline->cells();
  for (auto it = cells.lower_bound(CellKey{from, StageId(0), OperationId(0)}); it != cells.end(); ++it) {
    if (it->first.second >= to) break;
    const StageRecord& stage = evidence.timeline->stages()[it->first.stage.value];
    if (stage.role != StageRole::declared) continue;  // a search is there to find what breaks
    const PhaseId phase = stage.phase;
    const auto& phases = sli.scope.phases;
    if (!phases.empty() && std::find(phases.begin(), phases.end(), phase) == phases.end()) continue;
    if (is_among(it->first.operation, sli.operations)) add_outcomes(sum, it->second);
  }
  const uint64_t decided = sum.ok + sum.bad;
  if (decided == 0) return std::nullopt;
  return static_cast<double>(sum.bad) / static_cast<double>(decided);
}

Judged judge_sli(const Requirement& requirement, const ErrorRatioSli& sli, const Evidence& evidence) {
  const LoadScope scope(sli.scope, evidence);
  if (!scope.missing().empty()) return nothing(Unit::ratio, "No data: " + scope.missing() + ".", "a run of that phase");
  const std::vector<SecondTally> seconds = tally(scope, sli.operations, evidence);
  const Missing missing = missing_in(scope, sli.operations, total(seconds), evidence);
  Judged out = sli.over > Duration::zero() ? windowed(requirement, sli, scope, seconds, missing)
                                           : whole(requirement, scope, seconds, missing);
  if (!out.verdict.measured.value) return out;
  out.observed_seconds = scope.length();
  out.until = scope.until();
  check_load_agents(out, scope, evidence);
  return out;
}

}  // namespace shakedown::judging
