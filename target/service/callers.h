// The service's own dependencies: HTTP requests that a request to an entry causes, on threads of
// their own, with tries after a failure. Ownership: owns its threads and an eventfd. Threads:
// everything public belongs to the loop.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "target/options.h"

namespace practice {

class Callers {
 public:
  struct Tally {
    std::uint64_t tries = 0;
    std::uint64_t failures = 0;
  };
  struct Done {
    std::uint64_t connection = 0;
    std::uint64_t slot = 0;
    bool ok = true;
    std::vector<Tally> tallies;  // in the order of --calls
  };

  explicit Callers(const Options& options);
  ~Callers();
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  // One request more. False: this one makes no call. After n requests a dependency has been asked
  // floor(n * N) times, as long as none fails.
  bool submit(std::uint64_t connection, std::uint64_t slot);
  // Readable when take() has something.
  int wake_fd() const { return wake_.get(); }
  std::vector<Done> take();

 private:
  struct Job {
    std::uint64_t connection;
    std::uint64_t slot;
    std::vector<std::uint64_t> calls;  // for each dependency
  };
  void run();
  Done work(const Job& job, std::vector<Fd>& links) const;

  const Options& options_;
  std::uint64_t requests_ = 0;
  Fd wake_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  std::vector<Done> done_;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace practice
