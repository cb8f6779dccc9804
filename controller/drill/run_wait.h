// Run::wait, shared by run.cc and run_stages.cc: a template, so that conditions are named lambdas without allocation.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "controller/drill/run.h"

namespace shakedown {

// Until the condition holds (true), or until the limit or, with until_stopped, a stop (false). Looks again whenever
// something changed and at least once a second; supervises the open injections each time.
template <typename Condition>
boost::asio::awaitable<bool> Run::wait(const Condition& condition, Duration limit, Patience patience) {
  constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
  const MonoTime deadline = mono_now() + limit;
  for (;;) {
    if (gone_) supervise();
    if (condition()) co_return true;
    if (patience == Patience::until_stopped && stopped()) co_return false;
    const Duration left = deadline - mono_now();
    if (left <= Duration{}) co_return false;
    wake_.expires_after(std::min<Duration>(left, std::chrono::seconds(1)));
    co_await wake_.async_wait(token);
  }
}

}  // namespace shakedown
