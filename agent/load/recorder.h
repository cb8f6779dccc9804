// Turns samples into cells: one per second of intended time, stage and operation, with dense
// histograms from a pool. In steady state recording allocates nothing: take() hands cells over as
// sparse copies and keeps the histograms.
// Ownership: owns cells and histograms. Threads: one worker.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <vector>

#include "core/model/scenario.h"
#include "core/stats/snapshot.h"

namespace shakedown {

class Recorder {
 public:
  // The scenario outlives the recorder; its operations name the latency limits.
  explicit Recorder(const Scenario& scenario);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // Room for this many cells with the usual histograms, so that the first seconds allocate nothing
  // either.
  void reserve(std::size_t cells);
  void record(const Sample& sample);
  // Everything recorded since the last call, added to `cells`.
  void take(std::map<CellKey, Cell>& cells);
  // The largest released - intended since the last call.
  Duration take_worst_lag();

 private:
  struct LiveCell;
  LiveCell& cell(const CellKey& key);
  DenseHistogram& histogram(std::unique_ptr<DenseHistogram>& slot);
  void move_out(std::unique_ptr<DenseHistogram>& slot, SparseHistogram& to);

  const Scenario& scenario_;
  std::vector<std::unique_ptr<LiveCell>> live_, spare_;
  std::vector<LiveCell*> latest_;  // by OperationId: the cell used last
  std::vector<std::unique_ptr<DenseHistogram>> pool_;
  Duration worst_lag_{};
};

}  // namespace shakedown
