#include "agent/load/watch/side_worker.h"

#include <algorithm>
#include <utility>

#include "core/base/clock.h"

namespace shakedown {
namespace {

constexpr std::size_t kBodyLimit = 64 * 1024;

Result<std::string> good_body(const std::string& target, const Protocol& protocol, const Expected& expected,
                              const Answer& answer) {
  if (answer.complete() && expected.check->holds(answer, Holes{})) return std::string(answer.body.substr(0, kBodyLimit));
  const std::string came =
      answer.complete() ? protocol.words(answer) + " came" : std::string("none came (") + to_string(answer.outcome) + ")";
  return fail(ErrorKind::unavailable, "an answer of target `" + target + "` with " +
                                          find_protocol_form(protocol.name)->expect_default + " was expected, " + came);
}

}  // namespace

SideWorker::SideWorker(const Prepared& prepared, RunClock clock, boost::asio::io_context& loop)
    : prepared_(prepared), clock_(clock), loop_(loop), deadlines_(loop), alarm_(loop) {}

void SideWorker::add_probe(ProbeId probe) {
  probers_.push_back(std::make_unique<Prober>(prepared_, clock_, probe, loop_, deadlines_, calls_));
}

void SideWorker::add_ledger(LedgerId ledger, LedgerFile file) {
  keepers_.push_back(std::make_unique<LedgerKeeper>(prepared_, clock_, ledger, std::move(file), loop_, deadlines_, calls_));
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

void SideWorker::fetch(Sendable send, Expected expected, Duration timeout, std::function<void(Result<std::string>)> done) {
  const Route route = send.route;
  const PreparedTarget& target = prepared_.targets[route.target.value];
  const auto shared = std::make_shared<const Expected>(std::move(expected));  // a std::function is copied
  fetches_.push_back(std::make_unique<SingleRequest>(target, std::move(send), loop_, deadlines_, calls_,
                                                     [&target, route, shared, done = std::move(done)](const Answer& answer) {
                                                       done(good_body(target.target.name, *route.protocol, *shared, answer));
                                                     }));
  fetches_.back()->begin(mono_now() + timeout);
}

void SideWorker::collect(Snapshot& to) {
  for (const auto& prober : probers_) {
    std::vector<ProbeResult> results = prober->take();
    if (!results.empty()) to.probes[prober->id()] = std::move(results);
    if (const auto failed = prober->take_failed()) to.failed_checks[prober->id()] = *failed;
    to.health.open_connections += prober->open_connections();
  }
  for (const auto& keeper : keepers_) {
    keeper->take(to);
    to.health.open_connections += keeper->open_connections();
  }
}

bool SideWorker::all_over() const {
  const auto over = [](const auto& one) { return one->over(); };
  return std::all_of(probers_.begin(), probers_.end(), over) && std::all_of(keepers_.begin(), keepers_.end(), over) &&
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
