// Phases that look for a limit: the steps of a search, each decided while it runs, and the levels of a series.
#include <algorithm>

#include "controller/drill/run_wait.h"
#include "controller/judge/capacity/search.h"
#include "controller/model/figures.h"
#include "core/base/units.h"

namespace shakedown {
namespace asio = boost::asio;
using namespace std::chrono_literals;
namespace {

constexpr Duration kLongestDrain = 60s;

Duration longest_timeout(const Scenario& scenario, const Phase& phase) {
  Duration longest{};
  for (const MixEntry& entry : phase.load->mix) longest = std::max(longest, scenario.operation(entry.operation).timeout);
  return longest;
}

// How long the target may have to work off what it was offered beyond what it answered.
Duration drain_of(const Search& search, const ScoredSearchStep& step) {
  const double beyond = (step.rate - step.answered) * step.windows * seconds(search.window);
  if (step.outcome == StepOutcome::holds || beyond <= 0 || step.answered <= 0) return search.drain;
  return search.drain + std::min(kLongestDrain, from_seconds(beyond / step.answered));
}

}  // namespace

StageId Run::announce_level(const StageEvent& stage) {
  StageEvent event = stage;
  event.kind = StageEvent::Kind::planned;
  event.stage = StageId(next_stage_++);
  const bool users = std::holds_alternative<ClosedLoad>(scenario_.phase(stage.phase).load->kind);
  const StepSeries* series = scenario_.steps_of(stage.phase);
  const bool declared = series != nullptr && series->axis == StepAxis::replicas;
  const double level = declared ? 0 : users ? std::round(event.level) : event.level;
  const StageId id = event.stage;
  roster_.send_all(StageStart{id, event.phase, event.iteration, event.start, event.end, level});
  chronicle_.record(Event(std::move(event)));
  return id;
}

void Run::end_level(StageId id, RunTime at, const std::string& reason) {
  const StageRecord record = chronicle_.timeline().stages()[id.value];
  if (at < record.range.to) roster_.send_all(StageStop{id, at});
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
  chronicle_.record(Event(std::move(event)));
}

void Run::not_run_level(PhaseId phase, const std::string& reason) {
  StageEvent event;
  event.kind = StageEvent::Kind::not_run;
  event.stage = StageId(next_stage_++);
  event.phase = phase;
  event.reason = reason;
  chronicle_.record(Event(std::move(event)));
}

// Whether every arrival of the stage has come to its end and every agent has told of it.
bool Run::all_told(StageId id) {
  const RunTime end = chronicle_.timeline().stages()[id.value].range.to;
  for (const Member& member : roster_.members()) {
    if (member.state != MemberState::ready || !member.shares || !scenario_.agents[member.id.value].load) continue;
    const auto record = chronicle_.timeline().agents().find(member.id);
    const bool covered =
        record != chronicle_.timeline().agents().end() && !record->second.health.empty() && record->second.health.last_at >= end;
    if (!covered) return false;
  }
  chronicle_.flush();
  uint64_t ended = 0;
  const auto& totals = chronicle_.timeline().totals();
  for (auto it = totals.lower_bound({id, OperationId(0)}); it != totals.end() && it->first.first == id; ++it) {
    ended += it->second.offered();
  }
  return ended >= chronicle_.timeline().stages()[id.value].offered;
}

// What tears the targets down, or ends the agents, must not end requests that are within their time: they would be the
// target's failures, or nobody's.
asio::awaitable<void> Run::let_requests_end() {
  Duration longest{};
  for (const Phase& phase : scenario_.phases) {
    if (phase.load) longest = std::max(longest, longest_timeout(scenario_, phase));
  }
  if (longest == Duration{} || previous_end_ == RunTime{}) co_return;
  const auto none_out = [this] {
    const auto& agents = chronicle_.timeline().agents();
    const auto& members = roster_.members();
    return std::all_of(members.begin(), members.end(), [&](const Member& member) {
      if (member.state != MemberState::ready || !member.shares || !scenario_.agents[member.id.value].load) return true;
      const auto record = agents.find(member.id);
      if (record == agents.end() || record->second.health.empty()) return true;
      const HealthRecord& health = record->second.health;
      return health.last_at >= previous_end_ && health.last.outstanding == 0;
    });
  };
  activity_ = "waiting for the last answers";
  if (!co_await wait(none_out, longest + 5s, Patience::until_stopped) && !stopped()) {
    progress_.note("requests are still out " + format_duration(longest + 5s) + " after the last phase");
  }
}

// One step of a search: its windows follow each other without a gap; what is decided early is cut short.
asio::awaitable<ScoredSearchStep> Run::search_step(const Search& search, const SearchOrder& order, uint32_t number) {
  const bool confirmation = order.kind == SearchOrder::Kind::confirm;
  StageEvent stage;
  stage.phase = search.phase;
  stage.level = order.rate;
  stage.step = number;
  stage.start = now() + options_.lead;
  std::vector<StageId> ids;
  if (search.settle > Duration{}) {
    stage.role = StageRole::settling;
    stage.end = stage.start + search.settle;
    ids.push_back(announce_level(stage));
    stage.start = stage.end;
  }
  stage.role = confirmation ? StageRole::confirmation : StageRole::window;
  const std::size_t first_window = ids.size();
  for (uint32_t i = 0; i < (confirmation ? 1 : search.windows); ++i) {
    stage.iteration = i;
    stage.end = stage.start + (confirmation ? search.confirm : search.window);
    ids.push_back(announce_level(stage));
    stage.start = stage.end;
  }
  activity_end_ = stage.end;
  const Duration patience = longest_timeout(scenario_, scenario_.phase(search.phase)) + 5s;
  ScoredSearchStep step;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const StageId id = ids[i];
    const RunTime end = chronicle_.timeline().stages()[id.value].range.to;
    const bool decided = step.outcome != StepOutcome::open;
    const auto never = [] { return false; };
    if (!decided && !stopped()) co_await wait(never, end - now(), Patience::until_stopped);
    if (decided || stopped()) {
      end_level(id, std::min(now(), end), stopped() ? stop_->second : "decided before");
      continue;
    }
    end_level(id, end, "");
    if (i < first_window) continue;
    const auto told = [this, id] { return all_told(id); };
    co_await wait(told, patience, Patience::until_stopped);
    if (!stopped()) step = judge_search_step(search, number, chronicle_.timeline(), manifest_);
  }
  const StageId last = ids.back();
  const auto told = [this, last] { return all_told(last); };
  co_await wait(told, patience, Patience::until_stopped);
  co_return step;
}

