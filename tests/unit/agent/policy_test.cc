// An agent whose policy is a file of its host.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "agent/fault/undo/record.h"
#include "tests/unit/agent/agent_fixture.h"

namespace shakedown::test {
namespace {

class AgentPolicyTest : public AgentFixture {
 protected:
  AgentPolicyTest() {
    std::string name = ::testing::TempDir() + "agent-policy-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    file_ = folder_ + "/policy.yaml";
    state_ = folder_ + "/state";
    ::chmod(folder_.c_str(), 0700);
  }
  ~AgentPolicyTest() override {
    agent_.reset();
    std::filesystem::remove_all(folder_);
  }

  void write(const std::string& more) {
    std::ofstream(file_) << "shakedown-agent: v1\ncomponents: {web: {process: {pidfile: /run/web.pid, exe: webd}}}\n"
                            "commands: {say: [/opt/say], start-web: [/opt/start-web]}\n"
                         << more;
    ::chmod(file_.c_str(), 0600);
  }

  static Assignment plan_of_web() {
    Assignment a = assignment();
    Component& web = a.plan.components[0];
    web.name = "web";
    web.start = {"start-web"};
    ProcessSpec process;
    process.pidfile = "/run/web.pid";
    process.exe = "webd";
    web.selector = process;
    a.plan.checks.clear();
    a.plan.env = {{"BASH_ENV", Text::literal("$(id)")}};
    a.plan.folder = "/the/controllers";
    return a;
  }

  void begin(const Assignment& a) {
    AgentOptions with = options();
    with.policy = load_policy(file_).value();
    with.state_dir = state_;
    with.make_fault = [this](const Assignment& made, FaultOptions fault, boost::asio::io_context&) {
      made_ = made;
      rules_ = fault;
      script_.report = fault.report;
      return Result<std::unique_ptr<FaultRunner>>(std::make_unique<FakeFault>(script_));
    };
    start(std::move(with));
    ASSERT_TRUE(run_until([&] { return heard<Hello>(); }));
    if (before_plan_) before_plan_();
    controller_->send(Plan{a});
    ASSERT_TRUE(run_until([&] { return heard<PlanReady>(); }));
    ready_ = all<PlanReady>()[0];
    if (!ready_.ok) return;
    controller_->send(Go{mono_now() + skew_});
    ASSERT_TRUE(run_until([&] { return script_.clock.has_value(); }));
  }

  StepDone step(Action action, StepEvent::Kind kind = StepEvent::Kind::setup) {
    const std::size_t before = all<StepDone>().size();
    controller_->send(RunStep{++step_, kind, std::move(action)});
    run_until([&] { return all<StepDone>().size() > before; });
    return all<StepDone>().back();
  }
  static Action say() { return {Action::Kind::exec, {}, {"say"}, AgentId(0), {}, std::chrono::seconds(1), "exec say"}; }
  static Action stop_web() {
    return {Action::Kind::stop, ComponentId(0), {}, AgentId(0), {}, std::chrono::seconds(1), "stop web"};
  }

