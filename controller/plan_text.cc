#include "controller/plan_text.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "controller/planner.h"
#include "core/base/units.h"
#include "core/stats/intervals.h"

namespace shakedown {
namespace {

std::string joined(const std::vector<std::string>& argv) {
  std::string out;
  for (const std::string& word : argv) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string shape_text(const RateShape& shape) {
  struct Visitor {
    std::string operator()(const ConstantRate& s) const { return format_rate(s.rate); }
    std::string operator()(const RampRate& s) const { return format_rate(s.from) + " rising to " + format_rate(s.to); }
    std::string operator()(const StepRate& s) const {
      std::string out = "steps of " + format_duration(s.each) + ":";
      for (const Rate& rate : s.steps) out += " " + format_rate(rate);
      return out;
    }
    std::string operator()(const SpikeRate& s) const {
      return fmt::format("{} with {} from {} for {}", format_rate(s.base), format_rate(s.peak), format_duration(s.at),
                         format_duration(s.length));
    }
  };
  return std::visit(Visitor{}, shape);
}

std::string load_text(const Scenario& scenario, const Load& load) {
  std::string out;
  if (const auto* open = std::get_if<OpenLoad>(&load.kind)) {
    out = "open " + shape_text(open->shape) + (open->arrivals == Arrivals::poisson ? " (Poisson)" : " (uniform)");
  } else {
    const auto& closed = std::get<ClosedLoad>(load.kind);
    out = fmt::format("closed {} users, think {}", closed.users, format_duration(closed.think));
  }
  for (const MixEntry& entry : load.mix) {
    out += fmt::format(", {} x {}", format_number(entry.weight), scenario.operation(entry.operation).name);
  }
  return out;
}

double offered_requests(const Scenario& scenario, const Phase& phase) {
  if (!phase.load) return 0;
  const auto* open = std::get_if<OpenLoad>(&phase.load->kind);
  (void)scenario;
  return open == nullptr ? 0 : arrivals_until(open->shape, phase.duration, phase.duration) * phase.repeat;
}

std::string command_text(const Component& component, const Action& action) {
  switch (action.kind) {
    case Action::Kind::start: return joined(component.start);
    case Action::Kind::stop:
      return component.stop.empty() ? "SIGTERM, SIGKILL after " + format_duration(component.stop_limit)
                                    : joined(component.stop);
    case Action::Kind::resume: return "SIGCONT";
    case Action::Kind::exec: break;  // describe says it
  }
  return {};
}

std::string action_text(const Scenario& scenario, const Action& action) {
  static const Component kNone;
  const Component& component = action.component.valid() ? scenario.component(action.component) : kNone;
  std::string out = action.describe;
  if (action.kind != Action::Kind::exec) out += ": " + command_text(component, action);
  if (action.after > Duration{}) out += " (after " + format_duration(action.after) + ")";
  return out;
}

std::string injection_text(const Scenario& scenario, const Fault& fault) {
  struct Visitor {
    const Component& component;
    std::string scope() const {
      if (!component.process) return "";
      const char* scopes[] = {"the process", "its descendants", "its process group"};
      return fmt::format(" to {} of {} (pidfile {}{}{})", scopes[static_cast<int>(component.process->scope)],
                         component.name, component.process->pidfile,
                         component.process->exe.empty() ? "" : ", must run " + component.process->exe,
                         component.process->user.empty() ? "" : ", must belong to " + component.process->user);
    }
    std::string operator()(const KillFault& f) const { return fmt::format("SIG{}{}", ::sigabbrev_np(f.signal), scope()); }
    std::string operator()(const PauseFault& f) const { return "SIGSTOP" + scope() + " for " + format_duration(f.hold); }
    std::string operator()(const StopFault&) const { return "stop" + scope(); }
    std::string operator()(const ExecFault& f) const { return joined(f.argv) + "; proven by: " + joined(f.effect); }
  };
  return std::visit(Visitor{scenario.component(component_of(fault.kind))}, fault.kind);
}

// The ratio SLIs: how many clean requests prove the objective, and how many this scenario offers.
std::string ratio_evidence(const Scenario& scenario, double allowed, double confidence) {
  double offered = 0;
  for (const Phase& phase : scenario.phases) offered += phase.measured ? offered_requests(scenario, phase) : 0;
  if (allowed <= 0) return "no finite number of requests proves an objective of 100 %";
  const uint64_t needed = trials_needed(0, allowed, confidence);
  return fmt::format("{} requests without a violation ({:.0f} are offered in measured phases){}", needed, offered,
                     offered > 0 && offered < static_cast<double>(needed) ? ": TOO FEW, it will be not proven" : "");
}

struct Evidence {
  const Scenario& scenario;
  const Requirement& requirement;

  std::string injections(FaultId fault, uint32_t least, const std::optional<Share>& share) const {
    uint32_t planned = 0;
    for (const PlannedStage& stage : plan_stages(scenario)) {
      for (const PlannedInjection& injection : stage.injections) planned += injection.fault == fault ? 1 : 0;
    }
    const uint64_t needed = share ? clean_trials_needed(share->value, requirement.confidence) : least;
    return fmt::format("{} injections of {} ({} planned){}", needed, scenario.fault(fault).name, planned,
                       planned < needed ? ": TOO FEW, it will be not proven" : "");
  }

  std::string operator()(const AvailabilitySli&) const {
    return ratio_evidence(scenario, 1 - requirement.objective.limit, requirement.confidence);
  }
  std::string operator()(const ErrorRatioSli&) const {
    return ratio_evidence(scenario, requirement.objective.limit, requirement.confidence);
  }
  std::string operator()(const LatencySli& sli) const {
    return ratio_evidence(scenario, 1 - sli.quantile, requirement.confidence);
  }
  std::string operator()(const UptimeSli& sli) const {
    const double free_time = -std::log(1 - requirement.confidence);
    return fmt::format("cannot be proven before launch by waiting: it takes {} x the time between outages that is "
                       "claimed without one; claimed over {}",
                       format_number(free_time), format_duration(sli.period));
  }
  std::string operator()(const ThroughputSli&) const { return "the offered load must be above the objective"; }
  std::string operator()(const MtbfSli&) const {
    const double factor = -std::log(1 - requirement.confidence);
    return fmt::format("{} without a spontaneous outage ({} planned)",
                       format_duration(from_seconds(factor * requirement.objective.limit)),
                       format_duration(planned_duration(scenario)));
  }
  std::string operator()(const MtbrSli&) const { return "several recoveries within the drill"; }
  std::string operator()(const MttrSli& sli) const {
    return sli.statistic == RepairStatistic::mean ? "at least 3 outages" : "at least 5 outages";
  }
  std::string operator()(const OutagesSli&) const { return "the probe watches the whole run"; }
  std::string operator()(const ImpactSli& sli) const { return injections(sli.fault, 1, std::nullopt); }
  std::string operator()(const ToleratedSli& sli) const {
    return sli.faults.empty() ? "" : injections(sli.faults.front(), 3, std::nullopt);
  }
  std::string operator()(const RtoSli& sli) const { return injections(sli.fault, sli.injections, sli.share); }
  std::string operator()(const RpoSli& sli) const { return injections(sli.fault, sli.injections, sli.share); }
  std::string operator()(const DurabilitySli& sli) const {
    const Ledger& ledger = scenario.ledger(sli.ledger);
    return fmt::format("every write of {} is read back at the end, within {}", ledger.name, format_duration(ledger.verify_limit));
  }
  std::string operator()(const CapacitySli& sli) const {
    return "the search of phase " + scenario.phase(sli.phase).name + " comes to its end";
  }
  std::string operator()(const HeadroomSli& sli) const { return (*this)(CapacitySli{sli.phase}); }
  std::string operator()(const EfficiencySli& sli) const {
    return "a law fitted to the steps of phase " + scenario.phase(sli.phase).name;
  }
  std::string operator()(const DegradationSli&) const { return "a soak long enough for its slope to show"; }
  std::string operator()(const DownstreamSli&) const { return "a capacity of each dependency, and the forecast"; }
  std::string operator()(const CheckSli& sli) const { return "the check " + scenario.check(sli.check).name; }
  std::string operator()(const AttestedSli& sli) const {
    return "cannot be measured: the word of " + sli.by + (sli.expires.empty() ? "" : ", good until " + sli.expires);
  }
};

void add_faults(const Scenario& scenario, const Phase& phase, std::string& out) {
  for (const FaultId id : phase.faults) {
    const Fault& fault = scenario.fault(id);
    out += fmt::format("    at {} fault {}: {}\n", format_duration(fault.at), fault.name, injection_text(scenario, fault));
    for (const Action& action : fault.recover) out += "      recovery  " + action_text(scenario, action) + "\n";
    if (fault.recover.empty()) out += "      recovery  none: it must heal itself\n";
    for (const Action& action : fault.undo) {
      out += fmt::format("      undo      {}, at the latest {} after the effect\n", action_text(scenario, action),
                         format_duration(fault.recover_within));
    }
  }
}

// What a phase that looks for a limit does.
void add_growth(const Scenario& scenario, const Phase& phase, std::string& out) {
  const PhaseId id(static_cast<std::size_t>(&phase - scenario.phases.data()));
  if (const Search* search = scenario.search_of(id)) {
    std::vector<std::string> held;
    for (const RequirementId one : search->hold) held.push_back(scenario.requirement(one).id);
    out += fmt::format("    search the highest rate from {} to {} at which {} hold, in windows of {}, confirmed for {}, at most {}\n",
                       format_rate(search->from), format_rate(search->to), fmt::join(held, ", "),
                       format_duration(search->window), format_duration(search->confirm), format_duration(phase.duration));
  }
  if (const StepSeries* series = scenario.steps_of(id)) {
    std::vector<std::string> levels;
    for (const double level : series->levels) levels.push_back(format_number(level));
    out += fmt::format("    steps over {} {}: {} each\n", to_string(series->axis), fmt::join(levels, ", "),
                       format_duration(series->each));
    if (series->scale) out += "    scale by " + joined(series->scale->argv) + "\n";
  }
}

struct CheckText {
  const Scenario& scenario;
  const std::string& target(TargetId id) const { return scenario.targets[id.value].name; }
  std::string request(const HttpRequest& http) const {
    return fmt::format("{} {} of {}", http.method, http.path.display(), target(http.target));
  }
  std::string operator()(const TlsCheck& c) const {
    std::string out = fmt::format("{} accepts nothing below {}", target(c.target), to_string(c.floor));
    for (const std::string& word : c.forbidden) out += ", no " + word;
    return out;
  }
  std::string operator()(const CertificateCheck& c) const { return "the certificate of " + target(c.target); }
  std::string operator()(const PlainHttpCheck& c) const {
    return fmt::format("no plain HTTP on port {} of {}", c.port, target(c.target));
  }
  std::string operator()(const AuthenticationCheck& c) const { return request(c.http) + " is turned away without credentials"; }
  std::string operator()(const HeadersCheck& c) const { return request(c.http) + " answers with its headers"; }
  std::string operator()(const HttpCheck& c) const { return request(c.http) + " answers as expected"; }
  std::string operator()(const CommandCheck& c) const { return joined(c.argv); }
};

void add_checks(const Scenario& scenario, std::string& out) {
  if (!scenario.checks.empty()) out += "Checks, before the first phase\n";
  for (const Check& check : scenario.checks) {
    out += fmt::format("  {} ({}, at most {}): {}\n", check.name, kind_name(check.kind), format_duration(check.timeout),
                       std::visit(CheckText{scenario}, check.kind));
  }
  if (!scenario.checks.empty()) out += "\n";
}

}  // namespace

std::string plan_text(const Scenario& scenario) {
  std::string out = fmt::format("{} ({}): {} of phases, seed {}\n\nTargets\n", scenario.name, scenario.service,
                                format_duration(planned_duration(scenario)), scenario.seed);
  for (const Target& target : scenario.targets) {
    out += fmt::format("  {}: {}://{}:{}{}\n", target.name, target.scheme, target.host, target.port, target.base_path);
  }
  for (const Action& action : scenario.setup) out += "\nSetup     " + action_text(scenario, action);
  for (const Action& action : scenario.teardown) out += "\nTeardown  " + action_text(scenario, action);
  out += "\n\n";
  add_checks(scenario, out);
  out += "Phases\n";
  for (const Phase& phase : scenario.phases) {
    out += fmt::format("  {}: {}{}{}\n", phase.name, format_duration(phase.duration),
                       phase.repeat > 1 ? fmt::format(" x {}", phase.repeat) : "", phase.measured ? "" : ", not measured");
    add_growth(scenario, phase, out);
    if (phase.load) out += "    load " + load_text(scenario, *phase.load) + "\n";
    add_faults(scenario, phase, out);
  }
  out += "\nEvidence needed\n";
  for (const Requirement& requirement : scenario.requirements) {
    out += fmt::format("  {} {} {}: {}\n", requirement.id, requirement.title, requirement.objective.text,
                       std::visit(Evidence{scenario, requirement}, requirement.sli));
  }
  return out;
}

}  // namespace shakedown
