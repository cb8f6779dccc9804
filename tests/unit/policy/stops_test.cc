#include "agent/policy/stops.h"

#include <gtest/gtest.h>

#include "core/base/units.h"

namespace shakedown {
namespace {

constexpr AgentId kHost{0}, kOtherHost{1};
constexpr ComponentId kWeb{0}, kCache{1};

WallTime saturday() { return parse_wall("2026-11-28T12:00:00Z").value(); }

Component web_or_cache(const std::string& name) {
  Component one;
  one.name = name;
  one.agent = kHost;
  ProcessSpec process;
  process.pidfile = "/run/" + name + ".pid";
  process.exe = name + "d";
  one.selector = process;
  one.start = {"start-" + name};
  return one;
}

Action step(Action::Kind kind, ComponentId component, Duration after = {}) {
  const std::string verb = kind == Action::Kind::stop ? "stop " : "start ";
  return {kind, component, {}, {}, after, {}, verb + (component == kWeb ? "web" : "cache")};
}
Action stop(ComponentId component) { return step(Action::Kind::stop, component); }
Action start(ComponentId component, Duration after = {}) { return step(Action::Kind::start, component, after); }

Assignment two_components() {
  Assignment a;
  a.self = kHost;
  a.plan.agents = {{"host", true, true, false}, {"other", true, true, false}};
  a.plan.components = {web_or_cache("web"), web_or_cache("cache")};
  a.plan.phases.emplace_back();
  return a;
}

Policy policy_with(const std::string& more) {
  return decode_policy(R"(shakedown-agent: v1
components:
  web: {process: {pidfile: /run/web.pid, exe: webd}}
  cache: {process: {pidfile: /run/cache.pid, exe: cached}}
commands: {start-web: [webd], start-cache: [cached]}
longest: 1m
)" + more,
                       "/etc/policy.yaml")
      .policy;
}

std::string held(Assignment a, const std::string& more) {
  std::string all;
  for (const Denial& one : admit(policy_with(more), a, saturday())) all += one.text() + "\n";
  return all;
}

Fault pause_of(ComponentId component) {
  Fault fault;
  fault.name = "f";
  fault.phase = PhaseId(0);
  fault.kind.name = "pause";
  fault.kind.components = {component};
  fault.kind.document = mapping_document({});
  return fault;
}

TEST(StopsTest, AStepThatStopsIsHeldAgainstKindsHoursAndLength) {
  Assignment a = two_components();
  a.plan.setup = {stop(kWeb)};
  EXPECT_EQ(held(a, "faults: []\nhours: {allow: [{days: [mon]}]}\n"),
            "setup: stop web: it stops a component, and faults of the kind `stop` are not allowed; to allow it add `faults: "
            "[stop]`\n"
            "setup: stop web: it is sat 12:00 UTC, faults are allowed mon UTC\n"
            "setup: stop web: no later step starts web again, and the longest that a fault may stand is 1m\n");
  a.plan.setup = {stop(kWeb), start(kWeb)};
  EXPECT_EQ(held(a, "faults: [stop]\n"), "");
  a.plan.setup = {stop(kWeb), start(kWeb, std::chrono::minutes(2))};
  EXPECT_EQ(held(a, "faults: [stop]\n"),
            "setup: stop web: it stands for 2m, the longest allowed is 1m; to allow it add `longest: 2m`\n");
  a.plan.components[0].agent = kOtherHost;
  a.plan.setup = {stop(kWeb)};
  EXPECT_EQ(held(a, "faults: []\n"), "") << "another agent's";
}

TEST(StopsTest, WhatSetupStartsTeardownMayStop) {
  Assignment a = two_components();
  a.plan.setup = {start(kWeb)};
  a.plan.teardown = {stop(kWeb)};
  EXPECT_EQ(held(a, "faults: []\nhours: {allow: [{days: [mon]}]}\n"), "");
  a.plan.teardown = {stop(kCache)};
  EXPECT_NE(held(a, "faults: []\n").find("teardown: stop cache: it stops a component"), std::string::npos);
}

TEST(StopsTest, RecoveryThatStopsIsNoLessAFault) {
  Assignment a = two_components();
  a.plan.faults = {pause_of(kWeb)};
  a.plan.phases[0].faults = {FaultId(0)};
  a.plan.faults[0].recover = {stop(kWeb)};
  const std::string denied = held(a, "faults: [pause]\n");
  EXPECT_NE(denied.find("recovery of fault f: stop web: it stops a component"), std::string::npos) << denied;
  EXPECT_NE(denied.find("recovery of fault f: stop web: no later step starts web again"), std::string::npos) << denied;
  a.plan.faults[0].recover = {stop(kWeb), start(kWeb)};
  EXPECT_EQ(held(a, "faults: [pause, stop]\n"), "");
  a.plan.faults[0].recover = {stop(kWeb)};
  a.plan.faults[0].undo = {start(kWeb)};
  EXPECT_EQ(held(a, "faults: [pause, stop]\n"), "");
  a.plan.faults[0].undo = {stop(kWeb)};
  EXPECT_NE(held(a, "faults: [pause]\n").find("undo of fault f: stop web: it stops a component"), std::string::npos);
}

TEST(StopsTest, WhatRecoveryStopsCountsBesideWhatTheFaultBreaks) {
  Assignment a = two_components();
  a.plan.faults = {pause_of(kWeb)};
  a.plan.faults[0].recover = {stop(kCache), start(kCache)};
  EXPECT_EQ(stopped_by(a.plan.faults[0], a), std::set<ComponentId>{kCache});
  const auto denials = admit_injection(policy_with("faults: [pause, stop]\n"), a, FaultId(0), {}, {}, saturday());
  ASSERT_EQ(denials.size(), 1U);
  EXPECT_EQ(denials[0].why, "2 faults would stand on this host at once, 1 at most are allowed");
}

TEST(StopsTest, AnOrderOfTheMomentCountsWhatStands) {
  const Assignment a = two_components();
  const Policy policy = policy_with("faults: [stop]\nhours: {allow: [{days: [sat]}]}\n");
  EXPECT_TRUE(admit_stop(policy, a.plan, stop(kWeb), {}, {}, saturday()).empty());
  EXPECT_FALSE(admit_stop(policy, a.plan, stop(kWeb), {kCache}, {}, saturday()).empty());
  EXPECT_FALSE(admit_stop(policy, a.plan, stop(kWeb), {}, {"other"}, saturday()).empty());
  EXPECT_FALSE(admit_stop(policy, a.plan, stop(kWeb), {}, {}, parse_wall("2026-11-30T12:00:00Z").value()).empty());
  EXPECT_FALSE(admit_stop(policy_with("faults: [kill]\n"), a.plan, stop(kWeb), {}, {}, saturday()).empty());
  EXPECT_TRUE(admit_stop(Policy(), a.plan, stop(kWeb), {kCache}, {"other"}, saturday()).empty()) << "the local policy";
}

}  // namespace
}  // namespace shakedown
