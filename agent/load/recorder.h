// Turns samples into cells: one per second of intended time, stage and operation, with dense
// histograms from a pool. In steady state recording allocates nothing: take() hands cells over as
// sparse copies and keeps the histograms.
// Ownership: owns cells and histograms. Threads: one worker.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <vector>

#include "core/model/plan.h"
#include "core/stats/snapshot.h"

namespace shakedown {

class Redactor;

class Recorder {
 public:
  // The scenario outlives the recorder; its operations name the latency limits.
  // So does the redactor, without which no answer's bytes are kept.
  explicit Recorder(const DrillPlan& plan, const Redactor* redactor = nullptr);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // Room for this many cells with the usual histograms, so that the first seconds allocate nothing
  // either.
  void reserve(std::size_t cells);
  // answer: the body of a complete one, as far as it was kept. Looked at only where the exchange is among the first or the
  // slowest few of its stage.
  void record(const Sample& sample, std::string_view answer = {});
  // Everything recorded since the last call, added to `cells`.
  void take(std::map<CellKey, Cell>& cells);
  // What is new of the first and the slowest exchanges, added to `found`.
  void take_witnesses(WitnessMap& found);
  // The largest released - intended since the last call.
  Duration take_worst_lag();

 private:
  struct LiveCell;
  struct Noted {
    StageId stage;
    Witnesses all, fresh;  // of the stage so far, and since the last call
  };
  LiveCell& cell(const CellKey& key);
  Noted& noted(const Sample& sample);
  void note(const Sample& sample, Noted& in, std::string_view answer);
  DenseHistogram& histogram(std::unique_ptr<DenseHistogram>& slot);
  void move_out(std::unique_ptr<DenseHistogram>& slot, SparseHistogram& to);

  const DrillPlan& plan_;
  const Redactor* redactor_;
  std::vector<std::unique_ptr<LiveCell>> live_, spare_;
  std::vector<LiveCell*> latest_;  // by OperationId: the cell used last
  std::vector<std::unique_ptr<DenseHistogram>> pool_;
  std::vector<std::vector<Noted>> noted_;  // by OperationId: a few stages, the latest last
  Duration worst_lag_{};
};

}  // namespace shakedown
