#include "controller/judge/faults/load_watch.h"

#include <algorithm>
#include <cmath>

#include "controller/judge/scope.h"

namespace shakedown::judging {
namespace {

constexpr double kSomeShare = 0.05, kMostShare = 0.5;
constexpr double kSigmas = 3;  // of the quiet time's failures in one second
constexpr int kGoodSeconds = 3;

}  // namespace

bool LoadWatch::Second::fails(double share) const {
  return judged > 0 && bad > share * judged && bad > expected + kSigmas * std::sqrt(variance);
}

std::map<int64_t, LoadWatch::Second> LoadWatch::seconds_of(const InjectionView& view, TargetId target, RunTime from,
                                                           RunTime to) const {
  std::map<int64_t, Second> out;
  evidence_->timeline->seconds().each_row(
      [&](const SecondRow& row) {
        if (row.stage != view.record->stage || evidence_->scenario->operation(row.operation).request.target != target) return;
        SecondTally tally;
        add_outcomes(tally, row);
        const double judged = static_cast<double>(tally.ok + tally.bad), share = meter_.usual_failures(row.stage, row.operation);
        Second& second = out[row.second];
        second.bad += static_cast<double>(tally.bad);
        second.judged += judged;
        second.expected += judged * share;
        second.variance += judged * share * (1 - share);
      },
      second_of(from), second_of(to));
  return out;
}

std::optional<RunTime> LoadWatch::failing_until(const InjectionView& view, TargetId target, RunTime from) const {
  const RunTime begin = std::chrono::ceil<std::chrono::seconds>(std::max(from, view.effect_from));
  const std::map<int64_t, Second> seconds = seconds_of(view, target, begin, std::min(view.phase_end, view.next));
  std::optional<int64_t> last;
  int good = 0;
  for (const auto& [second, seen] : seconds) {
    if (seen.judged == 0) continue;
    if (seen.fails(kSomeShare)) {
      last = second;
      good = 0;
    } else if (++good >= kGoodSeconds && RunTime(std::chrono::seconds(second)) >= view.window.to) {
      break;
    }
  }
  if (!last) return std::nullopt;
  return *last == seconds.rbegin()->first ? RunTime::max() : RunTime(std::chrono::seconds(*last + 1));
}

Duration LoadWatch::mostly_failing(const InjectionView& view, TargetId target) const {
  const RunTime to = std::min({view.phase_end, view.next, view.window.to});
  int64_t longest = 0, run = 0, before = INT64_MIN;
  for (const auto& [second, seen] : seconds_of(view, target, view.effect_from, to)) {
    run = seen.fails(kMostShare) ? (before == second - 1 ? run + 1 : 1) : 0;
    before = second;
    longest = std::max(longest, run);
  }
  return std::chrono::seconds(longest);
}

}  // namespace shakedown::judging
