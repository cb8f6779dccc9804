// The scripted windows of one kind, turned into monotonic time; and the queue of servers for
// --workers. Ownership: values only. Threads: belongs to the loop.
#pragma once

#include <algorithm>
#include <functional>
#include <queue>
#include <vector>

#include "target/service/values.h"

namespace practice {

class Timetable {
 public:
  // Windows are sorted and apart from each other; `zero` is the instant their AT counts from.
  Timetable(std::vector<Window> windows, Nanos zero) : windows_(std::move(windows)) {
    for (Window& window : windows_) window.at += zero;
  }

  const Window* active(Nanos now) const {
    for (const Window& window : windows_) {
      if (window.at <= now && now < window.end()) return &window;
    }
    return nullptr;
  }

  // The next begin or end after `now`.
  Nanos next_edge(Nanos now) const {
    for (const Window& window : windows_) {
      if (now < window.at) return window.at;
      if (now < window.end()) return window.end();
    }
    return kNever;
  }

 private:
  std::vector<Window> windows_;
};

// C servers with a fixed service time. Computed, not slept: a late timer does not push later
// requests back.
class Workers {
 public:
  Workers(unsigned count, Nanos service) : service_(service) {
    for (unsigned i = 0; i < count; ++i) free_at_.push(0);
  }

  // When a request that arrives now is done.
  Nanos take(Nanos now) {
    const Nanos done = std::max(now, free_at_.top()) + service_;
    free_at_.pop();
    free_at_.push(done);
    return done;
  }

 private:
  Nanos service_;
  std::priority_queue<Nanos, std::vector<Nanos>, std::greater<>> free_at_;
};

}  // namespace practice
