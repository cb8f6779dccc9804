// Debian's nginx: a master that writes its own pidfile and brings its workers back.
#include <csignal>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "agent/fault/mechanisms/process/scope.h"
#include "tests/component/fault/fault_rig.h"
#include "tests/support/faults.h"

namespace shakedown::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct FaultNginxTest : ::testing::Test {
  FaultRig rig;
  ComponentId whole, workers;

  void SetUp() override {
    ASSERT_EQ(::access("/usr/sbin/nginx", X_OK), 0) << "nginx is not installed; it is among the packages of the tests";
    const std::string config = rig.folder / "nginx.conf";
    // A Unix socket: no port is needed for what is tested here.
    write_text(config, "worker_processes 2; daemon on; master_process on; pid " + (rig.folder / "run/nginx.pid") +
                           "; error_log " + (rig.folder / "error.log") + "; events {} http { access_log off; " +
                           "server { listen unix:" + (rig.folder / "nginx.sock") + "; } }");
    Component nginx =
        component(rig.folder, "nginx", {"nginx", "-p", rig.folder.path(), "-e", rig.folder / "error.log", "-c", config}, "nginx",
                  ProcessScope::group);
    whole = rig.add(nginx);
    nginx.name = "nginx-workers";
    nginx.process()->scope = ProcessScope::children;
    workers = rig.add(nginx);
    setenv("PATH", (std::string(getenv("PATH")) + ":/usr/sbin").c_str(), 1);
  }

  std::vector<ProcessRef> worker_list() const {
    const auto state = observe(*rig.assignment.plan.component(workers).process());
    return state.has_value() ? state.value().members : std::vector<ProcessRef>();
  }
};

TEST_F(FaultNginxTest, AKilledGroupIsRecoveredByItsOperator) {
  std::filesystem::remove(rig.folder / "nginx.sock");
  const FaultId fault = rig.add("kill-all", faults::kill(whole, SIGKILL),
                                {exec_of({"rm", "-f", rig.folder / "nginx.sock"}), start_of(whole, milliseconds(50))});
  ASSERT_TRUE(rig.make().has_value());
  const StepEvent started = rig.step(StepEvent::Kind::setup, start_of(whole));
  ASSERT_TRUE(started.ok) << started.detail;
  ASSERT_TRUE(eventually([&] { return worker_list().size() == 2; }));
  const std::vector<ProcessRef> before = worker_list();
  const pid_t master = rig.pid(whole);
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  EXPECT_FALSE(alive(master));
  for (const ProcessRef& worker : before) EXPECT_FALSE(is_running(worker));
  ASSERT_TRUE(rig.run_until([&] { return rig.steps(StepEvent::Kind::recover).size() == 2; }));
  EXPECT_TRUE(rig.steps(StepEvent::Kind::recover)[1].ok) << rig.steps(StepEvent::Kind::recover)[1].detail;
  const auto [clean, detail] = rig.finish(injection, false);
  EXPECT_TRUE(clean) << detail;
  EXPECT_FALSE(rig.state(injection, FaultState::clean)->by_undo);
  EXPECT_EQ(worker_list().size(), 2U);
  EXPECT_TRUE(rig.step(StepEvent::Kind::teardown, stop_of(whole)).ok);
  EXPECT_TRUE(worker_list().empty());
  EXPECT_TRUE(rig.records().empty());
}

TEST_F(FaultNginxTest, KilledWorkersComeBackByThemselvesAndTheMasterStays) {
  const FaultId fault = rig.add("kill-workers", faults::kill(workers, SIGKILL));
  ASSERT_TRUE(rig.make().has_value());
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, start_of(whole)).ok);
  ASSERT_TRUE(eventually([&] { return worker_list().size() == 2; }));
  const pid_t master = rig.pid(whole);
  const std::vector<ProcessRef> before = worker_list();
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  for (const ProcessRef& worker : before) EXPECT_FALSE(is_running(worker));
  EXPECT_TRUE(alive(master));
  EXPECT_TRUE(rig.finish(injection, false).first);
  EXPECT_EQ(rig.names(injection), "armed injected effective clean");
  EXPECT_EQ(rig.pid(whole), master);
  EXPECT_EQ(worker_list().size(), 2U);
  EXPECT_TRUE(rig.undo_all().first);
}

TEST_F(FaultNginxTest, PausedWorkersStopWhileTheMasterRuns) {
  const FaultId fault = rig.add("pause-workers", faults::pause(workers, seconds(30)));
  ASSERT_TRUE(rig.make().has_value());
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, start_of(whole)).ok);
  ASSERT_TRUE(eventually([&] { return worker_list().size() == 2; }));
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  for (const ProcessRef& worker : worker_list()) EXPECT_EQ(state_of(worker.pid), 'T');
  EXPECT_NE(state_of(rig.pid(whole)), 'T');
  const std::vector<ProcessRef> paused = worker_list();
  EXPECT_TRUE(rig.finish(injection, true).first);
  EXPECT_EQ(worker_list(), paused);
  for (const ProcessRef& worker : paused) EXPECT_NE(state_of(worker.pid), 'T');
  EXPECT_TRUE(rig.undo_all().first);
}

}  // namespace
}  // namespace shakedown::test
