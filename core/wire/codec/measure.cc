#include "core/wire/codec/measure.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "shakedown/v1/measure.pb.h"

namespace shakedown::wire {
namespace {

// Far more than any agent has in the time after which it sends what waits. One takes 10 bytes on the wire, and half a KB in
// memory.
constexpr int kMostCells = 1 << 16;

// Differences of neighbours in wrapping arithmetic, so that any two values have one.
class Deltas {
 public:
  int64_t of(uint64_t value) { return static_cast<int64_t>(value - std::exchange(last_, value)); }
  int64_t of(RunTime t) { return of(static_cast<uint64_t>(t.time_since_epoch().count())); }
  uint64_t sum(int64_t delta) { return last_ += static_cast<uint64_t>(delta); }
  RunTime time(int64_t delta) { return run_time(Duration(static_cast<int64_t>(sum(delta)))); }

 private:
  uint64_t last_ = 0;
};

int64_t length(RunTime from, RunTime to) {
  return static_cast<int64_t>(static_cast<uint64_t>(to.time_since_epoch().count()) -
                              static_cast<uint64_t>(from.time_since_epoch().count()));
}
RunTime later(RunTime from, int64_t length) {
  return run_time(
      Duration(static_cast<int64_t>(static_cast<uint64_t>(from.time_since_epoch().count()) + static_cast<uint64_t>(length))));
}

// Whether all columns are as long as the first.
template <class First, class... Columns>
bool aligned(Reader& io, std::string_view what, const First& first, const Columns&... columns) {
  if (((columns.size() == first.size()) && ...)) return true;
  io.refuse(std::string(what) + ": its columns have different lengths");
  return false;
}

void fields(Writer&, const SparseHistogram& m, v1::Histogram& p) { p.set_packed(m.packed()); }

void read_columns(Reader& io, SparseHistogram& m, const v1::Histogram& p) {
  if (!aligned(io, "histogram", p.bucket_delta(), p.count())) return;
  std::vector<BucketCount> buckets;
  buckets.reserve(p.count_size());
  uint64_t bucket = 0;
  for (int i = 0; i < p.count_size(); ++i) {
    if (i > 0 && p.bucket_delta(i) == 0) return io.refuse("histogram: a bucket appears twice");
    if (p.count(i) == 0) return io.refuse("histogram: a bucket is empty");
    bucket += p.bucket_delta(i);
    if (bucket >= kHistogramBuckets) {
      return io.refuse(out_of_range("histogram bucket", static_cast<int64_t>(bucket), 0, kHistogramBuckets - 1));
    }
    buckets.push_back({static_cast<uint32_t>(bucket), p.count(i)});
  }
  m = SparseHistogram::from_buckets(std::move(buckets));
}

void fields(Reader& io, SparseHistogram& m, const v1::Histogram& p) {
  if (p.packed().empty()) return read_columns(io, m, p);
  if (p.count_size() > 0 || p.bucket_delta_size() > 0) return io.refuse("histogram: bits and columns");
  std::optional<SparseHistogram> unpacked = SparseHistogram::unpacked(p.packed());
  if (!unpacked) return io.refuse("histogram: its bits are no buckets");
  m = *std::move(unpacked);
}

void write_cell(Writer& io, const CellKey& key, const Cell& m, v1::Cell& p) {
  p.set_second(key.second);
  p.set_stage(key.stage.value + 1);
  p.set_operation(key.operation.value + 1);
  std::size_t used = kOutcomes;
  while (used > 0 && m.counts[used - 1] == 0) --used;
  for (std::size_t i = 0; i < used; ++i) p.add_counts(m.counts[i]);
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    if (m.latency[i].empty()) continue;
    v1::OutcomeHistogram& one = *p.add_latency();
    one.set_outcome(static_cast<uint32_t>(i));
    fields(io, m.latency[i], *one.mutable_latency());
  }
  if (!m.wait.empty()) fields(io, m.wait, *p.mutable_wait());
  if (!m.service.empty()) fields(io, m.service, *p.mutable_service());
  if (!m.lag.empty()) fields(io, m.lag, *p.mutable_lag());
  for (const uint64_t n : m.over_limit) p.add_over_limit(n);
  p.set_latency_max_ns(m.latency_max.count());
  p.set_retried(m.retried);
  p.set_queued(m.queued);
  p.set_uncounted(m.uncounted);
  for (const AnswerCount& one : m.answers) {
    v1::AnswerCount& to = *p.add_answers();
    to.set_status(one.status);
    to.set_wrong(static_cast<uint32_t>(one.wrong));
    to.set_count(one.count);
  }
}

// How an exchange ended, read with its range checked.
template <class E>
void read_small(Reader& io, uint32_t found, E last, E& value, std::string_view what) {
  const auto most = static_cast<uint32_t>(last);
  if (found > most) return io.refuse(out_of_range(what, found, 0, most));
  value = static_cast<E>(found);
}

uint16_t read_status(Reader& io, uint32_t found) {
  if (found > UINT16_MAX) io.refuse(out_of_range("status", found, 0, UINT16_MAX));
  return static_cast<uint16_t>(found);
}

void read_answers(Reader& io, Cell& cell, const v1::Cell& p, bool counted) {
  uint64_t good = cell.count(Outcome::ok), bad = cell.count(Outcome::failed);
  for (const v1::AnswerCount& one : p.answers()) {
    Mismatch wrong{};
    read_small(io, one.wrong(), last_of<Mismatch>(), wrong, "mismatch");
    uint64_t& room = wrong == Mismatch::none ? good : bad;
    if (one.count() > room) return io.refuse("snapshot: a cell has more answers by status than answers");
    room -= one.count();
    count_answer(cell.answers, read_status(io, one.status()), wrong, one.count());
  }
  if (p.uncounted() > good) return io.refuse("snapshot: a cell has more answers by status than answers");
  cell.uncounted = counted ? p.uncounted() : good;
}

void write_witnesses(const WitnessMap& all, v1::Snapshot& p) {
  for (const auto& [key, some] : all) {
    for (const Exchange& one : some.all()) {
      v1::Exchange& to = *p.add_exchanges();
      to.set_stage(key.first.value + 1);
      to.set_operation(key.second.value + 1);
      to.set_intended_ns(one.intended.time_since_epoch().count());
      to.set_latency_ns(one.latency.count());
      to.set_outcome(static_cast<uint32_t>(one.outcome));
      to.set_wrong(static_cast<uint32_t>(one.wrong));
      to.set_status(one.status);
      if (one.trace != TraceId{}) to.set_trace(one.trace.data(), one.trace.size());
      to.set_answer(one.answer);
      to.set_cut(one.cut);
    }
  }
}

void read_witness(Reader& io, WitnessMap& all, const v1::Exchange& p) {
  Exchange one;
  one.intended = run_time(Duration(p.intended_ns()));
  one.latency = Duration(p.latency_ns());
  read_small(io, p.outcome(), Outcome::client_error, one.outcome, "outcome");
  read_small(io, p.wrong(), last_of<Mismatch>(), one.wrong, "mismatch");
  one.status = read_status(io, p.status());
  if (!p.trace().empty() && p.trace().size() != one.trace.size()) return io.refuse("exchange: its trace id is not 16 bytes long");
  std::copy(p.trace().begin(), p.trace().end(), one.trace.begin());
  if (p.answer().size() > kExcerpt) return io.refuse("exchange: its answer is too long");
  one.answer = p.answer();
  one.cut = p.cut();
  all[{StageId(p.stage() - 1), OperationId(p.operation() - 1)}].add(std::move(one));
}

void read_cell(Reader& io, Snapshot& m, const v1::Cell& p, bool counted) {
  const CellKey key{p.second(), StageId(p.stage() - 1), OperationId(p.operation() - 1)};
  const auto [at, fresh] = m.cells.try_emplace(key);
  if (!fresh) return io.refuse("snapshot: a cell appears twice");
  Cell& cell = at->second;
  if (p.counts_size() > static_cast<int>(kOutcomes)) {
    return io.refuse(out_of_range("counts of outcomes", p.counts_size(), 0, kOutcomes));
  }
  for (int i = 0; i < p.counts_size(); ++i) cell.counts[i] = p.counts(i);
  for (const v1::OutcomeHistogram& one : p.latency()) {
    if (one.outcome() >= kOutcomes) return io.refuse(out_of_range("outcome", one.outcome(), 0, kOutcomes - 1));
    fields(io, cell.latency[one.outcome()], one.latency());
  }
  fields(io, cell.wait, p.wait());
  fields(io, cell.service, p.service());
  fields(io, cell.lag, p.lag());
  cell.over_limit.assign(p.over_limit().begin(), p.over_limit().end());
  cell.latency_max = Duration(p.latency_max_ns());
  cell.retried = p.retried();
  cell.queued = p.queued();
  read_answers(io, cell, p, counted);
}

// Checks come at a cadence: what is left of an instant after it is small.
void write_probe(ProbeId probe, const std::vector<ProbeResult>& results, v1::ProbeResults& p) {
  p.set_probe(probe.value + 1);
  if (results.empty()) return;
  const RunTime first = results.front().start;
  const auto gaps = static_cast<int64_t>(results.size() - 1);
  const int64_t step = gaps > 0 ? length(first, results.back().start) / gaps : 0;
  p.set_first_ns(first.time_since_epoch().count());
  p.set_step_ns(step);
  RunTime expected = first;
  bool good = true;
  uint64_t run = 0;
  for (const ProbeResult& one : results) {
    p.add_offset_ns(length(expected, one.start));
    p.add_took_ns(static_cast<uint64_t>(length(one.start, one.end)));
    expected = later(expected, step);
    if (one.good != good) p.add_runs(std::exchange(run, 0));
    good = one.good;
    ++run;
  }
  p.add_runs(run);
}

void read_packed_probe(Reader& io, std::vector<ProbeResult>& results, const v1::ProbeResults& p) {
  if (!aligned(io, "probe results", p.offset_ns(), p.took_ns())) return;
  results.reserve(static_cast<std::size_t>(p.took_ns_size()));
  RunTime expected = run_time(Duration(p.first_ns()));
  int run = 0;
  uint64_t left = p.runs_size() > 0 ? p.runs(0) : 0;
  for (int i = 0; i < p.took_ns_size(); ++i) {
    while (left == 0 && ++run < p.runs_size()) left = p.runs(run);
    if (left-- == 0) return io.refuse("probe results: fewer outcomes than checks");
    const RunTime start = later(expected, p.offset_ns(i));
    results.push_back({start, later(start, static_cast<int64_t>(p.took_ns(i))), run % 2 == 0});
    expected = later(expected, p.step_ns());
  }
  if (left > 0 || run + 1 < p.runs_size()) io.refuse("probe results: more outcomes than checks");
}

void write_failed(ProbeId probe, const FailedCheck& check, v1::FailedCheck& p) {
  p.set_probe(probe.value + 1);
  p.set_outcome(static_cast<uint32_t>(check.outcome));
  p.set_wrong(static_cast<uint32_t>(check.wrong));
  p.set_status(check.status);
}

void read_failed(Reader& io, Snapshot& m, const v1::FailedCheck& p) {
  FailedCheck check;
  read_small(io, p.outcome(), Outcome::client_error, check.outcome, "outcome");
  read_small(io, p.wrong(), last_of<Mismatch>(), check.wrong, "mismatch");
  check.status = read_status(io, p.status());
  m.failed_checks.insert_or_assign(ProbeId(p.probe() - 1), check);
}

void read_probe(Reader& io, Snapshot& m, const v1::ProbeResults& p) {
  if (!aligned(io, "probe results", p.good(), p.start_delta_ns(), p.length_ns())) return;
  const auto [at, fresh] = m.probes.try_emplace(ProbeId(p.probe() - 1));
  if (!fresh) return io.refuse("snapshot: a probe appears twice");
  if (p.took_ns_size() > 0 || p.runs_size() > 0) {
    if (p.good_size() > 0) return io.refuse("probe results: twice");
    return read_packed_probe(io, at->second, p);
  }
  at->second.reserve(p.good_size());
  Deltas starts;
  for (int i = 0; i < p.good_size(); ++i) {
    const RunTime start = starts.time(p.start_delta_ns(i));
    at->second.push_back({start, later(start, p.length_ns(i)), p.good(i)});
  }
}

void write_writes(LedgerId ledger, const std::vector<LedgerWrite>& writes, v1::LedgerWrites& p) {
  p.set_ledger(ledger.value + 1);
  Deltas ids, invoked;
  for (const LedgerWrite& one : writes) {
    p.add_id_delta(ids.of(one.id));
    p.add_invoked_delta_ns(invoked.of(one.invoked));
    p.add_length_ns(length(one.invoked, one.completed));
    p.add_outcome(to_wire<v1::WriteClass>(one.outcome));
  }
}

void read_writes(Reader& io, Snapshot& m, const v1::LedgerWrites& p) {
  if (!aligned(io, "ledger writes", p.outcome(), p.id_delta(), p.invoked_delta_ns(), p.length_ns())) return;
  const auto [at, fresh] = m.writes.try_emplace(LedgerId(p.ledger() - 1));
  if (!fresh) return io.refuse("snapshot: the writes of a ledger appear twice");
  at->second.reserve(p.outcome_size());
  Deltas ids, invoked;
  for (int i = 0; i < p.outcome_size(); ++i) {
    LedgerWrite& one = at->second.emplace_back();
    one.id = ids.sum(p.id_delta(i));
    one.invoked = invoked.time(p.invoked_delta_ns(i));
    one.completed = later(one.invoked, p.length_ns(i));
    from_wire(io, p.outcome(i), one.outcome, "outcome of a write");
  }
}

void write_reads(LedgerId ledger, const std::vector<LedgerRead>& reads, v1::LedgerReads& p) {
  p.set_ledger(ledger.value + 1);
  Deltas ids, invoked;
  for (const LedgerRead& one : reads) {
    p.add_id_delta(ids.of(one.id));
    p.add_pass(one.pass);
    p.add_invoked_delta_ns(invoked.of(one.invoked));
    p.add_length_ns(length(one.invoked, one.completed));
    p.add_outcome(to_wire<v1::ReadClass>(one.outcome));
  }
}

void read_reads(Reader& io, Snapshot& m, const v1::LedgerReads& p) {
  if (!aligned(io, "ledger reads", p.outcome(), p.id_delta(), p.pass(), p.invoked_delta_ns(), p.length_ns())) return;
  const auto [at, fresh] = m.reads.try_emplace(LedgerId(p.ledger() - 1));
  if (!fresh) return io.refuse("snapshot: the reads of a ledger appear twice");
  at->second.reserve(p.outcome_size());
  Deltas ids, invoked;
  for (int i = 0; i < p.outcome_size(); ++i) {
    LedgerRead& one = at->second.emplace_back();
    one.id = ids.sum(p.id_delta(i));
    one.pass = p.pass(i);
    one.invoked = invoked.time(p.invoked_delta_ns(i));
    one.completed = later(one.invoked, p.length_ns(i));
    from_wire(io, p.outcome(i), one.outcome, "outcome of a read");
  }
}

// Lists of fields, not statements.
// clang-format off
WIRE_FIELDS(AgentHealth, v1::AgentHealth) {
  WIRE(cpu_seconds) WIRE(steal_ratio) WIRE(rss_bytes) WIRE(open_connections) WIRE(outstanding) WIRE_NS(worst_lag)
}
// clang-format on

}  // namespace

