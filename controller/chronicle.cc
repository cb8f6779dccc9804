#include "controller/chronicle.h"

#include "core/base/log.h"

namespace shakedown {
namespace {

struct Apply {
  Timeline& timeline;
  Manifest& manifest;

  void operator()(const Manifest& entry) const { manifest = entry; }
  void operator()(const Event& entry) const { timeline.add(entry); }
  void operator()(const Snapshot& entry) const { timeline.add_merged(entry); }
  void operator()(const AgentHealthLine& entry) const { timeline.add_health(entry.agent, entry.at, entry.health); }
  void operator()(const Reading& entry) const { timeline.add(entry); }
  void operator()(const JournalClose& entry) const {
    manifest = entry.manifest;
    timeline.close(entry.snapshots);
  }
};

}  // namespace

void apply(const JournalEntry& entry, Timeline& timeline, Manifest& manifest) {
  std::visit(Apply{timeline, manifest}, entry);
}

Chronicle::Chronicle(const Scenario& scenario, std::unique_ptr<JournalWriter> journal)
    : journal_(std::move(journal)), timeline_(scenario) {}

void Chronicle::record(JournalEntry entry) {
  if (journal_ && !trouble_) {
    const Result<void> appended = journal_->append(entry);
    if (!appended) {
      trouble_ = appended.error();
      log::error(trouble_->message);
    }
  }
  apply(entry, timeline_, manifest_);
}

void Chronicle::add(Snapshot snapshot) {
  Seen& seen = seen_[snapshot.agent];
  if (snapshot.seq <= seen.seq) return;
  // An agent that had to merge snapshots skips numbers but covers their time.
  if (snapshot.seq != seen.seq + 1 && seen.seq > 0 && snapshot.from > seen.to) {
    AgentEvent gap{AgentEvent::Kind::lost, snapshot.agent, snapshot.from,
                   "snapshots " + std::to_string(seen.seq + 1) + " to " + std::to_string(snapshot.seq - 1) +
                       " never arrived"};
    record(Event(std::move(gap)));
  }
  seen = {snapshot.seq, snapshot.to};
  record(AgentHealthLine{snapshot.agent, snapshot.to, snapshot.health});
  snapshot.agent = AgentId();
  snapshot.seq = 0;
  snapshot.health = {};
  if (gathered_) {
    gathered_->merge(std::move(snapshot));
  } else {
    gathered_ = std::move(snapshot);
  }
}

void Chronicle::flush() {
  if (gathered_) {
    Snapshot merged = std::move(*gathered_);
    gathered_.reset();
    merged.seq = ++merged_;
    record(std::move(merged));
  }
  if (journal_ && !trouble_) {
    const Result<void> synced = journal_->sync();
    if (!synced) trouble_ = synced.error();
  }
}

void Chronicle::close(Manifest manifest) {
  flush();
  record(JournalClose{std::move(manifest), merged_});
  if (journal_ && !trouble_) {
    const Result<void> synced = journal_->sync();
    if (!synced) trouble_ = synced.error();
  }
}

Result<Replay> replay(const std::string& path, Timeline& timeline) {
  Replay out;
  SHAKEDOWN_TRY(auto summary, read_journal(path, [&](const JournalEntry& entry) {
    apply(entry, timeline, out.manifest);
  }));
  out.summary = std::move(summary);
  return out;
}

}  // namespace shakedown