asio::awaitable<void> Run::search(const Search& search) {
  const Phase& phase = scenario_.phase(search.phase);
  const RunTime deadline = now() + phase.duration;
  progress_.note("phase " + phase.name + ": looks for the highest rate that holds, up to " + format_rate(search.to));
  std::vector<ScoredSearchStep> steps;
  uint32_t number = 0;
  for (;;) {
    const SearchOrder order = next_search_order(search, steps);
    if (order.kind == SearchOrder::Kind::done) {
      progress_.note("phase " + phase.name + ": " + order.reason);
      break;
    }
    const bool confirmation = order.kind == SearchOrder::Kind::confirm;
    const Duration length = search.settle + (confirmation ? search.confirm : search.window * search.windows);
    if (!stopped() && now() + length > deadline) {
      not_run_level(search.phase, "the limit of " + format_duration(phase.duration) + " left no time for another step");
      progress_.note("phase " + phase.name + ": the limit of " + format_duration(phase.duration) + " is reached");
      break;
    }
    if (stopped()) {
      not_run_level(search.phase, stop_->second);
      break;
    }
    activity_ = phase.name + (confirmation ? " confirming " : " at ") + format_rate({order.rate});
    ScoredSearchStep step = co_await search_step(search, order, number++);
    if (step.outcome == StepOutcome::open) continue;  // stopped
    progress_.note(phase.name + " at " + format_rate({step.rate}) + (confirmation ? " (confirmation): " : ": ") +
                   to_string(step.outcome) + (step.reason.empty() ? "" : ": " + step.reason));
    const Duration drain = drain_of(search, step);
    steps.push_back(std::move(step));
    activity_end_ = now() + drain;
    activity_ = phase.name + " draining";
    const auto never = [] { return false; };
    co_await wait(never, drain, Patience::until_stopped);
  }
  previous_end_ = now();
}

asio::awaitable<void> Run::series(const StepSeries& series) {
  const Phase& phase = scenario_.phase(series.phase);
  progress_.note("phase " + phase.name + ": " + std::to_string(series.levels.size()) + " steps over " + to_string(series.axis));
  for (std::size_t i = 0; i < series.levels.size(); ++i) {
    if (stopped()) {
      not_run_level(series.phase, stop_->second);
      continue;
    }
    activity_ = phase.name + " at " + level_text(series.axis, series.levels[i]);
    if (series.scale && !co_await scale(series, series.levels[i])) {
      if (!stopped()) not_run_level(series.phase, "scaling to " + format_number(series.levels[i]) + " failed");
      continue;
    }
    co_await level(series, static_cast<uint32_t>(i));
  }
  previous_end_ = now();
}

asio::awaitable<bool> Run::scale(const StepSeries& series, double replicas) {
  Action action_now = *series.scale;
  for (std::string& argument : action_now.argv) {
    const std::string hole = "{replicas}";
    const std::size_t at = argument.find(hole);
    if (at != std::string::npos) argument.replace(at, hole.size(), format_number(replicas));
  }
  action_now.describe += " to " + format_number(replicas);
  const std::string trouble = co_await action(StepEvent::Kind::setup, action_now, Patience::until_stopped);
  const bool scaled = trouble.empty();
  if (!scaled || !series.ready || stopped()) co_return scaled && !stopped();
  const RunTime since = now();
  const ProbeId probe = series.ready->probe;
  const auto up = [this, since, probe] { return up_since(probe, since); };
  const bool ready = co_await wait(up, series.ready->limit, Patience::until_stopped);
  if (!ready && !stopped()) progress_.note("not ready within " + format_duration(series.ready->limit));
  co_return ready;
}

asio::awaitable<void> Run::level(const StepSeries& series, uint32_t number) {
  StageEvent stage;
  stage.phase = series.phase;
  stage.level = series.levels[number];
  stage.step = number;
  stage.start = now() + options_.lead;
  std::vector<StageId> ids;
  if (series.settle > Duration{}) {
    stage.role = StageRole::settling;
    stage.end = stage.start + series.settle;
    ids.push_back(announce_level(stage));
    stage.start = stage.end;
  }
  stage.role = StageRole::step;
  stage.end = stage.start + (series.each - series.settle);
  ids.push_back(announce_level(stage));
  activity_end_ = stage.end;
  for (const StageId id : ids) {
    const RunTime end = chronicle_.timeline().stages()[id.value].range.to;
    const auto never = [] { return false; };
    if (!stopped()) co_await wait(never, end - now(), Patience::until_stopped);
    end_level(id, std::min(now(), end), stopped() ? stop_->second : "");
  }
  const StageId last = ids.back();
  const auto told = [this, last] { return all_told(last); };
  co_await wait(told, longest_timeout(scenario_, scenario_.phase(series.phase)) + 5s, Patience::until_stopped);
}

}  // namespace shakedown
