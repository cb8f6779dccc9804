#include <cmath>

#include "tests/golden/gallery/gallery.h"

namespace shakedown::gallery {
namespace {

using testing::at;
using testing::Drill;

const WallTime kStart{std::chrono::seconds(1'795'000'000)};
WallTime wall(double second) { return kStart + from_seconds(second); }

// 100 s at 100/s, of which some fail, then a crash; what the team's own monitoring says of it.
struct Team {
  Dice dice;
  Drill drill;
  std::vector<Reading> readings;
  PhaseId steady = drill.add_phase("steady", 100, 100);
  PhaseId crash = drill.add_phase("crash", 60, 0, false);
  FaultId kill = drill.add_kill("kill", crash);
  double good = 0, all = 0, late = 0;

  explicit Team(uint64_t seed) : dice(seed + 2000) {}

  void load() {
    drill.scenario.operations[0].limits = {std::chrono::milliseconds(10), std::chrono::milliseconds(50)};
    const StageId stage = drill.run(steady, 0), broken = drill.run(crash, 100);
    const Outcome how = dice.of<Outcome>({Outcome::failed, Outcome::timeout, Outcome::refused, Outcome::reset});
    const bool serves = dice.one_in(2);
    const uint64_t each = dice.of<uint64_t>({0, 1, 4});
    for (int64_t t = 0; t < 100; ++t) {
      const uint64_t bad = dice.one_in(2) ? each : each * 2, slow = dice.below(4);
      drill.outcome(stage, t, Outcome::ok, 100 - bad - slow, 0.005).outcome(stage, t, Outcome::ok, slow, 0.04);
      if (serves) drill.cell(stage, t, OperationId(0)).service.add(std::chrono::milliseconds(2), 100);
      drill.outcome(stage, t, how, bad, how == Outcome::timeout ? 1.0 : 0.002);
      good += static_cast<double>(100 - bad), all += 100;
      late += how == Outcome::timeout ? static_cast<double>(bad) : 0;
    }
    const double away = dice.of<double>({3, 20, 35});
    drill.inject(kill, broken, 110, 110 + away + 2);
    drill.probe(0, 160, {{110, 110 + away}});
    Probe side = drill.scenario.probes[0];
    side.name = "side-door";
    drill.scenario.probes.push_back(side);
    const double later = dice.of<double>({20, 110});
    drill.probe(0, 160, {{later, later + dice.of<double>({1, 12})}}, ProbeId(1));
    outage_to_ = 110 + away;
  }

  Reading& read(Reading::Kind kind, std::size_t row) {
    Reading reading;
    reading.kind = kind;
    reading.requirement = RequirementId(row);
    reading.source = "http://prom:9090";
    reading.query = "q[100s]";
    reading.to = at(100);
    reading.scrape = std::chrono::seconds(dice.of<int>({0, 1, 15}));
    if (dice.one_in(10)) reading.problem = "connection refused";
    readings.push_back(reading);
    return readings.back();
  }
  void one_value(Reading::Kind kind, std::size_t row, double value) {
    Reading& reading = read(kind, row);
    if (reading.problem.empty()) reading.series = {{"", {{wall(100), value}}}};
  }

  // Over time: it moves in the outage, stays, or falls silent.
  void over_time(std::size_t row, double usual, double broken) {
    Reading& reading = read(Reading::Kind::reported_series, row);
    reading.step = std::chrono::seconds(1);
    reading.to = at(160);
    reading.series.emplace_back();
    const uint64_t way = dice.below(4), lag = dice.of<uint64_t>({1, 4, 30});
    const int last = dice.one_in(5) ? 80 : 160;
    for (int t = 0; t <= last; ++t) {
      const bool away = t >= 110 + static_cast<int>(lag) && t < outage_to_ + static_cast<double>(lag);
      if (away && way == 1) continue;
      const double noise = 0.0001 * static_cast<double>(dice.below(3));
      const double value = !away || way == 3 ? usual * (1 + noise) : way == 2 ? std::nan("") : broken;
      reading.series.front().samples.push_back({wall(t), value});
    }
  }

  void alert(std::size_t row) {
    Reading& reading = read(Reading::Kind::alert, row);
    reading.step = std::chrono::seconds(1);
    reading.to = at(160);
    if (dice.one_in(4)) return;
    reading.series.emplace_back();
    const double from = dice.of<double>({105, 112, 118, 140});
    for (double t = from; t < outage_to_ + 10; ++t) reading.series.front().samples.push_back({wall(t), 1});
  }

  void reported(const char* id, Sli sli, Comparison comparison, double limit, double theirs, double broken, double count) {
    const std::size_t row = drill.require(id, std::move(sli), comparison, limit);
    Reported says;
    says.value = {"http://prom", "q[$window]", ""};
    if (dice.one_in(2)) says.count = "n[$window]";
    if (dice.one_in(2)) says.alert = "Down", says.alert_within = from_seconds(dice.of<double>({0, 5, 20, 60}));
    if (dice.one_in(3)) says.tolerance = std::abs(theirs) * dice.of<double>({0.001, 0.05});
    Requirement& r = drill.requirement(row);
    r.reported = says;
    const Status status = dice.of<Status>({Status::green, Status::red});
    if (dice.one_in(2)) r.declared = Declared{status, theirs, format_value(theirs, unit_of(r.sli)), {}};
    one_value(Reading::Kind::reported_value, row, theirs);
    over_time(row, theirs, broken);
    if (!says.count.empty()) one_value(Reading::Kind::reported_count, row, count);
    if (!says.alert.empty()) alert(row);
    if (dice.one_in(4)) one_value(Reading::Kind::retention, row, dice.of<double>({3600, 90 * 86400.0}));
  }

  void check(const char* id, CheckKind kind, Comparison comparison, double limit, std::optional<double> number) {
    const CheckId check(drill.scenario.checks.size());
    const CheckAnswer answer = answer_of(kind);
    drill.scenario.checks.push_back({id, AgentId(), std::move(kind)});
    Requirement& row = drill.requirement(drill.require(id, CheckSli{check, answer}, comparison, limit));
    row.controls = {dice.of<std::string>({"PCI-10.2", "ISO-8.1"})};
    if (dice.one_in(6)) return;
    drill.add(Event(CheckResult{check, !dice.one_in(6), !dice.one_in(4), number, "seen", at(0.1), at(0.2)}));
  }

  void rows() {
    const double honest = good / all, without_late = good / std::max(1.0, all - late);
    const double theirs = dice.of<double>({honest, without_late, 1, 0.9, std::nan("")});
    const double count = dice.of<double>({all, good, all - late, 25'000, 5'000});
    reported("AV-1", AvailabilitySli{}, Comparison::at_least, dice.of<double>({0.9, 0.97, 0.999}), theirs, 0.2, count);
    reported("ER-1", ErrorRatioSli{}, Comparison::at_most, dice.of<double>({0.001, 0.03, 0.1}), 1 - theirs, 0.8, count);
    const double slowness = dice.of<double>({0.002, 0.0055, 0.04, 0.2}), rate = dice.of<double>({all / 100, good / 100, 130});
    const UptimeSli uptime{dice.of<std::vector<ProbeId>>({{ProbeId(0)}, {ProbeId(0), ProbeId(1)}}), std::chrono::hours(720)};
    const double quick = dice.of<double>({0.01, 0.05});
    reported("PE-1", LatencySli{OperationId(0), 0.99, {}}, Comparison::at_most, quick, slowness, 2, count);
    reported("PE-2", ThroughputSli{}, Comparison::at_least, dice.of<double>({80, 99, 120}), rate, 10, count);
    reported("AV-2", uptime, Comparison::at_least, 0.9, dice.of<double>({1, 0.85, 0.5}), 0, count);
    check("SE-1", TlsCheck{}, Comparison::at_least, 1, {});
    const double wanted = dice.of<double>({30, 90}) * 86400, left = dice.of<double>({29.5, 60, 365}) * 86400;
    check("SE-2", CertificateCheck{TargetId(0)}, Comparison::at_least, wanted, left);
    check("MA-1", CommandCheck{{"./coverage"}, true}, Comparison::at_least, 80, dice.of<double>({79.9, 80, 92}));
    check("MA-2", CommandCheck{{"./warnings"}, true}, Comparison::at_most, 3, dice.of<double>({0, 3, 4}));
    AttestedSli vouched{"reviewed twice a year", "ann", "https://wiki/review", "2026-05-01",
                        dice.of<std::string>({"", "2026-11-18", "2027-05-01"})};
    drill.requirement(drill.require("CO-1", vouched, Comparison::at_least, 1)).controls = {"PCI-10.2"};
  }

 private:
  double outage_to_ = 0;
};

}  // namespace

Exhibit team(uint64_t seed) {
  Team one(seed);
  one.drill.scenario.launch = "2026-12-15";
  one.drill.manifest.started = kStart;
  one.drill.manifest.finished = wall(200);
  one.load();
  one.rows();
  return {std::move(one.drill), std::move(one.readings)};
}

}  // namespace shakedown::gallery
