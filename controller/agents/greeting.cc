#include "controller/agents/greeting.h"

#include <algorithm>

#include "controller/agents/planner.h"

namespace shakedown {
namespace {

constexpr std::size_t kLongestName = 1024;  // of a host, a kernel, a version
constexpr std::size_t kMostNames = 20;      // in a text

bool named_briefly(const Hello& hello) {
  const HostFacts& host = hello.facts.host;
  const auto brief = [](const std::string& text) { return text.size() <= kLongestName; };
  return brief(hello.name) && brief(hello.facts.version) && brief(host.hostname) && brief(host.kernel) && brief(host.cpu_model);
}

std::string names_of(const std::vector<Member>& members) {
  std::string text;
  for (std::size_t i = 0; i < std::min(kMostNames, members.size()); ++i) text += (i > 0 ? ", " : "") + members[i].facts.name;
  return members.size() > kMostNames ? text + ", ..." : text;
}

// Of somebody who knows the token and says a name or none.
Greeting any_place(const std::string& name, const std::vector<Member>& members) {
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i].state == MemberState::expected && (name.empty() || name == members[i].facts.name)) return {i, ""};
  }
  if (name.empty()) return {std::nullopt, "every place of the roster is taken"};
  const bool known = std::any_of(members.begin(), members.end(), [&](const Member& m) { return m.facts.name == name; });
  if (known) {
    return {std::nullopt, "no free place for an agent called " + name + ": one is here already. Stop it, or join as another of " +
                              names_of(members)};
  }
  return {std::nullopt, "no free place for an agent called " + name + ": this drill expects " + names_of(members) +
                            ". Declare it in the scenario's `agents`, or give one of these names"};
}

std::string not_the_same(const Identity& who, const std::string& said) {
  return "expected --name " + who.name + ", which the certificate names, found " + said +
         "; leave --name out, or use the certificate of " + said;
}

std::string beyond_its_roles(const Identity& who, const Roles& needed) {
  return "the scenario gives agent " + who.name + " the roles " + needed.text() + ", but its certificate allows " +
         who.roles.text() + "; issue one with `shakedown certs issue --roles`, or take roles away in the scenario's `agents`";
}

}  // namespace

Roles needed_roles(const Scenario& s, AgentId agent) {
  Roles roles;
  roles.load = s.agents[agent.value].load;
  roles.inject = s.agents[agent.value].inject;
  roles.check = std::any_of(s.checks.begin(), s.checks.end(),
                            [&](const Check& check) { return agent_or_first_loader(s, check.agent) == agent; });
  return roles;
}

Greeting greeting(const Hello& hello, const Identity* who, const std::vector<Member>& members, const Scenario& roster_scenario,
                  bool begun) {
  if (hello.protocol != kProtocolVersion) {
    return {std::nullopt, "expected protocol " + std::to_string(kProtocolVersion) + ", the agent speaks " +
                              std::to_string(hello.protocol) + "; use the same release on both sides"};
  }
  if (!named_briefly(hello)) return {std::nullopt, "expected names of at most " + std::to_string(kLongestName) + " bytes"};
  if (who != nullptr && !hello.name.empty() && hello.name != who->name) {
    return {std::nullopt, not_the_same(*who, hello.name)};
  }
  if (begun) return {std::nullopt, "the run has begun; who takes part is settled. Start the agent before the next one"};
  Greeting found = any_place(who != nullptr ? who->name : hello.name, members);
  if (!found.place || who == nullptr) return found;
  const Roles needed = needed_roles(roster_scenario, members[*found.place].id);
  if (!needed.within(who->roles)) return {std::nullopt, beyond_its_roles(*who, needed)};
  return found;
}

}  // namespace shakedown
