#include "agent/policy/admit.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "agent/policy/environment.h"
#include "agent/policy/stops.h"
#include "core/base/printable.h"
#include "core/faults/fault_form.h"

namespace shakedown {
namespace {

using Denials = std::vector<Denial>;

std::string quoted_list(const std::vector<std::string>& argv) {
  std::string out = "[";
  for (const std::string& word : argv) {
    std::string escaped;
    for (const char c : visible(word)) escaped += c == '"' ? std::string("\\\"") : std::string(1, c);
    out += (out.size() > 1 ? ", \"" : "\"") + escaped + "\"";
  }
  return out + "]";
}

std::string component_line(const Component& component) {
  const ProcessSpec* process = component.process();
  if (process == nullptr) return "components: {" + component.name + ": {}}";
  std::string inner = "pidfile: " + process->pidfile;
  if (!process->exe.empty()) inner += ", exe: " + process->exe;
  if (!process->user.empty()) inner += ", user: " + process->user;
  if (process->scope != ProcessScope::one) inner += std::string(", scope: ") + to_string(process->scope);
  return "components: {" + component.name + ": {process: {" + inner + "}}}";
}

// Checks one plan or order. `what` is prefixed to what is denied.
struct Admission {
  const Policy& policy;
  const DrillPlan& plan;
  Denials denials;
  bool runs = false;                  // a command is asked for
  std::vector<std::string> others{};  // components that others have broken on this host

  void deny(std::string what, std::string why, std::string line = "") {
    const auto same = [&](const Denial& one) { return one.what == what && one.why == why; };
    if (std::none_of(denials.begin(), denials.end(), same)) denials.push_back({std::move(what), std::move(why), std::move(line)});
  }

  // The program and arguments that a command stands for. One word is a name where the policy has it.
  void command(const std::string& what, std::vector<std::string>& argv) {
    if (argv.empty()) return;
    runs = true;
    if (argv.size() == 1) {
      const auto named = policy.commands.find(argv.front());
      if (named != policy.commands.end()) {
        argv = named->second;
        return;
      }
    }
    if (policy.inline_commands) return;
    if (argv.size() == 1)
      return deny(what, "there is no command " + ticked(argv.front()), "commands: {" + argv.front() + ": [...]}");
    deny(what, "its command stands in the scenario: " + command_line(argv),
         "commands: {NAME: " + quoted_list(argv) + "}, and write NAME in the scenario");
  }

  static void identity(const std::string& policy_says, std::string& plan_says, const char* key, std::string& trouble) {
    if (policy_says.empty() || policy_says == plan_says) return;
    if (plan_says.empty()) {
      plan_says = policy_says;
      return;
    }
    trouble +=
        (trouble.empty() ? "" : ", ") + std::string(key) + " must be " + policy_says + ", the plan says " + clean(plan_says);
  }

  void component(Component& one) {
    const std::string what = "component " + one.name;
    command("start of " + one.name, one.start);
    command("stop of " + one.name, one.stop);
    const AllowedComponent* allowed = policy.find(one.name);
    if (allowed == nullptr) return deny(what, "it is not among the policy's components", component_line(one));
    ProcessSpec* process = one.process();
    if (process == nullptr) return;
    if (!allowed->process) return deny(what, "the policy gives it no process", component_line(one));
    std::string trouble;
    identity(allowed->pidfile, process->pidfile, "pidfile", trouble);
    identity(allowed->exe, process->exe, "exe", trouble);
    identity(allowed->user, process->user, "user", trouble);
    if (!trouble.empty()) deny(what, trouble);
    if (process->scope != ProcessScope::one && process->scope != allowed->scope) {
      deny(what, std::string("its scope is ") + to_string(process->scope) + ", the policy allows " + to_string(allowed->scope),
           component_line(one));
    }
  }

  // A file that is read is sent to wherever the plan says.
  void secret(const Secret& one) {
    if (one.source.kind != SecretSource::Kind::file) return;
    if (std::find(policy.secrets.begin(), policy.secrets.end(), one.source.where) != policy.secrets.end()) return;
    deny("secret " + one.name, "the file " + clean(one.source.where) + " may not be read",
         "secrets: [" + clean(one.source.where) + "]");
  }

