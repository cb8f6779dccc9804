// Waiting for an instant of the monotonic clock by a callback. Threads: an Alarm belongs to the thread that runs its loop.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

#include "core/base/clock.h"

namespace shakedown {

// A timer without a type-erased executor.
using LoopTimer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                      boost::asio::io_context::executor_type>;

// Both are CLOCK_MONOTONIC.
inline std::chrono::steady_clock::time_point to_steady(MonoTime t) {
  return std::chrono::steady_clock::time_point(t.time_since_epoch());
}

// One callback at a time. The callback is not called after cancel() or destruction; it may set the
// Alarm again.
class Alarm {
 public:
  explicit Alarm(boost::asio::io_context& loop) : timer_(loop) {}
  ~Alarm() { cancel(); }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  // Replaces what was set before.
  void at(MonoTime when, std::function<void()> action);
  void after(Duration length, std::function<void()> action) { at(mono_now() + length, std::move(action)); }
  void cancel();

 private:
  // Shared with the handler that Asio keeps, which may outlive the Alarm.
  struct Pending {
    std::function<void()> action;
    Alarm* owner = nullptr;  // null once cancelled
  };
  LoopTimer timer_;
  std::shared_ptr<Pending> pending_;
};

}  // namespace shakedown
