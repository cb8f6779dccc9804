#include "controller/judge/faults/injections.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/needed.h"
#include "controller/judge/valid/leftovers.h"
#include "controller/measure/bounds/clusters.h"
#include "controller/measure/bounds/intervals.h"
#include "controller/model/looks_at.h"

namespace shakedown::judging {
namespace {

void mark(InjectionView& view, Signal signal, std::string why) {
  if (!view.invalid.empty()) return;
  view.invalid = std::move(why);
  view.signal = signal;
}

std::string last_detail(const InjectionRecord& record) { return record.history.empty() ? "" : record.history.back().detail; }

std::optional<RunTime> undo_of(const InjectionRecord& record) {
  std::optional<RunTime> at;
  if (const FaultEvent* undoing = record.find(FaultState::undoing)) at = undoing->earliest;
  for (const StepEvent& step : record.steps) {
    if (step.kind == StepEvent::Kind::undo && (!at || step.started < *at)) at = step.started;
  }
  return at;
}

// How late an agent's steps were. The first counts from the effect, each later one from the end of the one before.
Duration lateness_of(const InjectionView& view, const std::vector<const Action*>& steps, bool alone) {
  Duration late{};
  RunTime from = view.effect_to;
  auto next = steps.begin();
  for (const StepEvent& step : view.record->steps) {
    if (step.kind != StepEvent::Kind::recover || next == steps.end()) continue;
    if (!alone && (*next)->describe != step.what) continue;
    late += std::max(Duration{}, step.started - (from + (*next++)->after));
    from = step.ended;
  }
  return late;
}

// Agents do their steps side by side; the time of a timer is no lateness.
Duration lateness_of(const InjectionView& view, const Fault& fault, const Scenario& scenario) {
  Duration late{};
  const std::vector<AgentId> agents = scenario.agents_of(fault);
  for (const AgentId agent : agents) {
    std::vector<const Action*> steps;
    for (const Action& action : fault.recover) {
      if (scenario.agent_of(action, fault) == agent) steps.push_back(&action);
    }
    late = std::max(late, lateness_of(view, steps, agents.size() == 1));
  }
  return late > std::chrono::milliseconds(10) ? late : Duration{};
}

void check_effect(InjectionView& view) {
  const InjectionRecord& record = *view.record;
  const FaultEvent* effective = record.find(FaultState::effective);
  if (effective != nullptr) {
    view.effect_from = effective->earliest;
    view.effect_to = effective->latest;
    return;
  }
  if (record.state == FaultState::not_run) {
    mark(view, Signal::not_run, fmt::format("not run: {}", last_detail(record)));
    view.blocks = true;
  } else if (const FaultEvent* failed = record.find(FaultState::failed); failed != nullptr && !record.struck()) {
    mark(view, Signal::bite, fmt::format("the fault could not be injected: {}", failed->detail));
    view.blocks = true;
  } else {
    mark(view, Signal::bite,
         fmt::format("no proof that the fault took effect{}{}", failed != nullptr ? ": " : "",
                     failed != nullptr ? failed->detail : ""));
    view.blocks = true;
  }
}

void check_stage(InjectionView& view, const Evidence& evidence) {
  const auto& stages = evidence.timeline->stages();
  view.phase_end = evidence.end;
  if (view.record->stage.value < stages.size()) {
    const StageRecord& stage = stages[view.record->stage.value];
    view.phase_end = stage.ended ? stage.range.to : std::min(stage.range.to, evidence.timeline->last());
  }
}

// Stamps of another host, and of a timer that is a little early.
constexpr Duration kStampSlack = std::chrono::milliseconds(100);

// Until when a fault has to stand unless the target is seen to recover: its hold; else until somebody was declared to repair it,
// who has `recover_within`; else the phase's end or that, whichever comes first.
RunTime due_end(const InjectionView& view, const Fault& fault, const Evidence& evidence) {
  if (fault.kind.hold > Duration{}) return view.effect_from + fault.kind.hold;
  const RunTime limit = view.effect_from + fault.recover_within;
  const auto& stages = evidence.timeline->stages();
  if (!fault.recover.empty() || view.record->stage.value >= stages.size()) return limit;
  const StageRecord& stage = stages[view.record->stage.value];
  return stage.phase.valid() ? std::min(limit, stage.range.from + evidence.scenario->phase(stage.phase).duration) : limit;
}

bool repaired(const InjectionView& view, const Fault& fault) {
  const auto done = std::count_if(view.record->steps.begin(), view.record->steps.end(), [&](const StepEvent& step) {
    return step.kind == StepEvent::Kind::recover && step.ended <= *view.undo_at;
  });
  return !fault.recover.empty() && static_cast<std::size_t>(done) >= fault.recover.size();
}

void check_end(InjectionView& view, const Fault& fault, const Evidence& evidence) {
  if (!view.valid()) return;
  const FaultEvent* clean = view.record->find(FaultState::clean);
  if (view.undo_at) {
    view.stood = std::max(Duration{}, *view.undo_at - view.effect_to);
  } else if (clean != nullptr) {
    view.stood = std::max(Duration{}, clean->latest - view.effect_to);
  }
  if (!view.undo_at || repaired(view, fault) || *view.undo_at + kStampSlack >= due_end(view, fault, evidence)) return;
  view.cut_short = std::none_of(evidence.probes.begin(), evidence.probes.end(), [&](const ProbeEvidence& probe) {
    return std::any_of(probe.outages.begin(), probe.outages.end(), [&](const CausedOutage& c) {
      return c.outage.begun_by() >= view.effect_from && c.outage.good_end && *c.outage.good_end <= *view.undo_at;
    });
  });
}

// Which other injections disturb this one's evidence.
void check_neighbours(InjectionView& view, const Evidence& evidence) {
  if (!evidence.window(view.record->injection)) return;
  const RunTime own = view.window.from;
  for (const FaultWindow& window : evidence.windows) {
    if (window.injection == view.record->injection) continue;
    const TimeRange& other = window.range;
    const bool later = other.from > own || (other.from == own && view.record->injection < window.injection);
    if (later) view.next = std::min(view.next, other.from);
    if (other.from >= view.window.to || own >= other.to) continue;
    view.alone_at_effect = view.alone_at_effect && later;
    const std::string& name = evidence.scenario->fault(window.fault).name;
    const std::string told = ", " + view.overlap + ", ";  // a name may stand in another's
    if (told.find(", " + name + ", ") == std::string::npos) view.overlap += (view.overlap.empty() ? "" : ", ") + name;
  }
}

}  // namespace

bool outlasted(const InjectionView& view, const Evidence& evidence) {
  return std::any_of(evidence.probes.begin(), evidence.probes.end(), [&](const ProbeEvidence& probe) {
    return std::any_of(probe.outages.begin(), probe.outages.end(), [&](const CausedOutage& c) {
      return c.injection == view.record->injection && (!c.outage.good_end || *c.outage.good_end > view.phase_end);
    });
  });
}

const StepEvent* repair_not_begun(const InjectionView& view) {
  for (const StepEvent& step : view.record->steps) {
    const bool begun = step.ok || step.ended > step.started;
    if (step.kind == StepEvent::Kind::recover && !begun && (!view.undo_at || step.started < *view.undo_at)) return &step;
  }
  return nullptr;
}

std::string repair_text(const StepEvent& step) {
  return fmt::format("the recovery step \"{}\" could not be carried out: {}", step.what, step.detail);
}

const Outage* outage_open_at(const ProbeEvidence& probe, RunTime at) {
  for (const CausedOutage& c : probe.outages) {
    if (c.outage.begun_by() < at && (!c.outage.good_end || *c.outage.good_end > at)) return &c.outage;
  }
  return nullptr;
}

std::string overlap_text(const InjectionView& view) { return fmt::format("{} was at work at the same time", view.overlap); }

void reject_disturbed(InjectionView& view, const std::vector<ProbeId>& probes, const Evidence& evidence) {
  if (!view.valid()) return;
  for (const ProbeId id : probes) {
    if (outage_open_at(evidence.probe(id), view.effect_from) == nullptr) continue;
    mark(view, Signal::down_before, kDownBefore);
    view.blocks = true;
    return;
  }
  if (!view.overlap.empty()) mark(view, Signal::overlap, overlap_text(view));
}

std::vector<InjectionView> injections_of(FaultId fault, const Evidence& evidence) {
  std::vector<InjectionView> out;
  const std::optional<RunTime> leftover = first_leftover(evidence);
  const std::vector<AgentId> agents = evidence.scenario->agents_of(evidence.scenario->fault(fault));
  for (const InjectionRecord& record : evidence.timeline->injections()) {
    if (record.fault != fault || !record.injection.valid()) continue;
    InjectionView view;
    view.record = &record;
    view.number = record.number;
    check_effect(view);
    check_stage(view, evidence);
    view.late = lateness_of(view, evidence.scenario->fault(fault), *evidence.scenario);
    view.undo_at = undo_of(record);
    check_end(view, evidence.scenario->fault(fault), evidence);
    view.window = evidence.window(record.injection).value_or(TimeRange{view.effect_from, evidence.end});
    check_neighbours(view, evidence);
    if (view.valid() && leftover && view.effect_from > *leftover) mark(view, Signal::stood_before, "after a leftover");
    for (const AgentId agent : agents) {
      const std::optional<RunTime> lost = evidence.lost_at(agent);
      if (!view.valid() || !lost || *lost >= view.effect_to) continue;
      mark(view, Signal::lost_agent, fmt::format("agent {} was lost", evidence.agent_name(agent)));
    }
    out.push_back(std::move(view));
  }
  return out;
}

void widen_by_clocks(InjectionView& view, AgentId observer, FaultId fault, double limit_seconds, const Evidence& evidence) {
  const Duration bound = evidence.clock_bound(observer, fault);
  view.effect_from -= bound;
  view.effect_to += bound;
  if (std::isfinite(limit_seconds) && seconds(bound) > 0.1 * limit_seconds) {
    mark(view, Signal::clock_offset,
         fmt::format("clocks of the two agents may differ by {}, more than 10 % of the limit",
                     format_value(seconds(bound), Unit::seconds)));
  }
}

std::string alike_words(double effect) {
  return effect > 1 ? fmt::format(" Injections ended like the ones before them: bounds widened {:.3g} times.", effect) : "";
}

namespace {

struct Tally {
  uint64_t valid = 0, met = 0, missed = 0;
  uint64_t blocked = 0;  // of those that are not valid
  double effect = 1;     // of injections that end like the one before (controller/measure/bounds/clusters.h)
};

Tally count(const std::vector<InjectionBound>& bounds, const Objective& objective) {
  Tally out;
  std::vector<bool> kept;
  for (const InjectionBound& b : bounds) {
    if (!b.verdict.valid) {
      out.blocked += b.blocks ? 1 : 0;
      continue;
    }
    ++out.valid;
    if (b.clearing <= objective.limit && !b.failed) ++out.met;
    if (b.verdict.lower > objective.limit || b.failed) ++out.missed;
    kept.push_back(b.clearing <= objective.limit && !b.failed);
  }
  out.effect = trials_effect(kept);
  return out;
}

// The share of cases that keep the objective, at least: blocked ones may have missed it.
double proved_share(const Tally& tally, double confidence) {
  const double all = static_cast<double>(tally.valid + tally.blocked);
  const double effect = trials_effect_of_pass(tally.effect, tally.valid - tally.met);
  return clopper_pearson(static_cast<double>(tally.met) / effect, all / effect, confidence).lower;
}

VerdictState decide(const Tally& tally, const InjectionRow& row, double confidence) {
  if (!row.share) {
    if (tally.missed > 0) return VerdictState::fail;
    const bool all = tally.met == tally.valid && tally.blocked == 0 && tally.valid >= row.needed;
    return all ? VerdictState::pass : VerdictState::not_proven;
  }
  const Bounds misses_low = clopper_pearson(static_cast<double>(tally.missed) / tally.effect,
                                            static_cast<double>(tally.valid) / tally.effect, confidence);
  if (proved_share(tally, confidence) >= row.share->value) return VerdictState::pass;
  return 1 - misses_low.lower < row.share->value ? VerdictState::fail : VerdictState::not_proven;
}

Measured worst(const std::vector<InjectionBound>& bounds, Unit unit, uint64_t valid) {
  Measured m;
  m.unit = unit;
  m.samples = valid;
  for (const InjectionBound& b : bounds) {
    if (!b.verdict.valid) continue;
    m.value = std::max(m.value.value_or(0), b.value);
    m.lower = std::max(m.lower.value_or(0), b.verdict.lower);
    m.upper = std::max(m.upper.value_or(0), b.clearing);
  }
  return m;
}

std::string sentence(const Tally& tally, const InjectionRow& row, const Requirement& requirement,
                     const std::vector<InjectionBound>& bounds) {
  const std::size_t all = bounds.size();
  std::string out = fmt::format("met in {} of {}", tally.met, tally.valid);
  const bool clean = tally.met == tally.valid && tally.blocked == 0;
  if (tally.valid > 0 && (clean || (row.share && tally.met > 0))) {
    out += fmt::format("; proves at least {} of {} at {:g} %", at_least_percent(proved_share(tally, requirement.confidence)),
                       row.cases, requirement.confidence * 100);
    if (row.share) out += fmt::format(", {} claimed", percent_text(row.share->value));
  }
  if (tally.missed > 0) out += fmt::format("; missed for certain in {}", tally.missed);
  if (all > tally.valid) out += fmt::format("; {} of {} injections valid", tally.valid, all);
  for (const InjectionBound& b : bounds) {
    if (!b.verdict.valid || !b.failed) continue;
    out += fmt::format("; injection {}: {}", b.verdict.number, b.verdict.note);
    break;
  }
  return fmt::format("{} (objective {}).{}", out, limit_text(requirement.objective), row.share ? alike_words(tally.effect) : "");
}

std::string needed_unblocked(const std::vector<InjectionBound>& bounds) {
  for (const InjectionBound& b : bounds) {
    if (b.blocks && !b.verdict.valid) {
      return fmt::format("a run in which every injection counts; injection {} does not: {}", b.verdict.number, b.verdict.note);
    }
  }
  return "";
}

std::string needed_for(const Tally& tally, const InjectionRow& row, const Requirement& requirement,
                       const std::vector<InjectionBound>& bounds) {
  if (row.share) {
    if (tally.met < tally.valid) {
      return "injections that meet the objective: with a miss the clean count starts anew at " +
             std::to_string(clean_trials_needed(row.share->value, requirement.confidence));
    }
    return needed_injections(tally.valid, clean_trials_needed(row.share->value, requirement.confidence));
  }
  for (const InjectionBound& b : bounds) {
    if (!b.verdict.valid || b.clearing <= requirement.objective.limit) continue;
    const bool rto = std::holds_alternative<RtoSli>(requirement.sli);  // allow(sli): the middle of its bounds is no measured miss
    if (!b.needed.empty() && (rto || b.value <= requirement.objective.limit)) return b.needed;
    if (b.verdict.note == kEndedByUndo) return "an injection that we do not end ourselves before the service is back";
    if (!b.verdict.note.empty()) return fmt::format("an injection without \"{}\"", b.verdict.note);
    if (b.value > requirement.objective.limit) return kMoreWillNotHelp;
    if (looks_at(requirement.sli).injections == InjectionFigure::cost) {
      return std::isfinite(b.clearing) ? "longer quiet times to compare with: the objective lies inside the measured bounds"
                                       : "at least 8 seconds outside fault windows under the same load, to compare with";
    }
    return "finer checks: the objective lies inside the measured bounds";
  }
  if (tally.blocked > 0) return needed_unblocked(bounds);
  return needed_injections(tally.valid, row.needed);
}

std::string why_invalid(const std::vector<InjectionBound>& bounds) {
  for (const InjectionBound& b : bounds) {
    if (!b.verdict.valid) return fmt::format("injection {}: {}", b.verdict.number, b.verdict.note);
  }
  return "the fault was never injected";
}

void raise_signals(Judged& judged, const std::vector<InjectionBound>& bounds, const Requirement& requirement) {
  for (const InjectionBound& b : bounds) {
    if (b.verdict.valid || b.signal == Signal::none) continue;
    judged.signals.push_back(
        {b.signal, fmt::format("{}: injection {} is no evidence: {}", requirement.id, b.verdict.number, b.verdict.note), false});
  }
}

}  // namespace

void reject(InjectionBound& bound, Signal signal, std::string why) {
  bound.verdict.valid = false;
  bound.verdict.note = std::move(why);
  bound.signal = signal;
}

Judged judge_injections(const Requirement& requirement, std::vector<InjectionBound> bounds, const InjectionRow& row, Unit unit) {
  const Tally tally = count(bounds, requirement.objective);
  Judged out;
  Verdict& verdict = out.verdict;
  for (const InjectionBound& b : bounds) verdict.injections.push_back(b.verdict);
  raise_signals(out, bounds, requirement);
  verdict.measured = worst(bounds, unit, tally.valid);
  if (tally.valid == 0 || !std::isfinite(requirement.objective.limit) ||
      requirement.objective.comparison != Comparison::at_most) {
    verdict.state = VerdictState::unknown;
    verdict.untouched = bounds.empty();
    verdict.reason = tally.valid == 0 ? fmt::format("No valid injection: {}.", why_invalid(bounds))
                                      : "The objective must be a finite upper limit, so nothing can be compared.";
    const auto told = std::find_if(bounds.begin(), bounds.end(), [](const InjectionBound& b) { return !b.needed.empty(); });
    verdict.needed = told != bounds.end() ? told->needed : needed_injections(0, row.needed);
    return out;
  }
  verdict.state = decide(tally, row, requirement.confidence);
  verdict.reason = sentence(tally, row, requirement, bounds);
  const uint64_t enough = row.share ? clean_trials_needed(row.share->value, requirement.confidence) : row.needed;
  const bool open = tally.blocked > 0 || std::any_of(bounds.begin(), bounds.end(), [](const auto& b) { return b.failed; });
  if (!open && tally.valid >= enough && std::isfinite(*verdict.measured.upper)) verdict.supportable = verdict.measured.upper;
  if (verdict.state == VerdictState::not_proven) {
    verdict.needed = needed_for(tally, row, requirement, bounds);
  }
  verdict.at_risk = verdict.state == VerdictState::pass &&
                    at_risk(requirement.objective, unit, *verdict.measured.lower, *verdict.measured.upper);
  return out;
}

}  // namespace shakedown::judging
