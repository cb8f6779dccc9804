#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <optional>
#include <utility>

#include "agent/load/health.h"
#include "agent/load/load_runner.h"
#include "agent/load/load_worker.h"
#include "agent/load/schedule/pacer.h"
#include "agent/load/watch/side_worker.h"
#include "core/runtime/open_files.h"
#include "core/runtime/worker.h"

namespace shakedown {
namespace {

// A thread and, from Go on, what runs on it. The loop outlives what uses it.
template <typename Work>
struct Thread {
  explicit Thread(std::string name) : worker(std::move(name)) {}
  ~Thread() {
    worker.post([this] {
      if (work) work->close();
    });
    worker.finish();
  }
  template <typename... Arguments>
  void begin(Arguments&&... arguments) {
    work.emplace(std::forward<Arguments>(arguments)..., worker.loop());
  }
  Worker worker;
  std::optional<Work> work;
};

void merge_part(Snapshot& into, Snapshot&& part) {
  for (const auto& [stage, offered] : part.offered) into.offered[stage] += offered;
  for (auto& [key, cell] : part.cells) {
    const auto [at, added] = into.cells.try_emplace(key, std::move(cell));
    if (!added) at->second.merge(cell);
  }
  for (const auto& [key, some] : part.witnesses) into.witnesses[key].merge(some);
  for (const auto& [by, count] : part.answered) into.answered[by] += count;
  into.probes.merge(part.probes);
  into.failed_checks.merge(part.failed_checks);
  into.writes.merge(part.writes);
  into.reads.merge(part.reads);
  into.health.outstanding += part.health.outstanding;
  into.health.open_connections += part.health.open_connections;
  into.health.worst_lag = std::max(into.health.worst_lag, part.health.worst_lag);
}

// Answers of several threads to one question. Shared by the lambdas that bring them, which may
// outlive the runner.
struct Collecting {
  Snapshot snapshot;
  std::size_t missing = 0;
  std::function<void(Snapshot)> done;
};

class ThreadedLoadRunner final : public LoadRunner {
 public:
  ThreadedLoadRunner(std::unique_ptr<const Prepared> prepared, const LoadOptions& options, boost::asio::io_context& loop)
      : prepared_(std::move(prepared)), grace_(options.grace), loop_(loop), side_("side") {
    // No more workers than a declared pool has connections: each has one at least.
    const uint32_t most = prepared_->plan().connections.max > 0 ? prepared_->plan().connections.max : UINT32_MAX;
    const uint32_t workers = std::clamp<uint32_t>(options.workers, 1, most);
    for (uint32_t i = 0; i < workers; ++i) {
      threads_.push_back(std::make_unique<Thread<LoadWorker>>("load-" + std::to_string(i)));
    }
  }

  std::vector<std::string> addresses() const override {
    std::vector<std::string> out;
    for (const PreparedTarget& target : prepared_->targets) out.push_back(address_list(target));
    return out;
  }

  // The records of the ledgers that this agent keeps. Before anything else.
  Result<void> open_records(const std::string& dir) {
    const DrillPlan& plan = prepared_->plan();
    for (std::size_t i = 0; i < plan.ledgers.size(); ++i) {
      if (!is_ours(plan.ledgers[i].agent)) continue;
      SHAKEDOWN_TRY(LedgerFile file, LedgerFile::create(dir, prepared_->assignment.run_id, plan.ledgers[i].name));
      records_.emplace_back(LedgerId(i), std::move(file));
    }
    return ok();
  }

  void go(RunClock clock) override {
    clock_ = clock;
    collected_until_ = clock.now();
    const DrillPlan& plan = prepared_->plan();
    side_.begin(*prepared_, clock);
    for (std::size_t i = 0; i < plan.probes.size(); ++i) {
      if (is_ours(plan.probes[i].agent)) side_.work->add_probe(ProbeId(i));
    }
    for (auto& [ledger, record] : std::exchange(records_, {})) side_.work->add_ledger(ledger, std::move(record));
    const auto workers = static_cast<uint32_t>(threads_.size());
    for (uint32_t i = 0; i < workers; ++i) threads_[i]->begin(*prepared_, clock, i, workers);
  }

  void start_probes() override {
    side_.worker.post([this] { side_.work->start_probes(); });
  }
  void start_ledgers() override {
    side_.worker.post([this] { side_.work->start_ledgers(); });
  }
  void start_stage(StageId stage, PhaseId phase, RunTime start, RunTime end, double level) override {
    Places* const places = places_for(phase);
    for (const auto& thread : threads_) {
      thread->worker.post([&work = *thread->work, stage, phase, start, end, level, places] {
        work.start_stage(stage, phase, start, end, level, places);
      });
    }
  }
  void stop_stage(StageId stage, RunTime at) override {
    for (const auto& thread : threads_) {
      thread->worker.post([&work = *thread->work, stage, at] { work.stop_stage(stage, at); });
    }
  }
  void verify(LedgerId ledger, uint32_t pass, InjectionId injection, uint64_t first_id,
              std::function<void(LedgerPass)> done) override;
  void fetch(const Request& request, Duration timeout, std::function<void(Result<std::string>)> done) override;
  void collect(std::function<void(Snapshot)> done) override;
  void stop(std::function<void()> done) override;

