#include "controller/measure/timeline.h"

#include <algorithm>
#include <utility>

namespace shakedown {
namespace {

// A peer that names a higher one talks nonsense; the controller hands out both from 0.
constexpr uint32_t kMostStages = 100'000;
constexpr uint32_t kMostInjections = 100'000;
constexpr std::size_t kMostAddresses = 10'000;

template <typename List, typename Key>
bool names_one_of(const List& list, Key id) {
  return id.value < list.size();
}

}  // namespace

void HealthRecord::add(RunTime at, const AgentHealth& health) {
  if (empty()) {
    first = health;
    first_at = at;
  } else {
    later_cpu_seconds += health.cpu_seconds;
  }
  before_last_at = std::exchange(last_at, at);
  last = health;
  cpu_seconds += health.cpu_seconds;
  worst_steal = std::max(worst_steal, health.steal_ratio);
  worst_lag.add(health.worst_lag);
  ++lines;
}

const ProbeLog& Timeline::probe(ProbeId id) const {
  static const ProbeLog none;
  return names_one_of(probes_, id) ? probes_[id.value] : none;
}

const LedgerLog& Timeline::ledger(LedgerId id) const {
  static const LedgerLog none;
  return names_one_of(ledgers_, id) ? ledgers_[id.value] : none;
}

void Timeline::saw(RunTime t) { last_ = std::max(last_, t); }

void Timeline::warn(const std::string& text) {
  const bool known = std::find(warnings_.begin(), warnings_.end(), text) != warnings_.end();
  if (!known) warnings_.push_back(text);
}

StageRecord& Timeline::stage(StageId id) {
  while (stages_.size() <= id.value) stages_.push_back({.stage = StageId(stages_.size())});
  return stages_[id.value];
}

InjectionRecord& Timeline::injection(InjectionId id) {
  while (injections_.size() <= id.value) {
    injections_.push_back({.injection = InjectionId(injections_.size())});
  }
  return injections_[id.value];
}

void Timeline::apply(JournalEntry entry) {
  std::visit([this](auto&& one) { add(std::move(one)); }, std::move(entry));
}

void Timeline::add(Snapshot&& snapshot) {
  const bool unnumbered = snapshot.seq == 0 && merged_ == 0;
  if (!unnumbered && snapshot.seq != merged_ + 1 && snapshot_damage_.empty()) {
    snapshot_damage_ = "merged snapshot " + std::to_string(snapshot.seq) + " follows " + std::to_string(merged_) +
                       ": some are missing, doubled or out of order";
  }
  merged_ = std::max(merged_, snapshot.seq);
  const RunTime seen = snapshot.to;
  add_content(std::move(snapshot));
  seal_old(seen);
}

void Timeline::add(const JournalClose& close) {
  if (close.snapshots == 0 || close.snapshots == merged_ || !snapshot_damage_.empty()) return;
  snapshot_damage_ =
      std::to_string(close.snapshots) + " merged snapshots were written, the last one here is " + std::to_string(merged_);
}

void Timeline::add(const AgentHealthLine& line) {
  agents_[line.agent].health.add(line.at, line.health);
  saw(line.at);
}

void Timeline::add_content(Snapshot&& snapshot) {
  for (const auto& [id, count] : snapshot.offered) {
    if (id.value < kMostStages) {
      stage(id).offered += count;
    } else {
      warn("arrivals of an unknown stage were ignored");
    }
  }
  for (auto& [key, cell] : snapshot.cells) {
    if (key.stage.value < kMostStages) {
      stage(key.stage);
      totals_[{key.stage, key.operation}].merge(cell);
      seconds_.add(key, std::move(cell));
    } else {
      warn("samples of an unknown stage were ignored");
    }
  }
  for (const auto& [key, some] : snapshot.witnesses) {
    if (key.first.value < kMostStages) witnesses_[key].merge(some);
  }
  for (const auto& [by, count] : snapshot.answered) {
    if (answered_.size() < kMostAddresses || answered_.contains(by)) answered_[by] += count;
  }
  add_probes(std::move(snapshot.probes));
  for (const auto& [id, check] : snapshot.failed_checks) failed_checks_.insert_or_assign(id, check);
  add_ledgers(snapshot);
  saw(snapshot.to);
}

void Timeline::keep_news(WitnessMap& found) const {
  for (auto& [key, some] : found) {
    const auto known = witnesses_.find(key);
    if (known == witnesses_.end()) continue;
    Witnesses news;
    for (const Exchange& one : some.all()) {
      const auto& old = known->second.all();
      Witnesses both = known->second;
      if (both.add(one) && !std::binary_search(old.begin(), old.end(), one)) news.add(one);
    }
    some = std::move(news);
  }
  std::erase_if(found, [](const auto& entry) { return entry.second.empty(); });
}

void Timeline::add_probes(std::map<ProbeId, std::vector<ProbeResult>>&& probes) {
  for (auto& [id, results] : probes) {
    if (!names_one_of(probes_, id)) {
      warn("results of an unknown probe were ignored");
      continue;
    }
    for (const ProbeResult& result : results) saw(result.end);
    sort_by_start(results);
    look_for_trouble(id, results);
    probes_[id.value].add(std::move(results));
  }
}

void Timeline::add_ledgers(const Snapshot& snapshot) {
  for (const auto& [id, writes] : snapshot.writes) {
    if (!names_one_of(ledgers_, id)) {
      warn("writes of an unknown ledger were ignored");
      continue;
    }
    for (const LedgerWrite& write : writes) {
      ledgers_[id.value].add(write);
      saw(write.outcome == WriteClass::pending ? write.invoked : write.completed);
    }
  }
  for (const auto& [id, reads] : snapshot.reads) {
    if (!names_one_of(ledgers_, id)) {
      warn("reads of an unknown ledger were ignored");
      continue;
    }
    for (const LedgerRead& read : reads) {
      ledgers_[id.value].add(read);
      saw(read.completed);
    }
  }
}

void Timeline::add(const Event& event) {
  std::visit([this](const auto& e) { add(e); }, event);
}

void Timeline::add(const StageEvent& event) {
  if (event.stage.value >= kMostStages) return;
  StageRecord& record = stage(event.stage);
  record.phase = event.phase;
  record.iteration = event.iteration;
  record.role = event.role;
  record.level = event.level;
  record.step = event.step;
  if (!event.reason.empty()) record.reason = event.reason;
  switch (event.kind) {
    case StageEvent::Kind::planned:
      record.range.from = event.start;
      if (!record.ended) record.range.to = event.end;
      break;
    case StageEvent::Kind::ended:
      if (record.range == TimeRange{}) record.range.from = event.start;
      record.range.to = event.end;
      record.ended = true;
      saw(event.end);
      break;
    case StageEvent::Kind::not_run: record.not_run = true; break;
  }
}

void Timeline::add(const FaultEvent& event) {
  if (event.injection.value >= kMostInjections) return;
  InjectionRecord& record = injection(event.injection);
  record.add(event, *scenario_);
  saw(event.latest);
  uint32_t number = 0;
  for (InjectionRecord& other : injections_) {
    if (other.fault == event.fault) other.number = ++number;
  }
}

void Timeline::add(const StepEvent& event) {
  const bool of_injection = event.kind == StepEvent::Kind::recover || event.kind == StepEvent::Kind::undo;
  if (of_injection && event.injection.value < kMostInjections) {
    injection(event.injection).steps.push_back(event);
  } else {
    steps_.push_back(event);
  }
  saw(event.ended);
}

void Timeline::add(const AgentEvent& event) {
  AgentRecord& agent = agents_[event.agent];
  switch (event.kind) {
    case AgentEvent::Kind::lost:
      agent.lost_at = std::min(agent.lost ? agent.lost_at : event.at, agent.last_word(event.at));
      agent.lost = true;
      break;
    case AgentEvent::Kind::leftover:
      if (agent.leftovers.empty() || event.at < agent.leftover_at) agent.leftover_at = event.at;
      agent.leftovers.push_back(event.detail);
      break;
    case AgentEvent::Kind::warning: agent.warnings.push_back(event.detail); break;
    case AgentEvent::Kind::inherited: agent.inherited.push_back({event.component, event.detail, event.at}); break;
    case AgentEvent::Kind::left: agent.left = true; break;
  }
  saw(event.at);
}

void Timeline::add(const CheckResult& event) {
  checks_.push_back(event);
  saw(event.ended);
}

void Timeline::add(const RunEvent& event) { saw(event.at); }

void Timeline::add(const LedgerPass& event) {
  saw(event.finished);
  const bool only = !event.ledger.valid() && ledgers_.size() == 1;
  const std::size_t at = only ? 0 : event.ledger.value;
  if (at < ledgers_.size()) ledgers_[at].add(event);
}

}  // namespace shakedown
