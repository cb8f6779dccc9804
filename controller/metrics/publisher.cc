#include "controller/metrics/publisher.h"

#include <sys/resource.h>

#include <algorithm>

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

// Every agent has told of the time until then.
bool is_told(RunTime until, const Timeline& timeline) {
  const auto& agents = timeline.agents();
  return std::all_of(agents.begin(), agents.end(), [until](const auto& entry) {
    const AgentRecord& record = entry.second;
    return record.lost || record.health.empty() || record.health.last_at >= until;
  });
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
    if (sum != stage.offered || !is_told(stage.range.to, timeline)) return false;
  }
  return true;
}

Result<std::unique_ptr<RunMetrics>> RunMetrics::serve(const std::string& address) {
  SHAKEDOWN_TRY(auto server, MetricsServer::listen(address));
  return std::make_unique<RunMetrics>(std::move(server));
}

void RunMetrics::each_second(const Timeline& timeline, const Manifest& manifest, RunTime now) {
  if (!shown_) {
    Judgement first = judge_so_far(timeline, manifest);
    first.at = WallTime{};
    shown_ = std::make_shared<const Judgement>(std::move(first));
    asked_at_ = now;
  }
  if (judge_.idle()) {
    if (asked_) shown_ = judge_.latest() ? judge_.latest() : shown_;
    const Duration pause = std::max<Duration>(kBetweenJudgements, asked_ ? shown_->took * kShareOfJudging : Duration{});
    if (now >= asked_at_ + pause && outcomes_are_in(timeline, now)) {
      judge_.judge(timeline, manifest);
      asked_ = true;
      asked_at_ = now;
    }
  }
  publish(timeline, manifest, now);
}

void RunMetrics::finish(const Timeline& timeline, const Scorecard& card) {
  shown_ = std::make_shared<const Judgement>(Judgement{card, card.manifest.finished, {}});
  publish(timeline, card.manifest, timeline.last());
}

void RunMetrics::await_last_scrape(Duration limit) {
  if (server_->scrapes() > 0) server_->await_scrape(limit);
}

void RunMetrics::publish(const Timeline& timeline, const Manifest& manifest, RunTime now) {
  server_->publish(metrics_page({timeline, manifest, now, shown_->card, shown_->at, cpu_seconds()}));
}

}  // namespace shakedown
