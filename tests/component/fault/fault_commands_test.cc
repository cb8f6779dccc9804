// Commands end with whoever runs them: agent, watchdog or both are killed in the middle of one.
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include "agent/fault/mechanisms/process/identity.h"
#include "agent/fault/undo/standing.h"
#include "core/runtime/process/child_process.h"
#include "tests/component/fault/fault_rig.h"

namespace shakedown::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct FaultCommandsTest : ::testing::Test {
  TemporaryFolder folder;
  std::vector<ChildProcess> agents;

  void SetUp() override { ::setenv("SHAKEDOWN_COMMANDS_OF", folder.path().c_str(), 1); }
  void TearDown() override {
    for (ChildProcess& agent : agents) agent.kill_group(SIGKILL);
    for (const pid_t pid : named("")) ::kill(pid, SIGKILL);
    ::unsetenv("SHAKEDOWN_COMMANDS_OF");
  }

  // What this test started that is called so; all of it for an empty name.
  std::vector<pid_t> named(const std::string& name) const {
    std::vector<pid_t> out;
    for (const ProcessStat& stat : all_processes()) {
      const std::string base = "/proc/" + std::to_string(stat.ref.pid);
      const bool ours = read_text(base + "/environ").find("SHAKEDOWN_COMMANDS_OF=" + folder.path()) != std::string::npos;
      if (ours && (name.empty() || read_text(base + "/comm") == name + "\n")) out.push_back(stat.ref.pid);
    }
    return out;
  }
  std::vector<pid_t> watchdogs() const {
    std::vector<pid_t> out;
    for (const pid_t pid : named("")) {
      if (read_text("/proc/" + std::to_string(pid) + "/cmdline").find(std::string("watch") + '\0') != std::string::npos)
        out.push_back(pid);
    }
    return out;
  }
  ChildProcess& start_agent(const std::string& mode, const std::string& script) {
    Command command;
    command.argv = {helper_program(), mode,          "--state",  folder / "state", "--locks",   folder / "locks",
                    "--folder",       folder.path(), "--script", script,           "--pidfile", folder / "run/victim.pid"};
    if (std::filesystem::exists(folder / "secret")) command.argv.insert(command.argv.end(), {"--secret", folder / "secret"});
    command.log_file = folder / "agent.log";
    auto agent = spawn(command);
    EXPECT_TRUE(agent.has_value()) << agent.error().text();
    agents.push_back(std::move(agent.value()));
    return agents.back();
  }
  void kill_agent(ChildProcess& agent) {
    ::kill(agent.pid(), SIGKILL);
    ASSERT_TRUE(eventually([&] { return agent.poll().has_value(); }));
  }
  void kill_both(ChildProcess& agent) {
    const std::vector<pid_t> guards = watchdogs();
    ASSERT_EQ(guards.size(), 1U);
    ::kill(guards[0], SIGSTOP);  // so that it cannot act between the two
    kill_agent(agent);
    ::kill(guards[0], SIGKILL);
    ASSERT_TRUE(eventually([&] { return watchdogs().empty(); }));
  }
  void sweep() {
    ChildProcess& next = start_agent("sweep", "true");
    ASSERT_TRUE(eventually([&] { return next.poll().has_value(); })) << said();
  }
  std::string said() const { return read_text(folder / "agent.log"); }
};

TEST_F(FaultCommandsTest, ASetupCommandEndsWithItsKilledAgent) {
  ChildProcess& agent = start_agent("exec-step", "sleep 997 & sleep 997; true");
  ASSERT_TRUE(eventually([&] { return named("sleep").size() == 2; })) << said();
  kill_agent(agent);
  EXPECT_TRUE(eventually([&] { return named("sh").empty() && named("sleep").empty(); }));
  EXPECT_TRUE(eventually([&] { return watchdogs().empty(); }));
  EXPECT_TRUE(std::filesystem::is_empty(folder / "state/undo"));
}

TEST_F(FaultCommandsTest, AnEffectCommandEndsWithItsKilledAgent) {
  // Before the change it fails at once, as it must.
  ChildProcess& agent = start_agent("effect", "test -e broken || exit 1; sleep 997 & sleep 997; true");
  ASSERT_TRUE(eventually([&] { return named("sleep").size() == 2; })) << said();
  const std::vector<pid_t> before = named("sleep");
  kill_agent(agent);
  EXPECT_TRUE(eventually([&] { return std::none_of(before.begin(), before.end(), [](pid_t pid) { return alive(pid); }); }));
  std::filesystem::remove(folder / "broken");  // the watchdog's own comparison need not wait for its limit
}

