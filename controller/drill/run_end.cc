#include "controller/drill/run_end.h"

#include <utility>

namespace shakedown {
namespace {

RunEvent::Kind event_kind(RunState state) {
  if (state == RunState::stopped) return RunEvent::Kind::stop_condition;
  return state == RunState::interrupted ? RunEvent::Kind::interrupted : RunEvent::Kind::aborted;
}

}  // namespace

void RunEnd::record() const { chronicle_.record(Event(RunEvent{event_kind(reason_->state), clock_->now(), reason_->why})); }

void RunEnd::record_from(RunClock clock) {
  clock_ = clock;
  if (reason_) record();
}

void RunEnd::stop(RunState state, const std::string& why) {
  if (reason_ || closed_) return;
  reason_ = Reason{state, why};
  progress_.note(std::string("run ") + to_string(state) + ": " + why);
  if (clock_) record();
}

void RunEnd::abort(Error error) {
  stop(RunState::aborted, error.message);
  if (!error_) error_ = std::move(error);
}

void RunEnd::interrupt(const std::string& signal_name) {
  ++interrupts_;
  progress_.note(interrupts_ == 1 ? signal_name + ": undoing faults, then the scorecard (again: undo and leave)"
                                  : signal_name + " again: undoing faults, then leaving");
  stop(RunState::interrupted, signal_name);
}

RunState RunEnd::close() {
  closed_ = true;
  return reason_ ? reason_->state : RunState::completed;
}

}  // namespace shakedown
