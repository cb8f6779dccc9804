#include "controller/judge/evidence.h"

#include <algorithm>

#include "controller/judge/faults/loss.h"

namespace shakedown::judging {
namespace {

RunTime end_of_stages(const Timeline& timeline) {
  RunTime end{};
  for (const StageRecord& stage : timeline.stages()) {
    if (stage.not_run) continue;
    const RunTime until = stage.ended ? stage.range.to : std::min(stage.range.to, timeline.last());
    end = std::max(end, until);
  }
  return end == RunTime{} ? timeline.last() : end;
}

bool counts(const StageRecord& stage, const Scenario& scenario) {
  return stage.role == StageRole::declared && (!stage.phase.valid() || scenario.phase(stage.phase).measured);
}

std::vector<OwnLoad> loads_of_our_own(const Timeline& timeline) {
  std::vector<const StageRecord*> ran;
  for (const StageRecord& stage : timeline.stages()) {
    if (stage.stage.valid() && !stage.not_run) ran.push_back(&stage);
  }
  std::stable_sort(ran.begin(), ran.end(), [](const auto* a, const auto* b) { return a->range.from < b->range.from; });
  std::vector<OwnLoad> out;
  for (std::size_t i = 0; i < ran.size(); ++i) {
    if (counts(*ran[i], timeline.scenario())) continue;
    TimeRange range{ran[i]->range.from, std::min(ran[i]->range.to, timeline.last())};
    const RunTime next = i + 1 < ran.size() ? ran[i + 1]->range.from : timeline.last();
    if (ran[i]->role != StageRole::declared) range.to = std::max(range.to, next);
    if (!range.empty()) out.push_back({ran[i], range});
  }
  return out;
}

// The injection in whose window the outage began; the last to strike of several. A check that was under way when the
// fault at_fault counts as hit by it.
CausedOutage attribute_to_faults(const Outage& outage, const std::vector<FaultWindow>& windows) {
  CausedOutage caused;
  caused.outage = outage;
  RunTime at_fault = RunTime::min();
  for (const FaultWindow& window : windows) {
    const bool began = outage.begun_by() >= window.range.from && outage.first_failed_start < window.range.to;
    if (!began || window.range.from < at_fault) continue;
    at_fault = window.range.from;
    caused.injection = window.injection;
    caused.fault = window.fault;
  }
  if (caused.spontaneous()) return caused;
  for (const FaultWindow& window : windows) {
    const bool met = outage.begun_by() >= window.range.from && outage.first_failed_start < window.range.to;
    const bool during = outage.begin() < window.range.from && window.range.from < outage.end(RunTime::max());
    if (window.injection == caused.injection || !(met || during)) continue;
    auto& others = caused.others;
    if (std::find(others.begin(), others.end(), window.fault) == others.end()) others.push_back(window.fault);
  }
  return caused;
}

// A check that was under way when the load began may have failed of what was before it.
CausedOutage attribute(const Outage& outage, const Evidence& evidence) {
  CausedOutage caused = attribute_to_faults(outage, evidence.windows);
  if (!caused.spontaneous()) return caused;
  for (const OwnLoad& own : evidence.own_load) {
    if (own.range.contains(outage.first_failed_start)) caused.load = own.stage;
  }
  if (caused.load == nullptr || caused.load->role != StageRole::declared) return caused;
  for (const StageRecord& stage : evidence.timeline->stages()) {
    const bool ran = stage.stage.valid() && !stage.not_run && counts(stage, *evidence.scenario);
    caused.reached = caused.reached || (ran && stage.range.to > outage.begin() && stage.range.from <= outage.last_failed_start);
  }
  return caused;
}

std::vector<TimeRange> joined(std::vector<TimeRange> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const TimeRange& a, const TimeRange& b) { return a.from < b.from; });
  std::vector<TimeRange> out;
  for (const TimeRange& one : ranges) {
    if (!out.empty() && one.from <= out.back().to) {
      out.back().to = std::max(out.back().to, one.to);
    } else {
      out.push_back(one);
    }
  }
  return out;
}

std::vector<TimeRange> drilled(const ProbeEvidence& probe, const Evidence& evidence) {
  std::vector<TimeRange> out;
  for (const FaultWindow& window : evidence.windows) {
    for (const TimeRange& own : own_time(window)) out.push_back(own);
  }
  for (const OwnLoad& own : evidence.own_load) out.push_back(own.range);
  for (const CausedOutage& c : probe.outages) {
    if (c.load != nullptr && !c.reached) out.push_back({c.outage.begin(), c.outage.end(probe.results.back().end)});
  }
  return joined(std::move(out));
}