  bool is_protected(const Component& one) const {
    return policy.protects(one.name) || (one.process() != nullptr && policy.protects_file(one.process()->pidfile));
  }

  void touches(const std::string& what, ComponentId id) {
    if (id.valid() && is_protected(plan.component(id))) deny(what, "component " + plan.component(id).name + " is protected");
  }

  void action(const std::string& where, Action& one) {
    const std::string what = where.empty() ? clean(one.describe) : where + ": " + clean(one.describe);
    if (one.kind == Action::Kind::exec) return command(what, one.argv);
    touches(what, one.component);
  }

  // ours: the components of it that are this agent's.
  void fault(Fault& one, const std::set<ComponentId>& ours) {
    const std::string what = "fault " + one.name;
    if (std::find(policy.faults.begin(), policy.faults.end(), one.kind.name) == policy.faults.end()) {
      deny(what, "faults of the kind " + ticked(one.kind.name) + " are not allowed", "faults: [" + one.kind.name + "]");
    }
    for (const ComponentId id : ours) touches(what, id);
    const FaultForm* form = find_fault_form(one.kind.name);
    for (Entry& entry : one.kind.document.entries) {
      if (form != nullptr && form->is_command(entry.key)) document_command(what + ", `" + entry.key + "`", entry.value);
    }
    const Duration length = declared_length(one);
    if (length > policy.longest) {
      deny(what, "it stands for " + format_duration(length) + ", the longest allowed is " + format_duration(policy.longest),
           "longest: " + format_duration(length));
    }
    share(what, {one.kind.components.begin(), one.kind.components.end()});
  }

  void document_command(const std::string& what, Document& value) {
    std::vector<std::string> argv;
    for (const Document& item : value.items) argv.push_back(item.text);
    command(what, argv);
    std::vector<Document> items;
    for (std::string& word : argv) items.push_back(text_document(std::move(word)));
    value = list_document(std::move(items));
  }

  // The components that would be broken together, whoever's they are: a group is on several hosts.
  void share(const std::string& what, const std::set<ComponentId>& broken) {
    for (const ComponentGroup& group : policy.groups) {
      const auto of_it = [&](ComponentId id) {
        return id.valid() &&
               std::find(group.members.begin(), group.members.end(), plan.component(id).name) != group.members.end();
      };
      std::set<std::string> down;
      for (const ComponentId id : broken) {
        if (of_it(id)) down.insert(plan.component(id).name);
      }
      if (down.empty()) continue;
      for (const std::string& name : others) {
        if (std::find(group.members.begin(), group.members.end(), name) != group.members.end()) down.insert(name);
      }
      const std::size_t count = down.size();
      if (count <= group.most()) continue;
      deny(what,
           std::to_string(count) + " of " + std::to_string(group.size) + " of the group " + group.name +
               " would be broken, the largest share allowed is " + format_share(group.share),
           "groups: {" + group.name +
               ": {share: " + format_share({static_cast<double>(count) / static_cast<double>(group.size)}) + "}}");
    }
  }

  void hours(const std::string& what, WallTime now) {
    if (policy.hours.allow(now)) return;
    deny(what, "it is " + policy.hours.clock(now) + ", faults are allowed " + policy.hours.text());
  }
};

// What of a plan is one agent's.
struct Part {
  const Assignment& assignment;

