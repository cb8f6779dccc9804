// /metrics of a run: each second a page is made from the Timeline and published; scrapes take that copy. Verdicts are
// given anew at most every ten seconds (and at most a hundredth of the time is spent on them), and once at the end.
// Ownership: owns its server. Threads: the run loop; await_scrape from whoever waits after it has ended.
#pragma once

#include <memory>
#include <string>

#include "controller/metrics_page.h"
#include "core/runtime/metrics_server.h"

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
  // Publishes the running drill. While it runs the decision stays not-proven.
  void each_second(const Timeline& timeline, const Manifest& manifest, RunTime now);
  // Publishes the judged drill.
  void finish(const Timeline& timeline, const Scorecard& card);
  // When anybody scrapes at all: blocks until what finish published has been scraped, at most for the limit.
  void await_last_scrape(Duration limit);

 private:
  void judge_again(const Timeline& timeline, const Manifest& manifest, RunTime now);
  void publish(const Timeline& timeline, const Manifest& manifest, RunTime now);

  std::unique_ptr<MetricsServer> server_;
  MetricsPage page_;
  Scorecard card_;
  bool judged_ = false;
  RunTime next_judgement_{};
  WallTime judged_at_{};
};

}  // namespace shakedown
