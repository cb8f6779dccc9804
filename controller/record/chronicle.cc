#include "controller/record/chronicle.h"

#include <algorithm>

#include "core/base/log.h"
#include "core/stats/snapshot_size.h"

namespace shakedown {
namespace {

// A record of more would soon be longer than a reader takes; the next snapshot begins another.
constexpr std::size_t kMostPending = kLongestRecord / 4;

struct ToldManifest {
  const Manifest* operator()(const Manifest& entry) const { return &entry; }
  const Manifest* operator()(const JournalClose& entry) const { return &entry.manifest; }
  template <class Other>
  const Manifest* operator()(const Other&) const {
    return nullptr;
  }
};

}  // namespace

void apply(JournalEntry entry, Timeline& timeline, Manifest& manifest) {
  if (const Manifest* told = std::visit(ToldManifest{}, entry)) manifest = *told;
  timeline.apply(std::move(entry));
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
  apply(std::move(entry), timeline_, manifest_);
}

void Chronicle::add(Snapshot snapshot) {
  Seen& seen = seen_[snapshot.agent];
  if (snapshot.seq <= seen.seq) return;
  // An agent that had to merge snapshots skips numbers but covers their time.
  if (snapshot.seq != seen.seq + 1 && seen.seq > 0 && snapshot.from > seen.to) {
    AgentEvent gap{AgentEvent::Kind::lost, snapshot.agent, snapshot.from,
                   "snapshots " + std::to_string(seen.seq + 1) + " to " + std::to_string(snapshot.seq - 1) + " never arrived"};
    record(Event(std::move(gap)));
  }
  seen = {snapshot.seq, snapshot.to};
  record(AgentHealthLine{snapshot.agent, snapshot.to, snapshot.health});
  overdue_.add(snapshot);
  snapshot.agent = AgentId();
  snapshot.seq = 0;
  snapshot.health = {};
  if (pending_) {
    pending_->merge(std::move(snapshot));
  } else {
    pending_ = std::move(snapshot);
  }
  if (size_hint(*pending_) > kMostPending) write_pending();
}

void Chronicle::write_pending() {
  if (!pending_) return;
  Snapshot merged = std::move(*pending_);
  pending_.reset();
  merged.seq = ++merged_;
  timeline_.keep_news(merged.witnesses);
  record(std::move(merged));
}

void Chronicle::flush() {
  write_pending();
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

namespace {

// Whether what the record refers to is there. Samples are of a second in which their phase ran, give or take what agents
// had released when it was ended: an instant far outside would make every table and chart as long as it says.
struct RefersToThere {
  const Timeline& timeline;
  const Scenario& s = timeline.scenario();
  bool operator()(const Event& event) const { return std::visit(*this, event); }
  bool operator()(const StageEvent& e) const { return e.phase.value < s.phases.size(); }
  bool operator()(const FaultEvent& e) const { return e.fault.value < s.faults.size(); }
  bool operator()(const CheckResult& e) const { return e.check.value < s.checks.size(); }
  bool operator()(const Snapshot& snapshot) const {
    const auto there = [&](OperationId id) { return id.value < s.operations.size(); };
    return std::all_of(snapshot.cells.begin(), snapshot.cells.end(),
                       [&](const auto& entry) {
                         return there(entry.first.operation) && in_time(entry.first.stage, entry.first.second);
                       }) &&
           std::all_of(snapshot.witnesses.begin(), snapshot.witnesses.end(),
                       [&](const auto& entry) { return there(entry.first.second); }) &&
           std::all_of(snapshot.answered.begin(), snapshot.answered.end(),
                       [&](const auto& entry) { return entry.first.first.value < s.targets.size(); });
  }
  template <class Other>
  bool operator()(const Other&) const {
    return true;
  }
  bool in_time(StageId id, int64_t second) const {
    constexpr int64_t kSlack = 60;
    const auto& stages = timeline.stages();
    if (id.value >= stages.size()) return false;
    const TimeRange& range = stages[id.value].range;
    return second >= second_of(range.from) - kSlack && second <= second_of(range.to) + kSlack;
  }
};

}  // namespace

Result<Replay> replay(const std::string& path, Timeline& timeline, const std::function<bool(JournalEntry&)>& change) {
  Replay out;
  uint64_t nameless = 0;
  const auto take = [&](JournalEntry entry) {
    if (change && !change(entry)) return;
    const bool named = std::visit(RefersToThere{timeline}, entry);
    if (named) {
      apply(std::move(entry), timeline, out.manifest);
    } else {
      ++nameless;
    }
  };
  SHAKEDOWN_TRY(auto summary, read_journal(path, take));
  out.summary = std::move(summary);
  if (nameless > 0 && out.summary.damage.empty()) {
    out.summary.damage = std::to_string(nameless) + " of its records refer to what the scenario does not have";
    out.summary.complete = false;
  }
  return out;
}

}  // namespace shakedown
