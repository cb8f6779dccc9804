// Group commit: a thread that makes the log durable while the loop goes on, and tells the loop how
// far. Ownership: owns its thread and an eventfd; the log must outlive it. Threads: want(),
// durable() and stop() belong to the loop.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "target/service/store/entry_log.h"

namespace practice {

class Syncer {
 public:
  explicit Syncer(const EntryLog& log);
  ~Syncer() { stop(); }
  Syncer(const Syncer&) = delete;
  Syncer& operator=(const Syncer&) = delete;

  // Asks for everything up to `position` of the file, which is already written out.
  void want(std::uint64_t position);
  std::uint64_t durable() const { return durable_.load(std::memory_order_acquire); }
  // Readable when durable() has moved.
  int wake_fd() const { return wake_.get(); }
  void clear_wake();
  // Ends the thread after what is wanted is durable.
  void stop();

 private:
  void run();

  const EntryLog& log_;
  Fd wake_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t wanted_ = 0;
  bool stop_ = false;
  std::atomic<std::uint64_t> durable_{0};
  std::thread thread_;
};

}  // namespace practice
