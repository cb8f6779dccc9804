#include "controller/metrics.h"

#include <sys/resource.h>

#include "controller/judge/judge.h"
#include "core/base/clock.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;

constexpr Duration kBetweenJudgements = 10s;
constexpr int kShareOfJudging = 100;
constexpr Duration kPatience = 60s;

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto in_seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; };
  return in_seconds(usage.ru_utime) + in_seconds(usage.ru_stime);
}

bool just_ended(const StageRecord& stage, RunTime now) {
  return stage.ended && !stage.not_run && now - stage.range.to < kPatience;
}

}  // namespace

bool outcomes_are_in(const Timeline& timeline, RunTime now) {
  for (const StageRecord& stage : timeline.stages()) {
    if (!just_ended(stage, now)) continue;
    uint64_t sum = 0;
    auto it = timeline.totals().lower_bound({stage.stage, OperationId(0)});
    for (; it != timeline.totals().end() && it->first.first == stage.stage; ++it) sum += it->second.offered();
    if (sum != stage.offered) return false;
  }
  return true;
}

Result<std::unique_ptr<RunMetrics>> RunMetrics::serve(const std::string& address) {
  SHAKEDOWN_TRY(auto server, MetricsServer::listen(address));
  return std::make_unique<RunMetrics>(std::move(server));
}

void RunMetrics::each_second(const Timeline& timeline, const Manifest& manifest, RunTime now) {
  if (!judged_ || (now >= next_judgement_ && outcomes_are_in(timeline, now))) judge_again(timeline, manifest, now);
  publish(timeline, manifest, now);
}

// The judge gives no verdict on a run without an end, so it is asked as if the run ended now.
void RunMetrics::judge_again(const Timeline& timeline, const Manifest& manifest, RunTime now) {
  const MonoTime began = mono_now();
  Manifest so_far = manifest;
  so_far.state = RunState::completed;
  so_far.release_end = so_far.release_start;  // read again only at the end
  const WallTime wall = system_clock().wall();
  card_ = judge(timeline.scenario(), timeline, so_far, wall);
  card_.decision = DecisionState::not_proven;
  if (judged_) judged_at_ = wall;
  judged_ = true;
  next_judgement_ = now + std::max<Duration>(kBetweenJudgements, (mono_now() - began) * kShareOfJudging);
}

void RunMetrics::finish(const Timeline& timeline, const Scorecard& card) {
  card_ = card;
  judged_at_ = card.manifest.finished;
  publish(timeline, card.manifest, timeline.last());
}

void RunMetrics::await_last_scrape(Duration limit) {
  if (server_->scrapes() > 0) server_->await_scrape(limit);
}

void RunMetrics::publish(const Timeline& timeline, const Manifest& manifest, RunTime now) {
  server_->publish(page_.make({timeline, manifest, now, card_, judged_at_, cpu_seconds()}));
}

}  // namespace shakedown