  std::string audit() const {
    std::ifstream in(state_ + "/audit/audit.log");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string folder_, file_, state_;
  std::optional<Assignment> made_;
  FaultOptions rules_;
  PlanReady ready_;
  std::function<void()> before_plan_;
  uint64_t step_ = 0;
};

TEST_F(AgentPolicyTest, WhatRunsKnowsNothingOfTheControllersEnvironmentAndFolder) {
  write("faults: [kill]\n");
  begin(plan_of_web());
  ASSERT_FALSE(ready_.ok);
  EXPECT_NE(ready_.error.find("variable BASH_ENV of `env`"), std::string::npos) << ready_.error;
}

TEST_F(AgentPolicyTest, WhatCommandsGetStandsInTheAudit) {
  write("faults: [kill]\nenvironment: [BASH_ENV]\nprotected: [/run/db.pid]\n");
  begin(plan_of_web());
  ASSERT_TRUE(ready_.ok) << ready_.error;
  EXPECT_EQ(made_->plan.folder, folder_);
  EXPECT_EQ(rules_.spared, (std::vector<std::string>{"/run/db.pid"}));
  EXPECT_TRUE(rules_.stops_are_faults);
  EXPECT_TRUE(step(say()).ok);
  EXPECT_NE(audit().find("exec say: /opt/say in " + folder_ + " with BASH_ENV=$(id)"), std::string::npos) << audit();
}

TEST_F(AgentPolicyTest, AStopIsAFault) {
  write("faults: [kill]\nenvironment: [BASH_ENV]\n");
  begin(plan_of_web());
  ASSERT_TRUE(ready_.ok) << ready_.error;
  const StepDone denied = step(stop_web());
  EXPECT_FALSE(denied.ok);
  EXPECT_NE(denied.detail.find("faults of the kind `stop` are not allowed"), std::string::npos) << denied.detail;
  EXPECT_FALSE(script_.called("run_step stop web"));
  script_.started = true;
  EXPECT_TRUE(step(stop_web(), StepEvent::Kind::teardown).ok) << "what setup of this run has started";
}

TEST_F(AgentPolicyTest, AStopThatStandsForTooLongIsEnded) {
  write("faults: [kill, stop]\nenvironment: [BASH_ENV]\nlongest: 1ms\n");
  begin(plan_of_web());
  ASSERT_TRUE(ready_.ok) << ready_.error;
  script_.stopped = true;
  EXPECT_TRUE(step(stop_web()).ok);
  EXPECT_TRUE(run_until([&] { return script_.called("run_step start web"); }));
}

// From its beginning on, however long its command takes.
TEST_F(AgentPolicyTest, AFaultThatIsStillBeginningEndsWithTheLongestTimeToo) {
  write("faults: [kill]\nenvironment: [BASH_ENV]\nlongest: 1ms\n");
  script_.injected_as = FaultState::armed;
  begin(plan_of_web());
  ASSERT_TRUE(ready_.ok) << ready_.error;
  controller_->send(Inject{InjectionId(0), FaultId(0), StageId(0), RunTime{}});
  EXPECT_TRUE(run_until([&] { return script_.called("finish with undo"); }));
}

TEST_F(AgentPolicyTest, APolicyThatIsChangedWhileAPlanIsCarriedOutAllowsNothingNew) {
  write("faults: [kill]\nenvironment: [BASH_ENV]\n");
  begin(plan_of_web());
  ASSERT_TRUE(ready_.ok) << ready_.error;
  EXPECT_TRUE(step(say()).ok);
  write("faults: []\nenvironment: [BASH_ENV]\n");
  EXPECT_FALSE(step(say()).ok);
  controller_->send(Inject{InjectionId(0), FaultId(0), StageId(0), RunTime{}});
  ASSERT_TRUE(run_until([&] {
    for (const EventReport& one : all<EventReport>()) {
      if (std::holds_alternative<FaultEvent>(one.event)) return true;
    }
    return false;
  }));
  EXPECT_FALSE(script_.called("inject"));
  EXPECT_TRUE(rules_.may_inject(InjectionId(0), FaultId(0)).has_error());
  std::filesystem::remove(file_);
  const StepDone gone = step(say());
  EXPECT_FALSE(gone.ok);
  EXPECT_NE(gone.detail.find("can no longer be read"), std::string::npos) << gone.detail;
  EXPECT_NE(audit().find("can no longer be read"), std::string::npos);
}

TEST_F(AgentPolicyTest, OneThatIsChangedWhileTheAgentWaitsCounts) {
  write("faults: [kill]\nenvironment: [BASH_ENV]\n");
  before_plan_ = [this] { write("faults: []\nenvironment: [BASH_ENV]\n"); };
  begin(plan_of_web());
  EXPECT_FALSE(ready_.ok);
  EXPECT_NE(ready_.error.find("faults of the kind `kill` are not allowed"), std::string::npos) << ready_.error;
}

// Two agents of one run on one host.
TEST_F(AgentPolicyTest, FaultsOfOtherAgentsOfTheSameRunCount) {
  write("faults: [kill]\nenvironment: [BASH_ENV]\n");
  begin(plan_of_web());
  ASSERT_TRUE(ready_.ok) << ready_.error;
  EXPECT_TRUE(rules_.may_inject(InjectionId(0), FaultId(0)).has_value());
  UndoRecord other;
  other.id = "00000001-pause";
  other.owner.run_id = "test";
  other.kind = "pause";
  other.fault = "freeze";
  other.component.component.name = "cache";
  const std::string theirs = state_ + "/undo/1-1-test-1-0";
  std::filesystem::create_directories(theirs);
  std::ofstream(theirs + "/" + other.id + ".undo") << encode(other);
  const Result<void> denied = rules_.may_inject(InjectionId(0), FaultId(0));
  ASSERT_TRUE(denied.has_error());
  EXPECT_NE(denied.error().text().find("2 faults would stand on this host at once"), std::string::npos) << denied.error().text();
  other.kind = "started";
  other.fault.clear();
  std::ofstream(theirs + "/" + other.id + ".undo") << encode(other);
  EXPECT_TRUE(rules_.may_inject(InjectionId(0), FaultId(0)).has_value()) << "what setup started is no fault";
}

}  // namespace
}  // namespace shakedown::test
