#include "agent/load/side_worker.h"

#include <algorithm>
#include <utility>

#include "core/base/clock.h"

namespace shakedown {
namespace {

constexpr std::size_t kBodyLimit = 64 * 1024;

Result<std::string> good_body(const std::string& target, Outcome outcome, const Response* response) {
  if (response != nullptr && response->status >= 200 && response->status < 300) {
    return std::string(response->body.substr(0, kBodyLimit));
  }
  const std::string came = response == nullptr ? std::string("none came (") + to_string(outcome) + ")"
                                               : "status " + std::to_string(response->status) + " came";
  return fail(ErrorKind::unavailable, "a 2xx answer of target `" + target + "` was expected, " + came);
}

}  // namespace

SideWorker::SideWorker(const Prepared& prepared, RunClock clock, boost::asio::io_context& loop)
    : prepared_(prepared), clock_(clock), loop_(loop), deadlines_(loop), alarm_(loop) {}

void SideWorker::add_probe(ProbeId probe) {
  probers_.push_back(std::make_unique<Prober>(prepared_, clock_, probe, loop_, deadlines_, calls_));
}

void SideWorker::add_ledger(LedgerId ledger, LedgerFile file) {
  keepers_.push_back(std::make_unique<LedgerKeeper>(prepared_, clock_, ledger, std::move(file),
                                                    loop_, deadlines_, calls_));
}

void SideWorker::start_probes() {
  for (const auto& prober : probers_) prober->begin();
}

void SideWorker::start_ledgers() {
  for (const auto& keeper : keepers_) keeper->begin();
}

void SideWorker::verify(LedgerId ledger, uint32_t pass, InjectionId injection, uint64_t first_id,
                        std::function<void(LedgerPass)> done) {
  for (const auto& keeper : keepers_) {
    if (keeper->id() == ledger) {
      keeper->verify(pass, injection, first_id, std::move(done));
      return;
    }
  }
  LedgerPass none;
  none.pass = pass;
  none.injection = injection;
  none.first_id = none.end_id = first_id;
  none.started = none.finished = clock_.now();
  done(none);
}

void SideWorker::fetch(TargetId target, RequestTemplate request, Duration timeout,
                       std::function<void(Result<std::string>)> done) {
  const PreparedTarget& prepared = prepared_.targets[target.value];
  fetches_.push_back(std::make_unique<SingleRequest>(
      prepared, std::move(request), loop_, deadlines_, calls_,
      [&prepared, done = std::move(done)](Outcome outcome, const Response* response) {
        done(good_body(prepared.target.name, outcome, response));
      }));
  fetches_.back()->begin(mono_now() + timeout);
}

void SideWorker::collect(Snapshot& to) {
  for (const auto& prober : probers_) {
    std::vector<ProbeResult> results = prober->take();
    if (!results.empty()) to.probes[prober->id()] = std::move(results);
    to.health.open_connections += prober->open_connections();
  }
  for (const auto& keeper : keepers_) {
    keeper->take(to);
    to.health.open_connections += keeper->open_connections();
  }
}

bool SideWorker::all_over() const {
  const auto over = [](const auto& one) { return one->over(); };
  return std::all_of(probers_.begin(), probers_.end(), over) &&
         std::all_of(keepers_.begin(), keepers_.end(), over) &&
         std::all_of(fetches_.begin(), fetches_.end(), over);
}

void SideWorker::stop(MonoTime grace_end, std::function<void()> done) {
  stopped_ = std::move(done);
  for (const auto& prober : probers_) prober->stop();
  for (const auto& keeper : keepers_) keeper->stop();
  check_stopped(grace_end);
}

void SideWorker::check_stopped(MonoTime grace_end) {
  const MonoTime now = mono_now();
  if (!all_over() && now >= grace_end) deadlines_.give_up(now);
  if (all_over()) {
    stopped_();
    return;
  }
  alarm_.after(std::chrono::milliseconds(2), [this, grace_end] { check_stopped(grace_end); });
}

void SideWorker::close() {
  alarm_.cancel();
  for (const auto& prober : probers_) prober->stop();
  for (const auto& keeper : keepers_) keeper->stop();
  deadlines_.give_up(mono_now());
  deadlines_.close();
  for (const auto& prober : probers_) prober->close();
  for (const auto& keeper : keepers_) keeper->close();
  for (const auto& fetch : fetches_) fetch->close();
}

}  // namespace shakedown
