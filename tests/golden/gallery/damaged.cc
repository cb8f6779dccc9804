#include <fmt/format.h>

#include "tests/golden/gallery/gallery.h"

namespace shakedown::gallery {
namespace {

using testing::Drill;

void change(Sli& sli, Dice& dice) {
  if (auto* rto = std::get_if<RtoSli>(&sli)) {
    if (dice.one_in(4)) rto->probes.clear();
    if (dice.one_in(3)) rto->share.reset();
    rto->injections = dice.of<uint32_t>({1, 2, 7});
  }
  if (auto* rpo = std::get_if<RpoSli>(&sli)) {
    if (dice.one_in(3)) rpo->share = Share{dice.of<double>({0.1, 0.9})};
    rpo->injections = dice.of<uint32_t>({1, 2, 7});
  }
  if (auto* ratio = std::get_if<ErrorRatioSli>(&sli)) ratio->over = std::chrono::seconds(dice.of<int>({0, 1, 3, 60, 1000}));
  if (auto* latency = std::get_if<LatencySli>(&sli)) latency->quantile = dice.of<double>({0.5, 0.9, 0.99, 0.999});
  if (auto* soak = std::get_if<DegradationSli>(&sli)) soak->per = std::chrono::seconds(dice.of<int>({60, 3600, 86'400}));
  if (auto* impact = std::get_if<ImpactSli>(&sli)) {
    impact->unit = dice.of<ImpactUnit>({ImpactUnit::failed_requests, ImpactUnit::delayed_seconds, ImpactUnit::lost_writes});
  }
}

void change(Requirement& row, Dice& dice) {
  change(row.sli, dice);
  row.must = !dice.one_in(4);
  row.confidence = dice.of<double>({0.8, 0.9, 0.95, 0.99});
  row.objective.limit *= dice.of<double>({0, 0.5, 0.95, 1, 1.05, 2, 10});
  const double same = row.objective.limit;
  if (!dice.one_in(3)) {
    Declared says;
    if (dice.one_in(2)) says.status = dice.of<Status>({Status::green, Status::yellow, Status::red});
    if (!dice.one_in(3)) says.value = same * dice.of<double>({0.3, 0.95, 1, 1.05, 3});
    if (dice.one_in(3)) says.value_text = "as agreed";
    says.period = std::chrono::seconds(dice.of<int>({0, 30, 100, 2'592'000}));
    row.declared = says;
  }
  if (dice.one_in(6)) row.owner = dice.of<std::string>({"", "kim"});
}

void change(Scenario& scenario, Dice& dice) {
  for (Requirement& row : scenario.requirements) {
    if (dice.one_in(2)) change(row, dice);
  }
  for (Phase& phase : scenario.phases) {
    if (dice.one_in(6)) phase.measured = !phase.measured;
  }
  for (Fault& fault : scenario.faults) {
    if (dice.one_in(3)) fault.expected.reset();
    if (dice.one_in(4)) fault.expected = Rate{dice.of<double>({0, 1, 300}) / (30 * 86400)};
  }
  for (Ledger& ledger : scenario.ledgers) ledger.rate = {dice.of<double>({0.05, 10, 10, 50})};
  if (dice.one_in(4)) scenario.launch = dice.of<std::string>({"", "2026-11-23", "2027-03-01"});
  if (dice.one_in(4)) scenario.agents[0].load = false;
  if (dice.one_in(4)) scenario.forecast.reset();
  if (dice.one_in(4)) scenario.environment = {"copy", dice.of<std::string>({"", "one replica"})};
}

bool is_kept(const Event& event, uint64_t few, Dice& dice) {
  if (std::holds_alternative<LedgerPass>(event)) return !dice.one_in(6);
  return !dice.one_in(std::holds_alternative<FaultEvent>(event) ? 2 * few : few);
}

void lose(Snapshot& snapshot, uint64_t what, Dice& dice) {
  switch (what) {
    case 0: snapshot.probes.clear(); break;
    case 1: snapshot.writes.clear(); break;
    case 2: snapshot.reads.clear(); break;
    case 3: snapshot.probes.erase(ProbeId(0)); break;
    case 4: snapshot.cells.clear(), snapshot.offered.clear(); break;
    case 5:
      for (auto& [key, cell] : snapshot.cells) cell.over_limit.clear();
      break;
    case 6:
      for (auto& [key, cell] : snapshot.cells) cell.lag = {};
      break;
    default: snapshot.health.worst_lag *= static_cast<int>(1 + dice.below(40));
  }
}

}  // namespace

Timeline what_is_left(const Drill& drill, uint64_t damage) {
  Dice dice(damage + 4000);
  Timeline timeline(drill.scenario);
  const uint64_t few = dice.of<uint64_t>({12, 60, 400});
  for (const Event& event : drill.events()) {
    if (is_kept(event, few, dice)) timeline.apply(event);
  }
  const std::vector<Snapshot> all = drill.snapshots();
  std::vector<std::pair<std::size_t, std::size_t>> holes;
  for (uint64_t n = dice.below(4); n > 0; --n) holes.emplace_back(dice.below(all.size()), dice.of<std::size_t>({1, 8, 60, 400}));
  if (dice.one_in(5)) holes.emplace_back(0, 70);
  const uint64_t what = dice.below(8);
  for (std::size_t i = 0; i < all.size(); ++i) {
    Snapshot snapshot = all[i];
    for (const auto& [from, length] : holes) {
      if (from <= i && i < from + length) lose(snapshot, from == 0 ? 0 : (what + from) % 8, dice);
    }
    if (!dice.one_in(50)) timeline.apply(AgentHealthLine{snapshot.agent, snapshot.to, snapshot.health});
    timeline.apply(std::move(snapshot));
  }
  if (dice.one_in(3)) timeline.apply(JournalClose{drill.manifest, all.size() - (dice.one_in(6) ? 1 : 0)});
  return timeline;
}

Exhibit damaged(uint64_t seed) {
  Dice dice(seed + 3000);
  Exhibit out = seed % 5 == 0 ? scalability(seed) : seed % 5 == 1 ? team(seed) : service(seed);
  const FaultId never = dice.one_in(8) ? out.drill.add_kill("never", PhaseId(1)) : FaultId();
  const OperationId idle = out.drill.add_operation("idle");
  change(out.drill.scenario, dice);
  out.drill.require("XX-1", AvailabilitySli{{idle}, {}}, Comparison::at_least, 0.9);
  out.drill.require("XX-2", LatencySli{idle, 0.9, {}}, Comparison::at_most, 0.1);
  if (never.valid()) {
    out.drill.require("XX-3", RtoSli{never, {ProbeId(0)}, 1, {}}, Comparison::at_most, 5);
    out.drill.require("XX-4", RpoSli{never, LedgerId(0), RpoUnit::time, 1, {}}, Comparison::at_most, 1);
    out.drill.require("XX-5", ImpactSli{never, ImpactUnit::lost_writes}, Comparison::at_most, 1);
    out.drill.require("XX-6", ThroughputSli{{}, Scope{{}, never, {}}}, Comparison::at_least, 5);
  }
  if (dice.one_in(8)) {
    for (const Snapshot& snapshot : out.drill.snapshots()) out.drill.snapshot(second_of(snapshot.from)).writes.clear();
  }
  for (const InjectionId id : {InjectionId(1), InjectionId(2)}) {
    if (seed % 5 < 2 || !dice.one_in(4)) continue;
    const FaultState state = dice.of<FaultState>({FaultState::failed, FaultState::not_run, FaultState::leftover});
    out.drill.fault_event(id, state, dice.between(100, 320), dice.of<std::string>({"", "no such process"}));
  }
  AttestedSli vouched{"reviewed", "ann", "", "2026-05-01", dice.of<std::string>({"2026-11-18", "2027-05-01", ""})};
  const std::size_t attested = out.drill.require("XX-7", vouched, Comparison::at_least, 1);
  if (dice.one_in(2)) out.drill.requirement(attested).means = "nobody looks at it";
  Manifest& manifest = out.drill.manifest;
  if (dice.one_in(3)) manifest.state = dice.of<RunState>({RunState::stopped, RunState::aborted, RunState::interrupted});
  if (dice.one_in(3)) manifest.ended_by = "somebody";
  out.damage = seed;
  return out;
}

}  // namespace shakedown::gallery