std::string out_of_range(std::string_view field, int64_t found, int64_t least, int64_t most) {
  return std::string(field) + ": " + std::to_string(found) + " is not one of " + std::to_string(least) + " to " +
         std::to_string(most);
}

void fields(Writer& io, const AgentHealth& m, v1::AgentHealth& p) { fields<Writer>(io, m, p); }
void fields(Reader& io, AgentHealth& m, const v1::AgentHealth& p) { fields<Reader>(io, m, p); }

void fields(Writer& io, const Snapshot& m, v1::Snapshot& p) {
  p.set_agent(m.agent.value + 1);
  p.set_seq(m.seq);
  p.set_from_ns(m.from.time_since_epoch().count());
  p.set_to_ns(m.to.time_since_epoch().count());
  for (const auto& [stage, arrivals] : m.offered) {
    v1::StageOffered& one = *p.add_offered();
    one.set_stage(stage.value + 1);
    one.set_arrivals(arrivals);
  }
  for (const auto& [key, cell] : m.cells) write_cell(io, key, cell, *p.add_cells());
  p.set_answers_counted(true);
  write_witnesses(m.witnesses, p);
  for (const auto& [by, count] : m.answered) {
    v1::AnsweredBy& one = *p.add_answered();
    one.set_target(by.first.value + 1);
    one.set_address(by.second);
    one.set_count(count);
  }
  fields(io, m.health, *p.mutable_health());
  for (const auto& [probe, results] : m.probes) write_probe(probe, results, *p.add_probes());
  for (const auto& [probe, check] : m.failed_checks) write_failed(probe, check, *p.add_failed_checks());
  for (const auto& [ledger, writes] : m.writes) write_writes(ledger, writes, *p.add_writes());
  for (const auto& [ledger, reads] : m.reads) write_reads(ledger, reads, *p.add_reads());
}

