#include "core/runtime/timer.h"

#include <memory>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace shakedown {

boost::asio::awaitable<bool> sleep_until(MonoTime at) {
  auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor, to_steady(at));
  const auto [error] = co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  co_return !error;
}

boost::asio::awaitable<bool> sleep_for(Duration length) {
  const MonoTime at = mono_now() + length;
  co_return co_await sleep_until(at);
}

void Alarm::at(MonoTime when, std::function<void()> action) {
  cancel();
  pending_ = std::make_shared<Pending>();
  pending_->action = std::move(action);
  pending_->owner = this;
  timer_.expires_at(to_steady(when));
  timer_.async_wait([pending = pending_](boost::system::error_code error) {
    if (error || pending->owner == nullptr) return;
    pending->owner->pending_.reset();
    pending->owner = nullptr;
    const auto action = std::move(pending->action);
    action();
  });
}

void Alarm::cancel() {
  if (pending_) {
    pending_->owner = nullptr;
    pending_.reset();
  }
  timer_.cancel();
}

}  // namespace shakedown
