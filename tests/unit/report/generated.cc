#include "tests/unit/report/generated.h"

#include <algorithm>
#include <cmath>

#include "controller/judge/conclude.h"
#include "controller/judge/decision.h"
#include "controller/judge/options/tradeoffs.h"
#include "controller/judge/page_one/tldr.h"
#include "controller/judge/parts/controls.h"
#include "controller/judge/reported/watermelon.h"
#include "controller/model/looks_at.h"
#include "core/base/rng.h"

namespace shakedown::testing {
namespace {

class Maker {
 public:
  explicit Maker(uint64_t seed) : random_(seed) {}

  Generated make() {
    declare();
    break_things();
    for (uint64_t n = of({0, 1, 2, 5, 12}); n > 0; --n) add_row();
    describe();
    return std::move(out_);
  }

 private:
  template <class T>
  T of(std::initializer_list<T> values) {
    return *(values.begin() + static_cast<std::ptrdiff_t>(random_.below(values.size())));
  }
  bool chance(uint32_t percent) { return random_.below(100) < percent; }
  double seconds_value() {
    return of({0.0, 0.00004, 0.0009, 0.01, 0.4899, 0.9999, 1.0, 1.04, 9.96, 59.99, 99.9, 119.9, 4000.0, 200000.0});
  }
  std::string person() { return of<const char*>({"", "", "sam@example.com", "The Ledger Team"}); }

  void declare();
  void break_things();
  Sli any_sli();
  void add_row();
  void measure(ScoredRequirement& row);
  void measure_tries(ScoredRequirement& row, FaultId fault, bool losses);
  double value_of(Unit unit);
  void describe();

