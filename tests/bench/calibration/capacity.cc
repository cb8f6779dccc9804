// capacity: whole searches on a queue of servers of one fixed time, whose capacity is known exactly.
#include <queue>

#include "controller/judge/capacity/search.h"
#include "controller/judge/sli/families.h"
#include "tests/bench/calibration/trial.h"
#include "tests/support/md_c.h"

namespace shakedown::calibration {
namespace {

constexpr int kServers = 2;
constexpr double kService = 0.02;

struct Searching {
  double limit = 0.1;
  int window = 10, confirm = 20;
  double truth = 0;
};

class Searched {
 public:
  Searched(Rng& rng, const Searching& s) : rng_(rng), timeline_(prepare(s)) {}

  Answers run() {
    std::vector<ScoredSearchStep> steps;
    while (steps.size() < 60) {
      const SearchOrder order = next_search_order(search(), steps);
      if (order.kind == SearchOrder::Kind::done) break;
      steps.push_back(step(order));
    }
    const judging::Evidence evidence = judging::collect(drill_.scenario, timeline_, drill_.manifest);
    const auto state = [&](std::size_t i) {
      const Requirement& row = drill_.scenario.requirements[i];
      return judging::judge_sli(row, std::get<CapacitySli>(row.sli), evidence).verdict.state;
    };
    return {state(1), state(2), state(3), state(4)};
  }

 private:
  // The scenario before the timeline that borrows it.
  const Scenario& prepare(const Searching& s) {
    drill_.add_phase("limit", 3600, 100, false);
    std::get<OpenLoad>(drill_.scenario.phases[0].load->kind).arrivals = Arrivals::poisson;
    drill_.scenario.operations[0].timeout = std::chrono::seconds(60);
    LatencySli sli;
    sli.operation = OperationId(0);
    drill_.require("PE", sli, Comparison::at_most, s.limit);
    drill_.require("outside", CapacitySli{PhaseId(0)}, Comparison::at_least, s.truth * 1.000001);
    drill_.require("on", CapacitySli{PhaseId(0)}, Comparison::at_least, s.truth);
    drill_.require("far outside", CapacitySli{PhaseId(0)}, Comparison::at_least, s.truth * 1.25);
    drill_.require("far inside", CapacitySli{PhaseId(0)}, Comparison::at_least, s.truth / 1.25);
    Search search;
    search.phase = PhaseId(0);
    search.from = Rate{15 + 15 * rng_.uniform()};
    search.to = Rate{400};
    search.hold = {RequirementId(0)};
    search.window = std::chrono::seconds(s.window);
    search.confirm = std::chrono::seconds(s.confirm);
    search.resolution = Share{0.05};
    drill_.scenario.searches.push_back(search);
    return drill_.scenario;
  }

  const Search& search() const { return drill_.scenario.searches[0]; }

  // Each step starts with an empty queue.
  ScoredSearchStep step(const SearchOrder& order) {
    const bool confirm = order.kind == SearchOrder::Kind::confirm;
    std::priority_queue<double, std::vector<double>, std::greater<>> free;
    for (int i = 0; i < kServers; ++i) free.push(now_);
    double arrival = now_;
    ScoredSearchStep found;
    for (uint32_t i = 0; i < (confirm ? 1 : search().windows); ++i) {
      const double end = now_ + seconds(confirm ? search().confirm : search().window);
      const StageId stage = drill_.level(PhaseId(0), confirm ? StageRole::confirmation : StageRole::window, order.rate, number_,
                                         i, now_, end - now_);
      serve(stage, order.rate, end, arrival, free);
      now_ = end;
      found = judge_search_step(search(), number_, timeline_, drill_.manifest);
      if (found.outcome != StepOutcome::open) break;
    }
    ++number_;
    return found;
  }

  template <class Queue>
  void serve(StageId stage, double rate, double end, double& arrival, Queue& free) {
    Snapshot seen;
    seen.agent = AgentId(0);
    seen.seq = ++snapshots_;
    for (; arrival < end; arrival += rng_.exponential() / rate) {
      const double begin = std::max(arrival, free.top());
      free.pop();
      free.push(begin + kService);
      Cell& cell = seen.cells[CellKey{static_cast<int64_t>(arrival), stage, OperationId(0)}];
      const Duration took = from_seconds(begin + kService - arrival);
      ++cell.counts[static_cast<std::size_t>(Outcome::ok)];
      cell.latency[static_cast<std::size_t>(Outcome::ok)].add(took);
      cell.over_limit.resize(1);
      cell.over_limit[0] += took > drill_.scenario.operations[0].limits[0] ? 1 : 0;
      ++seen.offered[stage];
    }
    timeline_.apply(seen);
    for (; events_ < drill_.events().size(); ++events_) timeline_.apply(drill_.events()[events_]);
  }

  testing::Drill drill_;
  Rng& rng_;
  Timeline timeline_;
  double now_ = 0;
  uint32_t number_ = 0;
  uint64_t snapshots_ = 0;
  std::size_t events_ = 0;
};

}  // namespace

void add_capacity_cases(std::vector<Case>& out) {
  const auto add = [&](const std::string& what, double limit, int window, int confirm) {
    const Searching s{limit, window, confirm, testing::capacity_md_c(kServers, kService, 0.99, limit)};
    out.push_back({"capacity", what, "rate at which the queue keeps the limit for ever",
                   [s](Rng& rng) { return Searched(rng, s).run(); }, ""});
  };
  add("limit 100 ms, windows 10 s, confirmed 20 s", 0.1, 10, 20);
  add("limit 100 ms, windows 30 s, confirmed 60 s", 0.1, 30, 60);
  add("limit 50 ms, windows 10 s, confirmed 20 s", 0.05, 10, 20);
  add("limit 2 s, windows 8 s, confirmed 20 s", 2, 8, 20);
}

}  // namespace shakedown::calibration
