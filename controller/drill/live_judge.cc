#include "controller/drill/live_judge.h"

#include <exception>
#include <utility>

#include "controller/judge/judge.h"
#include "core/base/clock.h"
#include "core/base/log.h"

namespace shakedown {

Judgement judge_so_far(const Timeline& timeline, Manifest manifest) {
  const MonoTime began = mono_now();
  manifest.state = RunState::running;
  Judgement out;
  out.at = system_clock().wall();
  out.card = judge(timeline.scenario(), timeline, manifest, out.at, {}, true);
  out.card.decision = DecisionState::not_proven;
  out.took = mono_now() - began;
  return out;
}

LiveJudge::LiveJudge() : thread_([this](const std::stop_token& stop) { work(stop); }) {}

LiveJudge::~LiveJudge() {
  thread_.request_stop();
  thread_.join();
}

bool LiveJudge::idle() const {
  const std::lock_guard lock(mutex_);
  return !busy_;
}

void LiveJudge::judge(Timeline timeline, Manifest manifest) {
  {
    const std::lock_guard lock(mutex_);
    task_.emplace(Task{std::move(timeline), std::move(manifest)});
    busy_ = true;
  }
  changed_.notify_all();
}

std::shared_ptr<const Judgement> LiveJudge::latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

void LiveJudge::await_idle() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !busy_; });
}

void LiveJudge::work(const std::stop_token& stop) {
  for (;;) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [this] { return task_.has_value(); })) return;
    std::optional<Task> task = std::exchange(task_, std::nullopt);
    lock.unlock();
    std::shared_ptr<const Judgement> made;
    try {
      made = std::make_shared<const Judgement>(judge_so_far(task->timeline, std::move(task->manifest)));
    } catch (const std::exception& error) {
      log::error(std::string("the running drill could not be judged: ") + error.what());
    }
    task.reset();  // the copy's own part is freed here, not on the run loop
    lock.lock();
    if (made) latest_ = std::move(made);
    busy_ = false;
    lock.unlock();
    changed_.notify_all();
  }
}

}  // namespace shakedown
