#include "agent/fault/undo/guard.h"

#include <utility>

#include "core/base/clock.h"

namespace shakedown {
namespace {

constexpr Duration kReadyPoll = std::chrono::milliseconds(2);
constexpr Duration kReadyLimit = std::chrono::seconds(10);
// A watchdog that ends again and again is broken or hunted; then the faults end rather than stand unguarded.
constexpr int kMostSpawns = 50;

}  // namespace

Result<void> Guard::start() {
  SHAKEDOWN_TRY(auto watchdog, WatchdogProcess::spawn(options_.program, options_.folder, options_.log_file));
  watchdog_.emplace(std::move(watchdog));
  ++spawned_;
  return ok();
}

bool Guard::lease_over() const { return mono_now() >= lease_end_; }

Result<void> Guard::spawn_again() {
  watchdog_.reset();
  if (spawned_ >= kMostSpawns) {
    return fail(ErrorKind::unavailable, "it ended " + std::to_string(spawned_) + " times");
  }
  SHAKEDOWN_TRY(start());
  if (has_lease()) watchdog_->renew(lease_end_ - mono_now());
  return ok();
}

Task<void> Guard::watch(std::shared_ptr<Guard> self) {
  while (!self->closing_.fired()) {
    if (!self->watchdog_) {  // the lease is over; a renewal brings another one
      co_await wait_for(*self->renewed_);
      self->renewed_ = std::make_unique<OneShot>();
      if (self->closing_.fired()) co_return;
      const Result<void> again = self->spawn_again();
      self->given_up_ = again.has_error();
      if (self->given_up_) self->options_.ended(again.error().message, false, false);
      if (self->given_up_) co_return;
      continue;
    }
    const Woken woken = co_await wait_readable(self->watchdog_->pidfd(), kNever, &self->closing_);
    if (woken != Woken::readable || self->closing_.fired()) co_return;
    const std::optional<ExitStatus> status = self->watchdog_->poll();
    const std::string detail = "the watchdog ended with " + (status ? status->text() : "an unknown status");
    if (self->lease_over()) {
      self->watchdog_.reset();
      self->renewed_ = std::make_unique<OneShot>();
      self->options_.ended(detail + " after the end of the lease", false, true);
      continue;
    }
    const Result<void> again = self->spawn_again();
    const std::string trouble = again.has_error() ? "; no other one could be started: " + again.error().message : "";
    self->given_up_ = again.has_error();
    self->options_.ended(detail + trouble, !self->given_up_, false);
    if (self->given_up_) co_return;
  }
}

Task<Result<void>> Guard::wait_ready() {
  if (lease_over()) co_return fail(ErrorKind::unavailable, "the lease is over and was not renewed");
  const MonoTime limit = mono_now() + kReadyLimit;
  while (!watchdog_ || !watchdog_->ready()) {  // it may be replaced while we wait
    if (mono_now() >= limit || given_up_ || closing_.fired()) {
      co_return fail(ErrorKind::unavailable, "no watchdog is ready, so nothing would bound the fault");
    }
    const MonoTime next = mono_now() + kReadyPoll;
    co_await wait_until(next, &closing_);
  }
  co_return ok();
}

void Guard::renew(Duration lease) {
  lease_end_ = mono_now() + lease;
  if (watchdog_) watchdog_->renew(lease);
  renewed_->fire();
}

void Guard::tell_changed() {
  if (watchdog_) watchdog_->send("look");
}

Task<void> Guard::hand_over(std::string id, MonoTime limit) {
  const pid_t asked = pid();
  if (watchdog_) watchdog_->send("undo " + id);
  while (watchdog_ && pid() == asked && !watchdog_->has_said("tried " + id) && mono_now() < limit) {
    const MonoTime next = mono_now() + kReadyPoll;
    co_await wait_until(next, &closing_);
    if (closing_.fired()) co_return;
  }
}

void Guard::close(bool clean) {
  closing_.fire();
  renewed_->fire();
  if (clean && watchdog_) watchdog_->send("clean");
  watchdog_.reset();
}

}  // namespace shakedown
