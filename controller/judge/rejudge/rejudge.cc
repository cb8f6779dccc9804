#include "controller/judge/rejudge/rejudge.h"

#include "controller/model/looks_at.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace shakedown::judging {
namespace {

// The index of the thing of that name; the list's length when there is none.
template <class T>
std::size_t find(const std::vector<T>& list, const std::string& name) {
  const auto at = std::find_if(list.begin(), list.end(), [&](const T& one) { return one.name == name; });
  return static_cast<std::size_t>(at - list.begin());
}

// Moves ids of the asking scenario to those of the run's, and notes why a row cannot be answered.
class Mapper {
 public:
  Mapper(const Scenario& run, const Scenario& asked, Scenario& out) : run_(run), asked_(asked), out_(out) {}

  std::string take_trouble() { return std::exchange(trouble_, {}); }
  void refuse(const std::string& why) {
    if (trouble_.empty()) trouble_ = why;
  }

  void map(OperationId& id) { id = move<OperationId>(id, "operation", &Scenario::operations); }
  void map(ProbeId& id) { id = move<ProbeId>(id, "probe", &Scenario::probes); }
  void map(LedgerId& id) { id = move<LedgerId>(id, "ledger", &Scenario::ledgers); }
  void map(FaultId& id) { id = move<FaultId>(id, "fault", &Scenario::faults); }
  void map(CheckId& id) { id = move<CheckId>(id, "check", &Scenario::checks); }
  void map(PhaseId& id) { id = move<PhaseId>(id, "phase", &Scenario::phases); }
  void map(DependencyId& id) { id = move<DependencyId>(id, "dependency", &Scenario::dependencies); }
  template <class IdType>
  void map(std::vector<IdType>& ids) {
    for (IdType& id : ids) map(id);
  }
  // A row about all operations is about the same ones only if both files have the same.
  void map_all(std::vector<OperationId>& ids) {
    if (ids.empty()) same_operations();
    map(ids);
  }
  void map_all(OperationId& id) {
    if (!id.valid()) same_operations();
    map(id);
  }
  void map(Scope& scope) {
    if (scope.phases.empty() && !scope.during.valid()) same_measured_phases();
    map(scope.phases);
    map(scope.during);
  }
  // Whom a dependency calls, and how often, is what the run counted with; what it can take is what is asked.
  void same_calls() {
    for (const Dependency& wanted : asked_.dependencies) {
      const std::size_t at = find(run_.dependencies, wanted.name);
      if (at == run_.dependencies.size()) return refuse(fmt::format("the run had no dependency `{}`", wanted.name));
      if (meaning(wanted, asked_) != meaning(run_.dependencies[at], run_)) {
        return refuse(fmt::format("the run's dependency `{}` was another one", wanted.name));
      }
    }
  }

  // A row about all measured phases is about the same ones only if both files have the same.
  void same_measured_phases() {
    for (const Phase& wanted : asked_.phases) {
      const std::size_t at = find(run_.phases, wanted.name);
      if (!wanted.measured) {
        if (at < run_.phases.size() && run_.phases[at].measured) refuse(fmt::format("the run measured phase `{}`", wanted.name));
      } else if (at == run_.phases.size()) {
        refuse(fmt::format("the run had no phase `{}`", wanted.name));
      } else if (meaning(wanted, asked_) != meaning(run_.phases[at], run_)) {
        refuse(fmt::format("the run's phase `{}` was another one", wanted.name));
      }
    }
    for (const Phase& had : run_.phases) {
      if (had.measured && find(asked_.phases, had.name) == asked_.phases.size())
        refuse(fmt::format("the run measured phase `{}`, too", had.name));
    }
  }

 private:
  void same_operations() {
    for (const Operation& wanted : asked_.operations) {
      const std::size_t at = find(run_.operations, wanted.name);
      if (at == run_.operations.size()) {
        refuse(fmt::format("the run had no operation `{}`", wanted.name));
      } else if (meaning(wanted, asked_) != meaning(run_.operations[at], run_)) {
        refuse(fmt::format("the run's operation `{}` was another one", wanted.name));
      }
    }
  }

  template <class IdType, class T, class Owner>  // Owner: the scenario, or the plan that it is more than
  IdType move(IdType id, const char* what, std::vector<T> Owner::*list) {
    if (!id.valid() || id.value >= (asked_.*list).size()) return id;
    const T& wanted = (asked_.*list)[id.value];
    const std::size_t at = find(out_.*list, wanted.name);
    if (at == (out_.*list).size()) {
      T copy = stand_in(wanted);
      (out_.*list).push_back(std::move(copy));
    }
    if (at >= (run_.*list).size()) {
      refuse(fmt::format("the run had no {} `{}`", what, wanted.name));
    } else if (differs(wanted, (out_.*list)[at])) {
      refuse(fmt::format("the run's {} `{}` was another one", what, wanted.name));
    }
    return IdType(at);
  }

