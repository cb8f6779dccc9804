#include "controller/drill/parts/capacity_search.h"

#include <algorithm>
#include <utility>

#include "core/base/units.h"

namespace shakedown {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Duration kLongestDrain = 60s;

// How long the target may have to work off what it was offered beyond what it answered.
Duration drain_of(const Search& search, const ScoredSearchStep& step) {
  const double beyond = (step.rate - step.answered) * step.windows * seconds(search.window);
  if (step.outcome == StepOutcome::holds || beyond <= 0 || step.answered <= 0) return search.drain;
  return search.drain + std::min(kLongestDrain, from_seconds(beyond / step.answered));
}

std::vector<StageRunner::Stretch> stretches_of(const Search& search, const SearchOrder& order) {
  std::vector<StageRunner::Stretch> stretches{{StageRole::settling, search.settle}};
  if (order.kind == SearchOrder::Kind::confirm) {
    stretches.push_back({StageRole::confirmation, search.confirm});
  } else {
    stretches.insert(stretches.end(), search.windows, StageRunner::Stretch{StageRole::window, search.window});
  }
  return stretches;
}

Duration length_of(const std::vector<StageRunner::Stretch>& stretches) {
  Duration length{};
  for (const StageRunner::Stretch& stretch : stretches) length += stretch.length;
  return length;
}

}  // namespace

asio::awaitable<void> CapacitySearch::execute(const Search& search) {
  const Phase& phase = run_.scenario.phase(search.phase);
  const std::string limit = "the limit of " + format_duration(phase.duration);
  const RunTime deadline = run_.now() + phase.duration;
  run_.progress.note("phase " + phase.name + ": looks for the highest rate that holds, up to " + format_rate(search.to));
  std::vector<ScoredSearchStep> steps;
  for (uint32_t number = 0;; ++number) {
    const SearchOrder order = next_search_order(search, steps);
    if (order.kind == SearchOrder::Kind::done) {
      run_.progress.note("phase " + phase.name + ": " + order.reason);
      break;
    }
    if (run_.end.stopped()) {
      stages_.not_run(search.phase, run_.end.why());
      break;
    }
    if (run_.now() + length_of(stretches_of(search, order)) > deadline) {
      stages_.not_run(search.phase, limit + " left no time for another step");
      run_.progress.note("phase " + phase.name + ": " + limit + " is reached");
      break;
    }
    ScoredSearchStep done = co_await step(search, order, number);
    if (done.outcome == StepOutcome::open) continue;  // the run has ended
    steps.push_back(std::move(done));
    co_await drain(search, steps.back());
  }
  stages_.phase_over(run_.now());
}

asio::awaitable<ScoredSearchStep> CapacitySearch::step(const Search& search, const SearchOrder& order, uint32_t number) {
  const bool confirmation = order.kind == SearchOrder::Kind::confirm;
  const std::string& phase = run_.scenario.phase(search.phase).name;
  run_.activity.what = phase + (confirmation ? " confirming " : " at ") + format_rate({order.rate});
  StageEvent stage;
  stage.phase = search.phase;
  stage.level = order.rate;
  stage.step = number;
  const std::vector<StageId> ids = stages_.announce(std::move(stage), stretches_of(search, order));
  ScoredSearchStep step;
  for (const StageId id : ids) {
    const RunTime end = stages_.end_of(id);
    const bool decided = step.outcome != StepOutcome::open;
    if (!decided && !run_.end.stopped()) co_await run_.waiting.pass(end - run_.now());
    if (decided || run_.end.stopped()) {
      stages_.end(id, std::min(run_.now(), end), run_.end.stopped() ? run_.end.why() : "decided before");
      continue;
    }
    stages_.end(id, end, "");
    if (run_.timeline().stages()[id.value].role == StageRole::settling) continue;
    co_await stages_.told(id);
    if (!run_.end.stopped()) step = judge_search_step(search, number, run_.timeline(), manifest_);
  }
  co_await stages_.told(ids.back());
  if (step.outcome != StepOutcome::open) {
    run_.progress.note(phase + " at " + format_rate({step.rate}) + (confirmation ? " (confirmation): " : ": ") +
                       to_string(step.outcome) + (step.reason.empty() ? "" : ": " + step.reason));
  }
  co_return step;
}

asio::awaitable<void> CapacitySearch::drain(const Search& search, const ScoredSearchStep& step) {
  const Duration length = drain_of(search, step);
  run_.activity = {run_.scenario.phase(search.phase).name + " draining", run_.now() + length};
  co_await run_.waiting.pass(length);
}

}  // namespace shakedown
