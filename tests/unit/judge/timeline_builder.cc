#include "tests/unit/judge/timeline_builder.h"
#include "controller/report/words/page_one.h"
#include "tests/support/faults.h"

#include <algorithm>

namespace shakedown::testing {
namespace {

constexpr double kGoodCheck = 0.005, kFailedCheck = 0.002;

void note_limit(Operation& operation, Duration limit) {
  auto& limits = operation.limits;
  const auto where = std::lower_bound(limits.begin(), limits.end(), limit);
  if (where == limits.end() || *where != limit) limits.insert(where, limit);
}

}  // namespace

Drill::Drill() {
  scenario.name = "drill";
  scenario.service = "ledger";
  scenario.owner = "payments";
  scenario.agents.push_back({.name = "local", .local = true});
  scenario.targets.push_back({.name = "api", .scheme = "http", .host = "127.0.0.1", .port = 1});
  add_operation("read");
  Probe probe;
  probe.name = "front-door";
  probe.operation = OperationId(0);
  probe.every = std::chrono::milliseconds(100);
  probe.timeout = std::chrono::milliseconds(200);
  probe.up_after = 3;
  scenario.probes.push_back(probe);
  Ledger ledger;
  ledger.name = "entries";
  ledger.rate = Rate{10};
  ledger.noun = "entry";
  scenario.ledgers.push_back(ledger);
  Component component;
  component.name = "ledger";
  component.agent = AgentId(0);
  scenario.components.push_back(component);
  manifest.run_id = "test";
  manifest.state = RunState::completed;
  manifest.agents.push_back({.name = "local", .version = "test"});
}

OperationId Drill::add_operation(const std::string& name) {
  Operation operation;
  operation.name = name;
  operation.noun = name;
  scenario.operations.push_back(operation);
  return OperationId(scenario.operations.size() - 1);
}

AgentId Drill::add_agent(const std::string& name, Duration clock_bound) {
  scenario.agents.push_back({.name = name});
  manifest.agents.push_back({.name = name, .version = "test", .clock_bound = clock_bound});
  return AgentId(scenario.agents.size() - 1);
}

PhaseId Drill::add_phase(const std::string& name, double length, double rate, bool measured) {
  Phase phase;
  phase.name = name;
  phase.duration = from_seconds(length);
  phase.measured = measured;
  if (rate > 0) {
    Load load;
    load.kind = OpenLoad{ConstantRate{Rate{rate}}, Arrivals::uniform};
    load.mix.push_back({OperationId(0), 1});
    phase.load = load;
  }
  scenario.phases.push_back(phase);
  return PhaseId(scenario.phases.size() - 1);
}

FaultId Drill::add_kill(const std::string& name, PhaseId phase) {
  Fault fault;
  fault.name = name;
  fault.phase = phase;
  fault.kind = faults::kill(ComponentId(0), 9);
  fault.recover_within = std::chrono::seconds(60);
  scenario.faults.push_back(fault);
  return FaultId(scenario.faults.size() - 1);
}

std::size_t Drill::require(const std::string& id, Sli sli, Comparison comparison, double limit) {
  if (const auto* latency = std::get_if<LatencySli>(&sli)) {
    for (std::size_t i = 0; i < scenario.operations.size(); ++i) {
      const bool named = !latency->operation.valid() || latency->operation == OperationId(i);
      if (named && limit < 1e6) note_limit(scenario.operations[i], from_seconds(limit));
    }
  }
  Requirement requirement;
  requirement.id = id;
  requirement.title = "Promise " + id;
  requirement.sli = std::move(sli);
  requirement.objective = {comparison, limit, ""};
  scenario.requirements.push_back(requirement);
  return scenario.requirements.size() - 1;
}

StageId Drill::run(PhaseId phase, double start, double length) {
  const StageId id(stages_++);
  const double planned = seconds(scenario.phase(phase).duration);
  StageEvent event;
  event.stage = id;
  event.phase = phase;
  event.start = at(start);
  event.end = at(start + planned);
  add(event);
  event.kind = StageEvent::Kind::ended;
  event.end = at(start + (length < 0 ? planned : length));
  return add(event), id;
}

StageId Drill::level(PhaseId phase, StageRole role, double level, uint32_t step, uint32_t iteration, double start, double length,
                     const std::string& reason) {
  StageEvent event;
  event.stage = StageId(stages_++);
  event.phase = phase;
  event.iteration = iteration;
  event.role = role;
  event.level = level;
  event.step = step;
  event.start = at(start);
  event.end = at(start + length);
  add(event);
  event.kind = StageEvent::Kind::ended;
  event.reason = reason;
  return add(event), event.stage;
}

Cell& Drill::cell(StageId stage, int64_t second, OperationId operation) {
  Cell& cell = snapshot(second).cells[CellKey{second, stage, operation}];
  cell.over_limit.resize(scenario.operation(operation).limits.size());
  return cell;
}

Drill& Drill::outcome(StageId stage, int64_t second, Outcome outcome, uint64_t n, double latency, OperationId operation) {
  if (n == 0) return *this;
  const auto index = static_cast<std::size_t>(outcome);
  Cell& target = cell(stage, second, operation);
  target.counts[index] += n;
  target.latency[index].add(from_seconds(latency), n);
  const auto& limits = scenario.operation(operation).limits;
  for (std::size_t i = 0; i < limits.size() && outcome == Outcome::ok; ++i) {
    if (from_seconds(latency) > limits[i]) target.over_limit[i] += n;
  }
  snapshot(second).offered[stage] += n;
  return *this;
}

Drill& Drill::load(StageId stage, int64_t from, int64_t to, uint64_t ok, uint64_t bad, double latency, OperationId operation) {
  for (int64_t s = from; s < to; ++s) {
    outcome(stage, s, Outcome::ok, ok, latency, operation);
    outcome(stage, s, Outcome::failed, bad, latency, operation);
  }
  return *this;
}

Drill& Drill::offered_only(StageId stage, int64_t second, uint64_t n) {
  snapshot(second).offered[stage] += n;
  return *this;
}

Drill& Drill::lag(StageId stage, int64_t second, double lag, uint64_t n, OperationId operation) {
  cell(stage, second, operation).lag.add(from_seconds(lag), n);
  return *this;
}

Drill& Drill::probe(double from, double to, std::vector<std::pair<double, double>> outages, ProbeId id) {
  const Duration every = scenario.probe(id).every;
  for (RunTime start = at(from); start < at(to); start += every) {
    const bool down =
        std::any_of(outages.begin(), outages.end(), [&](const auto& o) { return at(o.first) <= start && start < at(o.second); });
    check(seconds(start), seconds(start) + (down ? kFailedCheck : kGoodCheck), !down, id);
  }
  return *this;
}

Drill& Drill::check(double start, double end, bool good, ProbeId id) {
  snapshot(second_of(at(start))).probes[id].push_back({at(start), at(end), good});
  return *this;
}

InjectionId Drill::inject_without_effect(FaultId fault, StageId stage, double from, double clean) {
  const InjectionId id(fault_of_.size());
  fault_of_.push_back(fault);
  stage_of_.push_back(stage);
  FaultEvent armed{id, fault, stage, FaultState::armed, at(from - 0.5), at(from - 0.5), ""};
  armed.served_by_others = served_by_others;
  add(armed);
  fault_event(id, FaultState::injected, from);
  if (clean >= 0) fault_event(id, FaultState::clean, clean);
  return id;
}

InjectionId Drill::inject(FaultId fault, StageId stage, double from, double clean) {
  const InjectionId id = inject_without_effect(fault, stage, from, -1);
  FaultEvent effective{id, fault, stage, FaultState::effective, at(from), at(from + 0.01), "the process is gone"};
  add(effective);
  if (clean >= 0) fault_event(id, FaultState::clean, clean);
  return id;
}

Drill& Drill::fault_event(InjectionId id, FaultState state, double when, const std::string& detail) {
  return add(FaultEvent{id, fault_of_[id.value], stage_of_[id.value], state, at(when), at(when), detail});
}

Drill& Drill::writes(double from, double to) {
  const Duration gap = from_seconds(1 / scenario.ledgers[0].rate.per_second);
  for (RunTime start = at(from); start < at(to); start += gap) {
    const RunTime acked = start + std::chrono::milliseconds(10);
    snapshot(second_of(start)).writes[LedgerId(0)].push_back({next_write_++, start, acked, WriteClass::acked});
  }
  return *this;
}

Drill& Drill::verify(InjectionId injection, double from, const std::set<uint64_t>& lost, const std::set<uint64_t>& unread,
                     uint64_t first, ReadClass lost_as) {
  LedgerPass pass;
  pass.ledger = LedgerId(0);
  pass.pass = next_pass_++;
  pass.injection = injection;
  pass.first_id = first;
  pass.end_id = next_write_;
  pass.started = at(from);
  RunTime now = at(from);
  for (int round = 0; round < 2; ++round) {
    for (uint64_t id = first; id < next_write_; ++id, now += std::chrono::microseconds(100)) {
      const ReadClass seen = lost.count(id) > 0 ? lost_as : unread.count(id) > 0 ? ReadClass::undecided : ReadClass::present;
      const RunTime done = now + std::chrono::microseconds(50);
      snapshot(second_of(at(from))).reads[LedgerId(0)].push_back({id, pass.pass, now, done, seen});
    }
  }
  pass.finished = now;
  pass.complete = true;
  return add(pass);
}

Drill& Drill::add(Event event) {
  events_.push_back(std::move(event));
  return *this;
}

Drill& Drill::health(int64_t second, AgentHealth health) {
  snapshot(second).health = health;
  return *this;
}

Drill& Drill::drop_snapshot(int64_t second) {
  dropped_.insert(second);
  return *this;
}

std::vector<Snapshot> Drill::snapshots() const {
  std::vector<Snapshot> out;
  uint64_t seq = 0;
  for (const auto& [second, content] : snapshots_) {
    ++seq;
    if (dropped_.count(second) > 0) continue;
    Snapshot snapshot = content;
    snapshot.agent = AgentId(0);
    snapshot.seq = seq;
    snapshot.from = RunTime(std::chrono::seconds(second));
    snapshot.to = RunTime(std::chrono::seconds(second + 1));
    out.push_back(std::move(snapshot));
  }
  return out;
}

Timeline Drill::timeline() const {
  Timeline timeline(scenario);
  // As in a journal a fault is known before what was measured long after it, and an agent's loss after what it told.
  const auto of_agent = [](const Event& event) { return std::holds_alternative<AgentEvent>(event); };
  for (const Event& event : events_) {
    if (!of_agent(event)) timeline.apply(event);
  }
  for (const Snapshot& snapshot : snapshots()) {
    timeline.apply(AgentHealthLine{snapshot.agent, snapshot.to, snapshot.health});
    timeline.apply(snapshot);
  }
  for (const Event& event : events_) {
    if (of_agent(event)) timeline.apply(event);
  }
  return timeline;
}

Scorecard Drill::judge() const {
  const Timeline timeline = this->timeline();
  return shakedown::judge(scenario, timeline, manifest, manifest.finished);
}

std::string all_text(const Scorecard& card) {
  std::string out;
  for (const std::string& s : report::tldr_words(card)) out += s + "\n";
  for (const ValidityReason& r : card.reasons) out += std::string(to_string(r.signal)) + ": " + r.text + "\n";
  for (const ScoredRequirement& r : card.requirements) {
    out += r.requirement.id + " " + to_string(r.verdict.state) + ": " + r.verdict.reason + " | " + r.verdict.needed + " | " +
           to_string(r.verdict.watermelon) + " " + r.verdict.watermelon_reason + "\n";
  }
  return out;
}

}  // namespace shakedown::testing