  template <class T>
  bool differs(const T& wanted, const T& had) const {
    if constexpr (requires { meaning(wanted, asked_); }) return meaning(wanted, asked_) != meaning(had, out_);
    return false;
  }

  // What stands for something that the run did not have: the name, and nothing that refers to anything else.
  template <class T>
  T stand_in(const T& wanted) {
    T out = wanted;
    if constexpr (std::is_same_v<T, Operation>) out.request.target = TargetId(0);
    if constexpr (std::is_same_v<T, Probe>) map(out.operation), out.agent = AgentId();
    if constexpr (std::is_same_v<T, Ledger>) out.write.target = out.read.target = TargetId(0), out.agent = AgentId();
    if constexpr (std::is_same_v<T, Check>) out.kind = CommandCheck{}, out.agent = AgentId();
    if constexpr (std::is_same_v<T, Dependency>) out.calls.clear();
    if constexpr (std::is_same_v<T, Phase>) out.load.reset(), out.faults.clear();
    if constexpr (std::is_same_v<T, Fault>) {
      map(out.phase);
      out.kind = FaultKind{"stop", {}, {}, {}};
      for (const ComponentId id : wanted.kind.components) out.kind.components.push_back(component(id));
      out.recover.clear();
      out.undo.clear();
    }
    return out;
  }

  ComponentId component(ComponentId id) {
    if (id.value >= asked_.components.size()) return ComponentId();
    const std::size_t at = find(out_.components, asked_.component(id).name);
    if (at == out_.components.size()) {
      Component copy;
      copy.name = asked_.component(id).name;
      copy.agent = AgentId(0);
      out_.components.push_back(std::move(copy));
    }
    return ComponentId(at);
  }

