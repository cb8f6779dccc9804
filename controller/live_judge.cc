#include "controller/live_judge.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "controller/judge/judge.h"
#include "core/base/clock.h"
#include "core/base/log.h"

namespace shakedown {

namespace {

// Faults of which no stage that is to inject them is still to end have been injected or never will be.
bool all_faults_are_over(const Timeline& timeline) {
  const Scenario& scenario = timeline.scenario();
  return std::all_of(scenario.faults.begin(), scenario.faults.end(), [&](const Fault& fault) {
    const auto& stages = timeline.stages();
    const auto over = std::count_if(stages.begin(), stages.end(), [&](const StageRecord& stage) {
      return stage.phase == fault.phase && (stage.ended || stage.not_run);
    });
    return static_cast<std::size_t>(over) >= scenario.phase(fault.phase).repeat;
  });
}

}  // namespace

Judgement judge_so_far(const Timeline& timeline, Manifest manifest) {
  const MonoTime began = mono_now();
  manifest.state = RunState::completed;
  manifest.release_end = manifest.release_start;  // read again only at the end
  Judgement out;
  out.at = system_clock().wall();
  out.card = judge(timeline.scenario(), timeline, manifest, out.at);
  if (!all_faults_are_over(timeline)) {
    auto& reasons = out.card.reasons;
    std::erase_if(reasons, [](const ValidityReason& reason) { return reason.signal == "not injected"; });
    out.card.valid = std::none_of(reasons.begin(), reasons.end(), [](const ValidityReason& reason) { return reason.invalidates; });
  }
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
