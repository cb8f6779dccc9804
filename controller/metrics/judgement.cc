// The run's own judgement on the page: decision, validity, outages, and what each fault cost.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "controller/metrics/page.h"
#include "controller/model/looks_at.h"

namespace shakedown {
namespace {

const std::vector<std::string> kDecisions = {"go", "no-go", "not-proven"};
constexpr double kNotJudged = std::numeric_limits<double>::quiet_NaN();

void add_validity(MetricFamilies& page, const Scorecard& card) {
  std::map<std::string, bool> raised;
  for (const Signal signal : all_signals()) raised[to_string(signal)] = false;  // each is there from the start
  for (const ValidityReason& reason : card.reasons) raised[to_string(reason.signal)] = true;
  MetricFamily signals = gauge("shakedown_validity_signal", "1 when this signal against the run's evidence is raised.");
  for (const auto& [signal, up] : raised) signals.add({{"signal", signal}}, up);
  MetricFamily valid = gauge("shakedown_run_valid", "1 while nothing speaks against the run's evidence.");
  valid.add({}, card.valid);
  page.push_back(valid.take());
  page.push_back(signals.take());
}

struct Down {
  double outages = 0, lower = 0, upper = 0;
};

void add_outages(MetricFamilies& page, const MetricsInput& input) {
  std::map<std::pair<std::string, std::string>, Down> down;
  for (const Probe& probe : input.timeline.scenario().probes) {
    down[{probe.name, "injected"}];
    down[{probe.name, "spontaneous"}];
    down[{probe.name, "load"}];
  }
  for (const ScoredOutage& outage : input.card.outages) {
    const char* cause = outage.by_our_load ? "load" : outage.cause == "spontaneous" ? "spontaneous" : "injected";
    Down& sum = down[{outage.probe, cause}];
    sum.outages += 1;
    sum.lower += outage.lower_seconds;
    sum.upper += outage.upper_seconds;
  }
  MetricFamily count = gauge("shakedown_outages", "Outages seen by the probe.");
  MetricFamily lower = gauge("shakedown_repair_lower_seconds", "Length of these outages together, lower bound.");
  MetricFamily upper =
      gauge("shakedown_repair_upper_seconds", "Length of these outages together, upper bound; +Inf = not ended.");
  for (const auto& [key, sum] : down) {
    count.add({{"probe", key.first}, {"cause", key.second}}, sum.outages);
    lower.add({{"probe", key.first}, {"cause", key.second}}, sum.lower);
    upper.add({{"probe", key.first}, {"cause", key.second}}, sum.upper);
  }
  for (MetricFamily* family : {&count, &lower, &upper}) page.push_back(family->take());
}

// The worst injection so far.
std::pair<double, double> worst(const std::vector<InjectionVerdict>& injections) {
  std::pair<double, double> bounds{kNotJudged, kNotJudged};
  for (const InjectionVerdict& injection : injections) {
    if (!injection.valid) continue;
    bounds.first = std::fmax(bounds.first, injection.lower);
    bounds.second = std::fmax(bounds.second, injection.upper);
  }
  return bounds;
}

void add_rto(MetricFamilies& page, const MetricsInput& input) {
  MetricFamily lower = gauge("shakedown_rto_lower_seconds", "Recovery time of the worst injection, lower bound; NaN = none yet.");
  MetricFamily upper = gauge("shakedown_rto_upper_seconds", "Recovery time of the worst injection, upper bound; NaN = none yet.");
  for (const ScoredRequirement& row : input.card.requirements) {
    const LooksAt at = looks_at(row.requirement.sli);
    if (at.injections != InjectionFigure::recovery) continue;
    const auto [from, to] = worst(row.verdict.injections);
    const std::string& fault = input.timeline.scenario().fault(at.fault).name;
    lower.add({{"requirement", row.requirement.id}, {"fault", fault}}, from);
    upper.add({{"requirement", row.requirement.id}, {"fault", fault}}, to);
  }
  page.push_back(lower.take());
  page.push_back(upper.take());
}

struct Loss {
  double lost = kNotJudged, undecided = kNotJudged, lower = kNotJudged, upper = kNotJudged;
};

// The ledger was read back for it: before that nothing is known of what it lost.
bool was_read(const ScoredLedgerInjection& one, LedgerId ledger, const Timeline& timeline) {
  const auto& passes = timeline.ledger(ledger).passes();
  const auto& injections = timeline.injections();
  return std::any_of(passes.begin(), passes.end(), [&](const LedgerPass& pass) {
    if (!pass.injection.valid() || pass.injection.value >= injections.size()) return false;
    const InjectionRecord& record = injections[pass.injection.value];
    return record.fault.valid() && timeline.scenario().fault(record.fault).name == one.fault && record.number == one.n;
  });
}

void add_rpo(MetricFamilies& page, const MetricsInput& input) {
  const Scenario& scenario = input.timeline.scenario();
  std::map<std::pair<std::string, std::string>, Loss> worst;
  for (const Ledger& ledger : scenario.ledgers) {
    for (const Fault& fault : scenario.faults) worst[{ledger.name, fault.name}];
  }
  for (std::size_t i = 0; i < input.card.ledgers.size(); ++i) {
    const ScoredLedger& ledger = input.card.ledgers[i];
    for (const ScoredLedgerInjection& injection : ledger.injections) {
      if (!was_read(injection, LedgerId(i), input.timeline)) continue;
      Loss& loss = worst[{ledger.name, injection.fault}];
      loss.lost = std::fmax(loss.lost, static_cast<double>(injection.lost));
      loss.undecided = std::fmax(loss.undecided, static_cast<double>(injection.undecided));
      loss.lower = std::fmax(loss.lower, injection.rpo_lower);
      loss.upper = std::fmax(loss.upper, injection.rpo_upper);
    }
  }
  MetricFamily lost =
      gauge("shakedown_rpo_lost_writes", "Confirmed writes that the worst injection lost; NaN = not read back yet.");
  MetricFamily undecided =
      gauge("shakedown_rpo_undecided_writes", "Confirmed writes of which it is not known, at most in one injection.");
  MetricFamily lower = gauge("shakedown_rpo_lower_seconds", "Time window of the lost writes, worst injection, lower bound.");
  MetricFamily upper = gauge("shakedown_rpo_upper_seconds", "Time window of the lost writes, worst injection, upper bound.");
  for (const auto& [key, loss] : worst) {
    lost.add({{"ledger", key.first}, {"fault", key.second}}, loss.lost);
    undecided.add({{"ledger", key.first}, {"fault", key.second}}, loss.undecided);
    lower.add({{"ledger", key.first}, {"fault", key.second}}, loss.lower);
    upper.add({{"ledger", key.first}, {"fault", key.second}}, loss.upper);
  }
  for (MetricFamily* family : {&lost, &undecided, &lower, &upper}) page.push_back(family->take());
}

}  // namespace

void add_judgement_metrics(MetricFamilies& page, const MetricsInput& input) {
  MetricFamily decision = gauge("shakedown_decision", "1 for what the evidence says; not-proven while the run goes on.");
  add_states(decision, nullptr, "", "state", kDecisions, to_string(input.card.decision));
  MetricFamily judged = gauge("shakedown_judged_timestamp_seconds", "When the verdicts shown here were given; 0 = not yet.");
  judged.add({}, static_cast<double>(input.judged_at.time_since_epoch().count()) * 1e-9);
  page.push_back(decision.take());
  page.push_back(judged.take());
  add_validity(page, input.card);
  add_outages(page, input);
  add_rto(page, input);
  add_rpo(page, input);
}

}  // namespace shakedown
