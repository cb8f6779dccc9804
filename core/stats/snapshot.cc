#include "core/stats/snapshot.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace shakedown {
namespace {

template <typename Key, typename Record>
void append(std::map<Key, std::vector<Record>>& into, std::map<Key, std::vector<Record>>&& from) {
  for (auto& [key, records] : from) {
    std::vector<Record>& list = into[key];
    if (list.empty()) {
      list = std::move(records);
    } else {
      list.insert(list.end(), records.begin(), records.end());
    }
  }
}

// b describes the later interval.
AgentHealth merged(const AgentHealth& a, double a_seconds, const AgentHealth& b, double b_seconds) {
  AgentHealth out = b;
  out.cpu_seconds += a.cpu_seconds;
  const double both = a_seconds + b_seconds;
  if (both > 0) out.steal_ratio = (a.steal_ratio * a_seconds + b.steal_ratio * b_seconds) / both;
  out.rss_bytes = std::max(a.rss_bytes, b.rss_bytes);
  out.worst_lag = std::max(a.worst_lag, b.worst_lag);
  return out;
}

}  // namespace

uint64_t Cell::offered() const { return std::accumulate(counts.begin(), counts.end(), uint64_t{0}); }

void Cell::merge(const Cell& other) {
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    counts[i] += other.counts[i];
    latency[i].merge(other.latency[i]);
  }
  wait.merge(other.wait);
  service.merge(other.service);
  lag.merge(other.lag);
  over_limit.resize(std::max(over_limit.size(), other.over_limit.size()));
  for (std::size_t i = 0; i < other.over_limit.size(); ++i) over_limit[i] += other.over_limit[i];
  latency_max = std::max(latency_max, other.latency_max);
  retried += other.retried;
  queued += other.queued;
  for (const AnswerCount& one : other.answers) count_answer(answers, one.status, one.wrong, one.count);
  uncounted += other.uncounted;
}

std::vector<AnswerCount> Cell::all_answers() const {
  std::vector<AnswerCount> out = answers;
  const uint64_t told = uncounted + sum_of(answers, true), good = count(Outcome::ok);
  if (told < good) count_answer(out, 200, Mismatch::none, good - told);
  return out;
}

uint64_t Cell::untold() const {
  const uint64_t told = sum_of(answers, false), failed = count(Outcome::failed);
  return uncounted + (told < failed ? failed - told : 0);
}

void Snapshot::merge(Snapshot&& other) {
  health = merged(health, seconds(to - from), other.health, seconds(other.to - other.from));
  seq = std::max(seq, other.seq);
  from = std::min(from, other.from);
  to = std::max(to, other.to);
  for (const auto& [stage, count] : other.offered) offered[stage] += count;
  for (const auto& [key, cell] : other.cells) cells[key].merge(cell);
  for (const auto& [key, some] : other.witnesses) witnesses[key].merge(some);
  for (const auto& [by, count] : other.answered) answered[by] += count;
  append(probes, std::move(other.probes));
  for (const auto& [probe, check] : other.failed_checks) failed_checks.insert_or_assign(probe, check);
  append(writes, std::move(other.writes));
  append(reads, std::move(other.reads));
}

}  // namespace shakedown
