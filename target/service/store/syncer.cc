#include "target/service/store/syncer.h"

#include <sys/eventfd.h>

namespace practice {

Syncer::Syncer(const EntryLog& log) : log_(log), wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), thread_([this] { run(); }) {
  if (!wake_.open()) fail_errno(kExitIo, "cannot make an eventfd");
}

void Syncer::want(std::uint64_t position) {
  {
    const std::lock_guard lock(mutex_);
    if (position <= wanted_) return;
    wanted_ = position;
  }
  changed_.notify_one();
}

void Syncer::clear_wake() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(wake_.get(), &count, sizeof count);
}

void Syncer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Syncer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stop_ || wanted_ > durable(); });
    const std::uint64_t target = wanted_;
    if (target <= durable()) return;
    lock.unlock();
    log_.sync();
    durable_.store(target, std::memory_order_release);
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t put = ::write(wake_.get(), &one, sizeof one);
    lock.lock();
  }
}

}  // namespace practice
