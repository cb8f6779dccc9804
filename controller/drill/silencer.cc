#include "controller/drill/silencer.h"

#include <algorithm>
#include <utility>

#include "core/base/clock.h"
#include "core/base/printable.h"

namespace shakedown {
namespace {

constexpr Duration kAgain = std::chrono::seconds(1);  // after a call that failed

}  // namespace

Silencer::Silencer(const Scenario& scenario, std::string run_id, Duration lease, SilenceApi api, std::function<void()> changed)
    : scenario_(scenario), run_id_(std::move(run_id)), lease_(lease), api_(std::move(api)), changed_(std::move(changed)) {
  if (scenario.silence) thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

Silencer::~Silencer() { thread_.request_stop(); }

void Silencer::want(const std::set<InjectionId>& standing) {
  if (!scenario_.silence) return;
  {
    const std::lock_guard lock(mutex_);
    for (const InjectionId id : standing) news_ = ones_.try_emplace(id).second || news_;
    for (auto& [id, one] : ones_) {
      if (!one.wanted || standing.contains(id)) continue;
      one.wanted = false;
      one.due = MonoTime{};
      news_ = true;
    }
    if (!news_) return;
  }
  more_.notify_all();
}

bool Silencer::all_lifted() const {
  const std::lock_guard lock(mutex_);
  return ones_.empty();
}

std::string Silencer::trouble() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  if (failures_ > 0) out = std::to_string(failures_) + " calls of the Alertmanager failed, the first: " + first_failure_;
  if (!ones_.empty()) out += std::string(out.empty() ? "" : "; ") + "a silence was not lifted, and ends with the lease";
  return out;
}

std::map<InjectionId, Silencer::One>::iterator Silencer::next(MonoTime now) {
  return std::find_if(ones_.begin(), ones_.end(), [now](const auto& entry) { return entry.second.due <= now; });
}

Duration Silencer::until_next(MonoTime now) const {
  Duration least = std::chrono::hours(1);
  for (const auto& [id, one] : ones_) least = std::min(least, std::max(Duration(1), one.due - now));
  return least;
}

void Silencer::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const MonoTime now = mono_now();
    news_ = false;
    const auto due = next(now);
    if (due == ones_.end()) {
      more_.wait_for(lock, stop, until_next(now), [this] { return news_; });
    } else {
      call(lock, due->first, due->second);
    }
  }
}

void Silencer::failed(const Error& error) {
  if (failures_++ == 0) first_failure_ = clean(error.message);
}

// The lock is not held while the Alertmanager is asked. What is no longer wanted was never set, is lifted, or has ended by
// itself.
void Silencer::call(std::unique_lock<std::mutex>& lock, InjectionId injection, One one) {
  lock.unlock();
  const MonoTime asked = mono_now();
  const bool setting = one.wanted;
  bool gone = !setting && (one.id.empty() || asked >= one.ends);
  std::optional<Error> error;
  if (setting) {
    const std::string why = "injection " + std::to_string(injection.value + 1) + " of drill " + scenario_.name;
    Result<std::string> id = api_.set(scenario_, {one.id, lease_, run_id_, why});
    if (id) one.id = std::move(id.value());
    if (!id) error = id.error();
  } else if (!gone) {
    const Result<void> lifted = api_.lift(scenario_, one.id);
    gone = lifted.has_value();
    if (!lifted) error = lifted.error();
  }
  lock.lock();
  if (error) failed(*error);
  One& kept = ones_[injection];
  kept.id = one.id;
  if (setting && !error) kept.ends = asked + lease_;
  if (kept.wanted || !setting) kept.due = asked + (error ? kAgain : lease_ / 3);
  if (!gone) return;
  ones_.erase(injection);
  if (!ones_.empty()) return;
  lock.unlock();
  changed_();
  lock.lock();
}

}  // namespace shakedown
