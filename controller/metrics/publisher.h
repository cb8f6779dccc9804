// /metrics of a run: each second a page is made from the Timeline and the last judgement, and published; scrapes take that
// copy. Judgements are made on a thread of their own (live_judge.h), anew at most every ten seconds (and at most a hundredth
// of the time is spent on them); the one at the end is given.
// Ownership: owns its server and its judge. Threads: the run loop; await_scrape from whoever waits after it has ended.
#pragma once

#include <memory>
#include <string>

#include "controller/drill/live_judge.h"
#include "controller/metrics/page.h"
#include "core/runtime/http/metrics_server.h"

namespace shakedown {

// Whether each stage that has ended has also told all its outcomes. Judged before that, the accounting identity looks
// broken; an answer that never comes is waited for a minute.
bool outcomes_are_in(const Timeline& timeline, RunTime now);

class RunMetrics {
 public:
  // Errors: those of MetricsServer::listen.
  static Result<std::unique_ptr<RunMetrics>> serve(const std::string& address);
  explicit RunMetrics(std::unique_ptr<MetricsServer> server) : server_(std::move(server)) {}

  std::string bound_address() const { return server_->bound_address(); }
  // Publishes the running drill. While it runs the decision stays not-proven. The first call judges at once: nothing has
  // been measured then.
  void each_second(const Timeline& timeline, const Manifest& manifest, RunTime now);
  // Waits for a judgement that the judge has begun; of the running drill, for tests.
  void await_judgement() const { judge_.await_idle(); }
  // Publishes the judged drill.
  void finish(const Timeline& timeline, const Scorecard& card);
  // When anybody scrapes at all: blocks until what finish published has been scraped, at most for the limit.
  void await_last_scrape(Duration limit);

 private:
  void publish(const Timeline& timeline, const Manifest& manifest, RunTime now);

  std::unique_ptr<MetricsServer> server_;
  LiveJudge judge_;
  std::shared_ptr<const Judgement> shown_;  // see LiveJudge::latest
  RunTime asked_at_{};
  bool asked_ = false;
};

}  // namespace shakedown
