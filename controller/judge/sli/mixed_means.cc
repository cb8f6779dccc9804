#include "controller/judge/sli/mixed_means.h"

#include <iterator>
#include <set>

namespace shakedown::judging {
namespace {

struct LatencyMean {
  double sum = 0;
  uint64_t count = 0;
  double value() const { return count > 0 ? sum / static_cast<double>(count) : 0; }
};

using Means = std::map<int64_t, LatencyMean>;  // by second, none of them empty

std::map<OperationId, Means> means_of(const LoadScope& scope, OperationId operation, bool all, const Evidence& evidence) {
  constexpr auto kOk = static_cast<std::size_t>(Outcome::ok);
  std::map<OperationId, Means> out;
  evidence.timeline->seconds().each_row([&](const SecondRow& row) {
    const bool wanted = !operation.valid() || row.operation == operation;
    if (!wanted || !scope.contains(row)) return;
    LatencyMean more{row.latency_seconds[kOk], row.timed[kOk]};
    if (all) {
      SecondTally outcomes;
      add_outcomes(outcomes, row);
      const uint64_t bad = outcomes.bad + outcomes.unfinished;
      more.sum += static_cast<double>(bad) * seconds(evidence.scenario->operation(row.operation).timeout);
      more.count += bad;
    }
    if (more.count == 0) return;
    LatencyMean& mean = out[row.operation][row.second];
    mean.sum += more.sum;
    mean.count += more.count;
  });
  return out;
}

LatencyMean mean_of_all(const Means& means) {
  LatencyMean out;
  for (const auto& [second, mean] : means) {
    out.sum += mean.sum;
    out.count += mean.count;
  }
  return out;
}

double value_at(const Means& means, int64_t second) {
  const auto next = means.lower_bound(second);
  if (next == means.end()) return means.rbegin()->second.value();
  if (next->first == second || next == means.begin()) return next->second.value();
  const auto before = std::prev(next);
  const double share = static_cast<double>(second - before->first) / static_cast<double>(next->first - before->first);
  return before->second.value() + share * (next->second.value() - before->second.value());
}

}  // namespace

MixedMeans mixed_means(const LoadScope& scope, OperationId operation, bool all, const Evidence& evidence) {
  std::map<OperationId, Means> means = means_of(scope, operation, all, evidence);
  std::set<int64_t> distinct;
  double answers = 0, compared = 0;
  for (const auto& [id, one] : means) {
    for (const auto& [second, mean] : one) distinct.insert(second);
    answers += static_cast<double>(mean_of_all(one).count);
  }
  MixedMeans out;
  if (distinct.empty()) return out;
  const std::vector<int64_t> seconds(distinct.begin(), distinct.end());
  const int64_t early = seconds[seconds.size() / 8], late = seconds[seconds.size() - 1 - seconds.size() / 8];
  std::erase_if(means, [&](const auto& one) { return one.second.begin()->first > early || one.second.rbegin()->first < late; });
  std::vector<std::pair<const Means*, double>> parts;
  for (const auto& [id, one] : means) {
    parts.emplace_back(&one, static_cast<double>(mean_of_all(one).count));
    compared += parts.back().second;
  }
  out.left_out = 1 - compared / answers;
  for (const int64_t second : seconds) {
    if (parts.empty()) break;
    double value = 0;
    for (const auto& [one, weight] : parts) value += weight / compared * value_at(*one, second);
    out.points.push_back({static_cast<double>(second), value});
  }
  return out;
}

std::map<OperationId, double> usual_latencies(const LoadScope& scope, const Evidence& evidence) {
  std::map<OperationId, double> out;
  for (const auto& [id, means] : means_of(scope, {}, false, evidence)) out[id] = mean_of_all(means).value();
  return out;
}

}  // namespace shakedown::judging
