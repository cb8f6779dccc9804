// What an agent may have measured: what its share of the plan can have brought by then, and no more.
#include <algorithm>
#include <cmath>

#include "controller/agents/admission.h"
#include "controller/agents/planner.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;

constexpr uint64_t kFirstSnapshots = 1000;
constexpr double kSnapshotsPerSecond = 100;  // far more than any agent sends
constexpr Duration kQuickestRequest = 10us;  // of one user of a closed load, there and back

// Whether the values of a histogram are no more than so many, without a sum that could wrap around.
bool fits(const SparseHistogram& histogram, uint64_t most) {
  uint64_t sum = 0;
  for (const BucketCount& one : histogram.buckets()) {
    if (one.count > most - sum) return false;
    sum += one.count;
  }
  return true;
}

// Adds, unless that would be more than `most`.
bool grow(uint64_t& sum, uint64_t by, uint64_t most) {
  if (sum > most || by > most - sum) return false;
  sum += by;
  return true;
}

bool sane(const AgentHealth& health) {
  return std::isfinite(health.cpu_seconds) && health.cpu_seconds >= 0 && health.steal_ratio >= 0 && health.steal_ratio <= 1 &&
         health.worst_lag >= Duration{};
}

// How many periods of this length can lie in a time, and one more at either end.
uint64_t periods(Duration time, Duration each) {
  if (time < Duration{}) return 0;
  return static_cast<uint64_t>(time / std::max(Duration(1), each)) + 2;
}

}  // namespace

Result<void> Admission::admit_snapshot(const Snapshot& m) {
  if (m.seq <= last_seq_) return refuse("snapshot " + std::to_string(m.seq) + " for the second time");
  if (static_cast<double>(++snapshots_) >
      static_cast<double>(kFirstSnapshots) + kSnapshotsPerSecond * std::max(0.0, seconds(now_))) {
    return refuse("more snapshots than any agent sends");
  }
  if (m.from < last_to_ || !timely(m.from, m.to, RunTime{}))
    return refuse("a snapshot of a time that is not the next one of the run (was its clock set?)");
  if (!sane(m.health)) return refuse("a snapshot whose figures of the agent itself are impossible");
  SHAKEDOWN_TRY(admit_load(m));
  SHAKEDOWN_TRY(admit_witnesses(m));
  SHAKEDOWN_TRY(admit_answered(m));
  for (const auto& [id, results] : m.probes) {
    SHAKEDOWN_TRY(admit_probe(id, results));
  }
  for (const auto& [id, check] : m.failed_checks) {
    if (!m.probes.contains(id) || !is_bad(check.outcome)) return refuse("a failed check of a probe that tells none");
  }
  for (const auto& [id, writes] : m.writes) {
    SHAKEDOWN_TRY(admit_writes(id, writes));
  }
  for (const auto& [id, reads] : m.reads) {
    SHAKEDOWN_TRY(admit_reads(id, reads));
  }
  last_seq_ = m.seq;
  last_to_ = m.to;
  return ok();
}

// The stage, when it was announced and this agent has a part of its load.
Admission::Stage* Admission::load_stage(StageId id) {
  const auto found = stages_.find(id);
  if (found == stages_.end()) return nullptr;
  const auto& load = scenario_.phase(found->second.order.phase).load;
  if (!load) return nullptr;
  const bool own = load->from.valid() ? load->from == self_ : lane_.count > 0;
  return own ? &found->second : nullptr;
}

// The arrivals that its lane can have had by now. Open: the expectation, for Poisson with eight standard deviations more.
uint64_t Admission::most_arrivals(const Stage& stage) const {
  const StageStart& order = stage.order;
  const Load& declared = *scenario_.phase(order.phase).load;
  const Load load = order.level > 0 ? at_level(declared, order.level) : declared;
  const double lanes = load.from.valid() ? 1 : std::max(1U, lane_.count);
  const Duration length = order.end - order.start, until = std::clamp(latest() - order.start, Duration{}, length);
  if (const auto* closed = std::get_if<ClosedLoad>(&load.kind)) {
    const double each = std::ceil(closed->users / lanes);
    return static_cast<uint64_t>(each * (1 + seconds(until) / seconds(std::max(closed->think, kQuickestRequest))));
  }
  const auto& open = std::get<OpenLoad>(load.kind);
  double expected = arrivals_until(open.shape, until, length);
  if (open.arrivals == Arrivals::poisson) expected += 8 * std::sqrt(expected) + 32;
  return static_cast<uint64_t>(std::ceil(expected / lanes)) + 2;
}

Result<void> Admission::admit_load(const Snapshot& m) {
  for (const auto& [id, arrivals] : m.offered) {
    Stage* stage = load_stage(id);
    if (stage == nullptr) return refuse("arrivals of a load that is not its own");
    if (!grow(stage->offered, arrivals, most_arrivals(*stage))) return refuse("more arrivals than its share of the plan");
  }
  for (const auto& [key, cell] : m.cells) {
    SHAKEDOWN_TRY(admit_cell(key, cell));
  }
  return ok();
}

