#include "controller/judge/capacity/transient.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <boost/math/distributions/normal.hpp>

#include "controller/model/looks_at.h"

namespace shakedown::judging {
namespace {

// Up to which length of an answer a requirement sees nothing wrong, and which share of answers must stay below it.
struct Memory {
  double limit = 0;  // seconds
  double share = 0;
};

double longest_timeout(const std::vector<OperationId>& operations, const Scenario& scenario) {
  Duration longest{};
  for (std::size_t i = 0; i < scenario.operations.size(); ++i) {
    const bool named = operations.empty() || std::find(operations.begin(), operations.end(), OperationId(i)) != operations.end();
    if (named) longest = std::max(longest, scenario.operations[i].timeout);
  }
  return seconds(longest);
}

Memory memory_of(const Requirement& requirement, const Scenario& scenario) {
  const std::optional<DemandedShare> share = demanded_share(requirement);
  if (!share) return {};
  const LooksAt at = looks_at(requirement.sli);
  const double timeout = longest_timeout(at.operations, scenario);
  return {counts_failures(at.load) ? timeout : std::min(requirement.objective.limit, timeout), std::clamp(share->good, 0.0, 1.0)};
}

struct Waits {
  double sum = 0;
  uint64_t count = 0;
};

}  // namespace

double blind_share(const Search& search, Duration windows, const Scenario& scenario) {
  double worst = 0;
  for (const RequirementId id : search.hold) {
    const Memory memory = memory_of(scenario.requirement(id), scenario);
    const double loaded = seconds(search.settle) + memory.share * seconds(windows);
    worst = std::max(worst, loaded > memory.limit ? memory.limit / (loaded - memory.limit) : INFINITY);
  }
  return worst < kFinestBlindShare ? 0 : worst;
}

double blind_share_at(double rate, double confidence, const Search& search, Duration windows, const Scenario& scenario) {
  const double share = blind_share(search, windows, scenario);
  const double arrivals = rate * seconds(search.settle + windows);
  if (share == 0 || !std::isfinite(share) || arrivals <= 0) return share;
  return share + boost::math::quantile(boost::math::normal(), confidence) / std::sqrt(arrivals);
}

double planned_blind_share(const Search& search, const Scenario& scenario) {
  return blind_share(search, std::max<Duration>(search.confirm, search.window * search.windows), scenario);
}

std::vector<TrendPoint> mean_waits(const std::vector<StageId>& stages, const Timeline& timeline) {
  std::map<int64_t, Waits> seconds;
  for (const StageId id : stages) {
    const TimeRange& range = timeline.stages()[id.value].range;
    const auto add = [&](const SecondRow& row) {
      if (row.stage != id) return;
      for (std::size_t i = 0; i < kOutcomes; ++i) {
        seconds[row.second].sum += row.latency_seconds[i];
        seconds[row.second].count += row.timed[i];
      }
    };
    timeline.seconds().each_row(add, second_of(range.from), second_of(range.to) + 1);
  }
  std::vector<TrendPoint> points;
  for (const auto& [second, waits] : seconds) {
    if (waits.count > 0) points.push_back({static_cast<double>(second), waits.sum / static_cast<double>(waits.count)});
  }
  return points;
}

std::optional<double> growth_of_backlog(const std::vector<StageId>& stages, double confidence, const Timeline& timeline) {
  const std::optional<Trend> found = trend(mean_waits(stages, timeline), confidence);
  if (!found || !(found->bounds.lower > 0) || !std::isfinite(found->bounds.lower)) return std::nullopt;
  // At (1 + d) times its capacity answers take d longer with each second: less than the finest share is no backlog that counts.
  if (found->slope < kFinestBlindShare) return std::nullopt;
  return found->bounds.lower;
}

}  // namespace shakedown::judging
