#include "core/stats/snapshot_size.h"

namespace shakedown {
namespace {

std::size_t buckets_of(const Cell& cell) {
  std::size_t buckets = cell.wait.buckets().size() + cell.service.buckets().size() + cell.lag.buckets().size();
  for (const SparseHistogram& one : cell.latency) buckets += one.buckets().size();
  return buckets;
}

std::size_t size_of(const Cell& cell) {
  return 200 + 6 * buckets_of(cell) + 10 * cell.over_limit.size() + 16 * cell.answers.size();
}

constexpr std::size_t kNode = 4 * sizeof(void*);  // of a map

std::size_t memory_of(const Cell& cell) {
  return kNode + sizeof(CellKey) + sizeof(Cell) + buckets_of(cell) * sizeof(BucketCount) +
         cell.over_limit.size() * sizeof(uint64_t) + cell.answers.size() * sizeof(AnswerCount);
}

template <class Map>
std::size_t memory_of_lists(const Map& lists) {
  std::size_t out = 0;
  for (const auto& [id, list] : lists) out += kNode + sizeof list + list.size() * sizeof list.front();
  return out;
}

}  // namespace

std::size_t size_hint(const Snapshot& snapshot) {
  std::size_t out = 200 + 16 * snapshot.offered.size();
  for (const auto& [key, cell] : snapshot.cells) out += size_of(cell);
  for (const auto& [key, some] : snapshot.witnesses) out += some.all().size() * (100 + kExcerpt);
  for (const auto& [by, count] : snapshot.answered) out += 16 + by.second.size();
  for (const auto& [id, results] : snapshot.probes) out += 24 * results.size();
  out += 16 * snapshot.failed_checks.size();
  for (const auto& [id, some] : snapshot.writes) out += 32 * some.size();
  for (const auto& [id, some] : snapshot.reads) out += 32 * some.size();
  return out;
}

std::size_t memory_of(const Snapshot& snapshot) {
  std::size_t out = sizeof snapshot + (kNode + 2 * sizeof(uint64_t)) * snapshot.offered.size();
  out += (kNode + sizeof(ProbeId) + sizeof(FailedCheck)) * snapshot.failed_checks.size();
  for (const auto& [key, cell] : snapshot.cells) out += memory_of(cell);
  for (const auto& [key, some] : snapshot.witnesses) out += kNode + some.all().size() * (sizeof(Exchange) + kExcerpt);
  return out + memory_of_lists(snapshot.probes) + memory_of_lists(snapshot.writes) + memory_of_lists(snapshot.reads);
}

}  // namespace shakedown
