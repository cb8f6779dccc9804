#include <cmath>

#include "controller/measure/bounds/scaling.h"
#include "tests/golden/gallery/gallery.h"

namespace shakedown::gallery {
namespace {

using testing::at;
using testing::Drill;

// A search on a service that answers slowly above its capacity, a series of steps by a planted law, and what they call.
struct Scalability {
  Dice dice;
  Drill drill;
  std::vector<Reading> readings;
  PhaseId steady = drill.add_phase("steady", 30, 100);
  PhaseId limit = drill.add_phase("limit", 600, 100, false);
  PhaseId scaling = drill.add_phase("scaling", 100, 0, false);
  double now = 30;

  explicit Scalability(uint64_t seed) : dice(seed + 1000) {}

  void search() {
    Search search;
    search.phase = limit;
    search.from = Rate{dice.of<double>({50, 100})};
    search.to = Rate{1600};
    search.window = std::chrono::seconds(10);
    search.windows = dice.of<uint32_t>({1, 2, 4});
    search.confirm = std::chrono::seconds(dice.of<int>({0, 20}));
    search.resolution = Share{dice.of<double>({0.05, 0.2})};
    search.hold = {RequirementId(0), RequirementId(1)};
    drill.scenario.searches.push_back(search);
    drill.scenario.phases[limit.value].most_stages = 200;
    const double capacity = dice.of<double>({30, 120, 330, 777, 5000});
    uint32_t step = 0;
    double low = search.from.per_second, high = 0;
    for (double rate = low; step < 12 && rate <= 1600;) {
      const bool over = rate > capacity;
      window(rate, over, step++, search.windows, StageRole::window);
      (over ? high : low) = rate;
      if (over && rate <= search.from.per_second) break;
      rate = high > 0 ? (low + high) / 2 : rate * 2;
      if (high > 0 && (high - low) / high < search.resolution.value) break;
    }
    if (search.confirm > Duration::zero() && !dice.one_in(4)) window(low, dice.one_in(4), step, 1, StageRole::confirmation);
  }

  void window(double rate, bool over, uint32_t step, uint32_t windows, StageRole role) {
    for (uint32_t i = 0; i < windows; ++i) {
      const double length = dice.one_in(25) ? 7 : role == StageRole::confirmation ? 20 : 10;
      // Each second takes so much longer, and nothing is slow yet.
      const double backlog = over && dice.one_in(2) ? dice.of<double>({2e-4, 1e-3}) : 0;
      const StageId stage = drill.level(limit, role, rate, step, i, now, length, dice.one_in(30) ? "a lost agent" : "");
      for (auto t = static_cast<int64_t>(now); t < static_cast<int64_t>(now + length); ++t) {
        const auto all = static_cast<uint64_t>(rate);
        const double late = backlog > 0 ? 0 : over ? rate * dice.of<double>({0.05, 0.4}) : dice.one_in(6) ? 1 : 0;
        const auto slow = static_cast<uint64_t>(late);
        const uint64_t bad = dice.one_in(12) ? 1 + dice.below(3) : 0;
        const double usual = 0.005 + backlog * (static_cast<double>(t) - now);
        drill.load(stage, t, t + 1, all - std::min(all, slow + bad), bad, usual).load(stage, t, t + 1, slow, 0, 0.05);
        drill.lag(stage, t, dice.of<double>({1e-5, 1e-3, 4e-3}), all);
      }
      now += length;
    }
  }

  void steps() {
    StepSeries series;
    series.phase = scaling;
    series.axis = dice.of<StepAxis>({StepAxis::concurrency, StepAxis::replicas, StepAxis::rate});
    const ScalingLaw law{dice.of<double>({40, 200}), dice.of<double>({0, 0.05, 0.3}), dice.of<double>({0, 0.001, 0.02})};
    series.levels = {1, 2, 3, 5, 8, 13, 21};
    if (dice.one_in(4)) series.levels.resize(3 + dice.below(3));
    if (series.axis == StepAxis::rate) {
      for (double& level : series.levels) level *= 20;
    }
    drill.scenario.step_series.push_back(series);
    drill.scenario.phases[scaling.value].most_stages = 20;
    for (uint32_t i = 0; i < series.levels.size(); ++i) {
      const bool rate = series.axis == StepAxis::rate;
      const std::string reason = dice.one_in(15) ? "stopped" : "";
      const StageId stage = drill.level(scaling, StageRole::step, series.levels[i], i, 0, now, 10, reason);
      const double per_second = rate ? series.levels[i] : law.throughput(series.levels[i]) * dice.of<double>({0.98, 1, 1.01});
      const double latency = rate ? 0.01 / std::max(0.05, 1 - per_second / 600) : series.levels[i] / per_second;
      const auto from = static_cast<int64_t>(now);
      const uint64_t ok = static_cast<uint64_t>(per_second) + dice.below(2), bad = dice.below(2);
      drill.load(stage, from, from + 10, ok, bad, latency);
      now += 10;
    }
  }

