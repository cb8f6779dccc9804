#include "controller/drill/overdue.h"

#include <algorithm>
#include <cmath>

#include "controller/judge/judge.h"
#include "controller/judge/planned/offer.h"
#include "controller/measure/windows.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostSeconds = 4096;
constexpr int64_t kRemembered = 60;  // seconds of answers that tell how long answers take: looked at each second, on the run loop

struct Counts {
  uint64_t bad = 0, decided = 0, ended = 0;
};

template <class Id>
bool among(Id id, const std::vector<Id>& ids) {
  return ids.empty() || std::find(ids.begin(), ids.end(), id) != ids.end();
}

// Of so many arrivals of a stage, which are told together, those of the SLI's operations at least: each is drawn by the mix.
uint64_t least_of_mix(const ErrorRatioSli& sli, uint64_t offered, const Phase& phase) {
  constexpr double kSigmas = 4;
  if (sli.operations.empty() || !phase.load) return offered;
  const double share = judging::share_of(phase.load->mix, sli.operations), n = static_cast<double>(offered);
  return static_cast<uint64_t>(std::max(0.0, std::floor(n * share - kSigmas * std::sqrt(n * share * (1 - share)))));
}

// What has ended of the arrivals intended in [from, to), by stage.
std::map<StageId, Counts> ended_in(const ErrorRatioSli& sli, const Timeline& timeline, int64_t from, int64_t to) {
  std::map<StageId, Counts> out;
  timeline.seconds().each_row(
      [&](const SecondRow& row) {
        if (!among(row.operation, sli.operations)) return;
        Counts& counts = out[row.stage];
        counts.ended += row.offered();
        counts.decided += row.count(Outcome::ok);
        for (const Outcome outcome : kAllOutcomes) {
          if (!is_bad(outcome)) continue;
          counts.bad += row.count(outcome);
          counts.decided += row.count(outcome);
        }
      },
      from, to);
  return out;
}

bool meets_fault(const Timeline& timeline, int64_t from, int64_t to) {
  const std::vector<FaultWindow> windows = fault_windows(timeline, run_time(std::chrono::seconds(from)));
  for (int64_t second = from; second < to && !windows.empty(); ++second) {
    if (in_window(second, windows)) return true;
  }
  return false;
}

// How long an arrival may be out before it counts as one that hangs. A target whose answers were quick hangs when it has been
// silent for `over`; one whose good answers take long, or that has given none yet, is only waited for: up to the timeout. Of n
// good answers the next takes longer than all of them with a chance of 1 in n + 1, so that the slowest of them tells how long is
// long.
Duration patience(const ErrorRatioSli& sli, const Timeline& timeline, int64_t end) {
  const Scenario& scenario = timeline.scenario();
  Duration timeout{};
  for (std::size_t i = 0; i < scenario.phases.size(); ++i) {
    if (!scenario.phases[i].load || !among(PhaseId(i), sli.scope.phases)) continue;
    for (const MixEntry& entry : scenario.phases[i].load->mix) {
      if (among(entry.operation, sli.operations)) timeout = std::max(timeout, scenario.operation(entry.operation).timeout);
    }
  }
  bool answered = false;
  Duration slowest{};
  timeline.seconds().each(
      [&](const Slice& slice) {
        if (!among(slice.operation, sli.operations)) return;
        for (const SecondRow& row : slice.rows()) answered = answered || row.count(Outcome::ok) > 0;
        slowest = std::max(slowest, slice.ok().max());
      },
      end - kRemembered, end);
  const Duration usual = answered ? std::min(timeout, slowest) : timeout;
  return std::max(sli.over, usual);
}