std::vector<TimeRange> unobserved(const ProbeEvidence& evidence, const Probe& probe, RunTime from, RunTime end) {
  std::vector<TimeRange> dark = evidence.report.unobserved;
  const Duration gap = std::max(5 * probe.every, probe.timeout);
  if (evidence.empty()) return {{from, end}};
  const RunTime first = evidence.results.front().start;
  const RunTime last = evidence.results.back().start;
  const auto known = [&dark](RunTime at) {
    return std::any_of(dark.begin(), dark.end(), [at](const TimeRange& r) { return r.from <= at && at <= r.to; });
  };
  if (first - from > gap && !known(from)) dark.push_back({from, first});
  if (end - last > gap && !known(end)) dark.push_back({last, end});
  return dark;
}

// The range without the measured phases: nothing is promised of a service that waits, and what it would do under its load it does
// not show.
std::vector<TimeRange> idle_in(TimeRange range, const Evidence& evidence) {
  if (evidence.scenario->phases.empty()) return {};
  std::vector<TimeRange> busy, out;
  for (const StageRecord& stage : evidence.timeline->stages()) {
    const bool ran = stage.stage.valid() && !stage.not_run && counts(stage, *evidence.scenario);
    if (ran)
      busy.push_back({stage.range.from, stage.ended ? stage.range.to : std::min(stage.range.to, evidence.timeline->last())});
  }
  RunTime from = range.from;
  for (const TimeRange& one : joined(std::move(busy))) {
    if (from < std::min(one.from, range.to)) out.push_back({from, std::min(one.from, range.to)});
    from = std::max(from, one.to);
  }
  if (from < range.to) out.push_back({from, range.to});
  return out;
}

bool began_in(const Outage& outage, const std::vector<TimeRange>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const TimeRange& range) { return range.contains(outage.begin()); });
}

void measure_outside(ProbeEvidence& evidence) {
  std::vector<TimeRange> holes = evidence.unobserved;
  holes.insert(holes.end(), evidence.drilled.begin(), evidence.drilled.end());
  const TimeRange span{evidence.results.front().start, evidence.results.back().end};
  const double with_idle = seconds_outside(span, holes);
  holes.insert(holes.end(), evidence.idle.begin(), evidence.idle.end());
  evidence.outside_seconds = seconds_outside(span, holes);
  for (const CausedOutage& caused : evidence.outages) {
    if (!caused.spontaneous()) continue;
    if (began_in(caused.outage, evidence.idle)) evidence.idle_seconds = with_idle - evidence.outside_seconds;
    evidence.down_outside_seconds += seconds_outside({caused.outage.begin(), caused.outage.end(span.to)}, holes);
  }
}

// None while a stage is still to end.
std::optional<RunTime> end_of_all_stages(const Timeline& timeline) {
  const auto& stages = timeline.stages();
  const bool over = std::all_of(stages.begin(), stages.end(), [](const StageRecord& s) { return s.not_run || s.ended; });
  if (!over || stages.empty()) return std::nullopt;
  return std::min(end_of_stages(timeline), start_of_teardown(timeline).value_or(RunTime::max()));
}

// Checks that were out when teardown stopped the service, and had been so for no longer than good ones take, would have been good
// for all that anybody knows: the observation ends with the first of them.
std::optional<RunTime> cut_by_teardown(ProbeId id, const ProbeEvidence& probe, const Evidence& evidence) {
  const std::optional<RunTime> over = start_of_teardown(*evidence.timeline);
  if (!over) return std::nullopt;
  const ProbeLog all = evidence.timeline->probe(id).before(*over);
  std::optional<RunTime> first;
  for (auto at = all.from(*over - all.longest()); at != all.end(); ++at) {
    if (at->end <= *over || !has_failed(*at, evidence.scenario->probe(id))) continue;
    if (!first || at->start < *first) first = at->start;
  }
  return first && *over - *first <= probe.report.longest_good ? first : std::nullopt;
}

