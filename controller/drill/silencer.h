// Alerts are kept back while injections stand: of each one silence, which ends by itself with the lease where it is not renewed.
// On a thread of its own: an Alertmanager that does not answer holds nothing up, and is named at the end. Ownership: owns the
// thread; the scenario outlives it. Threads: the run loop; the thread only asks.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "controller/model/scenario.h"
#include "core/base/result.h"

namespace shakedown {

// Blocking; replaced by tests. The id that the Alertmanager gave.
struct SilenceApi {
  std::function<Result<std::string>(const Scenario&, const SilenceOrder&)> set;
  std::function<Result<void>(const Scenario&, const std::string& id)> lift;
};

class Silencer {
 public:
  // changed: called from any thread when nothing stands any more.
  Silencer(const Scenario& scenario, std::string run_id, Duration lease, SilenceApi api, std::function<void()> changed);
  ~Silencer();
  Silencer(const Silencer&) = delete;
  Silencer& operator=(const Silencer&) = delete;

  // A silence for each of these, and none for any other.
  void want(const std::set<InjectionId>& standing);
  bool all_lifted() const;
  // What went wrong, in one line; empty = nothing.
  std::string trouble() const;

 private:
  struct One {
    bool wanted = true;
    std::string id;   // empty = not set yet
    MonoTime due{};   // of the next call
    MonoTime ends{};  // by itself
  };
  void work(const std::stop_token& stop);
  std::map<InjectionId, One>::iterator next(MonoTime now);
  void call(std::unique_lock<std::mutex>& lock, InjectionId injection, One one);
  void failed(const Error& error);
  Duration until_next(MonoTime now) const;

  const Scenario& scenario_;
  const std::string run_id_;
  const Duration lease_;
  const SilenceApi api_;
  const std::function<void()> changed_;
  mutable std::mutex mutex_;
  std::condition_variable_any more_;
  std::map<InjectionId, One> ones_;
  bool news_ = false;
  uint64_t failures_ = 0;
  std::string first_failure_;
  std::jthread thread_;  // last: it ends first
};

}  // namespace shakedown
