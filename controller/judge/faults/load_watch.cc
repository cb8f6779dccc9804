#include "controller/judge/faults/load_watch.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "controller/judge/scope.h"
#include "controller/judge/valid/row_validity.h"

namespace shakedown::judging {
namespace {

constexpr double kSomeShare = 0.05, kMostShare = 0.5;
constexpr double kSigmas = 3;  // of the quiet time's failures in one second
constexpr int kGoodSeconds = 3;

// How long the bad requests of a row took at most: all of their time together, and none longer than its timeout.
Duration longest_bad(const SecondRow& row, Duration timeout) {
  double sum = 0;
  for (const Outcome outcome : kAllOutcomes) {
    if (is_bad(outcome)) sum += row.latency_seconds[static_cast<std::size_t>(outcome)];
  }
  return std::min(timeout, std::chrono::ceil<Duration>(std::chrono::duration<double>(sum)));
}

// From the middle of a second, when its requests were due in the mean, to the strike.
double until_struck(int64_t second, RunTime struck) { return seconds(struck - RunTime(std::chrono::seconds(second))) - 0.5; }

// The end of the second in which requests failed that took so long.
RunTime end_of(int64_t second, Duration out) { return RunTime(std::chrono::seconds(second + 1)) + out; }

}  // namespace

bool LoadWatch::Second::fails(double share) const {
  return judged > 0 && bad > share * judged && bad > expected + kSigmas * std::sqrt(variance);
}

// Users of a closed load whose requests were out when the fault struck ask for nothing while these hang: what they wait for
// counts in the second of the strike. Where bad requests ended before it in the mean, they were not out.
void LoadWatch::add_in_flight(std::map<int64_t, Second>& out, const InjectionView& view, const Wanted& wanted,
                              int64_t into) const {
  if (closed_load(view.record->stage, *evidence_) == nullptr) return;
  each_out_at(view.effect_from, *evidence_, [&](const SecondRow& row) {
    if (row.stage != view.record->stage || !wanted(row.operation)) return;
    double took = 0;
    for (const Outcome outcome : kAllOutcomes) {
      if (is_bad(outcome)) took += row.latency_seconds[static_cast<std::size_t>(outcome)];
    }
    SecondTally tally;
    add_outcomes(tally, row);
    if (tally.bad == 0 || took < until_struck(row.second, view.effect_from) * static_cast<double>(tally.bad)) return;
    Second& second = out[into];
    second.bad += static_cast<double>(tally.bad);
    second.judged += static_cast<double>(tally.bad);
    second.out = std::max(second.out, longest_bad(row, evidence_->scenario->operation(row.operation).timeout));
  });
}

const HarmMeter& LoadWatch::meter_of(const InjectionView& view) {
  const auto found = meters_.find(view.record->injection);
  if (found != meters_.end()) return found->second;
  return meters_.emplace(view.record->injection, meter_.before(view.window.from)).first->second;
}

std::map<int64_t, LoadWatch::Second> LoadWatch::seconds_of(const InjectionView& view, const Wanted& wanted, RunTime from,
                                                           RunTime to) {
  std::map<int64_t, Second> out;
  const HarmMeter& meter = meter_of(view);
  add_in_flight(out, view, wanted, std::max(second_of(from), second_of(view.effect_from)));
  evidence_->timeline->seconds().each_row(
      [&](const SecondRow& row) {
        if (row.stage != view.record->stage || !wanted(row.operation)) return;
        SecondTally tally;
        add_outcomes(tally, row);
        const double judged = static_cast<double>(tally.ok + tally.bad), share = meter.usual_failures(row);
        Second& second = out[row.second];
        second.bad += static_cast<double>(tally.bad);
        second.judged += judged;
        second.expected += judged * share;
        second.variance += judged * share * (1 - share);
        second.out = std::max(second.out, longest_bad(row, evidence_->scenario->operation(row.operation).timeout));
      },
      second_of(from), second_of(to));
  return out;
}

std::optional<RunTime> LoadWatch::failing_until(const InjectionView& view, TargetId target, RunTime from, bool blind) {
  const RunTime begin = blind ? std::chrono::floor<std::chrono::seconds>(view.effect_from)
                              : std::chrono::ceil<std::chrono::seconds>(std::max(from, view.effect_from));
  const std::map<int64_t, Second> seconds = seconds_of(view, to(target), begin, std::min(view.phase_end, view.next));
  std::optional<RunTime> last;
  int64_t last_second = 0;
  int good = 0;
  for (const auto& [second, seen] : seconds) {
    if (seen.judged == 0) continue;
    if (seen.fails(kSomeShare)) {
      last = std::max(last.value_or(RunTime::min()), end_of(second, seen.out));
      last_second = second;
      good = 0;
    } else if (++good >= kGoodSeconds && RunTime(std::chrono::seconds(second)) >= view.window.to) {
      break;
    }
  }
  if (!last) return std::nullopt;
  return last_second == seconds.rbegin()->first ? RunTime::max() : *last;
}

LoadWatch::Wanted LoadWatch::to(TargetId target) const {
  return [this, target](OperationId id) { return evidence_->scenario->operation(id).request.target == target; };
}

Elsewhere LoadWatch::failing_elsewhere(const InjectionView& view, const std::vector<ProbeId>& probes) {
  std::set<TargetId> watched;
  Duration least = Duration::max();
  for (const ProbeId id : probes) {
    const Probe& probe = evidence_->scenario->probe(id);
    watched.insert(evidence_->scenario->operation(probe.operation).request.target);
    least = std::min(least, probe.every * std::max(1U, probe.down_after));
  }
  Elsewhere out;
  for (std::size_t i = 0; i < evidence_->scenario->operations.size(); ++i) {
    if (watched.count(evidence_->scenario->operations[i].request.target) > 0) continue;
    const Duration away = mostly_failing(
        view, [i](OperationId id) { return id == OperationId(i); }, view.phase_end);
    if (away <= Duration{} || away < least) continue;
    out.operations.insert(OperationId(i));
    out.seconds = std::max(out.seconds, seconds(away));
  }
  return out;
}

void add_elsewhere(Elsewhere& to, const Elsewhere& one) {
  to.operations.insert(one.operations.begin(), one.operations.end());
  to.seconds = std::max(to.seconds, one.seconds);
}

std::string elsewhere_words(const Elsewhere& elsewhere, const std::vector<ProbeId>& probes, const Scenario& scenario) {
  if (elsewhere.operations.empty()) return "";
  std::vector<std::string> names;
  for (const ProbeId id : probes) names.push_back(scenario.probe(id).name);
  return fmt::format(" Meanwhile most {} failed for up to {}: {} {} another target.",
                     nouns({elsewhere.operations.begin(), elsewhere.operations.end()}, scenario),
                     format_value(elsewhere.seconds, Unit::seconds), fmt::join(names, " and "),
                     names.size() == 1 ? "asks" : "ask");
}

Duration LoadWatch::mostly_failing(const InjectionView& view, const Wanted& wanted, RunTime until) {
  int64_t longest = 0, since = 0;
  RunTime out_until = RunTime::min();
  for (const auto& [second, seen] : seconds_of(view, wanted, view.effect_from, std::min({view.phase_end, view.next, until}))) {
    if (seen.judged == 0) continue;
    if (!seen.fails(kMostShare)) {
      out_until = RunTime::min();
      continue;
    }
    if (RunTime(std::chrono::seconds(second)) > out_until) since = second;
    if (RunTime(std::chrono::seconds(since)) >= view.window.to) break;
    out_until = end_of(second, seen.out);
    longest = std::max(longest, second + 1 - since);
  }
  return std::chrono::seconds(longest);
}

}  // namespace shakedown::judging
