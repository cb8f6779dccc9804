#include <fmt/format.h>

#include <algorithm>

#include "controller/judge/rejudge/rejudge.h"

namespace shakedown::judging {
namespace {

std::string words(const std::vector<std::string>& list) { return fmt::format("{}", fmt::join(list, " ")); }

std::string of(TargetId id, const Scenario& scenario) {
  if (id.value >= scenario.targets.size()) return "?";
  const Target& target = scenario.targets[id.value];
  return fmt::format("{}://{}:{}{}", target.scheme, target.host, target.port, target.base_path);
}

std::string of(const Request& request, const Scenario& scenario) {
  return fmt::format("{} to {} {}", request.protocol, of(request.target, scenario), text_of(request.document));
}

std::string of(const Document& expect) { return "expect " + text_of(expect); }

std::string of(const KeySpec& key) {
  if (const auto* uniform = std::get_if<UniformKey>(&key)) return fmt::format("keys {}-{}", uniform->low, uniform->high);
  if (const auto* sequence = std::get_if<SequenceKey>(&key)) return fmt::format("keys from {}", sequence->from);
  return "no key";
}

struct CheckWords {
  const Scenario& scenario;
  std::string operator()(const TlsCheck& k) const {
    return fmt::format("{} {} {}", of(k.target, scenario), to_string(k.floor), words(k.forbidden));
  }
  std::string operator()(const CertificateCheck& k) const { return of(k.target, scenario); }
  std::string operator()(const PlainHttpCheck& k) const { return fmt::format("{} {}", of(k.target, scenario), k.port); }
  std::string operator()(const AuthenticationCheck& k) const { return of(k.request, scenario) + of(k.expect); }
  std::string operator()(const HeadersCheck& k) const { return of(k.request, scenario) + of(k.expect); }
  std::string operator()(const HttpCheck& k) const { return of(k.request, scenario) + of(k.expect) + k.number_pointer; }
  std::string operator()(const CommandCheck& k) const { return words(k.argv) + (k.number ? " number" : ""); }
};

struct ShapeWords {
  std::string operator()(const ConstantRate& s) const { return fmt::format("{}", s.rate.per_second); }
  std::string operator()(const RampRate& s) const { return fmt::format("{} to {}", s.from.per_second, s.to.per_second); }
  std::string operator()(const StepRate& s) const {
    std::string out = fmt::format("each {}:", s.each.count());
    for (const Rate rate : s.steps) out += fmt::format(" {}", rate.per_second);
    return out;
  }
  std::string operator()(const SpikeRate& s) const {
    return fmt::format("{} then {} at {} for {}", s.base.per_second, s.peak.per_second, s.at.count(), s.length.count());
  }
};

struct LoadWords {
  std::string operator()(const OpenLoad& load) const {
    return fmt::format("open {} {}", static_cast<int>(load.arrivals), std::visit(ShapeWords{}, load.shape));
  }
  std::string operator()(const ClosedLoad& load) const { return fmt::format("closed {} {}", load.users, load.think.count()); }
};

// How a phase looks for a limit. Which rows its search holds is compared row by row.
std::string load_plan_of(const Phase& phase, const Scenario& scenario) {
  const auto at =
      std::find_if(scenario.phases.begin(), scenario.phases.end(), [&](const Phase& p) { return p.name == phase.name; });
  const PhaseId id(static_cast<std::size_t>(at - scenario.phases.begin()));
  std::string out;
  if (const Search* s = scenario.search_of(id)) {
    out +=
        fmt::format(" search {} to {} by {} in {} of {} after {} and {}, then {}", s->from.per_second, s->to.per_second,
                    s->resolution.value, s->windows, s->window.count(), s->settle.count(), s->drain.count(), s->confirm.count());
  }
  if (const StepSeries* s = scenario.steps_of(id)) {
    out += fmt::format(" steps {} {} each {} after {}", to_string(s->axis), fmt::join(s->levels, " "), s->each.count(),
                       s->settle.count());
    if (s->scale) out += " by " + words(s->scale->argv);
  }
  return out;
}

}  // namespace

std::string meaning(const Phase& phase, const Scenario& scenario) {
  std::string out = fmt::format("{} x {} {}", phase.repeat, phase.duration.count(), phase.measured ? "measured" : "not measured");
  out += load_plan_of(phase, scenario);
  if (!phase.load) return out;
  return out + " " + meaning(*phase.load, scenario);
}

std::string meaning(const Load& load, const Scenario& scenario) {
  std::string out = fmt::format("{} at most {} of", std::visit(LoadWords{}, load.kind), load.max_outstanding);
  for (const MixEntry& entry : load.mix) {
    const bool known = entry.operation.value < scenario.operations.size();
    out += fmt::format(" {} {}", known ? scenario.operation(entry.operation).name : "?", entry.weight);
  }
  return out;
}

std::string meaning(const Dependency& dependency, const Scenario& scenario) {
  std::string out = dependency.counter ? dependency.counter->query : "";
  for (const DependencyCall& call : dependency.calls) {
    const bool known = call.caller.valid() && call.caller.value < scenario.dependencies.size();
    out += fmt::format("; {} {}", known ? scenario.dependency(call.caller).name : "service", call.per_request);
  }
  return out;
}

std::string meaning(const Operation& operation, const Scenario& scenario) {
  return fmt::format("{} {} {} size {} within {}", of(operation.request, scenario), of(operation.expect), of(operation.key),
                     operation.value_size.count, operation.timeout.count());
}

std::string meaning(const Probe& probe, const Scenario& scenario) {
  const bool known = probe.operation.value < scenario.operations.size();
  return fmt::format("{} every {} within {} down {} up {} {}",
                     known ? meaning(scenario.operation(probe.operation), scenario) : "?", probe.every.count(),
                     probe.timeout.count(), probe.down_after, probe.up_after, static_cast<int>(probe.connection));
}

std::string meaning(const Ledger& ledger, const Scenario& scenario) {
  return fmt::format("{} {} {} {} {} at {} within {}", of(ledger.write, scenario), of(ledger.read, scenario), of(ledger.write_ok),
                     of(ledger.present), of(ledger.absent), ledger.rate.per_second, ledger.timeout.count());
}

std::string meaning(const Fault& fault, const Scenario& scenario) {
  // How long its commands may take is no part of what they do; the hold is compared as a length.
  Document said = fault.kind.document;
  std::erase_if(said.entries, [](const Entry& entry) { return entry.key == "limit" || entry.key == "hold"; });
  std::string out = fmt::format("{} {} hold {} of {}", fault.kind.name, text_of(said), fault.kind.hold.count(),
                                scenario.names_of(fault.kind.components));
  for (const Action& action : fault.recover) out += fmt::format("; {} after {}", action.describe, action.after.count());
  return out;
}

std::string meaning(const Check& check, const Scenario& scenario) {
  return fmt::format("{} {} within {}", kind_name(check.kind), std::visit(CheckWords{scenario}, check.kind),
                     check.timeout.count());
}

}  // namespace shakedown::judging
