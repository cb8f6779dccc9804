// Why a run ends before its time: a stop condition, an interrupt, or trouble of our own. The first reason stands; the watcher
// hears of it at once, the record from Go on. Whoever waits `until_stopped` then waits no longer; the undo of what stands and
// the teardown are the drill's affair.
// Threads: the run loop only.
#pragma once

#include <optional>
#include <string>

#include "controller/drill/live.h"
#include "controller/record/chronicle.h"
#include "core/base/clock.h"

namespace shakedown {

class RunEnd {
 public:
  RunEnd(Chronicle& chronicle, Progress& progress) : chronicle_(chronicle), progress_(progress) {}

  // The record has its beginning: what ended the run before is told to it now.
  void record_from(RunClock clock);
  void stop(RunState state, const std::string& why);
  // Our own trouble; the first one is the run's error, also where something else has ended it.
  void abort(Error error);
  // Ctrl-C: the first ends the run and undoes; the second leaves out everything but the undo.
  void interrupt(const std::string& signal_name);
  // The run is over: nothing ends it any more. The state and the reason to write down.
  RunState close();

  bool stopped() const { return reason_.has_value(); }
  bool hurried() const { return interrupts_ > 1; }
  // Of a run that was stopped; else empty.
  std::string why() const { return reason_ ? reason_->why : ""; }
  const std::optional<Error>& error() const { return error_; }

 private:
  struct Reason {
    RunState state;
    std::string why;
  };
  void record() const;

  Chronicle& chronicle_;
  Progress& progress_;
  std::optional<RunClock> clock_;
  std::optional<Reason> reason_;
  std::optional<Error> error_;
  int interrupts_ = 0;
  bool closed_ = false;
};

}  // namespace shakedown
