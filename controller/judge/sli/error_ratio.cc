// error_ratio {over}: the share of bad answers, over the whole scope or in the worst window of a length.
#include "controller/judge/sli/error_ratio.h"
#include "controller/judge/sli/form_parts.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "controller/judge/needed.h"
#include "controller/judge/planned/offer.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/valid/row_validity.h"
#include "controller/measure/bounds/intervals.h"

namespace shakedown {

SliForm forms::error_ratio() {
  const Shape shape = mapping("error ratio", "The share of bad answers.",
                              scoped({operations_key(), otherwise("over", duration_above_zero(30 * kDay), "the whole scope",
                                                                  "The worst window of this length, in whole seconds.")}));
  return {may("error_ratio", shape, "Objective: at most a share."),
          ObjectiveForm{"the error ratio", Comparison::at_most, "<= 0.1%", Amounts::share},
          [](const View& view, const Names& names, const Scenario&) -> Sli { return read_error_ratio(view, names); }};
}

Shape forms::watched_error_ratio() {
  return mapping("watched error ratio", "The share of bad answers, live.",
                 {operations_key(), need("over", duration_above_zero(3600), "Over the last so many whole seconds.")});
}

ErrorRatioSli forms::read_error_ratio(const View& view, const Names& names) {
  const bool scoped = view.shape().find("phases") != nullptr;  // a stop condition's has none
  return {view["operations"].ids<OperationId>(names), view["over"].duration(), scoped ? read_scope(view, names) : Scope{}};
}

}  // namespace shakedown

