#include "controller/judge/faults/impact.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/scope.h"
#include "controller/judge/valid/row_validity.h"

namespace shakedown::judging {
namespace {

constexpr auto kOk = static_cast<std::size_t>(Outcome::ok);

}  // namespace

const HarmMeter::Quiet* HarmMeter::usual(const SecondRow& row) const {
  const PhaseId phase = evidence_->timeline->stages()[row.stage.value].phase;
  if (phase.value >= load_of_.size()) return nullptr;
  const auto load = quiet_.find(load_in(row.stage, row.second));
  if (load == quiet_.end()) return nullptr;
  const auto found = load->second.find(row.operation);
  return found == load->second.end() ? nullptr : &found->second;
}

double HarmMeter::usual_failures(const SecondRow& row) const {
  const Quiet* quiet = usual(row);
  return quiet == nullptr ? 0 : quiet->failures.mean();
}

Bounds HarmMeter::delay(TimeRange range, double confidence) const {
  const double grain = std::exp2(1.0 / (2 << kHistogramScale)) - 1;
  const int64_t first = second_of(range.from), last = second_of(std::max(range.from, range.to - Duration(1)));
  std::map<const Quiet*, std::pair<double, double>> sums;
  const auto add = [&](const SecondRow& row) {
    auto& [sum, count] = sums[usual(row)];
    sum += row.latency_seconds[kOk];
    count += static_cast<double>(row.timed[kOk]);
  };
  evidence_->timeline->seconds().each_row(add, first, last + 1);
  Bounds out;
  for (const auto& [quiet, sum] : sums) {
    if (quiet == nullptr || quiet->answers.count() <= 0 || sum.second <= 0) continue;
    const double expected = sum.second * quiet->answers.mean();
    const double reach = quiet->answers.reach(sum.second, last - first + 1, confidence) + grain * (sum.first + expected);
    out.lower += std::max(0.0, sum.first - expected - reach);
    out.upper += std::max(0.0, sum.first - expected + reach);
  }
  return out;
}

Bounds HarmMeter::failures(TimeRange range, double confidence) const {
  const int64_t first = second_of(range.from), last = second_of(std::max(range.from, range.to - Duration(1)));
  std::map<const Quiet*, std::pair<double, double>> sums;
  Bounds out;
  const auto add = [&](const SecondRow& row) {
    SecondTally tally;
    add_outcomes(tally, row);
    const Quiet* quiet = usual(row);
    if (quiet == nullptr || quiet->failures.count() <= 0) {
      out.upper += static_cast<double>(tally.bad);
      if (away_->count(row.second) > 0) out.lower += static_cast<double>(tally.bad);
      return;
    }
    auto& [bad, judged] = sums[quiet];
    bad += static_cast<double>(tally.bad);
    judged += static_cast<double>(tally.ok + tally.bad);
  };
  evidence_->timeline->seconds().each_row(add, first, last + 1);
  for (const auto& [quiet, sum] : sums) {
    const auto [bad, judged] = sum;
    const double share = quiet->failures.mean();
    const double reach = share > 0 && judged > 0 ? quiet->failures.reach(judged, last - first + 1, confidence) : 0;
    out.lower += std::max(0.0, std::floor(bad - judged * share - reach));
    out.upper += std::min(bad, std::max(0.0, std::ceil(bad - judged * share + reach)));
  }
  return out;
}

bool HarmMeter::has_baseline(TimeRange range) const {
  return all_rows(range, [&](const SecondRow& row) {
    const Quiet* quiet = usual(row);
    return row.timed[kOk] == 0 || (quiet != nullptr && quiet->answers.count() > 0);
  });
}

bool HarmMeter::knows_usual_failures(TimeRange range) const {
  return all_rows(range, [&](const SecondRow& row) {
    const Quiet* quiet = usual(row);
    return quiet != nullptr && quiet->failures.count() > 0;
  });
}

bool HarmMeter::all_rows(TimeRange range, const std::function<bool(const SecondRow&)>& holds) const {
  bool all = true;
  const int64_t first = second_of(range.from), last = second_of(std::max(range.from, range.to - Duration(1)));
  evidence_->timeline->seconds().each_row([&](const SecondRow& row) { all = all && holds(row); }, first, last + 1);
  return all;
}

Harm HarmMeter::in_flight_at_fault(TimeRange window) const {
  Harm out;
  std::map<StageId, UserTime> users;
  each_out_at(window.from, *evidence_, [&](const SecondRow& row) {
    const uint64_t bad = bad_out_at(row, window.from, *evidence_->scenario);
    if (bad == 0 || in_window(row.second, evidence_->windows)) return;
    out.failed += bad;
    const ClosedLoad* closed = closed_load(row.stage, *evidence_);
    for (const Outcome outcome : kAllOutcomes) {
      if (!is_bad(outcome) || closed == nullptr) continue;
      users[row.stage].bad += user_seconds(row, outcome, *closed, *evidence_);
      users[row.stage].bad_requests += row.count(outcome);
    }
  });
  for (const auto& [stage, time] : users) add_held_up(out, stage, time);
  return out;
}

double HarmMeter::usual_cycle(StageId stage) const {
  const PhaseId phase = evidence_->timeline->stages()[stage.value].phase;
  const ClosedLoad* closed = closed_load(stage, *evidence_);
  if (closed == nullptr || phase.value >= load_of_.size()) return 0;
  double sum = 0, count = 0;
  const auto load = quiet_.find({load_of_[phase.value], 0});
  if (load == quiet_.end()) return 0;
  for (const auto& [operation, quiet] : load->second) {
    sum += quiet.answers.mean() * quiet.answers.count();
    count += quiet.answers.count();
  }
  return count > 0 ? sum / count + seconds(closed->think) : 0;
}

void HarmMeter::add_held_up(Harm& harm, StageId stage, const UserTime& time) const {
  const double cycle = usual_cycle(stage);
  const auto others = [cycle](double spent, uint64_t made) {
    if (made == 0) return 0.0;
    return cycle > 0 ? std::max(0.0, spent / cycle - static_cast<double>(made)) : INFINITY;
  };
  const double bad = others(time.bad, time.bad_requests);
  const double slow = std::max(bad, cycle > 0 || time.bad_requests > 0 ? others(time.all, time.requests) : 0);
  harm.held_up += std::ceil(bad);
  harm.held_up_or_slow += std::ceil(slow);
  Duration longest{};
  for (const MixEntry& entry : evidence_->scenario->phase(evidence_->timeline->stages()[stage.value].phase).load->mix) {
    longest = std::max(longest, evidence_->scenario->operation(entry.operation).timeout);
  }
  if (slow > 0) harm.unseen_seconds += slow * seconds(longest);
}

Harm HarmMeter::over(TimeRange range, TargetId target, std::set<int64_t>* told) const {
  Harm harm;
  std::map<const Quiet*, std::pair<double, double>> excess;  // delay, failures
  std::map<int64_t, SecondTally> seconds;
  std::map<StageId, UserTime> users;
  const int64_t first = second_of(range.from), last = second_of(std::max(range.from, range.to - Duration(1)));
  const auto add = [&](const SecondRow& row) {
    if (told != nullptr && told->count(row.second) > 0) return;
    const Operation& operation = evidence_->scenario->operation(row.operation);
    if (target.valid() && operation.request.target != target) return;
    SecondTally tally;
    add_outcomes(tally, row);
    add_outcomes(seconds[row.second], row);
    const uint64_t ours = row.count(Outcome::dropped_by_us) + row.count(Outcome::client_error);
    harm.ours += ours;
    harm.unseen_seconds += static_cast<double>(ours) * shakedown::seconds(operation.timeout);
    if (const ClosedLoad* closed = closed_load(row.stage, *evidence_)) {
      UserTime& time = users[row.stage];
      for (const Outcome outcome : kAllOutcomes) {
        const double spent = user_seconds(row, outcome, *closed, *evidence_);
        time.all += spent;
        time.requests += row.count(outcome);
        if (outcome == Outcome::ok) continue;
        time.bad += spent;
        time.bad_requests += row.count(outcome);
      }
    }
    const Quiet* quiet = usual(row);
    auto& [delay, failures] = excess[quiet];
    failures += static_cast<double>(tally.bad);
    if (quiet == nullptr) return;
    failures -= static_cast<double>(tally.ok + tally.bad) * quiet->failures.mean();
    if (quiet->answers.count() <= 0) return;
    delay += row.latency_seconds[kOk] - static_cast<double>(row.timed[kOk]) * quiet->answers.mean();
  };
  evidence_->timeline->seconds().each_row(add, first, last + 1);
  for (const auto& [second, s] : seconds) {
    if (told != nullptr) told->insert(second);
    harm.failed += s.bad;
    harm.unfinished += s.unfinished;
    harm.answered += s.ok;
    if (s.ok + s.bad > 0) {
      harm.worst_error_ratio = std::max(harm.worst_error_ratio, static_cast<double>(s.bad) / static_cast<double>(s.ok + s.bad));
    }
  }
  for (const auto& [stage, time] : users) add_held_up(harm, stage, time);
  for (const auto& [quiet, more] : excess) {
    harm.delayed_seconds += std::max(0.0, more.first);
    harm.excess += static_cast<uint64_t>(std::llround(std::max(0.0, more.second)));
  }
  return harm;
}

LostWrites lost_writes(const InjectionView& view, const Evidence& evidence) {
  LostWrites out;
  const std::size_t ledgers = evidence.scenario->ledgers.size();
  out.known = ledgers > 0 && view.valid();
  for (std::size_t i = 0; out.known && i < ledgers; ++i) {
    const LossEvidence& found = evidence.losses.at({view.record->injection, LedgerId(i)});
    out.lower += found.loss.count_lower;
    out.upper += found.loss.count_upper;
    out.known = found.incomplete.empty();
  }
  return out;
}

}  // namespace shakedown::judging
