#include "agent/policy/environment.h"

#include <gtest/gtest.h>

namespace shakedown {
namespace {

constexpr AgentId kHere{0}, kThere{1};

Assignment with_environment(const std::string& name) {
  Assignment a;
  a.self = kHere;
  a.plan.folder = "/the/controllers";
  a.plan.agents = {{"here", true, true, false}, {"there", true, true, false}};
  a.plan.env = {{name, Text::literal("$(id)")}};
  a.plan.setup = {{Action::Kind::exec, {}, {"say"}, kHere, {}, {}, "exec say"}};
  return a;
}

Policy policy_of(const std::string& more) {
  return decode_policy("shakedown-agent: v1\ncommands: {say: [/opt/say]}\n" + more, "/etc/shakedown/policy.yaml").policy;
}

std::string held(Assignment& a, const Policy& policy) {
  std::string all;
  for (const Denial& one : admit(policy, a, WallTime{})) all += one.text() + "\n";
  return all;
}

TEST(EnvironmentTest, NoVariableOfTheScenarioReachesACommandUnlessThePolicyListsIt) {
  Assignment a = with_environment("LEDGER_URL");
  EXPECT_EQ(held(a, policy_of("")),
            "variable LEDGER_URL of `env`: commands get no variable of the scenario that the policy does not list; to allow it "
            "add `environment: [LEDGER_URL]`\n");
  EXPECT_TRUE(a.plan.env.empty()) << "an order of the moment would find it";
  a = with_environment("LEDGER_URL");
  EXPECT_EQ(held(a, policy_of("environment: [LEDGER_URL]\n")), "");
  EXPECT_EQ(a.plan.env.size(), 1U);
}

TEST(EnvironmentTest, ALineThatHandsOverTheHostIsNotOffered) {
  for (const char* name : {"PATH", "LD_PRELOAD", "BASH_ENV", "ENV", "PYTHONPATH", "PERL5OPT", "IFS", "GIT_SSH", "SHELLOPTS"}) {
    Assignment a = with_environment(name);
    const std::string why = held(a, policy_of("environment: [LEDGER_URL]\n"));
    EXPECT_NE(why.find("a program may take from it what to run"), std::string::npos) << why;
    EXPECT_EQ(why.find("to allow it add"), std::string::npos) << why;
    EXPECT_TRUE(a.plan.env.empty());
    a = with_environment(name);
    EXPECT_EQ(held(a, policy_of("environment: [" + std::string(name) + "]\n")), "") << "who writes it means it";
  }
}

TEST(EnvironmentTest, ASecretInAVariableIsNoExceptionAndIsNotTold) {
  Assignment a = with_environment("TOKEN");
  a.plan.secrets = {{"token", {SecretSource::Kind::env, "HUNTER"}}};
  a.plan.env[0].value = Text{{{HoleKind::literal, "Bearer "}, {HoleKind::secret, "token"}}};
  EXPECT_NE(held(a, policy_of("")), "");
  EXPECT_EQ(where_commands_run(a.plan), " in /etc/shakedown");
  a.plan.env = {{"TOKEN", Text{{{HoleKind::literal, "Bearer "}, {HoleKind::secret, "token"}}}}, {"A", Text::literal("b\n")}};
  a.plan.setup[0].argv = {"say"};
  EXPECT_EQ(held(a, policy_of("environment: [TOKEN, A]\nfolder: /srv\n")), "");
  const std::string where = where_commands_run(a.plan);
  EXPECT_TRUE(where.starts_with(" in /srv with TOKEN=Bearer {token} A=b")) << where;
  EXPECT_EQ(where.find('\n'), std::string::npos);
}

TEST(EnvironmentTest, WhoRunsNoCommandIsNotAskedForAny) {
  Assignment a = with_environment("LEDGER_URL");
  a.self = kThere;
  EXPECT_EQ(held(a, policy_of("")), "");
  EXPECT_TRUE(a.plan.env.empty());
  a = with_environment("LEDGER_URL");
  a.self = kThere;
  EXPECT_EQ(held(a, no_policy()), "");
  EXPECT_TRUE(a.plan.env.empty());
}

TEST(EnvironmentTest, TheFolderOfCommandsIsThePolicys) {
  Assignment a = with_environment("LEDGER_URL");
  a.plan.env.clear();
  EXPECT_EQ(held(a, policy_of("")), "");
  EXPECT_EQ(a.plan.folder, "/etc/shakedown");
  a.plan.setup[0].argv = {"say"};
  EXPECT_EQ(held(a, policy_of("folder: /srv\n")), "");
  EXPECT_EQ(a.plan.folder, "/srv");
}

TEST(EnvironmentTest, TheLocalPolicyKeepsWhatTheScenarioDeclares) {
  Assignment a = with_environment("PATH");
  EXPECT_EQ(held(a, Policy()), "");
  EXPECT_EQ(a.plan.env.size(), 1U);
  EXPECT_EQ(a.plan.folder, "/the/controllers");
}

}  // namespace
}  // namespace shakedown
