// Judges the running drill on a thread of its own, so that no judgement, however slow, delays what the run loop does: above
// all the renewal of leases. It is given a copy of the Timeline, which shares what is sealed, and publishes a judgement that
// never changes again.
// Ownership: owns its thread; the scenario of the Timelines outlives it. Threads: all calls from one thread, the run loop's;
// the judgement that latest() gives may be read anywhere.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "controller/measure/timeline.h"
#include "controller/model/scorecard.h"

namespace shakedown {

struct Judgement {
  Scorecard card;  // of a run that goes on, the decision not-proven
  WallTime at{};
  Duration took{};
};

class LiveJudge {
 public:
  LiveJudge();
  ~LiveJudge();  // waits for a judgement under way
  LiveJudge(const LiveJudge&) = delete;
  LiveJudge& operator=(const LiveJudge&) = delete;

  bool idle() const;
  // Only when idle.
  void judge(Timeline timeline, Manifest manifest);
  // The last one; null before the first. Shared: whoever shows it keeps it while the next is made.
  std::shared_ptr<const Judgement> latest() const;
  // Blocks until idle, for tests and the bench.
  void await_idle() const;

 private:
  struct Task {
    Timeline timeline;
    Manifest manifest;
  };
  void work(const std::stop_token& stop);

  mutable std::mutex mutex_;  // guards task_, busy_, latest_
  mutable std::condition_variable_any changed_;
  std::optional<Task> task_;
  bool busy_ = false;
  std::shared_ptr<const Judgement> latest_;
  std::jthread thread_;  // last: ends before what it uses
};

// What the evidence says so far, of a run that goes on.
Judgement judge_so_far(const Timeline& timeline, Manifest manifest);

}  // namespace shakedown
