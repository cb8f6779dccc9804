#include "controller/judge/sli/carried.h"

#include <cmath>

namespace shakedown::judging {
namespace {

constexpr auto kGoodOnes = static_cast<std::size_t>(Outcome::ok);
constexpr double kAtOnce = 0.01;  // seconds

struct Came {
  double answers = 0;
  double asked = 0, waited = 0;  // of those that were asked for in this second
};

}  // namespace

std::vector<double> carried(const LoadScope& scope, const std::vector<OperationId>& operations, const Evidence& evidence) {
  std::map<int64_t, Came> seconds;
  for (const auto& [second, stage] : scope.whole_seconds()) seconds[second];
  const auto add = [&seconds](int64_t second, double answers) {
    const auto found = seconds.find(second);
    if (found != seconds.end()) found->second.answers += answers;
  };
  evidence.timeline->seconds().each_row([&](const SecondRow& row) {
    if (!is_among(row.operation, operations) || !scope.contains(row) || row.timed[kGoodOnes] == 0) return;
    const auto n = static_cast<double>(row.count(Outcome::ok));
    const double took = row.latency_seconds[kGoodOnes] / static_cast<double>(row.timed[kGoodOnes]);
    const double whole = std::floor(took), rest = took - whole;
    add(row.second + static_cast<int64_t>(whole), n * (1 - rest));
    add(row.second + static_cast<int64_t>(whole) + 1, n * rest);
    const auto asked = seconds.find(row.second);
    if (asked == seconds.end()) return;
    asked->second.asked += n;
    asked->second.waited += n * took;
  });
  std::vector<double> out;
  int64_t before = -2, ready = 0;
  for (const auto& [second, came] : seconds) {
    if (second != before + 1) {
      const double took = came.asked > 0 ? came.waited / came.asked : 0;
      ready = second + (took > kAtOnce ? static_cast<int64_t>(std::ceil(took)) : 0);
    }
    before = second;
    if (second >= ready) out.push_back(came.answers);
  }
  return out;
}

}  // namespace shakedown::judging