  Rng random_;
  Generated out_;
  std::vector<uint64_t> tries_;  // of each fault
};

void Maker::declare() {
  Scenario& s = out_.drill.scenario;
  const PhaseId steady = out_.drill.add_phase("steady", 100, of({1.0, 500.0, 12345.0}));
  for (uint64_t n = of({0, 1, 2}); n > 0; --n) {
    const FaultId id = out_.drill.add_kill("kill-" + std::to_string(n), steady);
    if (chance(50)) s.faults[id.value].expected = Rate{1 / (30.0 * 86400)};
    tries_.push_back(of({0, 1, 2, 3, 12, 59}));
  }
  if (chance(30)) s.components.push_back(s.components[0]);
  s.owner = person();
  s.decision.driver = chance(30) ? "dana@example.com" : "";
  if (chance(50)) s.forecast = Forecast{{of({1.0, 100.0, 2000.0, 1e6})}, of<const char*>({"", "2027-03-01"}), {}};
  if (s.forecast && chance(50)) s.forecast->writes = Rate{of({1.0, 50.0, 2000.0})};
}

void Maker::break_things() {
  Scorecard& card = out_.card;
  ScoredLedger ledger{.name = "entries", .noun = "entry", .rate = of({1.0, 50.0})};
  for (std::size_t f = 0; f < tries_.size(); ++f) {
    for (uint32_t n = 1; n <= tries_[f]; ++n) {
      ScoredFault fault{
          .name = out_.drill.scenario.faults[f].name, .component = "ledger", .injection = n, .state = FaultState::clean};
      fault.injected_at = at(10.0 * n);
      if (!chance(15)) fault.effective_at = fault.injected_at;
      if (chance(5)) fault.state = of({FaultState::effective, FaultState::leftover, FaultState::not_run, FaultState::failed});
      fault.measured = fault.effective_at && chance(80);
      fault.load_rate = of({0.0, 1.0, 500.0});
      fault.ended_by = of<const char*>({"recovery", "undo", "not known"});
      if (fault.measured && chance(50)) fault.predicted_monthly_failed = of({0.0, 1.0, 24.7, 1e6});
      card.faults.push_back(fault);
      ScoredLedgerInjection i{
          .fault = fault.name, .n = n, .lost = of<uint64_t>({0, 0, 1, 14, 5000}), .undecided = of<uint64_t>({0, 0, 3})};
      i.rpo_lower = i.lost == 0 ? 0 : seconds_value();
      i.rpo_upper = chance(10) ? INFINITY : i.rpo_lower + seconds_value();
      if (chance(70)) i.suffix_upper = i.rpo_upper;
      i.scattered = chance(10);
      ledger.injections.push_back(i);
    }
  }
  card.ledgers = {ledger};
}

Sli Maker::any_sli() {
  const std::vector<ProbeId> probes = {ProbeId(0)};
  const FaultId fault = tries_.empty() ? FaultId() : FaultId(random_.below(tries_.size()));
  const OperationId read(0);
  std::vector<Sli> all = {AvailabilitySli{},
                          UptimeSli{probes, std::chrono::hours(720)},
                          LatencySli{read, of({0.5, 0.99, 0.9999})},
                          ThroughputSli{},
                          ErrorRatioSli{},
                          MtbfSli{probes},
                          MtbrSli{probes},
                          MttrSli{probes, fault},
                          OutagesSli{probes},
                          CapacitySli{PhaseId(0)},
                          HeadroomSli{PhaseId(0)},
                          DownstreamSli{},
                          AttestedSli{},
                          CheckSli{}};
  if (!tries_.empty()) {
    for (const Sli& sli :
         std::vector<Sli>{ImpactSli{fault, ImpactUnit::failed_requests}, ImpactSli{fault, ImpactUnit::delayed_seconds},
                          ToleratedSli{{fault}, probes}, RtoSli{fault, probes}, RpoSli{fault, LedgerId(0)},
                          RpoSli{fault, LedgerId(0), RpoUnit::time}, RtoSli{fault, probes, 3, Share{0.95}}})
      all.push_back(sli);
  }
  Sli out = all[random_.below(all.size())];
  if (auto* attested = std::get_if<AttestedSli>(&out))
    *attested = {"It is so", "dba@example.com", "", "2026-01-01", "2027-03-01"};
  return out;
}

double Maker::value_of(Unit unit) {
  switch (unit) {
    case Unit::ratio: return of({0.0, 0.000012, 0.005, 0.3684, 0.5, 0.99948, 0.9999999, 1.0});
    case Unit::seconds: return seconds_value();
    case Unit::per_second: return of({0.0, 0.4, 1.0, 499.6, 999.7, 1904.7, 1e6});
    case Unit::margin: return of({-0.999, -0.24, -0.001, 0.0, 0.3, 12.0});
    case Unit::holds: return of({0.0, 1.0});
    default: return of({0.0, 1.0, 2.0, 14.0, 123456.0});
  }
}

void Maker::measure_tries(ScoredRequirement& row, FaultId fault, bool losses) {
  Measured& m = row.verdict.measured;
  const bool writes = m.unit == Unit::writes;
  for (uint32_t n = 1; n <= tries_[fault.value]; ++n) {
    InjectionVerdict v{.injection = InjectionId(n), .number = n, .valid = chance(80)};
    v.lower = seconds_value();
    v.upper = chance(10) ? INFINITY : v.lower + seconds_value();
    if (losses) {
      const auto& all = out_.card.ledgers[0].injections;
      const auto i = std::find_if(all.begin(), all.end(), [&](const ScoredLedgerInjection& l) {
        return l.n == n && l.fault == out_.drill.scenario.fault(fault).name;
      });
      v.lower = writes ? static_cast<double>(i->lost) : i->rpo_lower;
      v.upper = writes ? static_cast<double>(i->lost + i->undecided) : i->rpo_upper;
    }
    if (!v.valid) v.note = "the writes were not completely read back";
    row.verdict.injections.push_back(v);
    if (!v.valid) continue;
    ++m.samples;
    m.value = std::max(m.value.value_or(0), v.lower);
    m.lower = std::max(m.lower.value_or(0), v.lower);
    m.upper = std::max(m.upper.value_or(0), v.upper);
  }
}

void Maker::measure(ScoredRequirement& row) {
  Verdict& v = row.verdict;
  v.measured.unit = unit_of(row.requirement.sli);
  const FaultId fault = looks_at(row.requirement.sli).fault;
  const auto* rpo = std::get_if<RpoSli>(&row.requirement.sli);
  if (rpo != nullptr || std::holds_alternative<RtoSli>(row.requirement.sli)) {
    measure_tries(row, fault, rpo != nullptr);
  } else if (!chance(15)) {
    const double a = value_of(v.measured.unit), b = value_of(v.measured.unit);
    v.measured.lower = std::min(a, b);
    v.measured.upper = std::max(a, b);
    v.measured.value = chance(50) ? a : b;
    v.measured.samples = of<uint64_t>({1, 3, 1000});
    v.measured.censored = v.measured.unit == Unit::seconds && chance(20);
  }
  v.reason = "It was measured.";
  if (!v.measured.value) {
    v.state = VerdictState::unknown;
    return;
  }
  judging::conclude(v, row.requirement);
  if (v.state != VerdictState::pass && v.state != VerdictState::fail) v.needed = "3 more of it";
  if (chance(10)) {
    judging::Judged judged;
    judged.verdict = v;
    judging::touch(judged, Signal::lag, "our lag was large");
    judging::touch(judged, Signal::lost_agent, "an agent was lost");
    v = judged.verdict;
  }
}

void Maker::add_row() {
  ScoredRequirement row;
  Requirement& r = row.requirement;
  r.sli = any_sli();
  r.id = "R-" + std::to_string(out_.card.requirements.size() + 1);
  r.area = kAreas[random_.below(kAreas.size())];
  r.title = "Row " + std::to_string(out_.card.requirements.size() + 1);
  r.means = chance(50) ? "a customer waits" : "";
  r.objective.limit = value_of(unit_of(r.sli));
  r.objective.comparison = of({Comparison::at_most, Comparison::at_least});
  if (std::holds_alternative<RtoSli>(r.sli) || std::holds_alternative<RpoSli>(r.sli))
    r.objective.comparison = Comparison::at_most;
  r.objective.text =
      (r.objective.comparison == Comparison::at_most ? "<= " : ">= ") + format_value(r.objective.limit, unit_of(r.sli));
  r.must = !chance(20);
  r.owner = person();
  r.fix_by = of<const char*>({"", "", "2026-11-01", "2027-01-01"});
  if (chance(50)) {
    r.declared = Declared{};
    if (chance(50)) r.declared->status = of({Status::green, Status::yellow, Status::red});
    if (chance(70)) r.declared->value = value_of(unit_of(r.sli));
    if (r.declared->value && chance(70)) r.declared->value_text = format_value(*r.declared->value, unit_of(r.sli));
  }
  measure(row);
  judging::Judged judged;
  judged.verdict = row.verdict;
  judged.observed_seconds = 1e9;
  judging::compare_declared(r, judged);
  row.verdict = judged.verdict;
  row.verdict.requirement = RequirementId(out_.card.requirements.size());
  if (row.verdict.state == VerdictState::pass && chance(80)) row.tested_rate = of({1.0, 499.7, 2000.0});
  out_.drill.scenario.requirements.push_back(r);
  out_.card.requirements.push_back(row);
}

void Maker::describe() {
  const Scenario& s = out_.drill.scenario;
  Scorecard& card = out_.card;
  card.scenario = s.name;
  card.service = "Ledger";
  card.owner = s.owner;
  card.decision_makers = s.decision;
  card.forecast = s.forecast;
  card.environment.name = "staging";
  card.manifest = out_.drill.manifest;
  card.manifest.started = parse_wall("2026-11-22T14:00:00Z").value();
  card.manifest.finished = parse_wall("2026-11-22T14:02:00Z").value();
  if (chance(20)) card.manifest.state = of({RunState::stopped, RunState::aborted, RunState::interrupted});
  if (chance(10)) card.manifest.rejudged_from = "abc";
  card.launch = chance(50) ? "2026-12-15" : "";
  if (!card.launch.empty()) card.launch_in_days = of({-1, 0, 1, 23});
  card.valid = chance(80);
  if (!card.valid) card.reasons = {{Signal::lag, "our lag was large", true}};
  if (chance(20)) card.unjudged = {{"spike", of<std::string>({"", "write"}), of<uint64_t>({1, 10000}), 1}};
  if (chance(30))
    card.searches = {ScoredSearch{.phase = "steady", .lower = of({0.5, 1904.7}), .upper = 2001.0, .ended = "found"}};
  card.controls = judging::summarize_controls(card.requirements);
  card.areas = judging::summarize_areas(card.requirements);
  card.decision = judging::decide(card);
  card.covers = judging::covers(card);
  for (ScoredRequirement& row : card.requirements) row.options = judging::options_for(row, card, s);
  card.tldr = judging::tell(card, s);
}

}  // namespace

Generated generate(uint64_t seed) { return Maker(seed).make(); }

}  // namespace shakedown::testing
