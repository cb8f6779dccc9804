#include "controller/plan/text.h"

#include <fmt/format.h>

#include <cstring>

#include "controller/agents/planner.h"
#include "controller/judge/planned/offer.h"
#include "controller/plan/parts.h"
#include "controller/readings/announce.h"
#include "controller/report/words/planned.h"
#include "core/base/printable.h"
#include "core/base/units.h"
#include "core/faults/fault_form.h"
#include "core/form/document.h"
#include "core/protocols/protocol.h"

namespace shakedown {
namespace {

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

std::string command_text(const Component& component, const Action& action) {
  switch (action.kind) {
    case Action::Kind::start: return command_line(component.start);
    case Action::Kind::stop:
      return component.stop.empty() ? "SIGTERM, SIGKILL after " + format_duration(component.stop_limit)
                                    : command_line(component.stop);
    case Action::Kind::resume: return "SIGCONT";
    case Action::Kind::exec: break;  // describe says it
  }
  return {};
}

std::string action_text(const Scenario& scenario, const Action& action) {
  static const Component kNone;
  const Component& component = action.component.valid() ? scenario.component(action.component) : kNone;
  std::string out = clean(action.describe);
  if (action.kind != Action::Kind::exec) out += ": " + command_text(component, action);
  if (action.after > Duration{}) out += " (after " + format_duration(action.after) + ")";
  return out;
}

// " to the process of ledger (pidfile ...)"; nothing where only commands know the component.
std::string whom(const Component& component) {
  const ProcessSpec* process = component.process();
  if (process == nullptr) return "";
  const char* scopes[] = {"the process", "its descendants", "its process group"};
  return fmt::format(" to {} of {} (pidfile {}{}{})", scopes[static_cast<int>(process->scope)], component.name,
                     clean(process->pidfile), process->exe.empty() ? "" : ", must run " + clean(process->exe),
                     process->user.empty() ? "" : ", must belong to " + clean(process->user));
}

std::string whom(const std::vector<ComponentId>& components, const Scenario& scenario) {
  std::string out;
  for (const ComponentId id : components) out += (out.empty() ? "" : " and") + whom(scenario.component(id));
  return out + (components.size() > 1 ? ", at one instant" : "");
}

void add_faults(const Scenario& scenario, const Phase& phase, std::string& out) {
  for (const FaultId id : phase.faults) {
    const Fault& fault = scenario.fault(id);
    out += fmt::format("    at {} fault {}: {}\n", format_duration(fault.at), fault.name,
                       plan_of(fault, whom(fault.kind.components, scenario)));
    for (const Action& action : fault.recover) out += "      recovery  " + action_text(scenario, action) + "\n";
    const bool held = fault.kind.hold > Duration{};
    if (fault.recover.empty() && held)
      out += fmt::format("      recovery  none: it is continued after {}\n", format_duration(fault.kind.hold));
    if (fault.recover.empty() && !held)
      out += "      recovery  none: it must heal itself; where no outage is seen it stands until the phase ends\n";
    for (const Action& action : fault.undo) {
      out += fmt::format("      undo      {}, at the latest {} after the effect\n", action_text(scenario, action),
                         format_duration(fault.recover_within));
    }
    out += fmt::format("      it is waited for at most {}; teardown comes after it\n",
                       format_duration(undo_patience(scenario, fault)));
  }
}

// What a phase that looks for a limit does.
void add_load_plan(const Scenario& scenario, const Phase& phase, std::string& out) {
  const PhaseId id(static_cast<std::size_t>(&phase - scenario.phases.data()));
  if (const Search* search = scenario.search_of(id)) {
    std::vector<std::string> held;
    for (const RequirementId one : search->hold) held.push_back(scenario.requirement(one).id);
    out += fmt::format(
        "    search the highest rate from {} to {} at which {} hold, in windows of {}, confirmed for {}, at most {}\n",
        format_rate(search->from), format_rate(search->to), fmt::join(held, ", "), format_duration(search->window),
        format_duration(search->confirm), format_duration(phase.duration));
    out += search_limits_text(scenario, *search);
  }
  if (const StepSeries* series = scenario.steps_of(id)) {
    std::vector<std::string> levels;
    for (const double level : series->levels) levels.push_back(format_number(level));
    out += fmt::format("    steps over {} {}: {} each\n", to_string(series->axis), fmt::join(levels, ", "),
                       format_duration(series->each));
    if (series->scale) out += "    scale by " + command_line(series->scale->argv) + "\n";
  }
}

struct CheckText {
  const Scenario& scenario;
  const std::string& target(TargetId id) const { return scenario.targets[id.value].name; }
  std::string request(const Request& request) const {
    const ProtocolForm* protocol = find_protocol_form(request.protocol);
    if (protocol == nullptr) return request.protocol + " to " + target(request.target);
    const Shape shape = protocol->request(reserved_holes());
    return fmt::format("{} of {}", clean(protocol->words(view_of(request.document, shape))), target(request.target));
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
  std::string operator()(const AuthenticationCheck& c) const {
    return request(c.request) + " is turned away without credentials";
  }
  std::string operator()(const HeadersCheck& c) const { return request(c.request) + " answers with its headers"; }
  std::string operator()(const HttpCheck& c) const { return request(c.request) + " answers as expected"; }
  std::string operator()(const CommandCheck& c) const { return command_line(c.argv); }
};

void add_conditions(const Scenario& scenario, std::string& out) {
  static const char* const kSources[] = {"of a Prometheus", "of an Alertmanager", "over HTTP", "of a command"};
  if (!scenario.conditions.empty()) out += "Conditions of the environment\n";
  for (const Condition& one : scenario.conditions) {
    const std::string asked =
        one.argv.empty() ? clean(one.url) + (one.query.empty() ? "" : " " + clean(one.query)) : command_line(one.argv);
    out += fmt::format("  {} ({}, every {}): {} is {}\n", one.name, kSources[static_cast<int>(one.source)],
                       format_duration(one.every), asked, clean(one.is()));
  }
  if (!scenario.conditions.empty()) out += "\n";
}

void add_checks(const Scenario& scenario, std::string& out) {
  if (!scenario.checks.empty()) out += "Checks, before the first phase\n";
  for (const Check& check : scenario.checks) {
    out += fmt::format("  {} ({}, at most {}): {}\n", check.name, kind_name(check.kind), format_duration(check.timeout),
                       std::visit(CheckText{scenario}, check.kind));
  }
  if (!scenario.checks.empty()) out += "\n";
}

void add_cleanups(const Scenario& scenario, std::string& out) {
  if (!scenario.cleanups.empty()) out += "Cleanup, once all traffic has ended\n";
  for (const Cleanup& one : scenario.cleanups) {
    const CheckText text{scenario};
    out += fmt::format("  {}: {}\n", one.name, std::visit(text, one.remove.kind));
    if (one.remains) out += fmt::format("    what is left is counted by {}\n", std::visit(text, one.remains->kind));
  }
  if (!scenario.cleanups.empty()) out += "\n";
}

// Rounded to seconds.
std::string whole(Duration d) { return format_duration(std::chrono::ceil<std::chrono::seconds>(d)); }

std::string time_text(const Scenario& scenario) {
  const PlannedTime time = planned_time(scenario);
  std::string out = format_duration(time.phases) + " of phases";
  if (time.least > time.phases || time.most > time.phases) {
    out += time.least == time.most ? fmt::format(", {} with what comes between", whole(time.most))
                                   : fmt::format(", {} to {} with what comes between", whole(time.least), whole(time.most));
    if (!scenario.ledgers.empty()) out += " (reading ledgers back, waiting for probes)";
  }
  return out;
}

}  // namespace

std::string evidence_text(const Scenario& scenario, const Requirement& requirement) {
  return report::planned_words(judging::evidence_needed(requirement, scenario));
}

std::vector<std::string> falling_short(const Scenario& scenario) {
  std::vector<std::string> out;
  for (const Requirement& requirement : scenario.requirements) {
    const PlannedEvidence needed = judging::evidence_needed(requirement, scenario);
    if (report::falls_short(needed)) out.push_back(fmt::format("{}: {}", requirement.id, report::planned_words(needed)));
  }
  return out;
}

std::string plan_text(const Scenario& scenario) {
  std::string out = fmt::format("{} ({}): {}, seed {}\n\nTargets\n", clean(scenario.name), clean(scenario.service),
                                time_text(scenario), scenario.seed);
  for (const Target& target : scenario.targets) {
    out +=
        fmt::format("  {}: {}://{}:{}{}\n", target.name, target.scheme, clean(target.host), target.port, clean(target.base_path));
  }
  for (const Action& action : scenario.setup) out += "\nSetup     " + action_text(scenario, action);
  for (const Action& action : scenario.teardown) out += "\nTeardown  " + action_text(scenario, action);
  for (const EnvVariable& one : scenario.env) {
    out += fmt::format("\nCommands  find {}={}", one.name, clean(one.value.display()));
  }
  out += "\n\n";
  for (const AnnounceTo& one : scenario.announce) {
    out += "Announced to " + (one.argv.empty() ? clean(place_of(one.webhook)) : command_line(one.argv)) + "\n";
  }
  if (scenario.silence) {
    out += "Silenced while an injection stands, at " + clean(place_of(scenario.silence->url)) + ":";
    for (const auto& [label, value] : scenario.silence->matchers) out += " " + label + "=" + clean(value);
    out += "\n";
  }
  add_conditions(scenario, out);
  add_checks(scenario, out);
  add_cleanups(scenario, out);
  out += "Phases\n";
  for (const Phase& phase : scenario.phases) {
    out += fmt::format("  {}: {}{}{}\n", phase.name, format_duration(phase.duration),
                       phase.repeat > 1 ? fmt::format(" x {}", phase.repeat) : "", phase.measured ? "" : ", not measured");
    add_load_plan(scenario, phase, out);
    if (phase.load) out += "    load " + load_text(scenario, *phase.load) + "\n";
    const PhaseId id(static_cast<std::size_t>(&phase - scenario.phases.data()));
    if (const std::string text = connections_text(scenario, id); !text.empty()) out += "    " + text + "\n";
    add_faults(scenario, phase, out);
  }
  out += "\nEvidence needed\n";
  for (const Requirement& requirement : scenario.requirements) {
    out += fmt::format("  {} {} {}: {}\n", requirement.id, clean(requirement.title), clean(requirement.objective.text),
                       evidence_text(scenario, requirement));
  }
  return out;
}

}  // namespace shakedown
