#include "controller/judge/parts/summary.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "controller/judge/capacity/scalability.h"
#include "controller/judge/faults/impact.h"
#include "controller/judge/faults/loss.h"

namespace shakedown::judging {
namespace {

constexpr std::size_t kMostLostIds = 1000;

// Writes to that target that the injection certainly lost, over all ledgers.
uint64_t certainly_lost(InjectionId injection, TargetId target, const Evidence& evidence) {
  uint64_t lost = 0;
  for (const auto& [key, found] : evidence.losses) {
    const bool asked = evidence.scenario->ledger(key.second).write.target == target;
    if (key.first == injection && asked) lost += found.loss.lost.size();
  }
  return lost;
}

// "search cap at 320/s", "steps grow at 8 users", "phase warm-up, not measured".
std::string load_words(const StageRecord& stage, const Scenario& scenario) {
  const std::string& phase = scenario.phase(stage.phase).name;
  if (const StepSeries* series = scenario.steps_of(stage.phase))
    return fmt::format("steps {} at {}", phase, level_text(series->axis, stage.level));
  if (scenario.search_of(stage.phase) != nullptr) return fmt::format("search {} at {}", phase, format_rate({stage.level}));
  return fmt::format("phase {}, not measured", phase);
}

// "spontaneous", the load of our own, the fault's name, or the names of all faults that were at work at once.
std::string cause_of(const CausedOutage& caused, const Scenario& scenario) {
  if (caused.load != nullptr) return load_words(*caused.load, scenario);
  if (caused.spontaneous()) return "spontaneous";
  std::vector<std::string> names = {scenario.fault(caused.fault).name};
  for (const FaultId other : caused.others) {
    if (other != caused.fault) names.insert(names.begin(), scenario.fault(other).name);
  }
  return fmt::format("{}", fmt::join(names, " and "));
}

bool asks(const std::optional<Load>& load, TargetId target, const Scenario& scenario) {
  return load && std::any_of(load->mix.begin(), load->mix.end(),
                             [&](const MixEntry& entry) { return scenario.operation(entry.operation).request.target == target; });
}

// Whether stages whose load asks the target cover the range.
bool loaded(TimeRange range, TargetId target, const Evidence& evidence) {
  std::vector<TimeRange> stages;
  for (const StageRecord& stage : evidence.timeline->stages()) {
    const bool ran = stage.stage.valid() && !stage.not_run && stage.phase.valid();
    if (ran && asks(evidence.scenario->phase(stage.phase).load, target, *evidence.scenario)) stages.push_back(stage.range);
  }
  std::sort(stages.begin(), stages.end(), [](const TimeRange& a, const TimeRange& b) { return a.from < b.from; });
  RunTime until = range.from;
  for (const TimeRange& stage : stages) {
    if (stage.from <= until) until = std::max(until, stage.to);
  }
  return until >= range.to;
}

// What outages before it had as well: seconds, of any probe of the same target; the injection, of the same probe.
struct Counted {
  std::map<TargetId, std::set<int64_t>> seconds;
  std::set<std::pair<InjectionId, ProbeId>> injections;
};

ScoredOutage score(const CausedOutage& caused, const ProbeEvidence& probe, const HarmMeter& meter, Counted& told,
                   const Evidence& evidence) {
  ScoredOutage out;
  const Outage& outage = caused.outage;
  out.probe = evidence.scenario->probe(probe.id).name;
  out.start = outage.begin();
  out.lower_seconds = outage.lower_seconds();
  out.upper_seconds = outage.upper_seconds();
  out.seen_until = outage.end(probe.results.back().end);
  out.cause = cause_of(caused, *evidence.scenario);
  out.by_our_load = caused.load != nullptr;
  const TimeRange range{outage.begin(), out.seen_until};
  // What another target answers is no part of this outage.
  const TargetId target = evidence.scenario->operation(evidence.scenario->probe(probe.id).operation).request.target;
  const Harm harm = meter.over(range, target);
  out.impact = {harm.excess, harm.delayed_seconds, 0, harm.worst_error_ratio};
  out.impact.not_told_above = std::min(harm.excess, meter.over(range, target, &told.seconds[target]).excess);
  out.impact.at_least = harm.held_up >= 1 || !outage.good_end || !loaded(range, target, evidence);
  const bool first = caused.injection.valid() && told.injections.emplace(caused.injection, probe.id).second;
  if (first) out.impact.lost_writes = certainly_lost(caused.injection, target, evidence);
  return out;
}

// The end of the last outage that the injection caused, on any probe; nullopt while one is still open.
std::optional<RunTime> recovered_at(InjectionId injection, const Evidence& evidence) {
  std::optional<RunTime> last = RunTime::min();
  for (const ProbeEvidence& probe : evidence.probes) {
    for (const CausedOutage& c : probe.outages) {
      if (c.injection != injection) continue;
      if (!c.outage.good_end) return std::nullopt;
      last = std::max(*last, *c.outage.good_end);
    }
  }
  return last;
}

std::string ended_by(const InjectionView& view, const Evidence& evidence) {
  const InjectionRecord& record = *view.record;
  const auto recovered = recovered_at(record.injection, evidence);
  const bool over = record.find(FaultState::clean) != nullptr || record.find(FaultState::leftover) != nullptr;
  if (!over && record.struck()) return "not known";
  if (!view.undo_at) return record.find(FaultState::clean) != nullptr ? "recovery" : "";
  if (recovered && *recovered <= *view.undo_at && *recovered != RunTime::min()) return "recovery";
  const Duration limit = evidence.scenario->fault(record.fault).recover_within;
  const FaultEvent* effective = record.find(FaultState::effective);
  if (recovered == RunTime::min()) return "undo";  // nothing went down: it stood as long as it may
  const bool late = limit > Duration::zero() && effective != nullptr && *view.undo_at >= effective->earliest + limit;
  return late ? "undo after limit" : "undo";
}

std::optional<RunTime> instant(const InjectionRecord& record, FaultState state) {
  const FaultEvent* event = record.find(state);
  return event != nullptr ? std::optional(event->earliest) : std::nullopt;
}

// Requests per second; 0 without load, and of a stage that did not end.
double offered_in(StageId id, const Evidence& evidence) {
  if (id.value >= evidence.timeline->stages().size()) return 0;
  const StageRecord& stage = evidence.timeline->stages()[id.value];
  const double length = seconds(stage.range.to - stage.range.from);
  return stage.ended && length > 0 ? static_cast<double>(stage.offered) / length : 0;
}

ScoredFault score(const InjectionView& view, const HarmMeter& meter, const Evidence& evidence) {
  const InjectionRecord& record = *view.record;
  const Fault& fault = evidence.scenario->fault(record.fault);
  ScoredFault out;
  out.name = fault.name;
  out.component = evidence.scenario->names_of(fault.kind.components);
  out.injection = view.number;
  out.state = record.state;
  out.injected_at = record.struck();
  out.effective_at = instant(record, FaultState::effective);
  out.undone_at = instant(record, FaultState::clean);
  out.ended_by = ended_by(view, evidence);
  const FaultEvent* effective = record.find(FaultState::effective);
  out.bite = effective != nullptr ? effective->detail : view.invalid;
  for (const FaultEvent& event : record.history) {
    const bool told = std::find(out.leftovers.begin(), out.leftovers.end(), event.detail) != out.leftovers.end();
    if (event.state == FaultState::leftover && record.state != FaultState::clean && !told) out.leftovers.push_back(event.detail);
  }
  out.measured = view.valid();
  out.load_rate = offered_in(record.stage, evidence);
  if (fault.expected && view.valid() && view.overlap.empty()) {
    constexpr double kMonth = 30.0 * 86400;
    const Harm harm = meter.over(view.window);
    out.predicted_monthly_failed = fault.expected->per_second * kMonth * static_cast<double>(harm.excess);
    out.predicted_at_least = harm.held_up >= 1 || view.cut_short || outlasted(view, evidence);
  }
  return out;
}

// Writes a second that production expects, where the forecast says.
std::optional<double> forecast_writes(const Evidence& evidence) {
  const auto& forecast = evidence.scenario->forecast;
  return forecast && forecast->writes ? std::optional(forecast->writes->per_second) : std::nullopt;
}

ScoredLedgerInjection score(const InjectionView& view, LedgerId ledger, FaultId fault, const Evidence& evidence) {
  const InjectionLoss& loss = evidence.losses.at({view.record->injection, ledger}).loss;
  ScoredLedgerInjection out;
  out.fault = evidence.scenario->fault(fault).name;
  out.n = view.number;
  out.lost = loss.lost.size();
  out.undecided = loss.undecided.size();
  out.shared = loss.shared.size();
  out.rpo_lower = loss.seconds_lower;
  out.rpo_upper = loss.seconds_upper;
  out.suffix_upper = loss.suffix_upper;
  out.scattered = loss.scattered;
  out.split_brain = loss.split_brain.size();
  if (const auto rate = forecast_writes(evidence); rate && !loss.scattered) {
    out.forecast_lower = out.rpo_lower * *rate;
    out.forecast_upper = out.rpo_upper * *rate;
  }
  return out;
}

ScoredLedger score(LedgerId id, const Evidence& evidence) {
  const Ledger& ledger = evidence.scenario->ledger(id);
  const LedgerClasses classes = classify(evidence.ledger(id));
  ScoredLedger out;
  out.name = ledger.name;
  out.noun = ledger.noun;
  out.rate = ledger.rate.per_second;
  out.acked = classes.acked;
  out.lost = classes.lost.size();
  out.undecided = classes.undecided.size();
  out.duplicates = classes.duplicates.size();
  out.ghosts = classes.ghosts.size();
  out.corrupt = classes.corrupt.size();
  out.resurrected = classes.resurrected.size();
  out.recovered = classes.recovered.size();
  out.maybe_lost = classes.maybe_lost.size();
  out.seen_then_lost = classes.seen_then_lost.size();
  out.unexplained = unexplained(id, evidence);
  out.lost_ids.assign(classes.lost.begin(),
                      classes.lost.begin() + static_cast<std::ptrdiff_t>(std::min(classes.lost.size(), kMostLostIds)));
  for (std::size_t f = 0; f < evidence.scenario->faults.size(); ++f) {
    for (const InjectionView& view : injections_of(FaultId(f), evidence)) {
      if (view.valid()) out.injections.push_back(score(view, id, FaultId(f), evidence));
    }
  }
  return out;
}

// Cells do not tell agents apart: with one load agent their lag is its own, else the worst lag of each second stands in.
double lag_p99(AgentId id, const AgentRecord& record, const Evidence& evidence) {
  SparseHistogram lag;
  const auto& agents = evidence.timeline->agents();
  const auto loaders =
      std::count_if(agents.begin(), agents.end(), [&](const auto& a) { return evidence.has_load_role(a.first); });
  if (!evidence.has_load_role(id)) return 0;
  if (loaders == 1) {
    for (const auto& [key, cell] : evidence.timeline->totals()) lag.merge(cell.lag);
  } else {
    lag = record.health.worst_lag;
  }
  return lag.empty() ? 0 : seconds(lag.quantile(0.99));
}

double cpu_share(const AgentRecord& record) {
  if (record.health.lines < 2) return record.health.first.cpu_seconds;
  const double span = seconds(record.health.span());
  return span > 0 ? record.health.later_cpu_seconds / span : 0;
}

}  // namespace

ScoredProbe count_checks(const ProbeEvidence& evidence, const Probe& probe) {
  ScoredProbe out{probe.name, evidence.results.size(), 0, 0, std::max(1U, probe.down_after)};
  uint64_t row = 0;
  for (const ProbeResult& result : evidence.results) {
    row = has_failed(result, probe) ? row + 1 : 0;
    out.failed += row > 0 ? 1 : 0;
    out.longest = std::max(out.longest, row);
  }
  return out;
}

std::vector<ScoredProbe> summarize_probes(const Evidence& evidence) {
  std::vector<ScoredProbe> out;
  for (const ProbeEvidence& one : evidence.probes) out.push_back(count_checks(one, evidence.scenario->probe(one.id)));
  return out;
}

std::vector<ScoredOutage> summarize_outages(const Evidence& evidence) {
  std::vector<std::pair<const CausedOutage*, const ProbeEvidence*>> seen;
  for (const ProbeEvidence& probe : evidence.probes) {
    for (const CausedOutage& caused : probe.outages) seen.emplace_back(&caused, &probe);
  }
  if (seen.empty()) return {};
  const HarmMeter meter(evidence);
  std::stable_sort(seen.begin(), seen.end(),
                   [](const auto& a, const auto& b) { return a.first->outage.begin() < b.first->outage.begin(); });
  std::vector<ScoredOutage> out;
  Counted told;
  for (const auto& [caused, probe] : seen) out.push_back(score(*caused, *probe, meter, told, evidence));
  return out;
}

std::vector<ScoredFault> summarize_faults(const Evidence& evidence) {
  if (evidence.timeline->injections().empty()) return {};
  const HarmMeter meter(evidence);
  std::vector<std::pair<InjectionId, ScoredFault>> scored;
  for (std::size_t f = 0; f < evidence.scenario->faults.size(); ++f) {
    for (const InjectionView& view : injections_of(FaultId(f), evidence)) {
      scored.emplace_back(view.record->injection, score(view, meter, evidence));
    }
  }
  std::sort(scored.begin(), scored.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<ScoredFault> out;
  for (auto& [id, fault] : scored) out.push_back(std::move(fault));
  return out;
}

std::vector<ScoredLedger> summarize_ledgers(const Evidence& evidence) {
  std::vector<ScoredLedger> out;
  for (std::size_t i = 0; i < evidence.scenario->ledgers.size(); ++i) out.push_back(score(LedgerId(i), evidence));
  return out;
}

std::vector<ScoredAgent> summarize_agents(const Evidence& evidence) {
  std::vector<ScoredAgent> out;
  for (const auto& [id, record] : evidence.timeline->agents()) {
    ScoredAgent agent;
    agent.name = evidence.agent_name(id);
    if (id.value < evidence.manifest->agents.size()) {
      const AgentFacts& facts = evidence.manifest->agents[id.value];
      agent.version = facts.version;
      agent.hostname = facts.host.hostname;
      agent.addresses = facts.addresses;
      agent.clock_bound_seconds = seconds(facts.clock_bound);
    }
    agent.lost = record.lost;
    agent.lag_p99_seconds = lag_p99(id, record, evidence);
    agent.cpu_share = cpu_share(record);
    out.push_back(std::move(agent));
  }
  return out;
}

Accounting summarize_accounting(const Evidence& evidence) {
  Accounting out;
  std::array<uint64_t, kOutcomes> sums{};
  for (const auto& [key, cell] : evidence.timeline->totals()) {
    for (const Outcome o : kAllOutcomes) sums[static_cast<std::size_t>(o)] += cell.count(o);
    out.retried += cell.retried;
  }
  const auto of = [&sums](Outcome o) { return sums[static_cast<std::size_t>(o)]; };
  for (const StageRecord& stage : evidence.timeline->stages()) out.offered += stage.offered;
  out.ok = of(Outcome::ok);
  out.failed = of(Outcome::failed);
  out.refused = of(Outcome::refused);
  out.reset = of(Outcome::reset);
  out.timeout = of(Outcome::timeout);
  out.unfinished = of(Outcome::unfinished);
  out.dropped_by_target = of(Outcome::dropped_by_target);
  out.dropped_by_us = of(Outcome::dropped_by_us);
  out.client_error = of(Outcome::client_error);
  return out;
}

}  // namespace shakedown::judging
