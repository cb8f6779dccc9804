#include <algorithm>

#include <fmt/format.h>

#include "tests/golden/gallery/gallery.h"
#include "tests/support/faults.h"

namespace shakedown::gallery {
namespace {

using std::chrono::milliseconds;
using testing::at;
using testing::Drill;

// One service with two operations: a warm-up, a measured phase, three crashes and a soak.
struct Service {
  Dice dice;
  Drill drill;
  OperationId write = drill.add_operation("write");
  PhaseId warm = drill.add_phase("warm-up", 10, 50, false);
  PhaseId steady = drill.add_phase("steady", 40, 60);
  PhaseId crash = drill.add_phase("crash", 40, 40);
  PhaseId soak = drill.add_phase("soak", 80, 20);
  FaultId kill = drill.add_kill("kill-ledger", crash);
  FaultId pause = drill.add_kill("pause-ledger", crash);
  std::vector<std::pair<double, double>> away;  // when nothing answers
  double usual = 0.004;
  const bool calm;  // little goes wrong but what is planned
  static constexpr int kCrashes = 5;

  explicit Service(uint64_t seed) : dice(seed), calm(seed % 2 == 0) {}

  void declare() {
    Scenario& s = drill.scenario;
    s.launch = "2026-12-15";
    drill.manifest.started = parse_wall("2026-11-22T14:00:00Z").value();
    drill.manifest.finished = parse_wall("2026-11-22T14:05:00Z").value();
    s.faults[pause.value].kind = faults::pause(ComponentId(0), std::chrono::seconds(4));
    if (dice.one_in(3)) s.faults[pause.value].kind = faults::stop(ComponentId(0));
    if (dice.one_in(6)) s.faults[pause.value].kind = faults::exec(ComponentId(0), {"./break"}, {});
    if (dice.one_in(3)) s.forecast = Forecast{Rate{dice.of<double>({30, 900})}, "2027-03-01", {}};
    if (dice.one_in(3)) s.decision.driver = "dana";
    s.faults[kill.value].expected = Rate{dice.of<double>({0, 1, 4, 30}) / (30 * 86400)};
    if (dice.one_in(2)) s.faults[pause.value].expected = Rate{2.0 / (30 * 86400)};
    s.faults[kill.value].recover_within = from_seconds(dice.of<double>({15, 30, 60}));
    s.phases[crash.value].repeat = kCrashes;
    s.phases[crash.value].faults = {kill, pause};
    Probe back = s.probes[0];
    back.name = "back-door";
    back.operation = write;
    back.every = milliseconds(250);
    back.down_after = 2;
    back.up_after = dice.of<uint32_t>({1, 4});
    if (dice.one_in(3)) back.agent = drill.add_agent("far", milliseconds(dice.of<int>({2, 40})));
    s.probes.push_back(back);
    auto& load = s.phases[steady.value].load;
    switch (dice.below(5)) {
      case 0: load->kind = OpenLoad{ConstantRate{Rate{60}}, Arrivals::poisson}; break;
      case 1: load->kind = OpenLoad{RampRate{Rate{40}, Rate{80}}, Arrivals::uniform}; break;
      case 2: load->kind = ClosedLoad{8, milliseconds(100)}; break;
      case 3: load->kind = OpenLoad{SpikeRate{Rate{50}, Rate{90}, std::chrono::seconds(10), std::chrono::seconds(10)}}; break;
      default: break;
    }
    for (Phase& phase : s.phases) phase.load->mix = {{OperationId(0), 3}, {write, 1}};
  }

  bool is_away(int64_t second) const {
    return std::any_of(away.begin(), away.end(), [&](const auto& one) {
      return one.first < static_cast<double>(second + 1) && static_cast<double>(second) < one.second;
    });
  }

