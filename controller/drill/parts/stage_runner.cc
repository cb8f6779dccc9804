#include "controller/drill/parts/stage_runner.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/base/units.h"

namespace shakedown {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Duration kTellingTime = 5s;  // of what has ended, beside the requests' own

}  // namespace

std::string StageRunner::label(const PlannedStage& stage) const {
  const Phase& phase = run_.scenario.phase(stage.phase);
  if (phase.repeat == 1) return phase.name;
  return phase.name + " " + std::to_string(stage.iteration + 1) + "/" + std::to_string(phase.repeat);
}

StageId StageRunner::announce(StageEvent stage) {
  stage.kind = StageEvent::Kind::planned;
  stage.stage = StageId(next_++);
  const std::optional<Load>& load = run_.scenario.phase(stage.phase).load;
  const bool users = load && std::holds_alternative<ClosedLoad>(load->kind);
  const StepSeries* series = run_.scenario.steps_of(stage.phase);
  const bool as_declared = series != nullptr && series->axis == StepAxis::replicas;
  const double level = as_declared ? 0 : users ? std::round(stage.level) : stage.level;
  const StageId id = stage.stage;
  run_.roster.send_all(StageStart{id, stage.phase, stage.start, stage.end, level});
  run_.chronicle.record(Event(std::move(stage)));
  return id;
}

std::vector<StageId> StageRunner::announce(StageEvent first, const std::vector<Stretch>& stretches) {
  std::vector<StageId> ids;
  std::map<StageRole, uint32_t> seen;
  StageEvent stage = std::move(first);
  stage.end = run_.now() + lead_;
  for (const Stretch& stretch : stretches) {
    if (stretch.length <= Duration{}) continue;
    stage.role = stretch.role;
    stage.iteration = seen[stretch.role]++;
    stage.start = stage.end;
    stage.end = stage.start + stretch.length;
    ids.push_back(announce(stage));
  }
  run_.activity.until = stage.end;
  return ids;
}

void StageRunner::end(StageId id, RunTime at, const std::string& reason) {
  const StageRecord record = run_.timeline().stages()[id.value];
  if (at < record.range.to) run_.roster.send_all(StageStop{id, at});
  StageEvent event;
  event.kind = StageEvent::Kind::ended;
  event.stage = id;
  event.phase = record.phase;
  event.iteration = record.iteration;
  event.role = record.role;
  event.level = record.level;
  event.step = record.step;
  event.end = std::max(at, record.range.from);
  event.reason = reason;
  run_.chronicle.record(Event(std::move(event)));
}

void StageRunner::not_run(PhaseId phase, const std::string& reason) { not_run(PlannedStage{{}, phase, 0, {}}, reason); }

void StageRunner::not_run(PlannedStage stage, const std::string& reason) {
  stage.id = StageId(next_++);
  tell_not_run(stage, reason);
}

void StageRunner::tell_not_run(const PlannedStage& stage, const std::string& reason) {
  StageEvent event;
  event.kind = StageEvent::Kind::not_run;
  event.stage = stage.id;
  event.phase = stage.phase;
  event.iteration = stage.iteration;
  event.reason = reason;
  run_.chronicle.record(Event(std::move(event)));
  for (const PlannedInjection& planned : stage.injections) faults_.not_run(planned, stage.id, reason);
}

void StageRunner::begin(PlannedStage& stage, RunTime start) {
  const Duration length = run_.scenario.phase(stage.phase).duration;
  StageEvent event;
  event.phase = stage.phase;
  event.iteration = stage.iteration;
  event.start = start;
  event.end = start + length;
  stage.id = announce(std::move(event));
  for (const PlannedInjection& planned : stage.injections) faults_.order(planned, stage.id, start);
}

asio::awaitable<void> StageRunner::play(const std::vector<PlannedStage>& planned) {
  std::vector<PlannedStage> stages = planned;
  // On a whole second of the run: counts are kept by the second, and a stage of so many seconds then has so many of its own.
  RunTime start = std::chrono::ceil<std::chrono::seconds>(run_.now() + lead_);
  for (PlannedStage& stage : stages) {
    begin(stage, start);
    start = end_of(stage.id);
  }
  for (const PlannedStage& stage : stages) {
    const TimeRange range = run_.timeline().stages()[stage.id.value].range;
    run_.activity = {label(stage), range.to};
    if (run_.end.stopped() && run_.now() < range.from) {
      run_.roster.send_all(StageStop{stage.id, run_.now()});
      tell_not_run(stage, run_.end.why());
      continue;
    }
    co_await run_.waiting.pass(range.from - run_.now());
    if (!run_.end.stopped()) run_.progress.note("phase " + label(stage) + " for " + format_duration(range.to - range.from));
    co_await run_.waiting.pass(range.to - run_.now());
    end(stage.id, run_.end.stopped() ? std::min(run_.now(), range.to) : range.to, run_.end.why());
  }
  previous_end_ = std::min(run_.now(), start);
}

Duration StageRunner::longest_timeout(PhaseId id) const {
  Duration longest{};
  const std::optional<Load>& load = run_.scenario.phase(id).load;
  if (!load) return longest;
  for (const MixEntry& entry : load->mix) longest = std::max(longest, run_.scenario.operation(entry.operation).timeout);
  return longest;
}

bool StageRunner::loads(const Member& member) const {
  return member.state == MemberState::ready && member.shares && run_.scenario.agents[member.id.value].load;
}

bool StageRunner::all_told(StageId id) {
  const auto& agents = run_.timeline().agents();
  for (const Member& member : run_.roster.members()) {
    if (!loads(member)) continue;
    const auto record = agents.find(member.id);
    if (record == agents.end() || record->second.health.empty() || record->second.health.last_at < end_of(id)) return false;
  }
  run_.chronicle.flush();
  uint64_t ended = 0;
  const auto& totals = run_.timeline().totals();
  for (auto it = totals.lower_bound({id, OperationId(0)}); it != totals.end() && it->first.first == id; ++it) {
    ended += it->second.offered();
  }
  return ended >= run_.timeline().stages()[id.value].offered;
}

asio::awaitable<void> StageRunner::told(StageId id) {
  const auto told_by_all = [this, id] { return all_told(id); };
  const Duration limit = longest_timeout(run_.timeline().stages()[id.value].phase) + kTellingTime;
  co_await run_.waiting.until(told_by_all, limit, Patience::until_stopped);
}

bool StageRunner::none_outstanding() const {
  const auto& agents = run_.timeline().agents();
  const auto& members = run_.roster.members();
  return std::all_of(members.begin(), members.end(), [&](const Member& member) {
    if (!loads(member)) return true;
    const auto record = agents.find(member.id);
    if (record == agents.end() || record->second.health.empty()) return true;
    const HealthRecord& health = record->second.health;
    return health.last_at >= previous_end_ && health.last.outstanding == 0;
  });
}

asio::awaitable<void> StageRunner::let_requests_end() {
  Duration longest{};
  for (std::size_t i = 0; i < run_.scenario.phases.size(); ++i) longest = std::max(longest, longest_timeout(PhaseId(i)));
  if (longest == Duration{} || previous_end_ == RunTime{}) co_return;
  run_.activity.what = "waiting for the last answers";
  const Duration limit = longest + kTellingTime;
  const auto none_out = [this] { return none_outstanding(); };
  const bool all_in = co_await run_.waiting.until(none_out, limit, Patience::until_stopped);
  if (all_in || run_.end.stopped()) co_return;
  run_.progress.note("requests are still out " + format_duration(limit) + " after the last phase");
}

}  // namespace shakedown
