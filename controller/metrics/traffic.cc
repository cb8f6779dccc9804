// Load on the page: what was offered, what became of it, and how long it took.
#include <algorithm>
#include <map>

#include "controller/metrics/ladder.h"
#include "controller/metrics/page.h"

namespace shakedown {
namespace {

struct OperationSums {
  std::array<uint64_t, kOutcomes> counts{};
  uint64_t retried = 0;
  std::vector<uint64_t> over_limit;
  LadderSum latency{Ladder::slow()}, service{Ladder::slow()};
};

struct PhaseSums {
  uint64_t offered = 0;
  LadderSum lag{Ladder::fast()}, wait{Ladder::fast()};
  std::map<OperationId, OperationSums> operations;
};

using Sums = std::vector<PhaseSums>;  // by PhaseId

void add_cell(OperationSums& sums, const Cell& cell) {
  for (std::size_t i = 0; i < kOutcomes; ++i) sums.counts[i] += cell.counts[i];
  sums.retried += cell.retried;
  sums.over_limit.resize(std::max(sums.over_limit.size(), cell.over_limit.size()));
  for (std::size_t i = 0; i < cell.over_limit.size(); ++i) sums.over_limit[i] += cell.over_limit[i];
  for (const Outcome outcome : kAllOutcomes) {
    const SparseHistogram& latency = cell.latency[static_cast<std::size_t>(outcome)];
    if (outcome == Outcome::ok) {
      sums.latency.add(latency);
    } else {
      sums.latency.add_sum(latency.sum_seconds());
    }
  }
  sums.service.add(cell.service);
}

Sums sum_up(const Timeline& timeline) {
  const Scenario& scenario = timeline.scenario();
  Sums sums(scenario.phases.size());
  for (std::size_t i = 0; i < scenario.phases.size(); ++i) {
    if (!scenario.phases[i].load) continue;
    for (const MixEntry& entry : scenario.phases[i].load->mix) sums[i].operations[entry.operation];
  }
  const auto phase_of = [&](const StageRecord& stage) {
    return stage.phase.value < sums.size() ? &sums[stage.phase.value] : nullptr;
  };
  for (const StageRecord& stage : timeline.stages()) {
    if (PhaseSums* phase = phase_of(stage)) phase->offered += stage.offered;
  }
  for (const auto& [key, cell] : timeline.totals()) {
    PhaseSums* phase = phase_of(timeline.stages()[key.first.value]);
    if (phase == nullptr || key.second.value >= scenario.operations.size()) continue;
    add_cell(phase->operations[key.second], cell);
    phase->lag.add(cell.lag);
    phase->wait.add(cell.wait);
  }
  return sums;
}

uint64_t count(const OperationSums& sums, Outcome outcome) { return sums.counts[static_cast<std::size_t>(outcome)]; }

// What the SLI is over: every arrival but those that we failed ourselves. What was not answered well is above every
// bound, so that a bucket over the count is the share within the limit.
MetricHistogram latency_histogram(const OperationSums& sums, const Operation& operation) {
  uint64_t judged = 0;
  for (const Outcome outcome : kAllOutcomes) {
    if (outcome != Outcome::dropped_by_us && outcome != Outcome::client_error) judged += count(sums, outcome);
  }
  std::vector<LadderSum::Exact> exact;
  for (std::size_t i = 0; i < operation.limits.size(); ++i) {
    const uint64_t over = i < sums.over_limit.size() ? sums.over_limit[i] : 0;
    exact.push_back({operation.limits[i], count(sums, Outcome::ok) - std::min(over, count(sums, Outcome::ok))});
  }
  return sums.latency.histogram(judged, exact);
}

}  // namespace

void add_traffic_metrics(MetricFamilies& page, const MetricsInput& input) {
  MetricFamily offered = counter("shakedown_offered_total", "Arrivals that the schedule asked for.");
  MetricFamily outcomes = counter("shakedown_outcomes_total", "What became of the arrivals, counted when they are done.");
  MetricFamily retried =
      counter("shakedown_retried_total", "Requests sent a second time: the target closed a kept connection as we sent.");
  MetricFamily latency =
      histogram("shakedown_latency_seconds", "From the schedule's instant to the answer; arrivals not ok are above every bound.");
  MetricFamily service = histogram("shakedown_service_seconds", "From the request's first byte to its end.");
  MetricFamily wait = histogram("shakedown_wait_seconds", "Wait of released arrivals for a connection.");
  MetricFamily lag = histogram("shakedown_lag_seconds", "Our own delay behind the schedule.");
  const Scenario& scenario = input.timeline.scenario();
  const Sums sums = sum_up(input.timeline);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const std::string& phase = scenario.phases[i].name;
    if (!scenario.phases[i].load) continue;
    offered.add({{"phase", phase}}, static_cast<double>(sums[i].offered));
    wait.add({{"phase", phase}}, sums[i].wait.histogram());
    lag.add({{"phase", phase}}, sums[i].lag.histogram());
    for (const auto& [id, operation] : sums[i].operations) {
      const std::string& name = scenario.operation(id).name;
      for (const Outcome outcome : kAllOutcomes) {
        outcomes.add({{"phase", phase}, {"operation", name}, {"outcome", to_string(outcome)}},
                     static_cast<double>(count(operation, outcome)));
      }
      retried.add({{"phase", phase}, {"operation", name}}, static_cast<double>(operation.retried));
      latency.add({{"phase", phase}, {"operation", name}}, latency_histogram(operation, scenario.operation(id)));
      service.add({{"phase", phase}, {"operation", name}}, operation.service.histogram());
    }
  }
  for (MetricFamily* family : {&offered, &outcomes, &retried, &latency, &service, &wait, &lag}) page.push_back(family->take());
}

}  // namespace shakedown