namespace shakedown::judging {
namespace {

RatioEvidence between(const std::map<int64_t, SecondTally>& seconds, int64_t from, int64_t to) {
  RatioEvidence out;
  for (auto it = seconds.lower_bound(from); it != seconds.end() && it->first < to; ++it) {
    const SecondTally& s = it->second;
    out.missing += static_cast<double>(s.ours);
    if (s.judged() == 0) continue;
    out.high.push_back({s.second, s.bad + s.unfinished, s.judged()});
    out.unfinished += s.unfinished;
    out.low.push_back({s.second, s.bad - s.in_flight, s.judged()});
    out.outside_good += static_cast<double>(std::min(s.ok, s.outside));
    out.outside_bad += static_cast<double>(std::min(s.bad - s.in_flight, s.outside));
  }
  return out;
}

std::map<int64_t, SecondTally> by_second(const std::vector<SecondTally>& seconds) {
  std::map<int64_t, SecondTally> out;
  for (const SecondTally& s : seconds) out.emplace(s.second, s);
  return out;
}

uint32_t whole_seconds(Duration over) { return static_cast<uint32_t>(std::max(1.0, std::ceil(seconds(over)))); }

constexpr double kWhole = 1 - 1e-6;

// [from, to) with these shares of its first and its last second; `lacking` seconds of it lie outside the scope.
struct Window {
  int64_t from = 0, to = 0;
  double head = 1, tail = 1, lacking = 0;
};

struct Covered {
  int64_t second = 0;
  double share = 1;
};

// Seconds without a gap; only the first and the last of a run may be part-seconds.
std::vector<std::vector<Covered>> runs_of(const std::map<int64_t, double>& covered) {
  std::vector<std::vector<Covered>> out;
  for (const auto& [second, share] : covered) {
    const bool follows = !out.empty() && out.back().back().second + 1 == second;
    if (!follows) {
      out.emplace_back();
    } else if (const Covered last = out.back().back(); last.share < kWhole && out.back().size() > 1) {
      out.push_back({last});  // two stages with a pause between them: the second ends one run and begins the next
    }
    out.back().push_back({second, share});
  }
  return out;
}

// A run may begin or end inside a second: such a window takes what is left to its length from the second at its other
// end. A run that is shorter than a window is one whose rest is not looked at.
void add_windows(std::vector<Window>& out, const std::vector<Covered>& run, uint32_t length) {
  const std::size_t n = length, size = run.size();
  const Covered first = run.front(), last = run.back();
  double all = 0;
  for (const Covered& c : run) all += c.share;
  if (all < static_cast<double>(n) * kWhole) {
    out.push_back({first.second, last.second + 1, 1, 1, static_cast<double>(n) - all});
    return;
  }
  for (std::size_t i = 0; i + n <= size; ++i) {
    if (run[i].share < kWhole || run[i + n - 1].share < kWhole) continue;
    out.push_back({run[i].second, run[i].second + length});
  }
  if (first.share < kWhole) {
    out.push_back({first.second, first.second + length + 1, 1, std::min(1.0, (1 - first.share) / run[n].share)});
  }
  const bool same = size == n + 1 && first.share + last.share < 1 + 1e-6;  // it was the window of the whole run
  if (last.share >= kWhole || (first.share < kWhole && same)) return;
  out.push_back({last.second - length, last.second + 1, std::min(1.0, (1 - last.share) / run[size - 1 - n].share), 1});
}

// A share of a second's requests, which came evenly; which of them were bad is not known.
void take(RatioEvidence& out, double share) {
  if (out.high.empty() || share >= kWhole) return;
  SecondCount &high = out.high.back(), &low = out.low.back();
  const auto total = static_cast<uint64_t>(std::lround(static_cast<double>(high.total) * share));
  const uint64_t left = high.total - total;
  high = {high.second, std::min(high.bad, total), total};
  low = {low.second, low.bad > left ? low.bad - left : 0, total};
}

void append(RatioEvidence& out, const RatioEvidence& more) {
  out.missing += more.missing;
  out.unfinished += more.unfinished;
  out.outside_good += more.outside_good;
  out.outside_bad += more.outside_bad;
  out.high.insert(out.high.end(), more.high.begin(), more.high.end());
  out.low.insert(out.low.end(), more.low.begin(), more.low.end());
}

RatioEvidence in_window(const std::map<int64_t, SecondTally>& seconds, const Window& window) {
  RatioEvidence out = between(seconds, window.from, window.from + 1);
  take(out, window.head);
  append(out, between(seconds, window.from + 1, window.to - 1));
  if (window.to - window.from > 1) {
    RatioEvidence tail = between(seconds, window.to - 1, window.to);
    take(tail, window.tail);
    append(out, tail);
  }
  return out;
}

// What of a window lies outside the scope is not judged: as if it had been good, at the rate of the rest.
void fill(RatioEvidence& evidence, double lacking, uint32_t length) {
  double total = 0;
  for (const SecondCount& s : evidence.high) total += static_cast<double>(s.total);
  const double present = static_cast<double>(length) - lacking;
  if (lacking <= 0 || present <= 0 || total <= 0) return;
  const auto rest = static_cast<uint64_t>(std::lround(total * lacking / present));
  const SecondCount good{evidence.high.back().second + 1, 0, rest};
  evidence.high.push_back(good);
  evidence.low.push_back(good);
}

Needed windowed_needed(const Requirement& requirement, const WorstWindow& worst, uint32_t length) {
  if (misses(requirement.objective, worst.value)) return {kMoreWillNotHelp};
  if (requirement.objective.limit <= 0) return {"no number of requests shows an objective without any tolerance", kNever};
  return {fmt::format("more requests per {} s, so that each window is narrow enough", length), kNotByTime};
}

Judged windowed(const Requirement& requirement, const ErrorRatioSli& sli, const LoadScope& scope,
                const std::vector<SecondTally>& seconds, const Missing& missing) {
  const uint32_t length = whole_seconds(sli.over);
  const WorstWindow worst =
      worst_window(seconds, scope.covered(), length, requirement.confidence, missing.never_offered, missing.waiting);
  if (worst.windows == 0) {
    return nothing(Unit::ratio,
                   fmt::format("No data: {} holds no complete window of {} s with requests.", scope.describe(), length),
                   "a longer phase");
  }
  Judged out;
  out.verdict.measured = {worst.value, worst.lower, worst.upper, Unit::ratio, worst.samples, false};
  out.verdict.reason = fmt::format(
      "The worst of {} windows of {} s (from second {}) had {} bad answers, at most {} in "
      "any {}; objective {}.",
      worst.windows, length, worst.from, figure(worst.value, Unit::ratio, requirement.objective.limit),
      figure(worst.upper, Unit::ratio, requirement.objective.limit), confidence_text(requirement.confidence),
      limit_text(requirement.objective));
  conclude(out.verdict, requirement);
  if (out.verdict.state == VerdictState::not_proven) {
    set_needed(out.verdict, windowed_needed(requirement, worst, length));
  }
  conclude_missing(out, missing, compare(requirement.objective, worst.lower_all_bad, worst.upper),
                   compare(requirement.objective, worst.lower, worst.upper_all_good));
  return out;
}

Judged whole(const Requirement& requirement, const LoadScope& scope, const std::vector<SecondTally>& seconds,
             const Missing& missing) {
  RatioEvidence ratio = between(by_second(seconds), INT64_MIN, INT64_MAX);
  ratio.missing += missing.never_offered;
  ratio.waiting = missing.waiting;
  const ShareBounds share = bad_share(ratio, requirement.confidence);
  Judged out;
  out.verdict.measured = {share.value, share.lower, share.upper, Unit::ratio, share.total, false};
  out.verdict.reason =
      fmt::format("{} of {} requests were bad ({}), between {} and {} {}; objective {}.{}", share.bad - share.unfinished,
                  share.ended(), scope.describe(), figure(share.lower, Unit::ratio, requirement.objective.limit),
                  figure(share.upper, Unit::ratio, requirement.objective.limit), confidence_text(requirement.confidence),
                  limit_text(requirement.objective), what_was_not_good(total(seconds)));
  conclude(out.verdict, requirement);
  if (out.verdict.state == VerdictState::not_proven) {
    set_needed(out.verdict, needed_samples(share, requirement.objective.limit, requirement.confidence, scope.length()));
    need_their_ends(out.verdict, share, requirement.objective.limit);
    need_whole_seconds(out.verdict, share, requirement.objective.limit);
  }
  conclude_missing(out, missing, compare(requirement.objective, share.lower_all_bad, share.upper),
                   compare(requirement.objective, share.lower, share.upper_all_good));
  return out;
}

}  // namespace

WorstWindow worst_window(const std::vector<SecondTally>& seconds, const std::map<int64_t, double>& covered, uint32_t length,
                         double confidence, double never_offered, double waiting) {
  WorstWindow worst;
  const auto map = by_second(seconds);
  std::vector<Window> windows;
  for (const std::vector<Covered>& run : runs_of(covered)) add_windows(windows, run, length);
  const bool complete = std::any_of(windows.begin(), windows.end(), [](const Window& w) { return w.lacking == 0; });
  if (!complete) return worst;
  const double shared = 1 - (1 - confidence) / static_cast<double>(windows.size());
  for (const Window& window : windows) {
    RatioEvidence evidence = in_window(map, window);
    fill(evidence, window.lacking, length);
    evidence.missing += never_offered;
    evidence.waiting = waiting;
    const ShareBounds share = bad_share(evidence, confidence);
    if (share.total == 0 && share.missing + share.waiting <= 0) continue;  // nothing of it known: anything from 0 to 1
    if (worst.windows == 0 || share.value > worst.value) {
      worst.from = window.from;
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
  const auto add = [&](const SecondRow& row) {
    const StageRecord& stage = evidence.timeline->stages()[row.stage.value];
    if (stage.role != StageRole::declared) return;  // a search is there to find what breaks
    const auto& phases = sli.scope.phases;
    if (!phases.empty() && std::find(phases.begin(), phases.end(), stage.phase) == phases.end()) return;
    if (is_among(row.operation, sli.operations)) add_outcomes(sum, row);
  };
  evidence.timeline->seconds().each_row(add, from, to);
  const uint64_t decided = sum.ok + sum.bad;
  if (decided == 0) return std::nullopt;
  return static_cast<double>(sum.bad) / static_cast<double>(decided);
}

Judged judge_sli(const Requirement& requirement, const ErrorRatioSli& sli, const Evidence& evidence) {
  const LoadScope scope(sli.scope, evidence);
  if (!scope.missing().empty()) return nothing(Unit::ratio, "No data: " + scope.missing() + ".", "a run of that phase");
  const std::vector<SecondTally> seconds = tally(scope, sli.operations, evidence);
  const SecondTally sum = total(seconds);
  if (sum.judged() == sum.unfinished) return none_ended(Unit::ratio, sum.unfinished, scope);
  const Missing missing = missing_in(scope, sli.operations, sum, evidence);
  Judged out = sli.over > Duration::zero() ? windowed(requirement, sli, scope, seconds, missing)
                                           : whole(requirement, scope, seconds, missing);
  if (!out.verdict.measured.value) return out;
  out.observed_seconds = scope.length();
  out.until = scope.until();
  out.verdict.outside_faults = scope.leaves_out_faults();
  out.verdict.reason += in_flight_at_fault(sum) + outside_of_fault(sum) + places_shared(scope, sum, evidence) +
                        pool_was_full(scope.stages(), sli.operations, evidence);
  check_called(out, scope, sli.operations, evidence);
  check_outlasted(out, sli.scope.during, requirement, evidence);
  check_load_agents_of_pass(out, scope, evidence);
  return out;
}

PlannedEvidence evidence_needed(const Requirement& requirement, const ErrorRatioSli& sli, const Scenario& scenario) {
  const double limit = requirement.objective.limit;
  if (sli.over <= Duration{}) return requests_needed(requirement, scenario, sli.operations, sli.scope, limit);
  const std::string never = never_sent(scenario, sli.operations, sli.scope);
  if (limit <= 0) return planned::NoTolerance{never};
  if (!never.empty()) return planned::NeverSent{never};
  const PlannedRequests offered = planned_requests(scenario, sli.operations, sli.scope, sli.over);
  return planned::RequestsEach{trials_needed(0, limit, requirement.confidence), sli.over, offered.closed,
                               whole_count(offered.thinnest)};
}

}  // namespace shakedown::judging
