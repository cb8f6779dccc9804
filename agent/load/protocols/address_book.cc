#include "agent/load/protocols/address_book.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "core/base/clock.h"

namespace shakedown {

AddressBook::~AddressBook() { thread_.request_stop(); }

KnownAddresses AddressBook::fresh(MonoTime now) const {
  const std::lock_guard lock(mutex_);
  return known_ && now - known_at_ < max_age_ ? known_ : nullptr;
}

void AddressBook::look_up(const void* asker, boost::asio::io_context& loop, Told told) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({asker, &loop, std::move(told)});
    if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
  }
  more_.notify_all();
}

void AddressBook::forget(const void* asker) {
  const std::lock_guard lock(mutex_);
  const auto is_his = [asker](const Waiting& one) { return one.asker == asker; };
  std::erase_if(waiting_, is_his);
  std::erase_if(asked_, is_his);
}

// Posted under the lock: who has been forgotten may be gone, with its loop.
void AddressBook::work(const std::stop_token& stop) {
  for (;;) {
    std::unique_lock lock(mutex_);
    if (!more_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
    asked_ = std::exchange(waiting_, {});
    const MonoTime at = mono_now();
    lock.unlock();
    auto found = look_up_();
    lock.lock();
    Result<KnownAddresses> known = fail(ErrorKind::unavailable, "");
    if (found) {
      known_ = std::make_shared<const std::vector<boost::asio::ip::tcp::endpoint>>(std::move(found.value()));
      known_at_ = at;
      known = known_;
    } else {
      known = fail(found.error());
    }
    for (Waiting& one : std::exchange(asked_, {})) {
      boost::asio::post(*one.loop, [told = std::move(one.told), known]() mutable { told(std::move(known)); });
    }
  }
}

}  // namespace shakedown