  Reading& read(Reading::Kind kind, std::size_t dependency, std::optional<double> value) {
    Reading r;
    r.kind = kind;
    r.dependency = DependencyId(dependency);
    r.source = "http://prom";
    r.query = "calls";
    r.to = at(30);
    r.scrape = std::chrono::seconds(dice.of<int>({0, 1, 5}));
    if (value) r.series = {{"", {{WallTime{}, *value}}}};
    readings.push_back(r);
    return readings.back();
  }

  void dependency(const char* name, std::vector<DependencyCall> calls) {
    Dependency d;
    d.name = name;
    d.owner = dice.of<std::string>({"dba", "", "mail-team"});
    d.calls = std::move(calls);
    const std::size_t id = drill.scenario.dependencies.size();
    if (!dice.one_in(4)) d.capacity = Rate{dice.of<double>({400, 2500, 9000, 90000})};
    if (!dice.one_in(3)) {
      d.commitment =
          Commitment{dice.of<std::string>({"dba", ""}), Rate{dice.of<double>({300, 9000, 90000})},
                     dice.of<std::string>({"2026-11-01", "2026-12-24"}), dice.of<std::string>({"", "2026-11-20", "2027-06-01"})};
    }
    if (!dice.one_in(3)) {
      d.counter = MetricQuery{"http://prom", "calls", ""};
      read(Reading::Kind::dependency_count, id, dice.of<double>({0, 2900, 3000, 6100, 15000}));
      if (dice.one_in(3)) read(Reading::Kind::dependency_count, id, 500.0).phase = "faults";
      if (dice.one_in(6)) readings.back().series.clear();
      if (dice.one_in(6)) readings.back().problem = "connection refused";
    }
    if (dice.one_in(3)) {
      d.scorecard = "/srv/db/scorecard.json";
      d.capacity.reset();
      Reading& r = read(Reading::Kind::dependency_capacity, id, dice.of<double>({800, 3100}));
      if (dice.one_in(3)) r.problem = "no such file", r.series.clear();
    }
    drill.scenario.dependencies.push_back(d);
  }

  void rows() {
    const auto row = [&](const char* id, Sli sli, Comparison comparison, const std::vector<double>& limits) {
      Requirement& r = drill.requirement(drill.require(id, std::move(sli), comparison, dice.of(limits)));
      r.owner = dice.of<std::string>({"ann", ""});
      r.must = !dice.one_in(4);
    };
    row("PE-1", LatencySli{OperationId(0), 0.99, {}}, Comparison::at_most, {0.020});
    row("ER-1", ErrorRatioSli{}, Comparison::at_most, {0.01, 0.1});
    row("SC-1", CapacitySli{limit}, Comparison::at_least, {60, 300, 800});
    row("SC-2", HeadroomSli{limit}, Comparison::at_least, {0, 0.3, 1});
    row("SC-3", EfficiencySli{scaling, dice.of<double>({5, 8, 40})}, Comparison::at_least, {0.3, 0.6, 0.9});
    row("DS-1", DownstreamSli{}, Comparison::at_least, {0, 0.2, 1});
    row("DS-2", DownstreamSli{{DependencyId(1)}}, Comparison::at_least, {0, 0.5});
  }
};

}  // namespace

Exhibit scalability(uint64_t seed) {
  Scalability one(seed);
  Scenario& scenario = one.drill.scenario;
  scenario.launch = "2026-12-15";
  scenario.environment = {"staging", one.dice.of<std::string>({"", "1/4 of the replicas"})};
  one.drill.manifest.started = parse_wall("2026-11-22T14:00:00Z").value();
  one.drill.manifest.finished = parse_wall("2026-11-22T14:20:00Z").value();
  if (!one.dice.one_in(5)) scenario.forecast = Forecast{Rate{one.dice.of<double>({200, 350, 1000})}, "2027-03-01", {}};
  if (scenario.forecast && one.dice.one_in(2)) scenario.forecast->writes = Rate{50};
  one.rows();
  one.drill.load(one.drill.run(one.steady, 0), 0, 30, 100, one.dice.below(2)).probe(0, 30);
  if (one.dice.one_in(3)) one.drill.writes(0, 20);
  if (!one.dice.one_in(8)) one.search();
  if (one.dice.one_in(8)) one.drill.add(AgentEvent{AgentEvent::Kind::lost, AgentId(0), at(one.now - 5), "gone"});
  one.steps();
  one.dependency("search", {{DependencyId(), 2}});
  one.dependency("ledger-db", {{DependencyId(), 0.5}, {DependencyId(0), 1.5}});
  one.dependency("disk", {{DependencyId(1), one.dice.of<double>({0.1, 4})}});
  return {std::move(one.drill), std::move(one.readings)};
}

}  // namespace shakedown::gallery
