#include "core/runtime/waiting.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <poll.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/base/clock.h"
#include "core/runtime/timer.h"

namespace shakedown {
namespace {

namespace asio = boost::asio;

// A steady_timer at the far end of time overflows inside Asio; a week is far enough to look again.
MonoTime bounded(MonoTime at) { return std::min(at, mono_now() + std::chrono::hours(24 * 7)); }

bool ready_now(int fd, bool writing) {
  pollfd entry{fd, static_cast<short>(writing ? POLLOUT : POLLIN), 0};
  return ::poll(&entry, 1, 0) > 0;
}

}  // namespace

void OneShot::fire() {
  if (std::exchange(fired_, true)) return;
  const auto wakes = std::exchange(wakes_, {});
  for (const auto& [id, wake] : wakes) wake();
}

OneShot::Listener::Listener(OneShot* shot, std::function<void()> wake) : shot_(shot) {
  if (shot_ == nullptr || shot_->fired_) return;
  id_ = ++shot_->next_;
  shot_->wakes_.emplace(id_, std::move(wake));
}

OneShot::Listener::~Listener() {
  if (shot_ != nullptr) shot_->wakes_.erase(id_);
}

Task<Woken> wait_until(MonoTime at, OneShot* end) {
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor);
  OneShot::Listener listener(end, [&timer] { timer.cancel(); });
  while (end == nullptr || !end->fired()) {
    if (mono_now() >= at) co_return Woken::due;
    timer.expires_at(to_steady(bounded(at)));
    const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    (void)error;
  }
  co_return Woken::ended;
}

namespace {

Task<Woken> wait_ready(int fd, bool writing, MonoTime limit, OneShot* end) {
  // Shared with the timer's handler, which may still be queued when this coroutine has gone on.
  struct State {
    explicit State(const asio::any_io_executor& executor) : descriptor(executor), timer(executor) {}
    asio::posix::stream_descriptor descriptor;
    asio::steady_timer timer;
  };
  auto executor = co_await asio::this_coro::executor;
  auto state = std::make_shared<State>(executor);
  // epoll knows a descriptor once only, so each waiter brings a duplicate.
  const int duplicate = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
  boost::system::error_code assigned;
  if (duplicate >= 0) state->descriptor.assign(duplicate, assigned);
  const bool watched = duplicate >= 0 && !assigned;
  if (duplicate >= 0 && assigned) ::close(duplicate);
  OneShot::Listener listener(end, [&state] {
    boost::system::error_code ignored;
    state->descriptor.cancel(ignored);
    state->timer.cancel();
  });
  while (true) {
    if (ready_now(fd, writing)) co_return writing ? Woken::writable : Woken::readable;
    if (end != nullptr && end->fired()) co_return Woken::ended;
    if (mono_now() >= limit) co_return Woken::due;
    if (!watched) {  // out of descriptors or of epoll watches: look again soon
      state->timer.expires_at(to_steady(std::min(limit, mono_now() + std::chrono::milliseconds(5))));
      const auto [error] = co_await state->timer.async_wait(asio::as_tuple(asio::use_awaitable));
      (void)error;
      continue;
    }
    state->timer.expires_at(to_steady(bounded(limit)));
    state->timer.async_wait([state](boost::system::error_code error) {
      boost::system::error_code ignored;
      if (!error) state->descriptor.cancel(ignored);
    });
    const auto what = writing ? asio::posix::stream_descriptor::wait_write : asio::posix::stream_descriptor::wait_read;
    const auto [error] = co_await state->descriptor.async_wait(what, asio::as_tuple(asio::use_awaitable));
    (void)error;
    state->timer.cancel();
  }
}

}  // namespace

Task<Woken> wait_readable(int fd, MonoTime limit, OneShot* end) { return wait_ready(fd, false, limit, end); }
Task<Woken> wait_writable(int fd, MonoTime limit, OneShot* end) { return wait_ready(fd, true, limit, end); }

Task<void> wait_for(OneShot& shot) {
  const Woken woken = co_await wait_until(kNever, &shot);
  (void)woken;
}

}  // namespace shakedown
