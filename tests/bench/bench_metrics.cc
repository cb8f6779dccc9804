// What /metrics costs the controller: 100 operations, 10 agents, a scrape a second, compressed as Prometheus asks for it.
// Ten simulated minutes; each second takes the agents' snapshots (not counted), then makes and serves one page (counted,
// with the live verdicts and, unfairly, the client's part of the scrape). Seconds of CPU per second are the share of a core.
#include <algorithm>
#include <cstdio>
#include <numeric>
#include <vector>

#include "controller/metrics/publisher.h"
#include "core/runtime/http/client.h"
#include "tests/bench/simulated.h"

namespace {

using namespace shakedown;
using namespace std::chrono_literals;

const bench::SimulatedDrill kDrill;

// Of the seconds [from, to): the median is of a page alone, the mean holds the judgements between pages too.
struct Costs {
  double mean = 0, median = 0, most = 0;
};
Costs costs_of(const std::vector<double>& each_second, int64_t from, int64_t to) {
  std::vector<double> values(each_second.begin() + from, each_second.begin() + to);
  std::sort(values.begin(), values.end());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return {sum / static_cast<double>(values.size()), values[values.size() / 2], values.back()};
}

// CPU of each second's page and scrape; empty when the page could not be had.
std::vector<double> measure(RunMetrics& metrics, std::size_t& bytes) {
  const Scenario scenario = kDrill.scenario();
  Timeline timeline(scenario);
  Manifest manifest;
  manifest.run_id = "bench";
  manifest.started = WallTime(1700000000s);
  Rng rng(1);
  const HttpCall call{.url = "http://" + metrics.bound_address() + "/metrics", .headers = {{"Accept-Encoding", "gzip"}}};
  std::vector<double> costs;
  uint64_t merged = 0;
  for (int64_t second = 0; second < kDrill.seconds; ++second) {
    const auto phase = static_cast<uint32_t>(second / kDrill.phase_seconds());
    if (second % kDrill.phase_seconds() == 0) timeline.apply(Event(kDrill.planned(phase)));
    for (uint32_t a = 0; a < kDrill.agents; ++a) {
      Snapshot snapshot = kDrill.snapshot(AgentId(a), second, rng);
      timeline.apply(AgentHealthLine{snapshot.agent, snapshot.to, snapshot.health});
      snapshot.seq = ++merged;
      timeline.apply(snapshot);
    }
    const double before = bench::cpu_seconds();
    metrics.each_second(timeline, manifest, run_time(std::chrono::seconds(second + 1)));
    const Result<HttpReply> reply = http_fetch(call);
    costs.push_back(bench::cpu_seconds() - before);
    if (!reply) return {};
    bytes = reply.value().body.size();
  }
  return costs;
}

int complain(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  return 1;
}

}  // namespace

int main() {
  auto metrics = RunMetrics::serve("127.0.0.1:0");
  if (!metrics) return complain(metrics.error().text());
  std::size_t bytes = 0;
  const std::vector<double> costs = measure(*metrics.value(), bytes);
  if (costs.empty()) return complain("no page");
  std::fprintf(stderr, "compressed page at the end: %zu bytes\n", bytes);
  const int64_t phase = kDrill.phase_seconds();
  const Costs one = costs_of(costs, 0, phase), three = costs_of(costs, kDrill.seconds - phase, kDrill.seconds);
  const double early = costs_of(costs, phase / 5, 2 * phase / 5).median, late = costs_of(costs, 4 * phase / 5, phase).median;
  bench::print({{"figure", "metrics_share_of_a_core"}, {"bar", 0.05}, {"unit", "of a core"}}, one.mean, one.median, one.most,
               phase);
  bench::print(
      {{"figure", "metrics_share_with_three_phases"}, {"unit", "of a core"}, {"note", "for reference: three times the series"}},
      three.mean, three.median, three.most, phase);
  bench::print({{"figure", "metrics_page_late_over_early"}, {"bar", 1.2}, {"unit", "x"}}, late / early, late / early,
               late / early, phase / 5);
}
