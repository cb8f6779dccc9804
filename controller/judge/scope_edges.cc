// What lies on the edges of a scope: requests that were out when a fault struck, and those of a second that a fault does not
// fill.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/scope.h"
#include "controller/measure/bounds/intervals.h"

namespace shakedown::judging {
namespace {

constexpr double kBucket = 0.01;  // sums are of buckets' midpoints

RunTime begin_of(int64_t second) { return RunTime(std::chrono::seconds(second)); }

}  // namespace

bool LoadScope::may_hold_in_flight(const SecondRow& row) const {
  return !scope_.during.valid() && std::any_of(windows_.begin(), windows_.end(), [&](const FaultWindow& w) {
    return may_be_out_at(row, w.range.from, *evidence_->scenario);
  });
}

uint64_t LoadScope::in_flight(const SecondRow& row) const {
  if (scope_.during.valid()) return 0;
  uint64_t out = 0, bad = 0;
  for (const FaultWindow& window : windows_) out += bad_out_at(row, window.range.from, *evidence_->scenario);
  for (const Outcome outcome : kAllOutcomes) bad += is_bad(outcome) ? row.count(outcome) : 0;
  return std::min(out, bad);
}

// Of a load at a constant rate about its share of the second is due outside: of one with a course, or of users, perhaps all.
uint64_t LoadScope::due_outside(const SecondRow& row) const {
  if (!scope_.during.valid()) return 0;
  constexpr double kChance = 1e-6;
  const StageRecord& stage = evidence_->timeline->stages()[row.stage.value];
  const TimeRange range = range_of(stage);
  const TimeRange here{std::max(range.from, begin_of(row.second)), std::min(range.to, begin_of(row.second + 1))};
  if (here.empty()) return 0;
  const double share = seconds_outside(here, own_) / shakedown::seconds(here.to - here.from);
  if (share <= 0) return 0;
  const auto& load = evidence_->scenario->phase(stage.phase).load;
  const auto* open = load ? std::get_if<OpenLoad>(&load->kind) : nullptr;
  const bool even = open != nullptr && std::holds_alternative<ConstantRate>(open->shape);
  return even ? most_of(row.offered(), share, kChance) : row.offered();
}

bool may_be_out_at(const SecondRow& row, RunTime at, const Scenario& scenario) {
  return begin_of(row.second + 1) <= at && at < begin_of(row.second + 1) + scenario.operation(row.operation).timeout;
}

uint64_t bad_out_at(const SecondRow& row, RunTime at, const Scenario& scenario) {
  if (!may_be_out_at(row, at, scenario)) return 0;
  const double until = seconds(at - begin_of(row.second + 1));
  uint64_t out = 0;
  for (const Outcome outcome : kAllOutcomes) {
    if (!is_bad(outcome) || row.count(outcome) == 0) continue;
    const auto i = static_cast<std::size_t>(outcome);
    const uint64_t untimed = row.counts[i] - std::min(row.counts[i], row.timed[i]), timed = row.counts[i] - untimed;
    const double longest = until > 0 ? std::floor(row.latency_seconds[i] * (1 + kBucket) / until) : INFINITY;
    out += untimed + (longest < static_cast<double>(timed) ? static_cast<uint64_t>(longest) : timed);
  }
  return out;
}

void each_out_at(RunTime at, const Evidence& evidence, const std::function<void(const SecondRow&)>& visit) {
  Duration longest{};
  for (const Operation& operation : evidence.scenario->operations) longest = std::max(longest, operation.timeout);
  evidence.timeline->seconds().each_row(
      [&](const SecondRow& row) {
        if (may_be_out_at(row, at, *evidence.scenario)) visit(row);
      },
      second_of(at - longest), second_of(at));
}

std::string in_flight_at_fault(const SecondTally& sum) {
  if (sum.in_flight == 0) return "";
  return fmt::format(" {} of the bad ones may have been out when a fault struck: {} no fail.", sum.in_flight,
                     sum.in_flight == 1 ? "it proves" : "they prove");
}

std::string outside_of_fault(const SecondTally& sum) {
  if (sum.outside == 0) return "";
  return fmt::format(" {} may have been due before or after the fault, in a second that it does not fill: {} nothing.",
                     sum.outside, sum.outside == 1 ? "it proves" : "they prove");
}

}  // namespace shakedown::judging
