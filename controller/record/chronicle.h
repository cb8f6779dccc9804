// The one place where what happened enters the run: journal first, then the Timeline, through the same function that
// replays a journal later. Snapshots of all agents are merged into one record a second.
// Threads: the run loop only.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "controller/drill/overdue.h"
#include "controller/measure/timeline.h"
#include "controller/record/journal.h"

namespace shakedown {

// Applies one journal entry; used live and by replay, so that both build the same Timeline.
void apply(JournalEntry entry, Timeline& timeline, Manifest& manifest);

class Chronicle {
 public:
  // journal may be null: a run whose record is not kept (`shakedown load`).
  Chronicle(const Scenario& scenario, std::unique_ptr<JournalWriter> journal);

  void record(JournalEntry entry);
  // An agent's snapshot. One already seen is ignored; a gap is recorded as a warning event of the agent.
  void add(Snapshot snapshot);
  // What agents have offered second by second, for stop conditions; not in the journal.
  const Overdue& overdue() const { return overdue_; }
  // Once a second: writes what add() gathered as one merged record, and brings the journal to the disk.
  void flush();
  void close(Manifest manifest);

  const Timeline& timeline() const { return timeline_; }
  Manifest& manifest() { return manifest_; }
  // The first trouble with the journal; the run must end then.
  const std::optional<Error>& trouble() const { return trouble_; }
  // The digest of the last record; all zero without a journal.
  Digest chain() const { return journal_ ? journal_->chain() : Digest{}; }

 private:
  void write_pending();

  std::unique_ptr<JournalWriter> journal_;
  Timeline timeline_;
  Manifest manifest_;
  std::optional<Snapshot> pending_;
  Overdue overdue_;
  uint64_t merged_ = 0;  // number of the last merged record: a journal that lacks one is found out
  struct Seen {
    uint64_t seq = 0;
    RunTime to{};
  };
  std::map<AgentId, Seen> seen_;
  std::optional<Error> trouble_;
};

struct Replay {
  Manifest manifest;
  JournalSummary summary;
};

// Replays a journal into a Timeline that was made for its scenario. A record that names nothing of the scenario is left out
// and is damage. change, where given, may alter an entry, or have it left out by answering false.
Result<Replay> replay(const std::string& path, Timeline& timeline, const std::function<bool(JournalEntry&)>& change = nullptr);

}  // namespace shakedown