  const Scenario& run_;
  const Scenario& asked_;
  Scenario& out_;
  std::string trouble_;
};

struct MapSli {
  Mapper& m;
  void operator()(AvailabilitySli& s) const { m.map_all(s.operations), m.map(s.scope); }
  void operator()(UptimeSli& s) const { m.same_measured_phases(), m.map(s.probes); }
  void operator()(LatencySli& s) const { m.map_all(s.operation), m.map(s.scope); }
  void operator()(ThroughputSli& s) const { m.map_all(s.operations), m.map(s.scope); }
  void operator()(ErrorRatioSli& s) const { m.map_all(s.operations), m.map(s.scope); }
  // Outages in what is not measured do not count, nor is it quiet time.
  void operator()(MtbfSli& s) const { m.same_measured_phases(), m.map(s.probes); }
  void operator()(MtbrSli& s) const { m.same_measured_phases(), m.map(s.probes); }
  void operator()(MttrSli& s) const { m.same_measured_phases(), m.map(s.probes), m.map(s.fault); }
  void operator()(OutagesSli& s) const { m.same_measured_phases(), m.map(s.probes); }
  void operator()(ImpactSli& s) const { m.same_measured_phases(), m.map(s.fault); }
  void operator()(ToleratedSli& s) const { m.map(s.faults), m.map(s.probes); }
  void operator()(RtoSli& s) const { m.map(s.fault), m.map(s.probes); }
  void operator()(RpoSli& s) const { m.map(s.fault), m.map(s.ledger); }
  void operator()(DurabilitySli& s) const { m.map(s.ledger); }
  void operator()(CapacitySli& s) const { m.map(s.phase); }
  void operator()(HeadroomSli& s) const { m.map(s.phase); }
  void operator()(EfficiencySli& s) const { m.map(s.phase); }
  void operator()(DegradationSli& s) const { m.map_all(s.operation), m.map(s.scope); }
  void operator()(DownstreamSli& s) const { m.same_calls(), m.map(s.dependencies); }
  void operator()(CheckSli& s) const { m.map(s.check); }
  void operator()(AttestedSli&) const {}
};

std::size_t find_row(const Scenario& scenario, const std::string& id) {
  const auto& rows = scenario.requirements;
  const auto at = std::find_if(rows.begin(), rows.end(), [&](const Requirement& r) { return r.id == id; });
  return static_cast<std::size_t>(at - rows.begin());
}

// The ids of the rows that a search holds.
std::vector<std::string> held_by(const Search& search, const Scenario& scenario) {
  std::vector<std::string> out;
  for (const RequirementId id : search.hold) out.push_back(scenario.requirement(id).id);
  std::sort(out.begin(), out.end());
  return out;
}

// Whether a row holds the same in a step: what is looked at, by which limit. A step has its own windows, and the confidence
// is that of the rows judged by.
bool holds_the_same(const Requirement& a, const Requirement& b) {
  if (a.objective.comparison != b.objective.comparison || a.objective.limit != b.objective.limit) return false;
  const LooksAt x = looks_at(a.sli), y = looks_at(b.sli);
  return of_share(x.load) && x.load == y.load && x.operations == y.operations && x.quantile == y.quantile && x.over == y.over;
}

// The search of the phase of that name; nullptr when there is none.
const Search* search_named(const Scenario& scenario, const std::string& phase) {
  const std::size_t at = find(scenario.phases, phase);
  return at < scenario.phases.size() ? scenario.search_of(PhaseId(at)) : nullptr;
}

// A search held the run's rows: it answers only where the same ones are asked for, in the same sense.
void keep_searches(Rejudged& out, const Scenario& run, const Scenario& asked) {
  for (Search& search : out.scenario.searches) {
    std::vector<RequirementId> hold;
    const Search* wanted = search_named(asked, run.phase(search.phase).name);
    bool same = wanted != nullptr && held_by(*wanted, asked) == held_by(search, run);
    for (const RequirementId id : search.hold) {
      const Requirement& held = run.requirement(id);
      const std::size_t at = find_row(out.scenario, held.id);
      same = same && at < out.scenario.requirements.size() && holds_the_same(out.scenario.requirements[at], held) &&
             !out.refused.contains(RequirementId(at));
      if (at < out.scenario.requirements.size()) hold.emplace_back(at);
    }
    search.hold = same ? std::move(hold) : std::vector<RequirementId>{};
    for (std::size_t i = 0; i < out.scenario.requirements.size() && !same; ++i) {
      if (looks_at(out.scenario.requirements[i].sli).search != search.phase) continue;
      out.refused.try_emplace(RequirementId(i), "the run's search held other requirements than these");
    }
  }
  std::erase_if(out.scenario.searches, [](const Search& search) { return search.hold.empty(); });
}

// Whether the run asked what this row would ask: of the same source, in the same words. The window is compared when judging.
bool asks_the_same(Reading::Kind kind, const Reported& then, const Reported& now) {
  const bool same_source = then.value.prometheus == now.value.prometheus;
  switch (kind) {
    case Reading::Kind::reported_value:
    case Reading::Kind::reported_series:
    case Reading::Kind::retention: return same_source && then.value.query == now.value.query;
    case Reading::Kind::reported_count: return same_source && then.count == now.count;
    case Reading::Kind::alert: return same_source && then.alert == now.alert && then.alertmanager == now.alertmanager;
    case Reading::Kind::dependency_count:
    case Reading::Kind::dependency_capacity: break;
  }
  return false;
}

void keep_readings(Rejudged& out, const Scenario& run) {
  using Kind = Reading::Kind;
  for (std::size_t i = 0; i < run.requirements.size(); ++i) {
    const std::size_t at = find_row(out.scenario, run.requirements[i].id);
    if (at == out.scenario.requirements.size()) continue;
    const auto &then = run.requirements[i].reported, &now = out.scenario.requirements[at].reported;
    if (!then || !now) continue;
    for (const Kind kind : {Kind::reported_value, Kind::reported_series, Kind::reported_count, Kind::alert, Kind::retention}) {
      if (asks_the_same(kind, *then, *now)) out.same_question[{kind, RequirementId(i)}] = RequirementId(at);
    }
  }
}

void take_what_judges(Scenario& out, const Scenario& asked) {
  out.name = asked.name;
  out.service = asked.service;
  out.owner = asked.owner;
  out.launch = asked.launch;
  out.sha256 = asked.sha256;
  out.decision = asked.decision;
  out.environment = asked.environment;
  out.forecast = asked.forecast;
  out.requirements = asked.requirements;
  for (Dependency& had : out.dependencies) {
    const std::size_t at = find(asked.dependencies, had.name);
    if (at == asked.dependencies.size()) continue;
    const Dependency& wanted = asked.dependencies[at];
    had.owner = wanted.owner;
    had.capacity = wanted.capacity;
    had.scorecard = wanted.scorecard;
    had.commitment = wanted.commitment;
  }
  if (out.targets.empty()) out.targets.emplace_back();
}

}  // namespace

Rejudged rejudge(const Scenario& run, const Scenario& asked) {
  Rejudged out;
  out.scenario = run;
  take_what_judges(out.scenario, asked);
  Mapper mapper(run, asked, out.scenario);
  for (std::size_t i = 0; i < out.scenario.requirements.size(); ++i) {
    std::visit(MapSli{mapper}, out.scenario.requirements[i].sli);
    const std::string trouble = mapper.take_trouble();
    if (!trouble.empty()) out.refused[RequirementId(i)] = trouble;
  }
  keep_searches(out, run, asked);
  keep_readings(out, run);
  return out;
}

Rejudged refuse_all(const Scenario& asked, const std::string& why) {
  Rejudged out;
  out.scenario = asked;
  out.named = false;
  for (std::size_t i = 0; i < asked.requirements.size(); ++i) out.refused[RequirementId(i)] = why;
  return out;
}

bool translate(Reading& reading, const Rejudged& rejudged) {
  if (!reading.requirement.valid()) return true;
  const auto found = rejudged.same_question.find({reading.kind, reading.requirement});
  if (found == rejudged.same_question.end()) return false;
  reading.requirement = found->second;
  return true;
}

}  // namespace shakedown::judging
