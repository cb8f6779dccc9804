#include "agent/load/load_worker.h"

#include <algorithm>

#include "agent/load/schedule/closed_loop.h"
#include "agent/load/schedule/open_loop.h"

namespace shakedown {

LoadWorker::LoadWorker(const Prepared& prepared, RunClock clock, uint32_t number, uint32_t workers, boost::asio::io_context& loop)
    : prepared_(prepared),
      number_(number),
      workers_(workers),
      deadlines_(loop),
      recorder_(prepared.plan(), &prepared.redactor),
      loop_(loop),
      drivers_(prepared.routes.size()),
      tools_{prepared, clock, loop, calls_, recorder_, [this](OperationId operation) -> Driver& { return driver(operation); }},
      alarm_(loop) {
  recorder_.reserve(4 * prepared.plan().operations.size());
  calls_.reserve(256);
}

Driver& LoadWorker::driver(OperationId operation) {
  const PreparedOperation& one = prepared_.operations[operation.value];
  std::unique_ptr<Driver>& slot = drivers_[one.route_index];
  if (slot) return *slot;
  const ConnectionPolicy& policy = prepared_.plan().connections;
  DriverOptions options;
  options.max_connections = pool_share(policy, Lane{number_, workers_});
  options.max_age = policy.max_age;
  options.max_requests = policy.max_requests;
  options.backoff = policy.backoff;
  options.backoff_max = policy.backoff_max;
  options.hold_back = true;
  options.max_response = policy.max_response.count;
  options.slowest = policy.slowest.count;
  slot = prepared_.make_driver(one.send.route, options, loop_, deadlines_);
  if (closed_) slot->close();
  return *slot;
}

Lane agent_lane(const Load& load, const Assignment& assignment) {
  if (!load.from.valid()) return assignment.lane;
  return load.from == assignment.self ? Lane{0, 1} : Lane{0, 0};
}

std::unique_ptr<StageLoad> LoadWorker::make_stage(StageId stage, const Load& load, RunTime start, RunTime end, Places* places) {
  Lane lane = agent_lane(load, prepared_.assignment);
  if (lane.count == 0 || load.mix.empty() || end <= start) return nullptr;
  lane = worker_lane(lane, number_, workers_);
  if (std::holds_alternative<ClosedLoad>(load.kind)) {
    return std::make_unique<ClosedLoop>(tools_, stage, load, start, end, lane);
  }
  return std::make_unique<OpenLoop>(tools_, stage, load, start, end, lane, places);
}

void LoadWorker::start_stage(StageId stage, PhaseId phase, RunTime start, RunTime end, double level, Places* places) {
  const auto& declared = prepared_.plan().phase(phase).load;
  if (!declared || stopped_) return;
  const Load* load = &*declared;
  if (level > 0) load = &levelled_.insert_or_assign(stage, at_level(*declared, level)).first->second;
  if (auto made = make_stage(stage, *load, start, end, places)) {
    stages_.push_back(std::move(made));
    stages_.back()->begin();
  }
}

void LoadWorker::stop_stage(StageId stage, RunTime at) {
  for (const auto& one : stages_) {
    if (one->stage() == stage) one->stop(at);
  }
}

void LoadWorker::collect(RunTime until, Snapshot& to) {
  for (const auto& stage : stages_) {
    if (const uint64_t offered = stage->take_offered(until)) to.offered[stage->stage()] += offered;
    to.health.outstanding += stage->outstanding();
  }
  std::erase_if(stages_, [](const auto& stage) { return stage->over() && stage->reported(); });
  std::erase_if(levelled_, [this](const auto& one) {
    return std::none_of(stages_.begin(), stages_.end(), [&](const auto& stage) { return stage->stage() == one.first; });
  });
  recorder_.take(to.cells);
  recorder_.take_witnesses(to.witnesses);
  to.health.worst_lag = std::max(to.health.worst_lag, recorder_.take_worst_lag());
  for (std::size_t i = 0; i < drivers_.size(); ++i) {
    if (!drivers_[i]) continue;
    to.health.open_connections += drivers_[i]->open_connections();
    for (auto& [address, count] : drivers_[i]->take_answered()) to.answered[{prepared_.routes[i].target, address}] += count;
  }
}

bool LoadWorker::all_over() const {
  return std::all_of(stages_.begin(), stages_.end(), [](const auto& stage) { return stage->over(); });
}

void LoadWorker::stop(RunTime at, MonoTime grace_end, std::function<void()> done) {
  stopped_ = std::move(done);
  for (const auto& stage : stages_) stage->stop(at);
  check_stopped(grace_end);
}

void LoadWorker::check_stopped(MonoTime grace_end) {
  const MonoTime now = mono_now();
  if (!all_over() && now >= grace_end) give_up(now);
  if (all_over()) {
    stopped_();
    return;
  }
  alarm_.after(std::chrono::milliseconds(2), [this, grace_end] { check_stopped(grace_end); });
}

void LoadWorker::give_up(MonoTime now) {
  deadlines_.give_up(now);
  for (const auto& driver : drivers_) {
    if (driver) driver->give_up_held(now);
  }
}

void LoadWorker::close() {
  closed_ = true;
  alarm_.cancel();
  for (const auto& stage : stages_) stage->stop(RunTime::min());
  give_up(mono_now());
  deadlines_.close();
  for (const auto& driver : drivers_) {
    if (driver) driver->close();
  }
}

}  // namespace shakedown
