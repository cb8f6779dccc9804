// The controller's promise to come back: when it is not renewed in time, whoever holds it must stop and undo.
// Threads: the loop's thread.
#pragma once

#include <functional>
#include <utility>

#include "core/runtime/timer.h"

namespace shakedown {

class Lease {
 public:
  Lease(boost::asio::io_context& loop, std::function<void(Duration)> expired) : alarm_(loop), expired_(std::move(expired)) {}

  // Runs out `length` from now; replaces what was before. Not after it ran out or was stopped.
  void renew(Duration length) {
    if (over_) return;
    alarm_.after(length, [this, length] {
      over_ = true;
      expired_(length);
    });
  }
  // Never runs out any more.
  void stop() {
    over_ = true;
    alarm_.cancel();
  }

 private:
  Alarm alarm_;
  std::function<void(Duration)> expired_;
  bool over_ = false;
};

}  // namespace shakedown
