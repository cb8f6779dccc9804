#include "controller/report/json/number.h"
#include "controller/report/json/parts.h"
#include "controller/report/report.h"
#include "controller/report/words/page_one.h"

namespace shakedown {
namespace {

using report::Json;
using report::json_instant;
using report::json_number;
using report::json_text;
using report::list_of;
using report::measured_of;

Json wall(WallTime at) { return at == WallTime{} ? Json(nullptr) : Json(format_wall(at)); }

Json run_of(const Scorecard& card) {
  const Manifest& manifest = card.manifest;
  Json reasons = Json::array();
  for (const ValidityReason& reason : card.reasons)
    reasons.push_back({{"signal", to_string(reason.signal)}, {"text", reason.text}, {"invalidates", reason.invalidates}});
  return {{"id", manifest.run_id},
          {"started", wall(manifest.started)},
          {"finished", wall(manifest.finished)},
          {"state", to_string(manifest.state)},
          {"ended_by", json_text(manifest.ended_by)},
          {"scenario_sha256", manifest.scenario_sha256},
          {"rejudged_from", json_text(manifest.rejudged_from)},
          {"release", json_text(manifest.release_start)},
          {"release_end", json_text(manifest.release_end)},
          {"environment", {{"name", card.environment.name}, {"differs", card.environment.differs}}},
          {"valid", card.valid},
          {"reasons", std::move(reasons)},
          {"seed", manifest.seed},
          {"tool_version", manifest.tool_version},
          {"teardown_failures", manifest.teardown_failures}};
}

Json declared_of(const Requirement& requirement) {
  if (!requirement.declared) return nullptr;
  const Declared& declared = *requirement.declared;
  return {{"status", declared.status ? Json(to_string(*declared.status)) : Json(nullptr)},
          {"value", json_number(declared.value)},
          {"text", json_text(declared.value_text)},
          {"period_seconds", declared.period > Duration{} ? json_number(seconds(declared.period)) : Json(nullptr)}};
}

Json injections_of(const Verdict& verdict) {
  Json list = Json::array();
  for (const InjectionVerdict& injection : verdict.injections)
    list.push_back({{"n", injection.number},
                    {"valid", injection.valid},
                    {"lower", json_number(injection.lower)},
                    {"upper", json_number(injection.upper)},
                    {"suffix_upper", json_number(injection.suffix_upper)},
                    {"note", json_text(injection.note)}});
  return list;
}

Json requirement_of(const ScoredRequirement& row) {
  const Requirement& requirement = row.requirement;
  const Verdict& verdict = row.verdict;
  const bool at_most = requirement.objective.comparison == Comparison::at_most;
  const bool compared = verdict.watermelon != Watermelon::none;
  return {{"id", requirement.id},
          {"area", to_string(requirement.area)},
          {"title", requirement.title},
          {"means", json_text(requirement.means)},
          {"must", requirement.must},
          {"sli", kind_name(requirement.sli)},
          {"verdict", to_string(verdict.state)},
          {"at_risk", verdict.at_risk},
          {"objective", requirement.objective.text},
          {"comparison", at_most ? "at_most" : "at_least"},
          {"limit", json_number(requirement.objective.limit)},
          {"confidence", json_number(requirement.confidence)},
          {"measured", measured_of(verdict.measured)},
          {"supportable", json_number(verdict.supportable)},
          {"declared", declared_of(requirement)},
          {"watermelon", compared ? Json(to_string(verdict.watermelon)) : Json(nullptr)},
          {"watermelon_reason", json_text(verdict.watermelon_reason)},
          {"reason", verdict.reason},
          {"needed", json_text(verdict.needed)},
          {"untouched", verdict.untouched},
          {"owner", json_text(requirement.owner)},
          {"fix", json_text(requirement.fix)},
          {"fix_by", json_text(requirement.fix_by)},
          {"controls", requirement.controls},
          {"attested", report::attested_of(requirement)},
          {"reported", row.reported ? report::reported_of(*row.reported) : Json(nullptr)},
          {"tested_rate", json_number(row.tested_rate)},
          {"options", list_of(row.options, report::option_of)},
          {"injections", injections_of(verdict)}};
}

Json unjudged_of(const UnjudgedPhase& phase) {
  return {{"phase", phase.phase},
          {"operation", phase.operation.empty() ? Json(nullptr) : Json(phase.operation)},
          {"fault", phase.fault.empty() ? Json(nullptr) : Json(phase.fault)},
          {"offered", phase.offered},
          {"bad", phase.bad},
          {"away_seconds", json_number(phase.away_seconds)}};
}

Json area_of(const AreaSummary& area) {
  return {{"area", to_string(area.area)},
          {"declared", area.declared},
          {"worst", area.declared ? Json(to_string(area.worst)) : Json(nullptr)},
          {"pass", area.pass},
          {"fail", area.fail},
          {"not_proven", area.not_proven},
          {"unknown", area.unknown},
          {"vouched", area.vouched}};
}

Json probe_of(const ScoredProbe& probe) {
  return {{"name", probe.name},
          {"checks", probe.checks},
          {"failed", probe.failed},
          {"longest_failed", probe.longest},
          {"down_after", probe.down_after}};
}

Json outage_of(const ScoredOutage& outage) {
  return {{"probe", outage.probe},
          {"start", json_number(seconds(outage.start))},
          {"lower_seconds", json_number(outage.lower_seconds)},
          {"upper_seconds", json_number(outage.upper_seconds)},
          {"cause", outage.cause},
          {"impact",
           {{"failed_requests", outage.impact.failed_requests},
            {"delayed_seconds", json_number(outage.impact.delayed_seconds)},
            {"lost_writes", outage.impact.lost_writes},
            {"worst_error_ratio", json_number(outage.impact.worst_error_ratio)},
            {"at_least", outage.impact.at_least},
            {"not_told_above", outage.impact.not_told_above}}}};
}

Json fault_of(const ScoredFault& fault) {
  return {{"name", fault.name},
          {"injection", fault.injection},
          {"component", fault.component},
          {"state", to_string(fault.state)},
          {"injected_at", json_instant(fault.injected_at)},
          {"effective_at", json_instant(fault.effective_at)},
          {"undone_at", json_instant(fault.undone_at)},
          {"ended_by", json_text(fault.ended_by)},
          {"bite", json_text(fault.bite)},
          {"leftovers", fault.leftovers},
          {"predicted_monthly_failed", json_number(fault.predicted_monthly_failed)},
          {"predicted_at_least", fault.predicted_at_least},
          {"load_rate", json_number(fault.load_rate)},
          {"measured", fault.measured}};
}

Json ledger_of(const ScoredLedger& ledger) {
  Json injections = Json::array();
  for (const ScoredLedgerInjection& injection : ledger.injections)
    injections.push_back(
        {{"fault", injection.fault},
         {"n", injection.n},
         {"lost", injection.lost},
         {"undecided", injection.undecided},
         {"shared", injection.shared},
         {"rpo_seconds",
          {{"lower", json_number(injection.rpo_lower)},
           {"upper", json_number(injection.rpo_upper)},
           {"suffix_upper", json_number(injection.suffix_upper)}}},
         {"scattered", injection.scattered},
         {"split_brain", injection.split_brain},
         {"forecast_writes",
          {{"lower", json_number(injection.forecast_lower)}, {"upper", json_number(injection.forecast_upper)}}}});
  return {{"name", ledger.name},
          {"noun", ledger.noun},
          {"rate", json_number(ledger.rate)},
          {"acked", ledger.acked},
          {"lost", ledger.lost},
          {"undecided", ledger.undecided},
          {"duplicates", ledger.duplicates},
          {"ghosts", ledger.ghosts},
          {"corrupt", ledger.corrupt},
          {"resurrected", ledger.resurrected},
          {"recovered", ledger.recovered},
          {"maybe_lost", ledger.maybe_lost},
          {"seen_then_lost", ledger.seen_then_lost},
          {"unexplained", ledger.unexplained},
          {"lost_ids", ledger.lost_ids},
          {"injections", std::move(injections)}};
}

Json agent_of(const ScoredAgent& agent) {
  return {{"name", agent.name},
          {"version", agent.version},
          {"hostname", agent.hostname},
          {"addresses", agent.addresses},
          {"lost", agent.lost},
          {"clock_bound_seconds", json_number(agent.clock_bound_seconds)},
          {"lag_p99_seconds", json_number(agent.lag_p99_seconds)},
          {"cpu_share", json_number(agent.cpu_share)}};
}

Json accounting_of(const Accounting& counts) {
  return {{"offered", counts.offered},
          {"ok", counts.ok},
          {"failed", counts.failed},
          {"refused", counts.refused},
          {"reset", counts.reset},
          {"timeout", counts.timeout},
          {"unfinished", counts.unfinished},
          {"dropped_by_target", counts.dropped_by_target},
          {"dropped_by_us", counts.dropped_by_us},
          {"client_error", counts.client_error},
          {"retried", counts.retried}};
}

Json people_of(const Decision& people) {
  return {{"driver", people.driver},
          {"approver", people.approver},
          {"contributors", people.contributors},
          {"informed", people.informed}};
}

}  // namespace

std::string scorecard_json(const Scorecard& card) {
  std::string tldr;
  for (const std::string& sentence : report::tldr_words(card)) tldr += (tldr.empty() ? "" : " ") + sentence;
  const Json json = {{"schema", "shakedown/scorecard/v1"},
                     {"scenario", card.scenario},
                     {"service", card.service},
                     {"owner", json_text(card.owner)},
                     {"launch", json_text(card.launch)},
                     {"launch_in_days", card.launch_in_days ? Json(*card.launch_in_days) : Json(nullptr)},
                     {"run", run_of(card)},
                     {"decision", to_string(card.decision)},
                     {"covers", card.covers},
                     {"tldr", tldr},
                     {"requirements", list_of(card.requirements, requirement_of)},
                     {"unjudged", list_of(card.unjudged, unjudged_of)},
                     {"areas", list_of(card.areas, area_of)},
                     {"probes", list_of(card.probes, probe_of)},
                     {"outages", list_of(card.outages, outage_of)},
                     {"faults", list_of(card.faults, fault_of)},
                     {"ledgers", list_of(card.ledgers, ledger_of)},
                     {"agents", list_of(card.agents, agent_of)},
                     {"forecast", report::forecast_of(card)},
                     {"searches", report::searches_of(card)},
                     {"scalings", list_of(card.scalings, report::scaling_of)},
                     {"downstream", list_of(card.downstream, report::dependency_of)},
                     {"controls", report::controls_of(card)},
                     {"checks", list_of(card.checks, report::check_of)},
                     {"traffic", list_of(card.traffic, report::traffic_of)},
                     {"accounting", accounting_of(card.accounting)},
                     {"decision_makers", people_of(card.decision_makers)}};
  return report::json_dump(json, 2) + "\n";
}

}  // namespace shakedown
