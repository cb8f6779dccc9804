// Numbers snapshots and sends them. While the controller does not take what was sent, new ones are merged into one that
// waits, so that memory stays bounded and no number is skipped.
// Threads: the agent's loop.
#pragma once

#include <optional>
#include <utility>

#include "core/stats/snapshot_size.h"
#include "core/wire/link.h"

namespace shakedown {

class Outbox {
 public:
  // As many unacknowledged messages as this, and snapshots wait.
  static constexpr std::size_t kMostUnacknowledged = 64;
  // As large as this, and the one that waits leaves: the stream carries no message of any size.
  static constexpr std::size_t kMostWaiting = std::size_t{1} << 20;

  Outbox(AgentLink& link, AgentId self) : link_(link), self_(self) {}

  // Takes one interval's content; seq and agent are set here.
  void add(Snapshot snapshot) {
    if (waiting_) {
      waiting_->merge(std::move(snapshot));
    } else {
      waiting_ = std::move(snapshot);
    }
    if (link_.unacknowledged() < kMostUnacknowledged || size_hint(*waiting_) > kMostWaiting) flush();
  }
  // Sends what waits, whatever is unacknowledged.
  void flush() {
    if (!waiting_) return;
    waiting_->seq = ++last_;
    waiting_->agent = self_;
    link_.send(std::move(*waiting_));
    waiting_.reset();
  }
  // Snapshots sent.
  uint64_t last() const { return last_; }

 private:
  AgentLink& link_;
  const AgentId self_;
  std::optional<Snapshot> waiting_;
  uint64_t last_ = 0;
};

}  // namespace shakedown
