// What the policy and its denials say to people.
#include "agent/policy/admit.h"
#include "core/base/printable.h"

namespace shakedown {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out.empty() ? "none" : out;
}

std::string component_text(const AllowedComponent& one) {
  if (!one.process) return one.name + ": by commands only";
  std::string out = one.name + ": the process of " + one.pidfile;
  if (!one.exe.empty()) out += ", which must run " + one.exe;
  if (!one.user.empty()) out += ", which must belong to " + one.user;
  if (one.scope == ProcessScope::children) out += ", and its descendants";
  if (one.scope == ProcessScope::group) out += ", and its process group";
  return out;
}

std::string source(const Policy& policy) {
  switch (policy.kind) {
    case Policy::Kind::declared: return "the ready-made local policy";
    case Policy::Kind::none: return "no policy";
    case Policy::Kind::file: break;
  }
  return "the policy " + policy.file;
}

}  // namespace

std::string Denial::text() const { return what + ": " + why + (line.empty() ? "" : "; to allow it add `" + line + "`"); }

Error refusal(const Policy& policy, const std::vector<Denial>& denials) {
  std::string head = source(policy) + " of this agent does not allow what is asked of it";
  if (policy.kind == Policy::Kind::none) {
    head =
        "this agent was started without a policy, so that it breaks nothing and runs no command; write a file that begins with "
        "`shakedown-agent: v1`, says what may be touched, and start the agent with --policy FILE";
  }
  std::vector<std::string> notes;
  for (const Denial& one : denials) notes.push_back(one.text());
  return {ErrorKind::refused, head, std::move(notes)};
}

std::vector<std::string> rules_of(const Policy& policy) {
  if (policy.kind == Policy::Kind::declared) {
    return {"what the scenario declares may be touched and run, its inline commands included"};
  }
  std::vector<std::string> out;
  for (const AllowedComponent& one : policy.components) out.push_back("component " + component_text(one));
  out.push_back("faults " + joined(policy.faults) + "; " + std::to_string(policy.at_once) + " at once, each for " +
                format_duration(policy.longest) + " at most, " + policy.hours.text());
  for (const auto& [name, argv] : policy.commands) out.push_back("command " + name + ": " + command_line(argv));
  out.push_back(std::string("inline commands are ") + (policy.inline_commands ? "run" : "refused"));
  out.push_back("commands run in " + policy.folder + ", of the scenario's `env` with " + joined(policy.environment));
  out.push_back("targets in " + policy.addresses.text());
  if (!policy.secrets.empty()) out.push_back("secrets may be read from " + joined(policy.secrets));
  if (!policy.protected_components.empty()) out.push_back("protected: " + joined(policy.protected_components));
  for (const ComponentGroup& one : policy.groups) {
    out.push_back("group " + one.name + " (" + joined(one.members) + "): " + std::to_string(one.most()) + " of " +
                  std::to_string(one.size) + " at once");
  }
  return out;
}

}  // namespace shakedown
