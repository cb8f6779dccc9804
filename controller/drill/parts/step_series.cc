#include "controller/drill/parts/step_series.h"

#include <algorithm>
#include <utility>

#include "controller/model/figures.h"
#include "core/base/units.h"

namespace shakedown {
namespace asio = boost::asio;

namespace {

Action scaled_to(Action action, double replicas) {
  const std::string hole = "{replicas}";
  for (std::string& argument : action.argv) {
    const std::size_t at = argument.find(hole);
    if (at != std::string::npos) argument.replace(at, hole.size(), format_number(replicas));
  }
  action.describe += " to " + format_number(replicas);
  return action;
}

}  // namespace

asio::awaitable<void> SeriesRunner::execute(const StepSeries& series) {
  const std::string& phase = run_.scenario.phase(series.phase).name;
  run_.progress.note("phase " + phase + ": " + std::to_string(series.levels.size()) + " steps over " + to_string(series.axis));
  for (std::size_t i = 0; i < series.levels.size(); ++i) {
    if (run_.end.stopped()) {
      stages_.not_run(series.phase, run_.end.why());
      continue;
    }
    run_.activity.what = phase + " at " + level_text(series.axis, series.levels[i]);
    if (series.scale && !co_await scale(series, series.levels[i])) {
      if (!run_.end.stopped()) stages_.not_run(series.phase, "scaling to " + format_number(series.levels[i]) + " failed");
      continue;
    }
    co_await level(series, static_cast<uint32_t>(i));
  }
  stages_.phase_over(run_.now());
}

asio::awaitable<bool> SeriesRunner::scale(const StepSeries& series, double replicas) {
  const Action action = scaled_to(*series.scale, replicas);
  const StepEvent done = co_await carry_out(run_, StepEvent::Kind::setup, action, Patience::until_stopped);
  if (!done.ok || !series.ready || run_.end.stopped()) co_return done.ok && !run_.end.stopped();
  const RunTime since = run_.now();
  const ProbeId probe = series.ready->probe;
  const auto up = [this, since, probe] { return probes_.up_since(probe, since); };
  const bool ready = co_await run_.waiting.until(up, series.ready->limit, Patience::until_stopped);
  if (!ready && !run_.end.stopped()) run_.progress.note("not ready within " + format_duration(series.ready->limit));
  co_return ready;
}

asio::awaitable<void> SeriesRunner::level(const StepSeries& series, uint32_t number) {
  StageEvent stage;
  stage.phase = series.phase;
  stage.level = series.levels[number];
  stage.step = number;
  const std::vector<StageRunner::Stretch> stretches{{StageRole::settling, series.settle},
                                                    {StageRole::step, series.each - series.settle}};
  const std::vector<StageId> ids = stages_.announce(std::move(stage), stretches);
  for (const StageId id : ids) {
    const RunTime end = stages_.end_of(id);
    if (!run_.end.stopped()) co_await run_.waiting.pass(end - run_.now());
    stages_.end(id, std::min(run_.now(), end), run_.end.why());
  }
  co_await stages_.told(ids.back());
}

}  // namespace shakedown