  bool agent(AgentId id) const { return !id.valid() || id == assignment.self; }
  bool component(ComponentId id) const { return id.valid() && agent(assignment.plan.component(id).agent); }
  std::set<ComponentId> components(const Fault& fault) const {
    std::set<ComponentId> out;
    for (const ComponentId id : fault.kind.components) {
      if (component(id)) out.insert(id);
    }
    return out;
  }
  bool action(const Action& a) const { return a.kind == Action::Kind::exec ? agent(a.agent) : component(a.component); }
  bool check(const Check& c) const {
    if (c.agent.valid()) return c.agent == assignment.self;
    const auto& agents = assignment.plan.agents;
    const auto loads = std::find_if(agents.begin(), agents.end(), [](const AgentSpec& a) { return a.load; });
    return loads != agents.end() && AgentId(static_cast<std::size_t>(loads - agents.begin())) == assignment.self;
  }
};

// Of checks, and of cleanups, which are made of them.
template <class Plan, class Visit>
void for_each_check(Plan& plan, Visit visit) {
  for (auto& check : plan.checks) visit("check " + check.name, check);
  for (auto& one : plan.cleanups) {
    visit("cleanup " + one.name, one.remove);
    if (one.remains) visit("count of cleanup " + one.name, *one.remains);
  }
}

// The components that are certainly broken together when a fault of the phase begins, whoever's they are: each fault stands as
// long as its file says at the least.
std::set<ComponentId> together(const DrillPlan& plan, const Phase& phase, FaultId begins) {
  const Duration at = plan.fault(begins).at;
  std::set<ComponentId> broken;
  for (const FaultId other : phase.faults) {
    const Fault& one = plan.fault(other);
    const bool stands = one.at <= at && (other == begins || one.at + declared_length(one) > at);
    if (stands) broken.insert(one.kind.components.begin(), one.kind.components.end());
  }
  return broken;
}

// Of one phase: how many faults would stand on this host, and which share of each group.
void admit_phase(Admission& admission, const Part& part, const DrillPlan& plan, const Phase& phase) {
  std::size_t most = 0;
  for (const FaultId id : phase.faults) {
    const std::set<ComponentId> broken = together(plan, phase, id);
    const auto ours = static_cast<std::size_t>(
        std::count_if(broken.begin(), broken.end(), [&](ComponentId one) { return part.component(one); }));
    most = std::max(most, ours);
    if (ours > 0 && broken.size() > plan.fault(id).kind.components.size()) admission.share("phase " + phase.name, broken);
  }
  if (most <= admission.policy.at_once) return;
  admission.deny(
      "phase " + phase.name,
      std::to_string(most) + " faults would stand at once, " + std::to_string(admission.policy.at_once) + " at most are allowed",
      "at_once: " + std::to_string(most));
}

void admit_actions(Admission& admission, const Part& part, const std::string& where, std::vector<Action>& actions) {
  for (Action& action : actions) {
    if (part.action(action)) admission.action(where, action);
  }
}

void admit_faults(Admission& admission, const Part& part, DrillPlan& plan, WallTime now) {
  for (std::size_t i = 0; i < plan.faults.size(); ++i) {
    Fault& fault = plan.faults[i];
    const std::string of = "of fault " + fault.name;
    admit_actions(admission, part, "recovery " + of, fault.recover);
    admit_actions(admission, part, "undo " + of, fault.undo);
    const std::set<ComponentId> broken = part.components(fault);
    if (broken.empty()) continue;
    admission.fault(fault, broken);
    admission.hours("fault " + fault.name, now);
  }
  for (const Phase& phase : plan.phases) admit_phase(admission, part, plan, phase);
}

// The components that a step or fault of the plan names: a component that none does is only declared.
std::set<ComponentId> named_components(const DrillPlan& plan) {
  std::set<ComponentId> out;
  const auto add = [&out](const std::vector<Action>& actions) {
    for (const Action& one : actions) out.insert(one.component);
  };
  add(plan.setup);
  add(plan.teardown);
  for (const Fault& fault : plan.faults) {
    out.insert(fault.kind.components.begin(), fault.kind.components.end());
    add(fault.recover);
    add(fault.undo);
  }
  return out;
}

// Of the components that are this agent's: those that the plan names are denied, the others lose what is not allowed, so that no
// order of the moment finds it.
void admit_components(Admission& admission, const Part& part, DrillPlan& plan) {
  const std::set<ComponentId> named = named_components(plan);
  for (std::size_t i = 0; i < plan.components.size(); ++i) {
    Component& one = plan.components[i];
    if (!part.component(ComponentId(i))) continue;
    if (named.contains(ComponentId(i))) {
      admission.component(one);
      continue;
    }
    Admission apart{admission.policy, plan, {}};
    apart.component(one);
    if (apart.denials.empty()) continue;
    one.selector = {};
    one.start.clear();
    one.stop.clear();
  }
}

// What an agent without a policy is asked for; each is denied.
void deny_all(Admission& admission, const Part& part, const DrillPlan& plan) {
  const std::string why = "this agent has no policy";
  const std::set<ComponentId> named = named_components(plan);
  const auto actions = [&](const std::vector<Action>& list) {
    for (const Action& one : list) {
      if (part.action(one) && one.kind == Action::Kind::exec) admission.deny(clean(one.describe), why);
    }
  };
  for (std::size_t i = 0; i < plan.components.size(); ++i) {
    const Component& one = plan.components[i];
    if (part.component(ComponentId(i)) && named.contains(ComponentId(i)))
      admission.deny("component " + one.name, why, component_line(one));
  }
  for (const Fault& fault : plan.faults) {
    if (!part.components(fault).empty()) admission.deny("fault " + fault.name, why, "faults: [" + fault.kind.name + "]");
    actions(fault.recover);
    actions(fault.undo);
  }
  actions(plan.setup);
  actions(plan.teardown);
  for_each_check(plan, [&](const std::string& what, const Check& check) {
    const auto* command = std::get_if<CommandCheck>(&check.kind);
    if (command != nullptr && part.check(check))
      admission.deny(what, why, "commands: {NAME: " + quoted_list(command->argv) + "}");
  });
}

}  // namespace

std::vector<Denial> admit(const Policy& policy, Assignment& assignment, WallTime now) {
  if (policy.kind == Policy::Kind::declared) return {};
  DrillPlan& plan = assignment.plan;
  Admission admission{policy, plan, {}};
  const Part part{assignment};
  for (const Secret& one : plan.secrets) admission.secret(one);
  const Denials kept_back = keep_environment(policy, plan);
  if (policy.kind == Policy::Kind::none) {
    deny_all(admission, part, plan);
    return std::move(admission.denials);
  }
  admit_components(admission, part, plan);
  admit_actions(admission, part, "setup", plan.setup);
  admit_faults(admission, part, plan, now);
  admit_actions(admission, part, "teardown", plan.teardown);
  for_each_check(plan, [&](const std::string& what, Check& check) {
    auto* command = std::get_if<CommandCheck>(&check.kind);
    if (command != nullptr && part.check(check)) admission.command(what, command->argv);
  });
  for (const Denial& one : admit_stops(policy, assignment, now)) admission.deny(one.what, one.why, one.line);
  if (admission.runs) admission.denials.insert(admission.denials.end(), kept_back.begin(), kept_back.end());
  plan.folder = policy.folder;
  return std::move(admission.denials);
}

bool may_read_secrets(const Policy& policy, const DrillPlan& plan) {
  if (policy.kind == Policy::Kind::declared) return true;
  Admission admission{policy, plan, {}};
  for (const Secret& one : plan.secrets) admission.secret(one);
  return admission.denials.empty();
}

std::vector<Denial> admit(const Policy& policy, const DrillPlan& plan, Action& action) {
  if (policy.kind == Policy::Kind::declared) return {};
  Admission admission{policy, plan, {}};
  if (policy.kind == Policy::Kind::none) {
    admission.deny(clean(action.describe), "this agent has no policy");
  } else {
    admission.action("", action);
  }
  return std::move(admission.denials);
}

std::vector<Denial> admit_injection(const Policy& policy, const Assignment& assignment, FaultId fault,
                                    std::set<ComponentId> broken, const std::vector<std::string>& others, WallTime now) {
  const Fault& injected = assignment.plan.fault(fault);
  broken.merge(Part{assignment}.components(injected));
  broken.merge(stopped_by(injected, assignment));
  const std::set<ComponentId> elsewhere(injected.kind.components.begin(), injected.kind.components.end());
  return admit_together(policy, assignment.plan, "fault " + injected.name, {std::move(broken), elsewhere, others}, now);
}

std::vector<Denial> admit_together(const Policy& policy, const DrillPlan& plan, const std::string& what, Broken broken,
                                   WallTime now) {
  if (policy.kind == Policy::Kind::declared) return {};
  Admission admission{policy, plan, {}};
  admission.others = broken.others;
  if (policy.kind == Policy::Kind::none) admission.deny(what, "this agent has no policy");
  const std::size_t together = broken.here.size() + broken.others.size();
  if (together > policy.at_once) {
    admission.deny(what,
                   std::to_string(together) + " faults would stand on this host at once, " + std::to_string(policy.at_once) +
                       " at most are allowed",
                   "at_once: " + std::to_string(together));
  }
  broken.here.merge(broken.elsewhere);
  admission.share(what, broken.here);
  admission.hours(what, now);
  return std::move(admission.denials);
}

}  // namespace shakedown
