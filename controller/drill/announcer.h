// Tells others what the drill does, on a thread of its own: whoever does not take an announcement holds nothing up, and is named
// at the end.
// Ownership: owns the thread; the scenario outlives it. Threads: the run loop; the thread only delivers.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "controller/model/scenario.h"
#include "core/base/result.h"

namespace shakedown {

// One delivery, blocking; replaced by tests.
using Deliver = std::function<Result<void>(const Scenario&, const AnnounceTo&, const std::string& json)>;

class Announcer {
 public:
  // changed: called from any thread when nothing waits any more.
  Announcer(const Scenario& scenario, std::string run_id, Deliver deliver, std::function<void()> changed);
  ~Announcer();
  Announcer(const Announcer&) = delete;
  Announcer& operator=(const Announcer&) = delete;

  // event: started, injection, aborted, ended.
  void say(const std::string& event, const std::string& text);
  bool all_said() const;
  // What was not delivered, one line for each place: how often, and why first.
  std::vector<std::string> undelivered() const;

 private:
  struct Failure {
    uint64_t count = 0;
    std::string first;
  };
  void work(const std::stop_token& stop);

  const Scenario& scenario_;
  const std::string run_id_;
  const Deliver deliver_;
  const std::function<void()> changed_;
  mutable std::mutex mutex_;
  std::condition_variable_any more_;
  std::deque<std::string> waiting_;
  bool busy_ = false;
  std::vector<Failure> failures_;  // by place
  std::jthread thread_;            // last: it ends first
};

}  // namespace shakedown
