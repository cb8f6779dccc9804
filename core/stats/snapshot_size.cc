#include "core/stats/snapshot_size.h"

namespace shakedown {
namespace {

std::size_t size_of(const Cell& cell) {
  std::size_t buckets = cell.wait.buckets().size() + cell.service.buckets().size() + cell.lag.buckets().size();
  for (const SparseHistogram& one : cell.latency) buckets += one.buckets().size();
  return 200 + 6 * buckets + 10 * cell.over_limit.size() + 16 * cell.answers.size();
}

}  // namespace

std::size_t size_hint(const Snapshot& snapshot) {
  std::size_t out = 200 + 16 * snapshot.offered.size();
  for (const auto& [key, cell] : snapshot.cells) out += size_of(cell);
  for (const auto& [key, some] : snapshot.witnesses) out += some.all().size() * (100 + kExcerpt);
  for (const auto& [id, results] : snapshot.probes) out += 24 * results.size();
  for (const auto& [id, some] : snapshot.writes) out += 32 * some.size();
  for (const auto& [id, some] : snapshot.reads) out += 32 * some.size();
  return out;
}

}  // namespace shakedown
