// The conditions of a drill, each asked again and again on a thread of its own, so that one that hangs holds nothing up. What was
// read last is asked from the run loop; until the first answer a condition does not hold.
// Ownership: owns the threads; the scenario and the Waiting outlive it. Threads: the run loop; the threads only look and wake.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "controller/model/scenario.h"
#include "core/base/result.h"

namespace shakedown {

// One look, blocking; replaced by tests.
using LookAt = std::function<Result<std::string>(const Scenario&, const Condition&)>;

class ConditionWatch {
 public:
  // changed: called from any thread whenever an answer came.
  ConditionWatch(const Scenario& scenario, LookAt look, std::function<void()> changed);
  ~ConditionWatch();
  ConditionWatch(const ConditionWatch&) = delete;
  ConditionWatch& operator=(const ConditionWatch&) = delete;

  // Begins to ask. Once.
  void start();
  // Empty when it holds; else why not: "condition calm does not hold: 7, expected < 5".
  std::string why_not(ConditionId id) const;
  // The first of these that does not hold; empty when all do.
  std::string why_not(const std::vector<ConditionId>& ids) const;
  // A condition that could not be read for longer than it may; empty when there is none.
  std::string unreadable(MonoTime now) const;
  // It was read, and does not hold: what cannot be read is another trouble.
  std::string breached(ConditionId id) const;

 private:
  struct State {
    std::optional<std::string> seen;  // the last answer
    std::string trouble;              // of the last look, when it failed
    MonoTime read_at{};               // of the last answer; of the start before there was one
  };
  void watch(std::size_t index, const std::stop_token& stop);
  std::string words(std::size_t index, const State& state) const;

  const Scenario& scenario_;
  const LookAt look_;
  const std::function<void()> changed_;
  mutable std::mutex mutex_;
  std::vector<State> states_;
  std::vector<std::jthread> threads_;
};

}  // namespace shakedown
