// How the drill waits: until something holds, looking again whenever something changed and at least once a second. The drill is
// one coroutine, so that one wait is under way at a time; what must be looked after meanwhile (members, injections) is looked
// at before each look at the condition.
// Threads: the run loop only, but for wake_from_anywhere.
#pragma once

#include <algorithm>
#include <functional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "controller/drill/run_end.h"

namespace shakedown {

// Whether the early end of the run ends a wait.
enum class Patience { until_stopped, to_the_end };

class Waiting {
 public:
  Waiting(boost::asio::io_context& loop, const RunEnd& end) : timer_(loop), end_(end) {}

  // Something changed.
  void wake() { timer_.cancel(); }
  // Any thread; the Waiting outlives the loop's last turn.
  void wake_from_anywhere() {
    boost::asio::post(timer_.get_executor(), [this] { wake(); });
  }
  // What is looked after while anybody waits; replaces what was before.
  void look_after(std::function<void()> look) { look_ = std::move(look); }

  // Until the condition holds (true), or until the limit or, with until_stopped, the run's early end (false). The condition is
  // a named one that outlives the wait: g++ 12 destroys a lambda twice that is made inside a co_await expression.
  template <typename Condition>
  boost::asio::awaitable<bool> until(const Condition& condition, Duration limit, Patience patience) {
    constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    const MonoTime deadline = mono_now() + limit;
    for (;;) {
      if (look_) look_();
      if (condition()) co_return true;
      if (patience == Patience::until_stopped && end_.stopped()) co_return false;
      const Duration left = deadline - mono_now();
      if (left <= Duration{}) co_return false;
      timer_.expires_after(std::min<Duration>(left, std::chrono::seconds(1)));
      co_await timer_.async_wait(token);
    }
  }
  // Lets so much time pass, or less when the run ends early.
  boost::asio::awaitable<void> pass(Duration length) {
    const auto never = [] { return false; };
    co_await until(never, length, Patience::until_stopped);
  }

  const RunEnd& end() const { return end_; }

 private:
  boost::asio::steady_timer timer_;
  const RunEnd& end_;
  std::function<void()> look_;
};

}  // namespace shakedown