TEST_F(FaultCommandsTest, WhatAgentAndWatchdogLeftRunningIsEndedByTheNextAgent) {
  ChildProcess& agent = start_agent("exec-step", "sleep 997 & sleep 997; true");
  ASSERT_TRUE(eventually([&] { return named("sleep").size() == 2; })) << said();
  kill_both(agent);
  EXPECT_TRUE(eventually([&] { return named("sh").empty(); })) << "the command itself dies with its agent";
  sweep();
  EXPECT_TRUE(eventually([&] { return named("sleep").empty(); })) << "what is left of its process group does not";
}

TEST_F(FaultCommandsTest, WhatAgentAndWatchdogLeftRunningIsListedAndEndedByHand) {
  ChildProcess& agent = start_agent("exec-step", "sleep 997 & sleep 997; true");
  ASSERT_TRUE(eventually([&] { return named("sleep").size() == 2; })) << said();
  EXPECT_TRUE(standing(folder / "state").empty()) << "its agent lives";
  kill_both(agent);
  const std::vector<Standing> listed = standing(folder / "state");
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_NE(listed[0].text().find("a command of run crash still runs"), std::string::npos) << listed[0].text();
  const auto left = take_back_run("crash", folder / "state");
  ASSERT_TRUE(left.has_value()) << left.error().message;
  EXPECT_TRUE(left.value().empty());
  EXPECT_TRUE(eventually([&] { return named("sleep").empty(); }));
  EXPECT_TRUE(standing(folder / "state").empty());
}

TEST_F(FaultCommandsTest, WhatHasLeftTheGroupOfACommandLivesOn) {
  ChildProcess& agent = start_agent("exec-step", "setsid sleep 996 & sleep 997; true");
  ASSERT_TRUE(eventually([&] { return named("sleep").size() == 2; })) << said();
  kill_agent(agent);
  ASSERT_TRUE(eventually([&] { return named("sh").empty() && watchdogs().empty(); }));
  const std::vector<pid_t> left = named("sleep");
  ASSERT_EQ(left.size(), 1U);
  EXPECT_THAT(read_text("/proc/" + std::to_string(left[0]) + "/cmdline"), HasSubstr("996"));
}

// Of a start it is what was to be started: nobody but the start command could say where it is.
TEST_F(FaultCommandsTest, WhatHasLeftTheGroupOfAStartThatWasCutShortIsEnded) {
  ChildProcess& agent = start_agent("start-step", "setsid sleep 996 & sleep 997; true");
  ASSERT_TRUE(eventually([&] { return named("sleep").size() == 2; })) << said();
  kill_agent(agent);
  EXPECT_TRUE(eventually([&] { return named("sh").empty() && watchdogs().empty() && named("sleep").empty(); }));
  EXPECT_TRUE(std::filesystem::is_empty(folder / "state/undo"));
}

TEST_F(FaultCommandsTest, TheNextUndoerWaitsForTheUndoCommandOfADeadOne) {
  const std::string script = "echo begin >> undo.log; sleep 0.5; rm -f broken; echo end >> undo.log";
  ChildProcess& agent = start_agent("undo", script);
  ASSERT_TRUE(eventually([&] { return read_text(folder / "undo.log") == "begin\n"; })) << said();
  kill_agent(agent);
  ASSERT_TRUE(eventually([&] { return watchdogs().empty(); }));
  EXPECT_EQ(read_text(folder / "undo.log"), "begin\nend\nbegin\nend\n");
}

