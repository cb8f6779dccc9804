// Looks several times a second whether somebody has halted this host, and says so once. A look is a few calls of the kernel
// and cannot fail for want of descriptors or watches, as waiting for a change of the folder could.
// Threads: the agent's loop.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "agent/fault/undo/halt_mark.h"
#include "core/runtime/timer.h"

namespace shakedown {

class HaltWatch {
 public:
  // halted: a mark has appeared since the watch began. One that stood before is the plan's affair.
  HaltWatch(boost::asio::io_context& loop, std::string state_dir, std::function<void(std::string text)> halted)
      : alarm_(loop), state_dir_(std::move(state_dir)), halted_(std::move(halted)), stood_(halt_mark(state_dir_).has_value()) {
    look_again();
  }

 private:
  void look_again() {
    alarm_.after(std::chrono::milliseconds(200), [this] { look(); });
  }
  void look() {
    const std::optional<HaltMark> mark = halt_mark(state_dir_);
    if (mark && !std::exchange(stood_, true)) return halted_(mark->text);
    if (!mark) stood_ = false;
    look_again();
  }

  Alarm alarm_;
  const std::string state_dir_;
  const std::function<void(std::string)> halted_;
  bool stood_;
};

}  // namespace shakedown