void fields(Reader& io, Snapshot& m, const v1::Snapshot& p) {
  if (p.cells_size() > kMostCells) return io.refuse(out_of_range("cells of a snapshot", p.cells_size(), 0, kMostCells));
  m.agent = AgentId(p.agent() - 1);
  m.seq = p.seq();
  m.from = run_time(Duration(p.from_ns()));
  m.to = run_time(Duration(p.to_ns()));
  for (const v1::StageOffered& one : p.offered()) {
    if (!m.offered.try_emplace(StageId(one.stage() - 1), one.arrivals()).second) {
      return io.refuse("snapshot: the arrivals of a stage appear twice");
    }
  }
  for (const v1::Cell& one : p.cells()) read_cell(io, m, one, p.answers_counted());
  for (const v1::Exchange& one : p.exchanges()) read_witness(io, m.witnesses, one);
  for (const v1::AnsweredBy& one : p.answered()) {
    if (!m.answered.try_emplace({TargetId(one.target() - 1), one.address()}, one.count()).second) {
      return io.refuse("snapshot: an address appears twice");
    }
  }
  fields(io, m.health, p.health());
  for (const v1::ProbeResults& one : p.probes()) read_probe(io, m, one);
  for (const v1::FailedCheck& one : p.failed_checks()) read_failed(io, m, one);
  for (const v1::LedgerWrites& one : p.writes()) read_writes(io, m, one);
  for (const v1::LedgerReads& one : p.reads()) read_reads(io, m, one);
}

}  // namespace shakedown::wire