// Bad over all arrivals of the seconds [from, to). What has been offered and has not ended counts as open_is_bad says.
std::optional<double> share_of(const ErrorRatioSli& sli, const Timeline& timeline, const Overdue& overdue, int64_t from,
                               int64_t to, bool open_is_bad) {
  const std::map<StageId, Counts> ended = ended_in(sli, timeline, from, to);
  uint64_t bad = 0, all = 0;
  for (const StageRecord& stage : timeline.stages()) {
    if (!stage.phase.valid() || stage.role != StageRole::declared || !among(stage.phase, sli.scope.phases)) continue;
    const auto found = ended.find(stage.stage);
    const Counts counts = found == ended.end() ? Counts{} : found->second;
    const uint64_t all_offered = overdue.offered(stage.stage, from, to).value_or(0);
    const uint64_t offered = least_of_mix(sli, all_offered, timeline.scenario().phase(stage.phase));
    const uint64_t open = offered > counts.ended ? offered - counts.ended : 0;
    bad += counts.bad + (open_is_bad ? open : 0);
    all += counts.decided + open;
  }
  if (all == 0) return std::nullopt;
  return static_cast<double>(bad) / static_cast<double>(all);
}

}  // namespace

void Overdue::add(const Snapshot& snapshot) {
  const int64_t second = second_of(snapshot.to);
  const double length = seconds(snapshot.to - snapshot.from);
  const double late = seconds(snapshot.to - run_time(second * Duration(1s)));
  if (length > 1.5) lumped_.insert(second);
  for (const auto& [stage, count] : snapshot.offered) {
    std::map<int64_t, Second>& seconds_of_stage = seconds_[stage];
    Second& one = seconds_of_stage[second];
    one.offered += count;
    if (count > 0)
      one.edge += static_cast<uint64_t>(static_cast<double>(count) * std::min(1.0, late / std::max(length, 1e-3))) + 1;
    if (seconds_of_stage.size() > kMostSeconds) seconds_of_stage.erase(seconds_of_stage.begin());
  }
  if (lumped_.size() > kMostSeconds) lumped_.erase(lumped_.begin());
}

// A snapshot that ends in second s tells of the second before, and of the beginning of s.
std::optional<uint64_t> Overdue::offered(StageId stage, int64_t from, int64_t to) const {
  const auto lumped = lumped_.lower_bound(from);
  if (lumped != lumped_.end() && *lumped <= to + 1) return std::nullopt;
  const auto found = seconds_.find(stage);
  if (found == seconds_.end()) return 0;
  uint64_t sum = 0;
  for (auto it = found->second.upper_bound(from); it != found->second.end() && it->first <= to; ++it) {
    sum += it->second.offered;
    if (it->first == to) sum -= std::min(sum, it->second.edge);
  }
  return sum;  // what the snapshot that ended in `from` had counted of it is not in it: that only makes it smaller
}

std::optional<StopValue> stop_value(const StopCondition& condition, const Timeline& timeline, const Overdue& overdue,
                                    RunTime now) {
  const ErrorRatioSli& ratio = condition.sli;
  if (ratio.over <= Duration{}) {
    const std::optional<double> value = live_value(ratio, timeline, now, condition.outside_faults);
    return value ? std::optional(StopValue{*value, {}}) : std::nullopt;
  }
  const int64_t end = second_of(now);
  const Duration patient = patience(ratio, timeline, end);
  const auto over = static_cast<int64_t>(std::ceil(seconds(ratio.over)));
  const int64_t earlier_end = end - static_cast<int64_t>(std::ceil(seconds(patient))) - 1;
  std::optional<double> latest, earlier;
  if (!condition.outside_faults || !meets_fault(timeline, end - over, end)) {
    latest = share_of(ratio, timeline, overdue, std::max<int64_t>(0, end - over), end, false);
  }
  const int64_t earlier_from = std::max<int64_t>(0, earlier_end - over);
  if (earlier_end > 0 && (!condition.outside_faults || !meets_fault(timeline, earlier_from, end))) {
    earlier = share_of(ratio, timeline, overdue, earlier_from, earlier_end, true);
  }
  if (!earlier || (latest && *latest >= *earlier)) return latest ? std::optional(StopValue{*latest, {}}) : std::nullopt;
  return StopValue{*earlier, patient};
}

std::string measured_words(const StopCondition& condition, const StopValue& value) {
  const std::string measured = "measured " + format_value(value.value, unit_of(condition.sli));
  if (value.unanswered <= Duration{}) return measured;
  return measured + ", where what had no answer after " + format_duration(value.unanswered) + " counts as failed";
}

}  // namespace shakedown
