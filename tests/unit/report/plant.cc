#include "tests/unit/report/examples.h"

namespace shakedown::testing {
namespace {

class Planter {
 public:
  explicit Planter(const std::string& text) : text_(text) {}

  void operator()(std::string& field) const { field = text_; }
  void operator()(std::vector<std::string>& fields) const { fields.assign(2, text_); }

  template <typename First, typename Second, typename... Rest>
  void operator()(First& first, Second& second, Rest&... rest) const {
    (*this)(first);
    (*this)(second, rest...);
  }

 private:
  const std::string& text_;
};

void plant_manifest(Manifest& manifest, const Planter& put) {
  put(manifest.run_id, manifest.tool_version, manifest.ended_by, manifest.scenario_sha256, manifest.rejudged_from,
      manifest.release_start, manifest.release_end, manifest.teardown_failures);
  put(manifest.controller.hostname, manifest.controller.kernel, manifest.controller.cpu_model);
  if (manifest.agents.empty()) manifest.agents.resize(1);
  for (AgentFacts& agent : manifest.agents)
    put(agent.name, agent.version, agent.host.hostname, agent.host.kernel, agent.host.cpu_model);
}

void plant_requirement(ScoredRequirement& row, const Planter& put) {
  Requirement& requirement = row.requirement;
  put(requirement.id, requirement.title, requirement.means, requirement.objective.text, requirement.owner, requirement.fix,
      requirement.fix_by, requirement.controls);
  if (auto* attested = std::get_if<AttestedSli>(&requirement.sli))
    put(attested->statement, attested->by, attested->link, attested->date, attested->expires);
  if (!row.reported) row.reported = ScoredReported{};
  put(row.reported->causes, row.reported->reason, row.reported->query, row.reported->source, row.reported->alert);
  if (row.options.empty()) row.options.resize(1);
  for (TradeOff& option : row.options) {
    option.way = Uncommitted{};
    put(std::get<Uncommitted>(option.way).dependency, std::get<Uncommitted>(option.way).problem, option.owner);
  }
  if (!requirement.declared) requirement.declared = Declared{Status::green, 1.0, ""};
  put(requirement.declared->value_text);
  put(row.verdict.reason, row.verdict.needed, row.verdict.watermelon_reason);
  if (row.verdict.injections.empty()) row.verdict.injections.resize(1);
  for (InjectionVerdict& injection : row.verdict.injections) put(injection.note);
}

void plant_record(Scorecard& card, const Planter& put) {
  for (ScoredOutage& outage : card.outages) put(outage.probe, outage.cause);
  for (ScoredFault& fault : card.faults) put(fault.name, fault.component, fault.ended_by, fault.bite, fault.leftovers);
  for (ScoredLedger& ledger : card.ledgers) {
    put(ledger.name, ledger.noun);
    for (ScoredLedgerInjection& injection : ledger.injections) put(injection.fault);
  }
  for (ScoredAgent& agent : card.agents) put(agent.name, agent.version, agent.hostname);
}

void plant_scalability(Scorecard& card, const Planter& put) {
  if (!card.forecast) card.forecast = Forecast{{1}, ""};
  put(card.forecast->by);
  if (card.searches.empty()) card.searches.resize(1);
  for (ScoredSearch& search : card.searches) {
    put(search.phase, search.ended, search.trouble);
    if (search.steps.empty()) search.steps.resize(1);
    for (ScoredSearchStep& step : search.steps) {
      put(step.reason);
      if (step.outcome == StepOutcome::open) step.outcome = StepOutcome::holds;
    }
  }
  if (card.scalings.empty()) card.scalings.resize(1);
  for (ScoredScaling& scaling : card.scalings) {
    put(scaling.phase, scaling.problem, scaling.warnings);
    if (scaling.levels.empty()) scaling.levels.resize(1);
    for (ScoredLevel& level : scaling.levels) put(level.left_out);
  }
}

void plant_around(Scorecard& card, const Planter& put) {
  if (card.downstream.empty()) card.downstream.resize(1);
  for (ScoredDependency& d : card.downstream) put(d.name, d.owner, d.capacity_source, d.calls_reason, d.commitment, d.reason);
  if (card.controls.empty()) card.controls.resize(1);
  for (ScoredControl& control : card.controls) put(control.control);
  if (card.checks.empty()) card.checks.resize(1);
  for (ScoredCheck& check : card.checks) put(check.name, check.kind, check.detail);
  if (card.traffic.empty()) card.traffic.resize(1);
  for (ScoredTraffic& traffic : card.traffic) {
    put(traffic.phase, traffic.operation);
    traffic.witnessed = true;
    for (auto* list : {&traffic.first_bad, &traffic.slowest_bad, &traffic.slowest_good}) {
      if (list->empty()) list->resize(1);
      for (ScoredExchange& exchange : *list) put(exchange.answer, exchange.trace);
    }
  }
  for (ScoredRequirement& row : card.requirements) row.traffic = {0};
}

}  // namespace

void plant(Example& example, const std::string& text) {
  const Planter put(text);
  Scorecard& card = example.card;
  put(card.scenario, card.service, card.owner, card.launch, card.covers);
  put(card.decision_makers.driver, card.decision_makers.approver, card.decision_makers.contributors,
      card.decision_makers.informed);
  put(card.environment.name, card.environment.differs);
  plant_manifest(card.manifest, put);
  card.reasons.resize(3);
  for (ValidityReason& reason : card.reasons) put(reason.text, reason.fault);
  for (ScoredRequirement& row : card.requirements) plant_requirement(row, put);
  plant_record(card, put);
  card.unjudged.resize(1);
  put(card.unjudged[0].phase, card.unjudged[0].operation);
  plant_scalability(card, put);
  plant_around(card, put);
  Scenario& scenario = *example.scenario;
  put(scenario.name, scenario.service, scenario.owner);
  for (Phase& phase : scenario.phases) put(phase.name);
  for (Fault& fault : scenario.faults) put(fault.name);
  for (Probe& probe : scenario.probes) put(probe.name);
  for (Operation& operation : scenario.operations) put(operation.name, operation.noun);
}

std::string hostile_text() {
  using namespace std::string_literals;
  return "</td></script></style></title><script>alert(1)</script><img src=x onerror=alert(1)> ]]> --> | `code` "
         "[link](javascript:alert(1)) {{{tldr}}} {{> icons}} \"double\" 'single' &amp; @everyone \\\n# heading\r\n- item\t"
         "\x1b[31mred\x07 \xe2\x80\xae reordered \xe2\x80\xa8 \xef\xbf\xbe \xed\xa0\x80 \xc0\xaf \xff\xfe \xe2\x82"s +
         "\0nul end"s;
}

}  // namespace shakedown::testing
