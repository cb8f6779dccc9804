// The life sign: a mapped page that a thread stamps with the monotonic time twice a millisecond. It
// outlives SIGKILL, so the next start knows when this process was last alive. Ownership: owns the
// mapping and its thread. Threads: construct and destroy on one thread.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <thread>

#include "target/base.h"

namespace practice {

class LifeSign {
 public:
  // Reads what an earlier process left there, then takes the page over.
  explicit LifeSign(const std::string& path);
  ~LifeSign();
  LifeSign(const LifeSign&) = delete;
  LifeSign& operator=(const LifeSign&) = delete;

  // The last stamp of the earlier process; nothing if there was none or the machine was started
  // since.
  std::optional<Nanos> previous() const { return previous_; }

 private:
  struct Page;
  void stamp();

  Page* page_ = nullptr;
  std::optional<Nanos> previous_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace practice
