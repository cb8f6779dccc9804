// When a write may be acknowledged, and when it becomes durable. One of four ways: in memory
// (never), early (at once, the file is written first), lagging (at once, the file is written later,
// so SIGKILL loses the last ones) and fsync (only after fdatasync). Ownership: owns the log and the
// syncer. Threads: the loop only.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "target/options.h"
#include "target/service/store/entry_log.h"
#include "target/service/store/syncer.h"

namespace practice {

class Durability {
 public:
  Durability(const Options& options, const std::function<void(Write&&)>& replay);

  // Takes a write. A position: acknowledge when durable() has reached it. Nothing: acknowledge now,
  // and call acknowledged() with the same write.
  std::optional<std::uint64_t> submit(const Write& write);
  void acknowledged(const Write& write, Nanos now);
  // A write that nobody acknowledges: straight to the file.
  void store_silently(const Write& write);

  // Hands submitted writes to the kernel; before acknowledgements are sent.
  void write_out();
  // Lets go of lagging writes that are old enough; after acknowledgements are in the truth file.
  void settle(Nanos now);
  // When settle() has something to do next.
  Nanos next_due() const;

  std::uint64_t durable() const { return syncer_ ? syncer_->durable() : 0; }
  int wake_fd() const { return syncer_ ? syncer_->wake_fd() : -1; }
  void clear_wake() { syncer_->clear_wake(); }

  // Everything to disk, also what lags.
  void finish();

 private:
  struct Lagging {
    std::string record;
    Nanos acknowledged_at;
  };
  void release_front();

  const Options& options_;
  std::unique_ptr<EntryLog> log_;
  std::unique_ptr<Syncer> syncer_;
  std::deque<Lagging> lagging_;
};

}  // namespace practice