  void one_second(StageId stage, int64_t second, uint64_t rate) {
    const uint64_t writes = rate / 4, reads = rate - writes;
    for (const auto& [operation, n] : {std::pair(OperationId(0), reads), std::pair(write, writes)}) {
      uint64_t bad = 0;
      if (is_away(second)) bad = n * dice.of<uint64_t>({1, 2, 4}) / 4;
      if (bad == 0 && dice.one_in(calm ? 150 : 25)) bad = std::min(n, 1 + dice.below(2));
      const Outcome how =
          dice.of<Outcome>({Outcome::failed, Outcome::refused, Outcome::reset, Outcome::timeout, Outcome::dropped_by_target});
      drill.outcome(stage, second, how, bad, how == Outcome::timeout ? 1.0 : 0.002, operation);
      if (how == Outcome::failed && bad > 0) {
        const Mismatch wrong =
            dice.of<Mismatch>({Mismatch::status, Mismatch::header, Mismatch::body, Mismatch::size, Mismatch::rate});
        count_answer(drill.cell(stage, second, operation).answers, wrong == Mismatch::status ? 503 : 200, wrong, bad);
      }
      if (how == Outcome::reset && bad > 0 && dice.one_in(3)) {
        count_answer(drill.cell(stage, second, operation).answers, 0, Mismatch::certificate, bad);
      }
      const uint64_t slow = std::min(n - bad, dice.below(3));
      drill.outcome(stage, second, Outcome::ok, n - bad - slow, usual * dice.of<double>({1, 1.25, 1.5}), operation);
      const double slower = calm ? dice.of<double>({1.1, 2, 2.4}) : dice.of<double>({5, 10, 25});
      drill.outcome(stage, second, Outcome::ok, slow, usual * slower, operation);
      drill.lag(stage, second, dice.of<double>({1e-5, 1e-4, 2e-3}), n, operation);
    }
    if (dice.one_in(80)) drill.cell(stage, second, write).retried += 1;
    if (dice.one_in(calm ? 400 : 60)) {
      const Outcome how = dice.of<Outcome>({Outcome::unfinished, Outcome::dropped_by_us, Outcome::client_error});
      drill.outcome(stage, second, how, 1 + dice.below(2));
    }
    AgentHealth health;
    health.cpu_seconds = 0.1;
    health.steal_ratio = 0.001 * static_cast<double>(dice.below(9));
    health.worst_lag = milliseconds(dice.below(6));
    drill.health(second, health);
  }

  // The fault at 10 s, its recovery some seconds later, sometimes another one or our undo beside it.
  InjectionId crash_once(StageId stage, double start, uint32_t round) {
    const double from = start + 10 + 0.25 * static_cast<double>(dice.below(4));
    const double down = calm ? dice.of<double>({0.5, 2, 2.5}) : dice.of<double>({0, 0.3, 2, 5.5, 12});
    const bool other = dice.one_in(calm ? 6 : 3);
    const FaultId fault = other ? pause : kill;
    const double clean = from + down + dice.of<double>({0.5, 2});
    const InjectionId id = dice.one_in(calm ? 40 : 9) ? drill.inject_without_effect(fault, stage, from, clean)
                                                      : drill.inject(fault, stage, from, clean);
    if (down > 0) away.emplace_back(from, from + down);
    if (dice.one_in(calm ? 30 : 5)) {
      drill.add(StepEvent{StepEvent::Kind::undo, id, "start ledger", at(from + down * 0.8), at(from + down), true, ""});
    }
    if (!calm && dice.one_in(6) && round > 0) drill.inject(other ? kill : pause, stage, from + 1, clean + 1);
    return id;
  }

  void run() {
    const StageId w = drill.run(warm, 0), s = drill.run(steady, 10);
    std::vector<std::pair<StageId, double>> crashes;
    std::vector<std::pair<InjectionId, double>> injected;
    for (uint32_t i = 0; i < kCrashes; ++i) {
      const double start = 50 + 40 * i;
      crashes.emplace_back(drill.run(crash, start), start);
      injected.emplace_back(crash_once(crashes.back().first, start, i), start);
    }
    for (uint64_t i = calm ? 0 : dice.below(4); i > 0; --i) {
      const double from = dice.between(12, 48);
      away.emplace_back(from, from + dice.of<double>({0.15, 0.4, 1.5, 3}));
    }
    const bool cut = dice.one_in(3);
    const StageId k = drill.run(soak, dice.one_in(3) ? 250.3 : 250, cut ? 60.4 : -1);
    for (int64_t t = 0; t < 10; ++t) one_second(w, t, 50);
    for (int64_t t = 10; t < 50; ++t) one_second(s, t, 60);
    for (const auto& [stage, start] : crashes) {
      for (int64_t t = 0; t < 40; ++t) one_second(stage, static_cast<int64_t>(start) + t, 40);
    }
    const double growth = dice.of<double>({0, 0.004, 0.02});
    for (int64_t t = 250; t < (cut ? 311 : 330); ++t) usual *= 1 + growth / 10, one_second(k, t, 20);
    if (dice.one_in(10)) drill.offered_only(s, 20, 1 + dice.below(30));
    watch();
    ledgers(injected);
    trouble();
  }

