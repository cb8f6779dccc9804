#include "agent/policy/admit.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/base/units.h"
#include "core/form/tree.h"

namespace shakedown {
namespace {

constexpr AgentId kSelf{0}, kOther{1};

WallTime friday_noon() { return parse_wall("2026-11-27T12:00:00Z").value(); }

Component process(const std::string& name, const std::string& exe) {
  Component one;
  one.name = name;
  one.agent = kSelf;
  ProcessSpec spec;
  spec.pidfile = "/run/" + name + ".pid";
  spec.exe = exe;
  one.selector = spec;
  one.start = {"start-" + name};
  return one;
}

Fault fault_of(const std::string& name, const std::string& kind, ComponentId component) {
  Fault one;
  one.name = name;
  one.phase = PhaseId(0);
  one.kind.name = kind;
  one.kind.components = {component};
  one.kind.document = mapping_document({});
  return one;
}

// A ledger that is killed, and commands of every place where one can stand.
Assignment assignment() {
  Assignment a;
  a.self = kSelf;
  a.plan.agents = {{"here", true, true, false}, {"there", false, true, false}};
  a.plan.components = {process("ledger", "ledgerd"), process("database", "postgres")};
  a.plan.faults = {fault_of("crash", "kill", ComponentId(0))};
  a.plan.phases.emplace_back();
  a.plan.phases[0].name = "crash";
  a.plan.phases[0].faults = {FaultId(0)};
  return a;
}

Policy policy() {
  return decode_policy(R"(shakedown-agent: v1
components:
  ledger: {process: {pidfile: /run/ledger.pid, exe: ledgerd, user: ledger}}
  database: {process: {pidfile: /run/database.pid, exe: postgres}}
faults: [kill]
commands:
  start-ledger: [systemctl, start, ledger]
  start-database: [systemctl, start, postgresql]
  fail-over: [/opt/db/fail-over, --to, standby]
protected: [database]
)",
                       "/etc/policy.yaml")
      .policy;
}

std::string text(const std::vector<Denial>& denials) {
  std::string all;
  for (const Denial& one : denials) all += one.text() + "\n";
  return all;
}

std::string denied(Assignment a, const Policy& p = policy()) { return text(admit(p, a, friday_noon())); }

TEST(AdmitTest, WhatIsAllowedIsMadeReadyFromThePolicy) {
  Assignment a = assignment();
  EXPECT_EQ(text(admit(policy(), a, friday_noon())), "");
  EXPECT_EQ(a.plan.components[0].start, (std::vector<std::string>{"systemctl", "start", "ledger"}));
  EXPECT_EQ(a.plan.components[0].process()->user, "ledger") << "the policy is stricter than the plan";
}

TEST(AdmitTest, EveryDenialIsToldAtOnceWithTheLineToAdd) {
  Assignment a = assignment();
  a.plan.components.push_back(process("cache", "redis-server"));
  a.plan.teardown.push_back({Action::Kind::start, ComponentId(2), {}, kSelf, {}, {}, "start cache"});
  a.plan.components[0].process()->pidfile = "/run/other.pid";
  a.plan.faults.push_back(fault_of("freeze", "pause", ComponentId(0)));
  a.plan.setup.push_back({Action::Kind::exec, {}, {"rm", "-rf", "/srv/x y"}, kSelf, {}, {}, "exec rm"});
  a.plan.checks.push_back({"backup", kSelf, CommandCheck{{"backup-age"}, true}});
  EXPECT_EQ(denied(a),
            "component ledger: pidfile must be /run/ledger.pid, the plan says /run/other.pid\n"
            "start of cache: there is no command `start-cache`; to allow it add `commands: {start-cache: [...]}`\n"
            "component cache: it is not among the policy's components; to allow it add `components: {cache: {process: {pidfile: "
            "/run/cache.pid, exe: redis-server}}}`\n"
            "setup: exec rm: its command stands in the scenario: rm -rf '/srv/x y'; to allow it add `commands: {NAME: [\"rm\", "
            "\"-rf\", \"/srv/x y\"]}, and write NAME in the scenario`\n"
            "fault freeze: faults of the kind `pause` are not allowed; to allow it add `faults: [pause]`\n"
            "check backup: there is no command `backup-age`; to allow it add `commands: {backup-age: [...]}`\n");
}

TEST(AdmitTest, AProtectedComponentIsTouchedByNothing) {
  Assignment a = assignment();
  a.plan.faults[0].kind.components = {ComponentId(1)};
  a.plan.teardown.push_back({Action::Kind::stop, ComponentId(1), {}, kSelf, {}, {}, "stop database"});
  EXPECT_EQ(denied(a),
            "fault crash: component database is protected\nteardown: stop database: component database is protected\n"
            "teardown: stop database: it stops a component, and faults of the kind `stop` are not allowed; to allow it add "
            "`faults: [stop]`\n"
            "teardown: stop database: no later step starts database again, and the longest that a fault may stand is 10m\n");
  Policy by_file = policy();
  for (const char* name : {"/run/database.pid", "/run//database.pid", "/run/x/../database.pid"}) {
    by_file.protected_components = {name};
    EXPECT_EQ(denied(a, by_file), denied(a)) << name;
  }
}

TEST(AdmitTest, ALinkToAPidfileProtectsIt) {
  const std::string folder = ::testing::TempDir();
  const std::string pidfile = folder + "/linked.pid", link = folder + "/link-to.pid";
  std::ofstream(pidfile) << "1\n";
  std::filesystem::remove(link);
  std::filesystem::create_symlink(pidfile, link);
  Assignment a = assignment();
  a.plan.components[0].process()->pidfile = pidfile;
  Policy p = policy();
  p.components[0].pidfile = pidfile;
  EXPECT_EQ(denied(a, p), "");
  p.protected_components = {link};
  EXPECT_EQ(denied(a, p), "fault crash: component ledger is protected\n");
}

TEST(AdmitTest, AScopeBeyondTheProcessNeedsLeave) {
  Assignment a = assignment();
  a.plan.components[0].process()->scope = ProcessScope::group;
  EXPECT_EQ(denied(a),
            "component ledger: its scope is group, the policy allows one; to allow it add `components: {ledger: {process: "
            "{pidfile: /run/ledger.pid, exe: ledgerd, user: ledger, scope: group}}}`\n");
  Policy p = policy();
  p.components[0].scope = ProcessScope::group;
  EXPECT_EQ(denied(a, p), "");
  a.plan.components[0].process()->scope = ProcessScope::children;
  EXPECT_NE(denied(a, p), "");
  a.plan.components[0].process()->scope = ProcessScope::one;
  EXPECT_EQ(denied(a, p), "");
}

TEST(AdmitTest, HoursHoldAtTheMomentOfThePlanAndOfTheInjection) {
  Policy p = policy();
  p.hours = Hours{"UTC", {{{0}, 0, 24 * 60}}};
  EXPECT_EQ(denied(assignment(), p), "fault crash: it is fri 12:00 UTC, faults are allowed mon UTC\n");
  const Assignment a = assignment();
  EXPECT_EQ(text(admit_injection(p, a, FaultId(0), {}, {}, friday_noon())),
            "fault crash: it is fri 12:00 UTC, faults are allowed mon UTC\n");
  EXPECT_EQ(text(admit_injection(p, a, FaultId(0), {}, {}, parse_wall("2026-11-30T12:00:00Z").value())), "");
}

TEST(AdmitTest, MostFaultsAtOnceOfAllRunsOfThisHost) {
  Assignment a = assignment();
  a.plan.faults.push_back(fault_of("again", "kill", ComponentId(0)));
  EXPECT_EQ(text(admit_injection(policy(), a, FaultId(0), {}, {}, friday_noon())), "");
  const std::string two =
      "fault crash: 2 faults would stand on this host at once, 1 at most are allowed; to allow it add `at_once: 2`\n";
  EXPECT_EQ(text(admit_injection(policy(), a, FaultId(0), {ComponentId(1)}, {}, friday_noon())), two);
  EXPECT_EQ(text(admit_injection(policy(), a, FaultId(0), {}, {"cache"}, friday_noon())), two);
}

TEST(AdmitTest, FaultsThatCertainlyOverlapAreDeniedBeforeTheFirstPhase) {
  Assignment a = assignment();
  a.plan.faults.push_back(fault_of("again", "kill", ComponentId(1)));
  Policy open = policy();
  open.protected_components.clear();
  a.plan.faults[0].kind.hold = std::chrono::seconds(5);
  a.plan.faults[1].at = std::chrono::seconds(3);
  a.plan.phases[0].faults = {FaultId(0), FaultId(1)};
  EXPECT_EQ(denied(a, open), "phase crash: 2 faults would stand at once, 1 at most are allowed; to allow it add `at_once: 2`\n");
  a.plan.faults[1].at = std::chrono::seconds(6);
  EXPECT_EQ(denied(a, open), "");
  a.plan.faults[1].kind.components = {ComponentId(0), ComponentId(1)};
  EXPECT_NE(denied(a, open), "") << "two components at one instant";
}

TEST(AdmitTest, ALargestShareOfAGroup) {
  Policy p = policy();
  p.protected_components.clear();
  p.at_once = 5;
  p.groups = {{"replicas", {"ledger", "database"}, 3, Share{0.34}}};
  Assignment a = assignment();
  EXPECT_EQ(denied(a, p), "");
  a.plan.faults.push_back(fault_of("second", "kill", ComponentId(1)));
  EXPECT_EQ(text(admit_injection(p, a, FaultId(1), {ComponentId(0)}, {}, friday_noon())),
            "fault second: 2 of 3 of the group replicas would be broken, the largest share allowed is 34%; to allow it add "
            "`groups: {replicas: {share: 66.6667%}}`\n");
  EXPECT_EQ(text(admit_injection(p, a, FaultId(1), {}, {}, friday_noon())), "");
  EXPECT_EQ(text(admit_injection(p, a, FaultId(1), {}, {"elsewhere"}, friday_noon())), "");
  EXPECT_NE(text(admit_injection(p, a, FaultId(1), {}, {"ledger"}, friday_noon())), "") << "broken by another agent of this host";
  p.groups[0].share = Share{0.1};
  EXPECT_NE(denied(a, p).find("1 of 3 of the group replicas would be broken"), std::string::npos);
}

TEST(AdmitTest, AGroupIsCountedOnAllItsHosts) {
  Policy p = policy();
  p.at_once = 5;
  p.groups = {{"replicas", {"ledger", "there"}, 3, Share{0.34}}};
  Assignment a = assignment();
  a.plan.components.push_back(process("there", "ledgerd"));
  a.plan.components[2].agent = kOther;
  a.plan.faults[0].kind.hold = std::chrono::seconds(5);
  a.plan.faults.push_back(fault_of("second", "kill", ComponentId(2)));
  a.plan.faults[1].at = std::chrono::seconds(3);
  a.plan.phases[0].faults = {FaultId(0), FaultId(1)};
  EXPECT_NE(denied(a, p).find("phase crash: 2 of 3 of the group replicas would be broken"), std::string::npos) << denied(a, p);
  a.plan.faults[1].at = std::chrono::seconds(6);
  EXPECT_EQ(denied(a, p), "") << "one after the other";
  a.plan.faults[0].kind.components = {ComponentId(0), ComponentId(2)};
  EXPECT_NE(text(admit_injection(p, a, FaultId(0), {}, {}, friday_noon())).find("2 of 3"), std::string::npos);
}

TEST(AdmitTest, WhatIsOnlyDeclaredIsNotAskedFor) {
  Assignment a = assignment();
  a.plan.components.push_back(process("cache", "redis-server"));
  Policy closed = decode_policy("shakedown-agent: v1", "p").policy;
  a.plan.faults.clear();
  a.plan.phases[0].faults.clear();
  EXPECT_EQ(denied(a, closed), "");
  EXPECT_EQ(denied(a, no_policy()), "");
  EXPECT_EQ(text(admit(closed, a, friday_noon())), "");
  EXPECT_EQ(a.plan.components[2].process(), nullptr) << "no order of the moment finds it";
  EXPECT_TRUE(a.plan.components[2].start.empty());
  a.plan.components[2] = process("cache", "redis-server");
  a.plan.setup.push_back({Action::Kind::start, ComponentId(2), {}, kSelf, {}, {}, "start cache"});
  EXPECT_NE(denied(a, closed).find("component cache: it is not among"), std::string::npos) << denied(a, closed);
}

TEST(AdmitTest, AFileIsReadAsASecretOnlyWhereItIsNamed) {
  Assignment a = assignment();
  a.plan.secrets = {{"token", {SecretSource::Kind::file, "/etc/shadow"}}, {"other", {SecretSource::Kind::env, "TOKEN"}}};
  const std::string why = "secret token: the file /etc/shadow may not be read; to allow it add `secrets: [/etc/shadow]`\n";
  EXPECT_EQ(denied(a), why);
  EXPECT_NE(denied(a, no_policy()).find(why), std::string::npos);
  EXPECT_FALSE(may_read_secrets(policy(), a.plan));
  EXPECT_FALSE(may_read_secrets(no_policy(), a.plan));
  EXPECT_TRUE(may_read_secrets(Policy(), a.plan));
  Policy p = decode_policy("shakedown-agent: v1\nsecrets: [/etc/drill/token]\n", "p").policy;
  a.plan.secrets[0].source.where = "/etc/drill/token";
  EXPECT_TRUE(may_read_secrets(p, a.plan));
  a.plan.secrets[0].source.where = "/etc/drill/../shadow";
  EXPECT_FALSE(may_read_secrets(p, a.plan));
  EXPECT_EQ(decode_policy("shakedown-agent: v1\nsecrets: [token]\n", "p").diagnostics.size(), 1U) << "an absolute path";
}

TEST(AdmitTest, CommandsOfCleanupsAreNamedToo) {
  Assignment a = assignment();
  a.plan.cleanups = {{"mine",
                      {"delete", kSelf, CommandCheck{{"fail-over"}, false}},
                      Check{"remains", kSelf, CommandCheck{{"left", "x"}, true}}}};
  EXPECT_EQ(denied(a),
            "count of cleanup mine: its command stands in the scenario: left x; to allow it add `commands: {NAME: [\"left\", "
            "\"x\"]}, and write NAME in the scenario`\n");
  EXPECT_NE(denied(a, no_policy()).find("cleanup mine: this agent has no policy"), std::string::npos);
}

TEST(AdmitTest, EachPartOfAFaultIsHeldAgainstThePolicy) {
  Policy p = policy();
  p.groups = {{"replicas", {"ledger", "database"}, 3, Share{0.34}}};
  p.at_once = 2;
  Assignment a = assignment();
  a.plan.faults[0].kind.components = {ComponentId(0), ComponentId(1)};
  const std::string why = denied(a, p);
  EXPECT_NE(why.find("fault crash: component database is protected"), std::string::npos) << why;
  EXPECT_NE(why.find("2 of 3 of the group replicas would be broken"), std::string::npos) << why;
  a.plan.components[1].agent = kOther;
  EXPECT_EQ(denied(a, p).find("protected"), std::string::npos) << "the other part is another agent's";
  EXPECT_NE(denied(a, p).find("2 of 3 of the group replicas would be broken"), std::string::npos) << "the group is one";
  p.groups.clear();
  EXPECT_EQ(denied(a, p), "");
}

TEST(AdmitTest, AFaultNoLongerThanTheLongest) {
  Assignment a = assignment();
  a.plan.faults[0].kind.hold = std::chrono::minutes(11);
  EXPECT_EQ(denied(a), "fault crash: it stands for 11m, the longest allowed is 10m; to allow it add `longest: 11m`\n");
}

TEST(AdmitTest, CommandsOfFaultsAreNamedToo) {
  Assignment a = assignment();
  a.plan.faults[0] = fault_of("crash", "exec", ComponentId(0));
  a.plan.faults[0].kind.document =
      mapping_document({{"command", list_document({text_document("fail-over")})},
                        {"effect", list_document({text_document("/bin/true"), text_document("-x")})}});
  Policy p = policy();
  p.faults = {"exec"};
  const std::string why = text(admit(p, a, friday_noon()));
  EXPECT_NE(why.find("fault crash, `effect`: its command stands in the scenario: /bin/true -x"), std::string::npos) << why;
  EXPECT_EQ(why.find("`command`"), std::string::npos) << why;
  p.inline_commands = true;
  EXPECT_EQ(text(admit(p, a, friday_noon())), "");
  EXPECT_EQ(a.plan.faults[0].kind.document.find("command")->value.items.size(), 3U);
}

TEST(AdmitTest, WhatBelongsToAnotherAgentIsNotAskedHere) {
  Assignment a = assignment();
  a.self = kOther;
  EXPECT_EQ(denied(a, decode_policy("shakedown-agent: v1", "p").policy), "");
  EXPECT_EQ(denied(a, no_policy()), "");
}

TEST(AdmitTest, WithoutAPolicyNothing) {
  const std::string why = denied(assignment(), no_policy());
  EXPECT_NE(why.find("component ledger: this agent has no policy"), std::string::npos) << why;
  EXPECT_NE(why.find("fault crash: this agent has no policy; to allow it add `faults: [kill]`"), std::string::npos) << why;
  Action step{Action::Kind::exec, {}, {"true"}, kSelf, {}, {}, "exec true"};
  EXPECT_FALSE(admit(no_policy(), assignment().plan, step).empty());
  const Error error = refusal(no_policy(), admit(no_policy(), assignment().plan, step));
  EXPECT_EQ(error.kind, ErrorKind::refused);
  EXPECT_NE(error.text().find("--policy FILE"), std::string::npos);
}

// A controller may order what was never in the plan.
TEST(AdmitTest, AnOrderOfTheMomentIsHeldAgainstThePolicyToo) {
  const DrillPlan plan = assignment().plan;
  Action step{Action::Kind::exec, {}, {"fail-over"}, kSelf, {}, {}, "exec fail-over"};
  EXPECT_EQ(text(admit(policy(), plan, step)), "");
  EXPECT_EQ(step.argv, (std::vector<std::string>{"/opt/db/fail-over", "--to", "standby"}));
  Action strange{Action::Kind::exec, {}, {"rm", "-rf", "/"}, kSelf, {}, {}, "exec fail-over"};
  EXPECT_NE(text(admit(policy(), plan, strange)), "");
  Action stop{Action::Kind::stop, ComponentId(1), {}, kSelf, {}, {}, "stop database"};
  EXPECT_EQ(text(admit(policy(), plan, stop)), "stop database: component database is protected\n");
}

TEST(AdmitTest, TheLocalPolicyAllowsWhatTheScenarioDeclares) {
  Assignment a = assignment();
  a.plan.components[0].start = {"/bin/sh", "-c", "x"};
  EXPECT_EQ(text(admit(Policy(), a, friday_noon())), "");
  EXPECT_EQ(rules_of(Policy()).size(), 1U);
}

}  // namespace
}  // namespace shakedown
