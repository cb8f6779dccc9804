#include "controller/judge/judge.h"

#include <algorithm>
#include <cmath>

#include "controller/judge/capacity/scalability.h"
#include "controller/judge/capacity/tested.h"
#include "controller/judge/decision.h"
#include "controller/judge/options/tradeoffs.h"
#include "controller/judge/page_one/tldr.h"
#include "controller/judge/parts/controls.h"
#include "controller/judge/parts/summary.h"
#include "controller/judge/parts/traffic.h"
#include "controller/judge/reported/reported.h"
#include "controller/judge/reported/watermelon.h"
#include "controller/judge/sli/downstream.h"
#include "controller/judge/sli/error_ratio.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/valid/validity.h"
#include "controller/model/looks_at.h"

namespace shakedown {
namespace {

using judging::Evidence;
using judging::Judged;

Judged judge_requirement(const Requirement& requirement, const Evidence& evidence) {
  return std::visit([&](const auto& sli) { return judging::judge_sli(requirement, sli, evidence); }, requirement.sli);
}

void note_signals(Scorecard& card, const std::vector<ValidityReason>& signals) {
  for (const ValidityReason& signal : signals) {
    const bool known = std::any_of(card.reasons.begin(), card.reasons.end(),
                                   [&](const ValidityReason& r) { return r.signal == signal.signal && r.text == signal.text; });
    if (!known) card.reasons.push_back(signal);
  }
}

using Refused = std::map<RequirementId, std::string>;

Judged judge_or_refuse(RequirementId id, const Evidence& evidence, const Refused& refused) {
  const Requirement& requirement = evidence.scenario->requirement(id);
  const auto found = refused.find(id);
  if (found == refused.end()) return judge_requirement(requirement, evidence);
  return judging::nothing(unit_of(requirement.sli), "This run cannot answer it: " + found->second + ".",
                          "a run of this scenario");
}

void judge_rows(Scorecard& card, const Evidence& evidence, const judging::RunValidity& validity, const Refused& refused) {
  const Scenario& scenario = *evidence.scenario;
  for (std::size_t i = 0; i < scenario.requirements.size(); ++i) {
    const Requirement& requirement = scenario.requirements[i];
    Judged judged = judge_or_refuse(RequirementId(i), evidence, refused);
    judging::apply(validity, judged);
    judging::compare_declared(requirement, judged);
    std::optional<ScoredReported> reported;
    if (requirement.reported) {
      reported = judging::score_reported(requirement, RequirementId(i), judged, evidence);
      judging::merge_reported(*reported, judged.verdict);
    }
    judged.verdict.requirement = RequirementId(i);
    judged.verdict.observed_seconds = judged.observed_seconds;
    note_signals(card, judged.signals);
    card.requirements.push_back({requirement, std::move(judged.verdict)});
    card.requirements.back().reported = std::move(reported);
    if (card.requirements.back().verdict.state == VerdictState::pass) {
      card.requirements.back().tested_rate = judging::tested_rate(requirement, evidence);
    }
    if (card.requirements.back().verdict.state != VerdictState::pass) {
      card.requirements.back().traffic = judging::traffic_of(requirement, card.traffic, evidence);
    }
    const LedgerId ledger = looks_at(requirement.sli).ledger;
    if (ledger.valid()) card.requirements.back().noun = scenario.ledger(ledger).noun;
    if (requirement.owner.empty()) card.requirements.back().requirement.owner = scenario.owner;
  }
}

// An injection that a row about its fault could not use was not measured, though it took effect.
void note_unmeasured(Scorecard& card, const Scenario& scenario) {
  for (const ScoredRequirement& row : card.requirements) {
    const FaultId id = looks_at(row.requirement.sli).fault;
    if (!id.valid()) continue;
    for (ScoredFault& fault : card.faults) {
      if (fault.name != scenario.fault(id).name) continue;
      const auto unusable = [&](const InjectionVerdict& v) { return v.number == fault.injection && !v.valid; };
      const auto& all = row.verdict.injections;
      if (std::any_of(all.begin(), all.end(), unusable)) fault.measured = false;
    }
  }
}

judging::Chances chances_of(const Scorecard& card, const Evidence& evidence) {
  judging::Chances out(card.requirements.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Requirement& requirement = card.requirements[i].requirement;
    const VerdictState state = card.requirements[i].verdict.state;
    if (!requirement.must || state == VerdictState::unknown) continue;
    if (!judging::rests_on_chance(requirement, *evidence.scenario)) continue;
    out[i] = state == VerdictState::fail ? judging::chance_of_fail(requirement, evidence) : 1.0;
  }
  return out;
}

// Calendar days (UTC) from one instant to the other.
std::optional<int> days_until(const std::string& date, WallTime now) {
  if (date.empty()) return std::nullopt;
  const Result<WallTime> launch = parse_wall(date);
  if (!launch) return std::nullopt;
  const auto day = [](WallTime t) { return std::chrono::floor<std::chrono::days>(t.time_since_epoch()).count(); };
  return static_cast<int>(day(launch.value()) - day(now));
}

void describe(Scorecard& card, const Evidence& evidence, WallTime now) {
  const Scenario& scenario = *evidence.scenario;
  card.scenario = scenario.name;
  card.service = scenario.service;
  card.owner = scenario.owner;
  card.launch = scenario.launch;
  card.decision_makers = scenario.decision;
  card.environment = scenario.environment;
  card.manifest = *evidence.manifest;
  card.launch_in_days = days_until(scenario.launch, now);
  card.probes = judging::summarize_probes(evidence);
  card.outages = judging::summarize_outages(evidence);
  card.faults = judging::summarize_faults(evidence);
  card.ledgers = judging::summarize_ledgers(evidence);
  card.agents = judging::summarize_agents(evidence);
  card.checks = judging::summarize_checks(evidence);
  card.cleanups = judging::summarize_cleanups(evidence);
  card.addresses = judging::summarize_addresses(evidence);
  card.downstream = judging::summarize_downstream(evidence);
  card.traffic = judging::summarize_traffic(evidence);
  card.accounting = judging::summarize_accounting(evidence);
  card.forecast = scenario.forecast;
  card.searches = judging::summarize_searches(evidence);
  card.scalings = judging::summarize_scalings(evidence);
}

}  // namespace

Scorecard judge(const Scenario& scenario, const Timeline& timeline, const Manifest& manifest, WallTime now,
                const Refused& refused, bool goes_on) {
  Scorecard card;
  Evidence evidence = judging::collect(scenario, timeline, manifest);
  evidence.goes_on = goes_on;
  const judging::RunValidity validity = judging::examine_run(evidence);
  card.reasons = validity.reasons;
  card.valid = validity.valid();
  describe(card, evidence, now);
  judge_rows(card, evidence, validity, refused);
  note_unmeasured(card, scenario);
  card.unjudged = judging::unjudged_phases(evidence);
  card.controls = judging::summarize_controls(card.requirements);
  card.areas = judging::summarize_areas(card.requirements);
  const judging::Chances chances = chances_of(card, evidence);
  card.decision = judging::decide(card, chances);
  const std::string chance_alone = judging::why_fails_do_not_decide(card, chances);
  if (!chance_alone.empty()) card.reasons.push_back({Signal::many_rows, chance_alone, false});
  card.covers = judging::covers(card);
  for (ScoredRequirement& row : card.requirements) row.options = judging::options_for(row, card, scenario);
  card.tldr = judging::tell(card, scenario);
  return card;
}

std::optional<double> live_value(const ErrorRatioSli& sli, const Timeline& timeline, RunTime now, bool outside_faults) {
  const Manifest manifest;
  Evidence evidence;
  evidence.scenario = &timeline.scenario();
  evidence.timeline = &timeline;
  evidence.manifest = &manifest;
  const int64_t to = second_of(now);
  const auto over = static_cast<int64_t>(std::ceil(seconds(sli.over)));
  const int64_t from = over > 0 ? to - over : 0;
  if (outside_faults) {
    const std::vector<FaultWindow> windows = fault_windows(timeline, run_time(std::chrono::seconds(from)));
    for (int64_t s = from; s < to && !windows.empty(); ++s) {
      if (in_window(s, windows)) return std::nullopt;
    }
  }
  return judging::bad_in(evidence, sli, from, to);
}

}  // namespace shakedown
