#include <cmath>
#include <limits>

#include "tests/component/rogue/cases.h"

namespace shakedown::rogue {
namespace {

using namespace std::chrono_literals;

const StageId kStage(0);
const OperationId kRead(0), kOther(1);

// A snapshot that is due, changed by f, at a moment.
Case with(const char* name, Moment when, std::function<void(Rogue&, Snapshot&)> change) {
  return {name, when, [change = std::move(change)](Rogue& r) {
            Snapshot snapshot = r.me.empty_snapshot();
            change(r, snapshot);
            r.me.say(std::move(snapshot));
          }};
}

Cell good(uint64_t count) {
  Cell out;
  out.counts[0] = count;
  out.latency[0].add(1ms, count);
  return out;
}

CellKey here(const Rogue& r) { return {second_of(r.me.stage().start), kStage, kRead}; }

std::vector<Case> load() {
  const auto arrivals = [](uint64_t n) { return [n](Rogue&, Snapshot& s) { s.offered[kStage] = n; }; };
  const auto cell = [](int64_t second) { return [second](Rogue&, Snapshot& s) { s.cells[{second, kStage, kRead}] = good(1); }; };
  return {
      with("a snapshot before the run began", Moment::ready, arrivals(0)),
      with("a million arrivals", Moment::running, arrivals(1'000'000)),
      with("arrivals without number", Moment::running, arrivals(std::numeric_limits<uint64_t>::max())),
      with("arrivals of a phase that is not there", Moment::running, [](Rogue&, Snapshot& s) { s.offered[StageId(7)] = 1; }),
      with("arrivals before the phase was announced", Moment::gone, arrivals(100)),
      with("a million good answers", Moment::running, [](Rogue& r, Snapshot& s) { s.cells[here(r)] = good(1'000'000); }),
      with("good answers that wrap around", Moment::running,
           [](Rogue& r, Snapshot& s) {
             s.cells[here(r)] = good(std::numeric_limits<uint64_t>::max() - 5);
             s.cells[here(r)].counts[1] = 10;
           }),
      with("a cell at second 2^62", Moment::running, cell(kFar)),
      with("a cell at second -2^62", Moment::running, cell(-kFar)),
      with("a cell of a second before the phase", Moment::running, cell(0)),
      with("a cell of an hour later", Moment::running, cell(3600)),
      with("a hundred thousand cells", Moment::running,
           [](Rogue&, Snapshot& s) {
             for (int64_t i = 0; i < 100'000; ++i) s.cells[{i, kStage, kRead}] = {};
           }),
      with("a cell of an operation that the phase does not have", Moment::running,
           [](Rogue& r, Snapshot& s) {
             s.cells[{second_of(r.me.stage().start), kStage, kOther}] = good(1);
           }),
      with("more latencies than answers", Moment::running,
           [](Rogue& r, Snapshot& s) {
             s.cells[here(r)] = good(1);
             s.cells[here(r)].latency[0].add(1us, 1'000'000);
           }),
      with("latencies that wrap around", Moment::running,
           [](Rogue& r, Snapshot& s) {
             s.cells[here(r)] = good(1);
             s.cells[here(r)].wait.add(1ms, std::numeric_limits<uint64_t>::max());
             s.cells[here(r)].wait.add(1us, 2);
           }),
      with("more slow answers than answers", Moment::running,
           [](Rogue& r, Snapshot& s) {
             s.cells[here(r)] = good(1);
             s.cells[here(r)].over_limit = {5};
           }),
      with("a latency of 146 years", Moment::running,
           [](Rogue& r, Snapshot& s) {
             s.cells[here(r)] = good(1);
             s.cells[here(r)].latency_max = Duration(kFar);
           }),
      with("an exchange of the far future", Moment::running,
           [](Rogue&, Snapshot& s) {
             Exchange one;
             one.intended = far_away();
             s.witnesses[{kStage, kRead}].add(one);
           }),
  };
}

std::vector<Case> frame() {
  return {
      with("a CPU time that is no number", Moment::running, [](Rogue&, Snapshot& s) { s.health.cpu_seconds = std::nan(""); }),
      with("a CPU time without end", Moment::running, [](Rogue&, Snapshot& s) { s.health.cpu_seconds = INFINITY; }),
      with("a stolen share of minus one", Moment::running, [](Rogue&, Snapshot& s) { s.health.steal_ratio = -1; }),
      {"the same snapshot twice", Moment::running,
       [](Rogue& r) {
         Snapshot one = r.me.empty_snapshot();
         r.me.say(one);
         r.me.say(one);
       }},
      with("a number far ahead", Moment::running, [](Rogue&, Snapshot& s) { s.seq = uint64_t{1} << 60; }),
      with("a snapshot of the far future", Moment::running, [](Rogue&, Snapshot& s) { s.to = far_away(); }),
      with("a snapshot that ends before it begins", Moment::running, [](Rogue&, Snapshot& s) { s.to = s.from - 1s; }),
      with("a snapshot of the time of the one before", Moment::running, [](Rogue&, Snapshot& s) { s.from -= 1s; }),
      {"ten thousand empty snapshots", Moment::running,
       [](Rogue& r) {
         for (int i = 0; i < 10'000; ++i) r.me.say(r.me.empty_snapshot());
       }},
  };
}

std::vector<Case> watch() {
  const auto checks = [](std::size_t n, bool good, Duration end) {
    return [n, good, end](Rogue& r, Snapshot& s) {
      const RunTime now = r.me.now();
      for (std::size_t i = 0; i < n; ++i) s.probes[ProbeId(1)].push_back({now, now + end, good});
    };
  };
  return {
      with("good checks of another's probe", Moment::running,
           [](Rogue& r, Snapshot& s) {
             for (int i = 0; i < 50; ++i) s.probes[ProbeId(0)].push_back({r.me.now() - 1ms * (50 - i), r.me.now(), true});
           }),
      with("failed checks of another's probe", Moment::running,
           [](Rogue& r, Snapshot& s) {
             for (int i = 0; i < 50; ++i) s.probes[ProbeId(0)].push_back({r.me.now() - 1ms * (50 - i), r.me.now(), false});
           }),
      with("a hundred thousand checks at once", Moment::running, checks(100'000, true, 0s)),
      with("a check of the far future", Moment::running, checks(1, true, Duration(kFar))),
      with("a check that ends before it begins", Moment::running, checks(1, true, -1s)),
      with("checks before the probes were started", Moment::gone, checks(3, true, 0s)),
      with("writes of another's ledger", Moment::running,
           [](Rogue& r, Snapshot& s) {
             for (uint64_t i = 0; i < 100; ++i) s.writes[LedgerId(0)].push_back({i, r.me.now(), r.me.now(), WriteClass::failed});
           }),
      with("a write far beyond the rate", Moment::running,
           [](Rogue& r, Snapshot& s) {
             s.writes[LedgerId(1)].push_back({uint64_t{1} << 62, r.me.now(), r.me.now(), WriteClass::acked});
           }),
      with("a hundred thousand writes", Moment::running,
           [](Rogue& r, Snapshot& s) {
             for (uint64_t i = 0; i < 100'000; ++i)
               s.writes[LedgerId(1)].push_back({i, r.me.now(), r.me.now(), WriteClass::acked});
           }),
      with("a write of the far future", Moment::running,
           [](Rogue&, Snapshot& s) {
             s.writes[LedgerId(1)].push_back({0, far_away(), far_away(), WriteClass::acked});
           }),
      with("reads of another's ledger", Moment::leaving,
           [](Rogue& r, Snapshot& s) {
             for (uint64_t i = 0; i < 100; ++i) s.reads[LedgerId(0)].push_back({i, 0, r.me.now(), r.me.now(), ReadClass::absent});
           }),
      with("reads that nobody ordered", Moment::leaving,
           [](Rogue& r, Snapshot& s) {
             for (uint64_t i = 0; i < 100; ++i)
               s.reads[LedgerId(1)].push_back({i, 77, r.me.now(), r.me.now(), ReadClass::present});
           }),
  };
}

}  // namespace

std::vector<Case> measure_cases() {
  std::vector<Case> out = load();
  for (Case& one : frame()) out.push_back(std::move(one));
  for (Case& one : watch()) out.push_back(std::move(one));
  return out;
}

}  // namespace shakedown::rogue
