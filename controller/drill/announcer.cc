#include "controller/drill/announcer.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/clock.h"
#include "core/base/printable.h"
#include "core/base/units.h"

namespace shakedown {

Announcer::Announcer(const Scenario& scenario, std::string run_id, Deliver deliver, std::function<void()> changed)
    : scenario_(scenario),
      run_id_(std::move(run_id)),
      deliver_(std::move(deliver)),
      changed_(std::move(changed)),
      failures_(scenario.announce.size()) {
  if (!scenario.announce.empty()) thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

Announcer::~Announcer() { thread_.request_stop(); }

void Announcer::say(const std::string& event, const std::string& text) {
  if (scenario_.announce.empty()) return;
  nlohmann::ordered_json json;
  json["event"] = event;
  json["text"] = clean(text);
  json["run"] = run_id_;
  json["scenario"] = clean(scenario_.name);
  json["service"] = clean(scenario_.service);
  json["environment"] = clean(scenario_.environment.name);
  json["informed"] = nlohmann::ordered_json::array();
  for (const std::string& one : scenario_.decision.informed) json["informed"].push_back(clean(one));
  json["at"] = format_wall(system_clock().wall());
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(json.dump());
  }
  more_.notify_all();
}

bool Announcer::all_said() const {
  const std::lock_guard lock(mutex_);
  return waiting_.empty() && !busy_;
}

std::vector<std::string> Announcer::undelivered() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> out;
  for (const Failure& one : failures_) {
    if (one.count > 0) out.push_back(std::to_string(one.count) + " not delivered, the first since " + one.first);
  }
  if (!waiting_.empty() || busy_) out.emplace_back("some were still waiting at the end");
  return out;
}

void Announcer::work(const std::stop_token& stop) {
  for (;;) {
    std::unique_lock lock(mutex_);
    if (!more_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
    const std::string json = std::move(waiting_.front());
    waiting_.pop_front();
    busy_ = true;
    lock.unlock();
    for (std::size_t i = 0; i < scenario_.announce.size() && !stop.stop_requested(); ++i) {
      const Result<void> delivered = deliver_(scenario_, scenario_.announce[i], json);
      if (delivered) continue;
      const std::lock_guard again(mutex_);
      if (failures_[i].count++ == 0) failures_[i].first = clean(delivered.error().message);
    }
    lock.lock();
    busy_ = false;
    lock.unlock();
    if (!stop.stop_requested()) changed_();
  }
}

}  // namespace shakedown