 private:
  bool is_ours(AgentId agent) const {
    return (agent.valid() ? agent : default_load_agent(prepared_->plan())) == prepared_->assignment.self;
  }
  // This agent's part of the load's declared cap.
  Places* places_for(PhaseId phase) {
    const auto& load = prepared_->plan().phase(phase).load;
    if (!load || load->max_outstanding == 0) return nullptr;
    const Lane lane = agent_lane(*load, prepared_->assignment);
    if (lane.count == 0) return nullptr;
    return &places_.emplace_back(lane_share(load->max_outstanding, lane));
  }
  template <typename Thread>
  void collect_part(Thread& thread, const std::shared_ptr<Collecting>& collecting, RunTime until);

  const std::unique_ptr<const Prepared> prepared_;
  RunClock clock_;  // from Go on
  const Duration grace_;
  boost::asio::io_context& loop_;
  RunTime collected_until_{};
  std::vector<std::pair<LedgerId, LedgerFile>> records_;  // until Go
  HealthReader health_;
  Thread<SideWorker> side_;
  std::deque<Places> places_;  // one for each stage that declares a cap; used by the threads
  std::vector<std::unique_ptr<Thread<LoadWorker>>> threads_;
};

void collect_from(LoadWorker& work, RunTime until, Snapshot& to) { work.collect(until, to); }
void collect_from(SideWorker& work, RunTime, Snapshot& to) { work.collect(to); }

template <typename Thread>
void ThreadedLoadRunner::collect_part(Thread& thread, const std::shared_ptr<Collecting>& collecting, RunTime until) {
  thread.worker.post([&work = *thread.work, &loop = loop_, collecting, until] {
    Snapshot part;
    collect_from(work, until, part);
    boost::asio::post(loop, [collecting, part = std::move(part)]() mutable {
      merge_part(collecting->snapshot, std::move(part));
      if (--collecting->missing == 0) collecting->done(std::move(collecting->snapshot));
    });
  });
}

void ThreadedLoadRunner::collect(std::function<void(Snapshot)> done) {
  const auto collecting = std::make_shared<Collecting>();
  collecting->done = std::move(done);
  collecting->missing = threads_.size() + 1;
  collecting->snapshot.from = collected_until_;
  collecting->snapshot.to = collected_until_ = clock_.now();
  collecting->snapshot.health = health_.read();
  for (const auto& thread : threads_) collect_part(*thread, collecting, collected_until_);
  collect_part(side_, collecting, collected_until_);
}

void ThreadedLoadRunner::verify(LedgerId ledger, uint32_t pass, InjectionId injection, uint64_t first_id,
                                std::function<void(LedgerPass)> done) {
  auto bring = [&loop = loop_, done = std::move(done)](LedgerPass finished) {
    boost::asio::post(loop, [done, finished] { done(finished); });
  };
  side_.worker.post([this, ledger, pass, injection, first_id, bring = std::move(bring)]() mutable {
    side_.work->verify(ledger, pass, injection, first_id, std::move(bring));
  });
}

void ThreadedLoadRunner::fetch(const Request& request, Duration timeout, std::function<void(Result<std::string>)> done) {
  auto bring = [&loop = loop_, done = std::move(done)](Result<std::string> fetched) {
    boost::asio::post(loop, [done, fetched = std::move(fetched)]() mutable { done(std::move(fetched)); });
  };
  const DocumentReader reader(prepared_->assignment, prepared_->secrets);
  auto send = reader.request("a request beside the load", request, 0, Trace::none);
  auto expected = reader.expected("a request beside the load", request.protocol, {}, 0);
  if (!send) return bring(fail(std::move(send).assume_error()));
  if (!expected) return bring(fail(std::move(expected).assume_error()));
  side_.worker.post([this, send = std::move(send).assume_value(), expected = std::move(expected).assume_value(), timeout,
                     bring = std::move(bring)]() mutable {
    side_.work->fetch(std::move(send), std::move(expected), timeout, std::move(bring));
  });
}

void ThreadedLoadRunner::stop(std::function<void()> done) {
  struct Stopping {
    std::size_t missing = 0;
    std::function<void()> done;
  };
  // Shared by the lambdas that bring the answers, which may outlive the runner.
  const auto stopping = std::make_shared<Stopping>();
  stopping->missing = threads_.size() + 1;
  stopping->done = std::move(done);
  const auto one_stopped = [&loop = loop_, stopping] {
    boost::asio::post(loop, [stopping] {
      if (--stopping->missing == 0) stopping->done();
    });
  };
  const MonoTime now = mono_now();
  const MonoTime grace_end = now + grace_;
  for (const auto& thread : threads_) {
    thread->worker.post(
        [&work = *thread->work, at = clock_.at(now), grace_end, one_stopped] { work.stop(at, grace_end, one_stopped); });
  }
  side_.worker.post([this, grace_end, one_stopped] { side_.work->stop(grace_end, one_stopped); });
}

std::string work_dir(const Assignment& assignment, const LoadOptions& options) {
  if (!options.work_dir.empty()) return options.work_dir;
  return std::filesystem::temp_directory_path() / ("shakedown-" + assignment.run_id + "-" + std::to_string(getpid()));
}

}  // namespace

Result<std::unique_ptr<LoadRunner>> make_load_runner(const Assignment& assignment, LoadOptions options,
                                                     boost::asio::io_context& loop) {
  SHAKEDOWN_TRY(auto prepared, prepare(assignment, options.within));
  raise_open_files();
  auto runner = std::make_unique<ThreadedLoadRunner>(std::move(prepared), options, loop);
  SHAKEDOWN_TRY(runner->open_records(work_dir(assignment, options)));
  return std::unique_ptr<LoadRunner>(std::move(runner));
}

}  // namespace shakedown
