// What load reports each second: mergeable counts and histograms, never percentiles.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/model/ledger.h"
#include "core/model/probe.h"
#include "core/model/sample.h"
#include "core/stats/exchange.h"
#include "core/stats/histogram.h"

namespace shakedown {

// Where a sample belongs: the second and stage of its intended time.
struct CellKey {
  int64_t second = 0;
  StageId stage;
  OperationId operation;
  auto operator<=>(const CellKey&) const = default;
};

struct Cell {
  std::array<uint64_t, kOutcomes> counts{};        // by Outcome
  std::array<SparseHistogram, kOutcomes> latency;  // by Outcome; drops have none
  SparseHistogram wait, service;                   // of arrivals that were sent
  SparseHistogram lag;                             // of every released arrival
  // [i] = ok arrivals slower than Operation::limits[i] (exact; not-ok ones are added by the judge).
  std::vector<uint64_t> over_limit;
  Duration latency_max{};  // exact, over all outcomes
  uint64_t retried = 0;    // of the arrivals: sent a second time
  uint64_t queued = 0;     // of the arrivals: found all connections of a declared pool in use
  // Complete answers by status, and what was wrong with them. Good ones with status 200, by far the most, are not listed.
  std::vector<AnswerCount> answers;
  uint64_t uncounted = 0;  // good ones of an agent that did not count by status

  uint64_t offered() const;
  uint64_t count(Outcome o) const { return counts[static_cast<std::size_t>(o)]; }
  // With the good ones of status 200.
  std::vector<AnswerCount> all_answers() const;
  // Answers that are not among them: their status was not recorded.
  uint64_t untold() const;
  void merge(const Cell& other);
};

// Our own condition in the interval.
struct AgentHealth {
  double cpu_seconds = 0;  // of the agent process in the interval
  double steal_ratio = 0;  // of the host
  uint64_t rss_bytes = 0;
  uint32_t open_connections = 0;
  uint64_t outstanding = 0;  // arrivals not yet done
  Duration worst_lag{};      // largest in the interval
  friend bool operator==(const AgentHealth&, const AgentHealth&) = default;
};

// An address of a target, as it is written: "10.0.0.7".
using AnsweredBy = std::pair<TargetId, std::string>;

// Deltas of one agent for one interval. seq counts from 1 without gaps per agent.
struct Snapshot {
  AgentId agent;
  uint64_t seq = 0;
  RunTime from{}, to{};
  // Arrivals scheduled (by intended time) since the last snapshot: the left side of the accounting identity
  // offered = sum of outcomes + still outstanding. Per stage.
  std::map<StageId, uint64_t> offered;
  std::map<CellKey, Cell> cells;
  WitnessMap witnesses;                     // what is new of them
  std::map<AnsweredBy, uint64_t> answered;  // requests of load that were answered
  AgentHealth health;
  // Raw streams beside the cells.
  std::map<ProbeId, std::vector<ProbeResult>> probes;
  std::map<ProbeId, FailedCheck> failed_checks;         // the last one of each, where one failed
  std::map<LedgerId, std::vector<LedgerWrite>> writes;  // completed ones (and pending ones at the end)
  std::map<LedgerId, std::vector<LedgerRead>> reads;

  // Adds other's content (same agent, later interval); keeps the larger seq. Used when the outbox overflows.
  void merge(Snapshot&& other);
};

}  // namespace shakedown
