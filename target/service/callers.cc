#include "target/service/callers.h"

#include <sys/eventfd.h>

#include <cmath>

#include "target/http/call.h"

namespace practice {
namespace {

constexpr int kThreads = 32;  // calls under way at once
constexpr std::uint64_t kParts = 1'000'000;

// Whole numbers, so that no sum of fractions is ever off by one.
std::uint64_t calls_after(std::uint64_t requests, double per_request) {
  const auto parts = static_cast<std::uint64_t>(std::llround(per_request * kParts));
  return requests / kParts * parts + requests % kParts * parts / kParts;
}

}  // namespace

Callers::Callers(const Options& options) : options_(options), wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!wake_.open()) fail_errno(kExitUnavailable, "--calls: cannot make an eventfd");
  for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { run(); });
}

Callers::~Callers() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Callers::submit(std::uint64_t connection, std::uint64_t slot) {
  Job job{connection, slot, {}};
  bool any = false;
  for (const CallSpec& call : options_.calls) {
    const std::uint64_t count = calls_after(requests_ + 1, call.per_request) - calls_after(requests_, call.per_request);
    job.calls.push_back(count);
    any = any || count > 0;
  }
  ++requests_;
  if (!any) return false;
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

std::vector<Callers::Done> Callers::take() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(wake_.get(), &count, sizeof count);
  const std::lock_guard lock(mutex_);
  return std::exchange(done_, {});
}

void Callers::run() {
  std::vector<Fd> links(options_.calls.size());
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stop_ || !jobs_.empty(); });
    if (stop_) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    Done done = work(job, links);
    lock.lock();
    done_.push_back(std::move(done));
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t put = ::write(wake_.get(), &one, sizeof one);
  }
}

// The first call that fails after all its tries ends the work.
Callers::Done Callers::work(const Job& job, std::vector<Fd>& links) const {
  Done done{job.connection, job.slot, true, std::vector<Tally>(job.calls.size())};
  for (std::size_t i = 0; i < job.calls.size(); ++i) {
    Tally& tally = done.tallies[i];
    for (std::uint64_t n = 0; done.ok && n < job.calls[i]; ++n) {
      done.ok = false;
      for (unsigned attempt = 0; !done.ok && attempt <= options_.retries; ++attempt) {
        ++tally.tries;
        done.ok = call(options_.calls[i], links[i]);
        if (!done.ok) ++tally.failures;
      }
    }
  }
  return done;
}

}  // namespace practice
