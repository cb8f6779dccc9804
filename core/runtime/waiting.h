// Waiting inside a coroutine for an instant or a descriptor, in a way that somebody else can end.
// Threads: everything belongs to the thread that runs the loop.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include <boost/asio/awaitable.hpp>

#include "core/base/time.h"

namespace shakedown {

template <typename T>
using Task = boost::asio::awaitable<T>;

inline constexpr MonoTime kNever = MonoTime::max();

// Something that happens at most once; every wait that was given it ends at that moment, and later ones at once.
class OneShot {
 public:
  OneShot() = default;
  OneShot(const OneShot&) = delete;
  OneShot& operator=(const OneShot&) = delete;

  void fire();
  bool fired() const { return fired_; }

  // Calls wake when it fires, until the Listener ends. It must outlive its Listeners.
  class Listener {
   public:
    Listener(OneShot* shot, std::function<void()> wake);  // a null shot never fires
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

   private:
    OneShot* shot_;
    uint64_t id_ = 0;
  };

 private:
  bool fired_ = false;
  uint64_t next_ = 0;
  std::map<uint64_t, std::function<void()>> wakes_;
};

// The instant came; the descriptor is readable or writable; the OneShot fired.
enum class Woken { due, readable, writable, ended };

// Returns due, or ended when `end` (may be null) fired first.
Task<Woken> wait_until(MonoTime at, OneShot* end = nullptr);
// Returns readable also at end of file or for a pidfd whose process is gone; due at the limit.
// The descriptor stays the caller's and may be waited on by several coroutines at once.
Task<Woken> wait_readable(int fd, MonoTime limit = kNever, OneShot* end = nullptr);
// The same for writing: also when a connection that was begun has come about, or failed.
Task<Woken> wait_writable(int fd, MonoTime limit = kNever, OneShot* end = nullptr);
// Waits for the OneShot itself.
Task<void> wait_for(OneShot& shot);

}  // namespace shakedown
