#include <gtest/gtest.h>

#include <fstream>

#include <sys/stat.h>

#include "agent/policy/policy.h"

namespace shakedown {
namespace {

const char* const kWhole = R"(shakedown-agent: v1
components:
  ledger: {process: {pidfile: /run/ledger.pid, exe: ledgerd, user: ledger}}
  gateway: {process: {pidfile: /run/gateway.pid, exe: gatewayd, scope: children}}
  database: {}
faults: [kill, pause]
commands:
  start-ledger: [systemctl, start, ledger]
inline: true
environment: [LEDGER_URL]
folder: /srv/drills
addresses: [10.0.0.0/8, "::1"]
protected: [database, /run/db.pid]
groups:
  replicas: {components: [ledger], of: 3, share: 34%}
hours: {zone: Europe/Berlin, allow: [{days: [mon], from: "09:00", to: "17:30"}, {}]}
at_once: 2
longest: 90s
)";

std::string problems(const std::string& text) {
  std::string all;
  for (const Diagnostic& one : decode_policy(text, "policy.yaml").diagnostics) all += one.text() + "\n";
  return all;
}

TEST(PolicyFileTest, EverythingThatCanBeSaid) {
  const DecodedPolicy decoded = decode_policy(kWhole, "policy.yaml");
  ASSERT_TRUE(decoded.diagnostics.empty()) << problems(kWhole);
  const Policy& policy = decoded.policy;
  EXPECT_EQ(policy.kind, Policy::Kind::file);
  ASSERT_NE(policy.find("ledger"), nullptr);
  EXPECT_EQ(policy.find("ledger")->pidfile, "/run/ledger.pid");
  EXPECT_EQ(policy.find("ledger")->exe, "ledgerd");
  EXPECT_EQ(policy.find("ledger")->user, "ledger");
  EXPECT_EQ(policy.find("ledger")->scope, ProcessScope::one);
  EXPECT_EQ(policy.find("gateway")->scope, ProcessScope::children);
  EXPECT_FALSE(policy.find("database")->process);
  EXPECT_EQ(policy.find("other"), nullptr);
  EXPECT_EQ(policy.faults, (std::vector<std::string>{"kill", "pause"}));
  EXPECT_EQ(policy.commands.at("start-ledger"), (std::vector<std::string>{"systemctl", "start", "ledger"}));
  EXPECT_TRUE(policy.inline_commands);
  EXPECT_EQ(policy.environment, (std::vector<std::string>{"LEDGER_URL"}));
  EXPECT_EQ(policy.folder, "/srv/drills");
  EXPECT_TRUE(policy.addresses.allows("10.2.3.4"));
  EXPECT_FALSE(policy.addresses.allows("127.0.0.1"));
  EXPECT_TRUE(policy.protects("database"));
  EXPECT_TRUE(policy.protects_file("/run/db.pid"));
  EXPECT_EQ(policy.protected_pidfiles(), (std::vector<std::string>{"/run/db.pid"})) << "only commands know database";
  EXPECT_EQ(policy.groups.front().most(), 1U);
  EXPECT_EQ(policy.hours.text(), "mon 09:00 to 17:30; mon, tue, wed, thu, fri, sat, sun Europe/Berlin");
  EXPECT_EQ(policy.at_once, 2U);
  EXPECT_EQ(policy.longest, std::chrono::seconds(90));
}

TEST(PolicyFileTest, WhatIsNotWrittenIsNotAllowed) {
  const DecodedPolicy decoded = decode_policy("shakedown-agent: v1\n", "policy.yaml");
  ASSERT_TRUE(decoded.diagnostics.empty());
  const Policy& policy = decoded.policy;
  EXPECT_TRUE(policy.components.empty());
  EXPECT_TRUE(policy.faults.empty());
  EXPECT_TRUE(policy.commands.empty());
  EXPECT_FALSE(policy.inline_commands);
  EXPECT_FALSE(policy.addresses.allows("10.0.0.1"));
  EXPECT_TRUE(policy.addresses.allows("127.0.0.1"));
  EXPECT_EQ(policy.at_once, 1U);
  EXPECT_TRUE(policy.environment.empty());
  EXPECT_EQ(decode_policy("shakedown-agent: v1\n", "/etc/shakedown/policy.yaml").policy.folder, "/etc/shakedown");
}

TEST(PolicyFileTest, EachProblemIsToldWithItsPlaceAllAtOnce) {
  EXPECT_EQ(problems(R"(shakedown-agent: v1
components:
  ledger: {process: {pidfile: run/ledger.pid}}
faults: [kill, earthquake]
comands: {a: [b]}
addresses: [10.0.0.1/8]
protected: [run/db.pid, databse]
groups: {replicas: {components: [ghost, ledger], of: 1, share: 50%}}
hours: {zone: Mars/Olympus, allow: [{from: "9:00"}]}
at_once: 0
)"),
            "policy.yaml:3:21: an allowed process needs at least one of `exe` and `user`; add one\n"
            "policy.yaml:3:31: `pidfile`: expected an absolute path, found `run/ledger.pid`\n"
            "policy.yaml:4:16: item 2 of `faults`: unknown word `earthquake`; known here: `kill`, `pause`, `stop`, `exec`\n"
            "policy.yaml:5:1: unknown key `comands` in a policy; did you mean `commands`?\n"
            "policy.yaml:6:13: 10.0.0.1/8 has bits set beyond its length; write its first address\n"
            "policy.yaml:7:13: `run/db.pid` is neither a component's name nor the absolute path of a pidfile\n"
            "policy.yaml:7:25: `databse` is no component of this policy, so that nothing would be protected; add it to "
            "`components`, or write the absolute path of its pidfile\n"
            "policy.yaml:8:54: group `replicas` names 2 components; `of` counts all of them\n"
            "policy.yaml:9:15: the host's time zone database has no zone Mars/Olympus; write a name such as Europe/Berlin, or "
            "install tzdata\n"
            "policy.yaml:9:44: `from`: expected a time of day such as \"09:00\", quoted, found `9:00`\n"
            "policy.yaml:10:10: `at_once`: expected at least 1, at most 1000, found `0`\n");
}

TEST(PolicyFileTest, AGroupHasAMemberHere) {
  const std::string head = "shakedown-agent: v1\ncomponents: {ledger: {}}\n";
  EXPECT_EQ(problems(head + "groups: {replicas: {components: [ledger, there], share: 50%}}\n"), "");
  EXPECT_EQ(problems(head + "groups: {replicas: {components: [legder], share: 50%}}\n"),
            "policy.yaml:3:33: no component of group `replicas` is one of this policy; name those of this host, too\n");
}

TEST(PolicyFileTest, OneThatOthersMayWriteSaysNothing) {
  const std::string file = ::testing::TempDir() + "/policy-of-others.yaml";
  std::ofstream(file) << "shakedown-agent: v1\n";
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  EXPECT_TRUE(load_policy(file).has_value());
  ASSERT_EQ(::chmod(file.c_str(), 0664), 0);
  const Result<Policy> open = load_policy(file);
  ASSERT_TRUE(open.has_error());
  EXPECT_EQ(open.error().kind, ErrorKind::refused);
  EXPECT_NE(open.error().message.find("chmod go-w"), std::string::npos);
  EXPECT_TRUE(load_policy(file + ".gone").has_error());
}

}  // namespace
}  // namespace shakedown