Result<void> Admission::admit_cell(const CellKey& key, const Cell& cell) {
  Stage* stage = load_stage(key.stage);
  if (stage == nullptr) return refuse("samples of a load that is not its own");
  const StageStart& order = stage->order;
  const auto& mix = scenario_.phase(order.phase).load->mix;
  const bool mixed = std::any_of(mix.begin(), mix.end(), [&](const MixEntry& one) { return one.operation == key.operation; });
  if (!mixed) return refuse("samples of an operation that the phase does not have");
  if (key.second < second_of(order.start) || key.second > second_of(std::min(order.end, latest()))) {
    return refuse("samples of a second in which the phase was not");
  }
  const uint64_t most = most_arrivals(*stage);
  uint64_t offered = 0;
  for (const uint64_t n : cell.counts) {
    if (!grow(offered, n, most)) return refuse("more outcomes than its share of the plan");
  }
  if (!grow(stage->counted, offered, most)) return refuse("more outcomes than its share of the plan");
  bool consistent = cell.retried <= offered && fits(cell.wait, offered) && fits(cell.service, offered) && fits(cell.lag, offered);
  for (std::size_t i = 0; i < kOutcomes; ++i) consistent = consistent && fits(cell.latency[i], cell.counts[i]);
  for (const uint64_t over : cell.over_limit) consistent = consistent && over <= cell.count(Outcome::ok);
  const Duration longest = latest() - run_time(key.second * Duration(1s));
  consistent = consistent && cell.latency_max >= Duration{} && cell.latency_max <= longest;
  return consistent ? ok() : refuse("samples that contradict themselves");
}

Result<void> Admission::admit_witnesses(const Snapshot& m) {
  for (const auto& [key, some] : m.witnesses) {
    const Stage* stage = load_stage(key.first);
    if (stage == nullptr) return refuse("exchanges of a load that is not its own");
    for (const Exchange& one : some.all()) {
      const bool inside = one.intended >= stage->order.start && one.intended <= std::min(stage->order.end, latest());
      if (!inside || one.latency < Duration{} || one.latency > latest() - one.intended) {
        return refuse("an exchange at an instant at which it cannot have been");
      }
    }
  }
  return ok();
}

// Text of an agent's, which stands on the page.
Result<void> Admission::admit_answered(const Snapshot& m) {
  constexpr std::size_t kMost = 1000, kLongest = 64;
  static const std::string kPlain = "0123456789abcdefABCDEF.:%_-ghijklmnopqrstuvwxyz";
  if (m.answered.size() > kMost) return refuse("more addresses than any name has");
  for (const auto& [by, count] : m.answered) {
    if (by.second.size() > kLongest || by.second.find_first_not_of(kPlain) != std::string::npos)
      return refuse("an address that is none");
  }
  return ok();
}

Result<void> Admission::admit_probe(ProbeId id, const std::vector<ProbeResult>& results) {
  const Probe& probe = scenario_.probe(id);
  if (!is_own(probe.agent)) return refuse("results of a probe that is another agent's");
  if (!probing_) return refuse("results of a probe that nobody started");
  if (!grow(probes_[id].checks, results.size(), periods(latest() - *probing_, probe.every))) {
    return refuse("more results of a probe than its cadence allows");
  }
  const bool in_time =
      std::all_of(results.begin(), results.end(), [&](const ProbeResult& r) { return timely(r.start, r.end, *probing_); });
  return in_time ? ok() : refuse("results of a probe at an instant at which it cannot have been");
}

uint64_t Admission::most_ids(const Ledger& ledger) const {
  if (!writing_) return 0;
  return periods(latest() - *writing_, from_seconds(1 / ledger.rate.per_second));
}

Result<void> Admission::admit_writes(LedgerId id, const std::vector<LedgerWrite>& writes) {
  const Ledger& ledger = scenario_.ledger(id);
  if (!is_own(ledger.agent)) return refuse("writes of a ledger that is another agent's");
  const uint64_t most = most_ids(ledger);
  if (!grow(ledgers_[id].writes, writes.size(), most)) return refuse("more writes of a ledger than its rate allows");
  for (const LedgerWrite& one : writes) {
    const RunTime end = one.outcome == WriteClass::pending ? one.invoked : one.completed;
    if (one.id >= most || !timely(one.invoked, end, *writing_)) return refuse("a write of a ledger that cannot have been");
  }
  return ok();
}

// Each id of a pass is read twice, what an earlier pass has read once more.
Result<void> Admission::admit_reads(LedgerId id, const std::vector<LedgerRead>& reads) {
  const Ledger& ledger = scenario_.ledger(id);
  if (!is_own(ledger.agent)) return refuse("reads of a ledger that is another agent's");
  const uint64_t most = most_ids(ledger);
  for (const LedgerRead& one : reads) {
    if (!passes_.contains({id, one.pass})) return refuse("reads of a ledger that nobody ordered");
    if (!grow(ledgers_[id].reads[one.pass], 1, 2 * most)) return refuse("more reads of a ledger than it has ids");
    if (one.id >= most || !timely(one.invoked, one.completed, RunTime{}))
      return refuse("a read of a ledger that cannot have been");
  }
  return ok();
}

}  // namespace shakedown