  void watch() {
    drill.probe(0, 330, away);
    std::vector<std::pair<double, double>> seen_behind;
    for (const auto& one : away) {
      if (!dice.one_in(4)) seen_behind.emplace_back(one.first, one.second + 0.5);
    }
    const double gap = dice.one_in(4) ? 20 : 0;    // nobody looked
    const double first = dice.one_in(6) ? 62 : 0;  // later than the first crash
    drill.probe(first, 100, seen_behind, ProbeId(1)).probe(100 + gap, 330, seen_behind, ProbeId(1));
  }

  // Some are answered in doubt, or badly; sometimes all of the last seconds.
  void spoil_writes(int64_t from, int64_t to) {
    const int64_t all_from = dice.one_in(calm ? 40 : 8) ? to - 3 : to;
    for (int64_t second = from; second < to; ++second) {
      for (LedgerWrite& write : drill.snapshot(second).writes[LedgerId(0)]) {
        if (second < all_from && !dice.one_in(calm ? 200 : 25)) continue;
        write.outcome = dice.of<WriteClass>({WriteClass::failed, WriteClass::unknown, WriteClass::pending});
      }
    }
  }

  void ledgers(const std::vector<std::pair<InjectionId, double>>& injected) {
    uint64_t first = 0;
    for (const auto& [id, start] : injected) {
      const double written = start + (dice.one_in(5) ? 5 : 11);
      drill.writes(start, written);
      spoil_writes(static_cast<int64_t>(start), static_cast<int64_t>(written));
      std::set<uint64_t> lost, unread;
      const uint64_t last = first + (dice.one_in(2) ? 0 : 99);
      for (uint64_t i = calm ? 0 : dice.below(4); i > 0; --i) lost.insert(last - std::min(last, dice.below(20)));
      if (dice.one_in(4)) unread.insert(first + 3);
      if (!dice.one_in(7)) drill.verify(id, start + 30, lost, unread, dice.one_in(2) ? 0 : first);
      first += 110;
    }
    if (dice.one_in(2)) drill.verify(InjectionId(), 329, dice.one_in(2) ? std::set<uint64_t>{5, 6} : std::set<uint64_t>{});
  }

  void trouble() {
    if (dice.one_in(20)) drill.drop_snapshot(30);
    if (dice.one_in(20)) drill.add(AgentEvent{AgentEvent::Kind::lost, AgentId(0), at(120), "gone"});
    if (dice.one_in(20)) drill.add(AgentEvent{AgentEvent::Kind::leftover, AgentId(0), at(329), "process 7 runs", "ledger"});
    if (dice.one_in(20)) drill.manifest.teardown_failures.push_back("stop ledger");
    if (dice.one_in(20)) drill.manifest.state = RunState::stopped, drill.manifest.ended_by = "stop_when: too many errors";
    if (dice.one_in(8)) drill.manifest.release_start = "1.0", drill.manifest.release_end = "1.1";
  }