TEST_F(FaultCommandsTest, WatchdogAndSweepHandAnUndoItsSecretAndTellNoneOfWhatItPrints) {
  const std::string secret = "s3cret-7f1c9d", encoded = "czNjcmV0LTdmMWM5ZA";
  write_text(folder / "secret", secret + "\n");
  const std::string script = "echo \"$TOKEN\" >> seen; echo said \"$TOKEN\" " + encoded + "; exit 3";
  ChildProcess& agent = start_agent("hold", script);
  ASSERT_TRUE(eventually([&] { return said().find("effective") != std::string::npos; })) << said();
  kill_agent(agent);
  ASSERT_TRUE(eventually([&] { return watchdogs().empty(); }));
  EXPECT_EQ(read_text(folder / "seen"), secret + "\n");
  sweep();
  EXPECT_EQ(read_text(folder / "seen"), secret + "\n" + secret + "\n");
  EXPECT_THAT(said(), HasSubstr("said {token} {token}"));
  EXPECT_THAT(read_text(folder / "state/watchdog.log"), HasSubstr("said {token} {token}"));
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder.path())) {
    const std::string name = file.path().filename();
    if (!file.is_regular_file() || name == "secret" || name == "seen") continue;
    EXPECT_THAT(read_text(file.path()), Not(HasSubstr(secret))) << name;
  }
}

TEST_F(FaultCommandsTest, ACommandFindsWhatIsDeclaredAndNothingElseOfItsAgentsEnvironment) {
  ::setenv("SHAKEDOWN_FOREIGN", "not for commands", 1);
  FaultRig rig;
  rig.assignment.plan.env.push_back({"GREETING", Text::literal("hello {you}")});
  rig.assignment.plan.env.push_back({"LANG", Text::literal("C.UTF-8")});
  ASSERT_TRUE(rig.make().has_value());
  EXPECT_TRUE(rig.step(StepEvent::Kind::setup, exec_of({"sh", "-c", "env > found"})).ok);
  ::unsetenv("SHAKEDOWN_FOREIGN");
  const std::string found = read_text(rig.folder / "found");
  EXPECT_THAT(found, HasSubstr("GREETING=hello {you}\n"));
  EXPECT_THAT(found, HasSubstr("LANG=C.UTF-8\n"));
  EXPECT_THAT(found, HasSubstr("PATH="));
  EXPECT_THAT(found, Not(HasSubstr("SHAKEDOWN_FOREIGN")));
}

TEST_F(FaultCommandsTest, ASecretOfTheEnvironmentThatCannotBeReadIsSaidBeforeAnythingRuns) {
  FaultRig rig;
  rig.assignment.plan.secrets.push_back({"token", {SecretSource::Kind::file, rig.folder / "no-such-file"}});
  rig.assignment.plan.env.push_back({"TOKEN", Text{{{HoleKind::secret, "token"}}}});
  const Result<void> made = rig.make();
  ASSERT_TRUE(made.has_error());
  EXPECT_THAT(made.error().message, HasSubstr("secret `token`"));
}

TEST_F(FaultCommandsTest, ALauncherThatRunsAsAnotherUserIsEndedByTheNextAgent) {
  const passwd* nobody = ::getpwnam("nobody");
  if (::geteuid() != 0 || nobody == nullptr) GTEST_SKIP() << "only root can run a command as another user";
  ChildProcess& agent = start_agent("start-step", "exec setpriv --reuid=nobody --clear-groups sh -c 'sleep 997; true'");
  ASSERT_TRUE(eventually([&] { return named("sleep").size() == 1; })) << said();
  kill_both(agent);
  EXPECT_EQ(named("sleep").size(), 1U) << "the kernel forgets the parent of what changes its user";
  sweep();
  EXPECT_THAT(named("sleep"), IsEmpty());
  EXPECT_THAT(named("sh"), IsEmpty());
}

// The server has left the group of its launcher, which waits in vain for its recovery.
TEST_F(FaultCommandsTest, ThePgCtlOfAnotherUserIsEndedByTheNextAgentAndItsServerLivesOn) {
  const Result<std::string> pg_ctl = find_program("pg_ctl");
  const passwd* nobody = ::getpwnam("nobody");
  if (::geteuid() != 0 || nobody == nullptr || !pg_ctl) GTEST_SKIP() << "needs root, a user `nobody` and PostgreSQL's pg_ctl";
  const std::string data = folder / "data";
  std::filesystem::create_directory(data);
  ASSERT_EQ(::chown(data.c_str(), nobody->pw_uid, nobody->pw_gid), 0);
  const std::string as_nobody = "setpriv --reuid=nobody --clear-groups " + pg_ctl.value();
  ASSERT_EQ(
      std::system((as_nobody + " initdb -s -D " + data + " -o '-N -A trust' > " + (folder / "initdb.log") + " 2>&1").c_str()), 0)
      << read_text(folder / "initdb.log");
  write_text(data + "/recovery.signal", "");
  write_text(data + "/postgresql.auto.conf",
             "restore_command = 'sleep 997'\nlisten_addresses = ''\nunix_socket_directories = '" + data + "'\n");
  ChildProcess& agent = start_agent("exec-step", "exec " + as_nobody + " start -w -t 900 -D " + data);
  ASSERT_TRUE(eventually([&] { return !named("sleep").empty() && !named("pg_ctl").empty(); })) << said();
  kill_both(agent);
  EXPECT_FALSE(named("pg_ctl").empty());
  sweep();
  EXPECT_THAT(named("pg_ctl"), IsEmpty());
  const pid_t server = pid_in(data + "/postmaster.pid");
  EXPECT_TRUE(alive(server)) << said();
  ::kill(server, SIGQUIT);  // it takes its shared memory with it
  EXPECT_TRUE(eventually([&] { return !alive(server); }));
}

