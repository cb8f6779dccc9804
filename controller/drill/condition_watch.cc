#include "controller/drill/condition_watch.h"

#include <condition_variable>
#include <utility>

#include "core/base/clock.h"
#include "core/base/printable.h"
#include "core/base/units.h"

namespace shakedown {

ConditionWatch::ConditionWatch(const Scenario& scenario, LookAt look, std::function<void()> changed)
    : scenario_(scenario), look_(std::move(look)), changed_(std::move(changed)), states_(scenario.conditions.size()) {}

ConditionWatch::~ConditionWatch() {
  for (std::jthread& one : threads_) one.request_stop();
}

void ConditionWatch::start() {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    states_[i].read_at = mono_now();
    threads_.emplace_back([this, i](const std::stop_token& stop) { watch(i, stop); });
  }
}

void ConditionWatch::watch(std::size_t index, const std::stop_token& stop) {
  std::mutex alone;
  std::condition_variable_any wake;
  while (!stop.stop_requested()) {
    const Result<std::string> seen = look_(scenario_, scenario_.conditions[index]);
    {
      const std::lock_guard lock(mutex_);
      State& state = states_[index];
      state.trouble = seen ? "" : seen.error().message;
      if (seen) state.seen = seen.value();
      if (seen) state.read_at = mono_now();
    }
    if (!stop.stop_requested()) changed_();
    std::unique_lock lock(alone);
    wake.wait_for(lock, stop, scenario_.conditions[index].every, [] { return false; });
  }
}

std::string ConditionWatch::words(std::size_t index, const State& state) const {
  const Condition& condition = scenario_.conditions[index];
  const std::string head = "condition " + condition.name;
  if (!state.trouble.empty()) return head + " cannot be read: " + clean(state.trouble);
  if (!state.seen) return head + " has not been read yet";
  return head + " does not hold: " + clean(*state.seen) + ", expected " + condition.is();
}

std::string ConditionWatch::why_not(ConditionId id) const {
  const std::lock_guard lock(mutex_);
  const State& state = states_[id.value];
  const bool holds = state.trouble.empty() && state.seen && scenario_.conditions[id.value].met(*state.seen);
  return holds ? "" : words(id.value, state);
}

std::string ConditionWatch::why_not(const std::vector<ConditionId>& ids) const {
  for (const ConditionId id : ids) {
    if (std::string why = why_not(id); !why.empty()) return why;
  }
  return "";
}

std::string ConditionWatch::breached(ConditionId id) const {
  const std::lock_guard lock(mutex_);
  const State& state = states_[id.value];
  if (!state.trouble.empty() || !state.seen || scenario_.conditions[id.value].met(*state.seen)) return "";
  return words(id.value, state);
}

std::string ConditionWatch::unreadable(MonoTime now) const {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const Duration limit = scenario_.conditions[i].missing_for;
    if (threads_.empty() || now - states_[i].read_at <= limit) continue;
    const std::string why = states_[i].trouble.empty() ? "no answer came" : clean(states_[i].trouble);
    return "condition " + scenario_.conditions[i].name + " could not be read for " + format_duration(limit) + ": " + why;
  }
  return "";
}

}  // namespace shakedown