  void row(const char* id, Sli sli, Comparison comparison, const std::vector<double>& limits, bool must = true) {
    Requirement& r = drill.requirement(drill.require(id, std::move(sli), comparison, dice.of(limits)));
    r.must = must && !dice.one_in(5);
    r.objective.text = fmt::format("{} {:g}", comparison == Comparison::at_most ? "<=" : ">=", r.objective.limit);
    r.area = dice.of<Area>({kAreas.begin(), kAreas.end()});
    r.confidence = dice.of<double>({0.95, 0.95, 0.9});
    r.owner = dice.of<std::string>({"ann", "sam", ""});
    const Status status = dice.of<Status>({Status::green, Status::yellow, Status::red});
    if (dice.one_in(3)) r.declared = Declared{status, std::nullopt, "", {}};
    if (dice.one_in(5)) r.fix = "two more replicas", r.fix_by = dice.of<std::string>({"2026-12-01", "2027-01-10"});
    if (dice.one_in(3)) r.controls = {"PCI-10.2"};
  }

  void rows() {
    constexpr auto least = Comparison::at_least;
    constexpr auto most = Comparison::at_most;
    const std::vector<ProbeId> front = {ProbeId(0)}, both = {ProbeId(0), ProbeId(1)};
    const Scope in_faults{{}, kill, {}}, in_steady{{steady}, {}, {}};
    row("AV-1", AvailabilitySli{}, least, {0.9, 0.99, 0.995, 0.9999});
    row("AV-2", AvailabilitySli{{write}, in_steady}, least, {0.9, 0.97, 0.99});
    row("AV-3", AvailabilitySli{{}, in_faults}, least, {0.3, 0.8, 0.95});
    row("AV-4", UptimeSli{both, std::chrono::hours(720)}, least, {0.9, 0.99, 0.999});
    row("PE-1", LatencySli{OperationId(0), 0.99, in_steady}, most, {0.010, 0.050, 0.100});
    row("PE-2", LatencySli{OperationId(), 0.5, {}}, most, {0.004, 0.006, 0.010});
    row("PE-3", LatencySli{write, 0.95, in_faults}, most, {0.020, 1.0});
    row("PE-4", ThroughputSli{{}, in_steady}, least, {50, 58, 60, 75});
    row("PE-5", DegradationSli{OperationId(0), std::chrono::hours(1), Scope{{soak}, {}, {}}}, most, {0.01, 0.2, 2});
    row("ER-1", ErrorRatioSli{{}, std::chrono::seconds(10), {}}, most, {0.01, 0.05, 0.5});
    row("ER-2", ErrorRatioSli{{OperationId(0)}, {}, in_steady}, most, {0.002, 0.02, 0.1});
    row("RE-1", MtbfSli{front}, least, {10, 30, 300});
    row("RE-2", MtbrSli{both}, least, {10, 60});
    row("RE-3", MttrSli{front, kill, RepairStatistic::mean}, most, {3, 8, 30});
    row("RE-4", MttrSli{both, {}, RepairStatistic::median}, most, {1, 4, 30});
    row("RE-5", OutagesSli{both}, most, {0, 3, 8});
    row("RE-6", ToleratedSli{{kill, pause}, front}, least, {0.2, 0.5, 1});
    row("IM-1", ImpactSli{kill, ImpactUnit::failed_requests}, most, {0, 40, 200});
    row("IM-2", ImpactSli{kill, ImpactUnit::delayed_seconds}, most, {0.1, 2, 20});
    row("IM-3", ImpactSli{pause, ImpactUnit::lost_writes}, most, {0, 2});
    row("DR-1", RtoSli{kill, both, dice.of<uint32_t>({2, 3}), {}}, most, {1, 6, 20});
    row("DR-2", RtoSli{pause, front, 1, Share{dice.of<double>({0.3, 0.9})}}, most, {1, 6, 20});
    row("DR-3", RpoSli{kill, LedgerId(0), RpoUnit::writes, 2, {}}, most, {0, 1, 5});
    row("DR-4", RpoSli{kill, LedgerId(0), RpoUnit::time, 1, {}}, most, {0.1, 1, 5});
    row("DR-5", RpoSli{pause, LedgerId(0), RpoUnit::writes, 1, Share{0.5}}, most, {0, 2});
    row("DS-1", DurabilitySli{LedgerId(0)}, most, {0, 1, 4}, false);
  }
};

}  // namespace

Exhibit service(uint64_t seed) {
  Service one(seed);
  one.declare();
  one.rows();
  one.run();
  return {std::move(one.drill), {}};
}

}  // namespace shakedown::gallery