ProbeEvidence collect_probe(ProbeId id, const Evidence& evidence) {
  const Probe& probe = evidence.scenario->probe(id);
  ProbeEvidence out;
  out.id = id;
  out.agent = evidence.or_first_load_agent(probe.agent);
  out.results = checks_that_count(*evidence.timeline, id);
  out.due_until = end_of_all_stages(*evidence.timeline);
  if (const auto lost = evidence.lost_at(out.agent)) {
    out.results = out.results.before(*lost);
    out.due_until.reset();
  }
  const RunTime from = start_of_stages(*evidence.timeline).value_or(evidence.end);
  if (!out.results.empty()) {
    const TimeRange range{out.results.front().start, out.results.back().start + Duration(1)};
    out.report = find_outages(out.results, probe, range);
    for (const Outage& outage : out.report.outages) out.outages.push_back(attribute(outage, evidence));
  }
  if (const auto cut = cut_by_teardown(id, out, evidence); cut && out.due_until) out.due_until = std::min(*out.due_until, *cut);
  out.unobserved = unobserved(out, probe, from, evidence.end);
  if (out.results.empty()) return out;
  out.drilled = drilled(out, evidence);
  out.idle = idle_in({out.results.front().start, out.results.back().end}, evidence);
  measure_outside(out);
  return out;
}

}  // namespace

std::optional<TimeRange> Evidence::window(InjectionId injection) const {
  for (const FaultWindow& w : windows) {
    if (w.injection == injection) return w.range;
  }
  return std::nullopt;
}

std::optional<RunTime> Evidence::lost_at(AgentId agent) const {
  const auto found = timeline->agents().find(agent);
  if (found == timeline->agents().end() || !found->second.lost) return std::nullopt;
  return found->second.lost_at;
}

bool Evidence::no_phase_ran() const {
  const auto& stages = timeline->stages();
  return !scenario->phases.empty() &&
         std::none_of(stages.begin(), stages.end(), [](const StageRecord& s) { return s.stage.valid() && !s.not_run; });
}

bool Evidence::has_load_role(AgentId agent) const {
  return agent.value >= scenario->agents.size() || scenario->agents[agent.value].load;
}

bool Evidence::sends(AgentId agent, PhaseId phase) const {
  const auto& load = scenario->phase(phase).load;
  if (!load) return false;
  return load->from.valid() ? load->from == agent : has_load_role(agent);
}

AgentId Evidence::or_first_load_agent(AgentId agent) const {
  if (agent.valid()) return agent;
  for (std::size_t i = 0; i < scenario->agents.size(); ++i) {
    if (scenario->agents[i].load) return AgentId(i);
  }
  return AgentId(0);
}

std::string Evidence::today() const { return format_wall(manifest->finished).substr(0, 10); }

bool Evidence::forecast_is_past() const {
  const auto& forecast = scenario->forecast;
  return forecast && !forecast->by.empty() && forecast->by < today();
}

std::string Evidence::agent_name(AgentId agent) const {
  if (agent.value < manifest->agents.size() && !manifest->agents[agent.value].name.empty()) {
    return manifest->agents[agent.value].name;
  }
  if (agent.value < scenario->agents.size()) return scenario->agents[agent.value].name;
  return "agent " + std::to_string(agent.value);
}

Duration Evidence::clock_bound(AgentId observer, FaultId fault) const {
  Duration most{};
  for (const AgentId agent : scenario->agents_of(scenario->fault(fault))) most = std::max(most, clock_bound(observer, agent));
  return most;
}

Duration Evidence::clock_bound(AgentId a, AgentId b) const {
  if (a == b) return Duration::zero();
  const auto bound = [this](AgentId id) {
    return id.value < manifest->agents.size() ? manifest->agents[id.value].clock_bound : Duration::zero();
  };
  return bound(a) + bound(b);
}

Evidence collect(const Scenario& scenario, const Timeline& timeline, const Manifest& manifest) {
  Evidence evidence;
  evidence.scenario = &scenario;
  evidence.timeline = &timeline;
  evidence.manifest = &manifest;
  evidence.windows = fault_windows(timeline);
  evidence.own_load = loads_of_our_own(timeline);
  evidence.end = end_of_stages(timeline);
  for (std::size_t i = 0; i < scenario.probes.size(); ++i) {
    evidence.probes.push_back(collect_probe(ProbeId(i), evidence));
  }
  for (std::size_t i = 0; i < scenario.ledgers.size(); ++i) evidence.ledgers.push_back(timeline.ledger(LedgerId(i)).record());
  collect_losses(evidence);
  return evidence;
}

double seconds_outside(TimeRange range, std::vector<TimeRange> holes) {
  std::sort(holes.begin(), holes.end(), [](const TimeRange& a, const TimeRange& b) { return a.from < b.from; });
  Duration outside{};
  RunTime at = range.from;
  for (const TimeRange& hole : holes) {
    if (hole.empty()) continue;
    if (hole.from > at) outside += std::min(hole.from, range.to) - at;
    at = std::max(at, hole.to);
    if (at >= range.to) return seconds(outside);
  }
  if (range.to > at) outside += range.to - at;
  return seconds(outside);
}

}  // namespace shakedown::judging
