#include "controller/drill/parts/heartbeat.h"

#include <algorithm>

#include "controller/drill/overdue.h"
#include "controller/judge/judge.h"
#include "core/base/units.h"

namespace shakedown {

using namespace std::chrono_literals;

void Heartbeat::start() {
  alarm_.after(1s, [this] {
    beat();
    start();
  });
}

void Heartbeat::beat() {
  run_.chronicle.flush();
  renew_leases();
  if (!run_.end.stopped()) check_stop_conditions();
  show();
  if (each_) each_(run_.now());
  run_.waiting.wake();
}

void Heartbeat::renew_leases() {
  const MonoTime at = mono_now();
  if (renewed_ && at - *renewed_ >= lease_) {
    run_.end.stop(RunState::aborted, "the controller stood still for longer than the lease of " + format_duration(lease_));
  }
  renewed_ = at;
  run_.roster.send_all(LeaseRenew{lease_});
}

void Heartbeat::check_stop_conditions() {
  if (const std::string unreadable = run_.conditions.unreadable(mono_now()); !unreadable.empty()) {
    return run_.end.stop(RunState::stopped, unreadable);
  }
  for (const StopCondition& condition : run_.scenario.stop_when) {
    if (condition.condition.valid()) {
      const std::string breached = run_.conditions.breached(condition.condition);
      if (!breached.empty()) run_.end.stop(RunState::stopped, "stop_when: " + breached);
      continue;
    }
    const std::optional<StopValue> value = stop_value(condition, run_.timeline(), run_.chronicle.overdue(), run_.now());
    if (!value || !condition.met(value->value)) continue;
    run_.end.stop(RunState::stopped, "stop_when " + condition.describe + ": " + measured_words(condition, *value));
  }
}

void Heartbeat::show() {
  const Activity& activity = run_.activity;
  LiveView view = live_view(run_.timeline(), run_.now());
  view.phase = activity.what;
  if (activity.reading) {
    const std::size_t read = run_.timeline().ledger(activity.reading->ledger).reads() - activity.reading->before;
    view.phase += ": " + std::to_string(read) + " read back";
  }
  view.left = std::max<Duration>(Duration{}, activity.until - run_.now());
  run_.progress.tick(view, run_.now());
}

}  // namespace shakedown