TEST_F(FaultCommandsTest, TheEndOfARunDoesNotWaitForASetupCommand) {
  FaultRig rig;
  ASSERT_TRUE(rig.make().has_value());
  std::optional<StepEvent> step;
  const Action action = exec_of({"sh", "-c", "sleep 997 & sleep 997; true"}, std::chrono::hours(1));
  rig.runner->run_step(StepEvent::Kind::setup, action, [&](StepEvent event) { step = std::move(event); });
  ASSERT_TRUE(rig.run_until([&] { return named("sleep").size() == 2; }));
  EXPECT_TRUE(rig.undo_all().first);
  ASSERT_TRUE(step.has_value()) << "its end is told before the undo's";
  EXPECT_FALSE(step->ok);
  EXPECT_THAT(step->detail, HasSubstr("cancelled after"));
  EXPECT_TRUE(eventually([&] { return named("sleep").empty(); }));
}

TEST_F(FaultCommandsTest, TheEndOfARunDoesNotWaitForAStartThatNeverComesAbout) {
  FaultRig rig;
  const ComponentId id = rig.add(component(rig.folder, "never", {"sh", "-c", "sleep 997; true"}, "no-such-program"));
  ASSERT_TRUE(rig.make().has_value());
  std::optional<StepEvent> step;
  Action action = start_of(id);
  action.limit = std::chrono::hours(1);
  rig.runner->run_step(StepEvent::Kind::setup, action, [&](StepEvent event) { step = std::move(event); });
  ASSERT_TRUE(rig.run_until([&] { return named("sleep").size() == 1; }));
  EXPECT_TRUE(rig.undo_all().first);
  ASSERT_TRUE(step.has_value());
  EXPECT_FALSE(step->ok);
  EXPECT_THAT(rig.records(), IsEmpty());
  EXPECT_TRUE(eventually([&] { return named("sleep").empty(); }));
}

TEST_F(FaultCommandsTest, TeardownBeginsWhereSetupEnds) {
  FaultRig rig;
  ASSERT_TRUE(rig.make().has_value());
  std::optional<StepEvent> step;
  const Action action = exec_of({"sleep", "997"}, std::chrono::hours(1));
  rig.runner->run_step(StepEvent::Kind::setup, action, [&](StepEvent event) { step = std::move(event); });
  ASSERT_TRUE(rig.run_until([&] { return named("sleep").size() == 1; }));
  const StepEvent teardown = rig.step(StepEvent::Kind::teardown, exec_of({"true"}));
  EXPECT_TRUE(teardown.ok);
  ASSERT_TRUE(step.has_value());
  EXPECT_LE(step->ended, teardown.started);
  EXPECT_TRUE(eventually([&] { return named("sleep").empty(); }));
}

TEST_F(FaultCommandsTest, ADaemonWhoseStartFailedIsStillStopped) {
  FaultRig rig;
  // The launcher leaves a server of the right name in a group of its own, and fails.
  const std::string script = "setsid sleep 997 & p=$!; until grep -q sleep /proc/$p/comm; do :; done; echo $p > " +
                             (rig.folder / "run/late.pid") + "; exit 3";
  const ComponentId id = rig.add(component(rig.folder, "late", {"sh", "-c", script}, "sleep"));
  ASSERT_TRUE(rig.make().has_value());
  (void)rig.step(StepEvent::Kind::setup, start_of(id));  // on a slow machine it is seen running before it fails
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_TRUE(eventually([&] { return named("sleep").empty(); }));
}

}  // namespace
}  // namespace shakedown::test
