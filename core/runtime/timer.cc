#include "core/runtime/timer.h"

#include <memory>
#include <utility>

namespace shakedown {

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
