#include "tests/unit/agent/agent_fixture.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;
using AgentTest = test::AgentFixture;

TEST_F(AgentTest, SaysHelloComparesClocksAndAnswersThePlan) {
  AgentOptions chosen = options();
  chosen.token = "secret";
  get_ready(chosen);
  const Hello hello = all<Hello>()[0];
  EXPECT_EQ(hello.name, "local");
  EXPECT_EQ(hello.token, "secret");
  EXPECT_EQ(hello.protocol, kProtocolVersion);
  EXPECT_EQ(pings_.size(), 16u);
  EXPECT_GT(all<PlanReady>()[0].clock_bound, Duration{});
  EXPECT_EQ(script_.loads_made, 1) << "secrets and certificates are tried before the run";
  EXPECT_EQ(script_.faults_made, 1);
}

TEST_F(AgentTest, IsNotReadyBeforeItsClockIsKnown) {
  answer_pings_ = false;
  start(options());
  ASSERT_TRUE(run_until([&] { return !pings_.empty(); }));
  controller_->send(Plan{assignment()});
  ASSERT_TRUE(run_until([&] { return script_.faults_made == 1; }));
  loop_.poll();
  EXPECT_FALSE(heard<PlanReady>());
  answer_pings_ = true;
  controller_->send(ClockPong{pings_[0].id, pings_[0].agent_mono, mono_now()});
  EXPECT_TRUE(run_until([&] { return heard<PlanReady>(); }));
}

TEST_F(AgentTest, MapsTheRunsZeroByItsOffset) {
  skew_ = 1h;
  get_ready(options());
  const MonoTime zero = mono_now() + 1s;
  controller_->send(Go{zero + skew_});
  ASSERT_TRUE(run_until([&] { return script_.clock.has_value(); }));
  const Duration off = std::chrono::abs(script_.clock->zero() - zero);
  EXPECT_LE(off, all<PlanReady>()[0].clock_bound);
}

TEST_F(AgentTest, InTheControllersProcessTheZeroIsExact) {
  AgentOptions chosen = options();
  chosen.controllers_clock = true;
  get_ready(chosen);
  EXPECT_TRUE(pings_.empty());
  EXPECT_EQ(all<PlanReady>()[0].clock_bound, Duration{});
  const MonoTime zero = mono_now();
  controller_->send(Go{zero});
  ASSERT_TRUE(run_until([&] { return script_.clock.has_value(); }));
  EXPECT_EQ(script_.clock->zero(), zero);
}

TEST_F(AgentTest, APlanThatCannotBeExecutedIsAnsweredAndEndsIt) {
  script_.fault_check = fail(ErrorKind::locked, "component api is locked by another run");
  get_ready(options());
  const PlanReady answer = all<PlanReady>()[0];
  EXPECT_FALSE(answer.ok);
  EXPECT_EQ(answer.problem, ErrorKind::locked);
  EXPECT_EQ(answer.error, "component api is locked by another run");
  ASSERT_TRUE(run_until_exit());
  EXPECT_EQ(exits_, std::vector<int>{75});
  EXPECT_TRUE(run_until([&] { return closed_; }));
  EXPECT_FALSE(heard<Goodbye>()) << "the answer said everything";
}

// Between a first and a second making, another run could take a component that this one had been promised.
TEST_F(AgentTest, WhatThePlanNeedsIsTakenOnceAndKeptUntilTheEnd) {
  get_going(options());
  EXPECT_TRUE(script_.called("go"));
  controller_->send(Shutdown{"over"});
  ASSERT_TRUE(run_until_exit());
  EXPECT_EQ(script_.loads_made, 1);
  EXPECT_EQ(script_.faults_made, 1);
}

TEST_F(AgentTest, ARefusalEndsIt) {
  start(options());
  controller_->send(Refusal{"every place is taken"});
  controller_->close();
  ASSERT_TRUE(run_until_exit());
  EXPECT_EQ(exits_, std::vector<int>{77});
}

TEST_F(AgentTest, ObeysOrders) {
  get_going(options());
  controller_->send(StartProbes{});
  controller_->send(StartLedgers{});
  controller_->send(StageStart{StageId(1), PhaseId(0), {}, {}});
  controller_->send(StageStop{StageId(1), {}});
  RunStep step;
  step.step = 5;
  step.action.component = ComponentId(0);
  step.action.describe = "start api";
  controller_->send(step);
  step.step = 6;
  step.action.describe = "fails";
  controller_->send(step);
  controller_->send(Inject{InjectionId(0), FaultId(0), StageId(1), {}});
  controller_->send(FinishFault{7, InjectionId(0), true, "late"});
  controller_->send(ReadRelease{8});
  ASSERT_TRUE(run_until([&] { return all<StepDone>().size() == 4; }));
  for (const char* call : {"start_probes", "start_ledgers", "start_stage 1 phase 0", "stop_stage 1", "run_step start api",
                           "inject", "finish with undo", "fetch"}) {
    EXPECT_TRUE(script_.called(call)) << call;
  }
  const auto done = all<StepDone>();
  EXPECT_EQ(done[0].step, 5u);
  EXPECT_TRUE(done[0].ok);
  EXPECT_EQ(done[0].event.what, "start api");
  EXPECT_FALSE(done[1].ok);
  EXPECT_EQ(done[1].detail, "exit code 3");
  EXPECT_EQ(done[2].detail, "same as before");
  EXPECT_EQ(done[3].detail, "abc");
  ASSERT_EQ(all<EventReport>().size(), 1u);
  EXPECT_EQ(std::get<FaultEvent>(all<EventReport>()[0].event).state, FaultState::effective);
}

TEST_F(AgentTest, ReportsEachCheckBeforeItsAnswerAndCancelsThemAtTheEnd) {
  get_going(options());
  controller_->send(RunChecks{4});
  ASSERT_TRUE(run_until([&] { return heard<StepDone>(); }));
  EXPECT_EQ(all<StepDone>()[0].step, 4u);
  EXPECT_TRUE(all<StepDone>()[0].ok);
  ASSERT_EQ(all<EventReport>().size(), 1u);
  EXPECT_EQ(std::get<CheckResult>(all<EventReport>()[0].event).detail, "seen");
  const auto place = [&](const auto& is) { return std::find_if(heard_.begin(), heard_.end(), is) - heard_.begin(); };
  EXPECT_LT(place([](const ToController& m) { return std::holds_alternative<EventReport>(m); }),
            place([](const ToController& m) { return std::holds_alternative<StepDone>(m); }));
  EXPECT_FALSE(script_.called("cancel checks"));
  controller_->send(Shutdown{"over"});
  ASSERT_TRUE(run_until_exit());
  EXPECT_TRUE(script_.called("cancel checks"));
}

TEST_F(AgentTest, EndsItsTrafficBeforeACleanupAndKnowsOnlyThoseOfThePlan) {
  get_going(options());
  controller_->send(EndTraffic{5});
  ASSERT_TRUE(run_until([&] { return heard<StepDone>(); }));
  EXPECT_TRUE(all<StepDone>()[0].ok);
  EXPECT_TRUE(script_.called("stop"));
  controller_->send(RunCleanup{6, 0});
  ASSERT_TRUE(run_until([&] { return all<StepDone>().size() == 2; }));
  EXPECT_FALSE(all<StepDone>()[1].ok);
  EXPECT_NE(all<StepDone>()[1].detail.find("cleanup 0 of 0"), std::string::npos) << all<StepDone>()[1].detail;
}

TEST_F(AgentTest, RefusesOrdersOutsideThePlan) {
  get_going(options());
  controller_->send(StageStart{StageId(2), PhaseId(0), {}, {}});
  controller_->send(VerifyLedger{9, LedgerId(1), 0, {}, 0});
  ASSERT_TRUE(run_until([&] { return heard<StepDone>() && heard<EventReport>(); }));
  EXPECT_FALSE(all<StepDone>()[0].ok);
  EXPECT_NE(all<StepDone>()[0].detail.find("ledger 1 of 1"), std::string::npos) << all<StepDone>()[0].detail;
  const auto warning = std::get<AgentEvent>(all<EventReport>()[0].event);
  EXPECT_EQ(warning.kind, AgentEvent::Kind::warning);
  EXPECT_EQ(warning.agent, AgentId(0));
  EXPECT_FALSE(script_.called("verify"));
}

TEST_F(AgentTest, AnswersAStepThatComesBeforeGo) {
  get_ready(options());
  controller_->send(ReadRelease{3});
  ASSERT_TRUE(run_until([&] { return heard<StepDone>(); }));
  EXPECT_FALSE(all<StepDone>()[0].ok);
  EXPECT_NE(all<StepDone>()[0].detail.find("Go"), std::string::npos);
}

TEST_F(AgentTest, SendsTheReadsOfAPassBeforeItsAnswer) {
  get_going(options());
  heard_.clear();
  controller_->send(VerifyLedger{4, LedgerId(0), 2, InjectionId(1), 17});
  ASSERT_TRUE(run_until([&] { return heard<StepDone>(); }));
  ASSERT_GE(heard_.size(), 3u);
  const auto n = heard_.size();
  ASSERT_TRUE(std::holds_alternative<Snapshot>(heard_[n - 3]));
  EXPECT_EQ(std::get<Snapshot>(heard_[n - 3]).reads.size(), 1u);
  const auto pass = std::get<LedgerPass>(std::get<EventReport>(heard_[n - 2]).event);
  EXPECT_EQ(pass.ledger, LedgerId(0));
  EXPECT_EQ(pass.pass, 2u);
  EXPECT_EQ(pass.first_id, 17u);
  EXPECT_EQ(std::get<StepDone>(heard_[n - 1]).step, 4u);
}

TEST_F(AgentTest, NumbersItsSnapshotsWithoutGaps) {
  get_going(options());
  script_.arrivals = 7;
  ASSERT_TRUE(run_until([&] { return all<Snapshot>().size() == 2; }));
  controller_->send(Shutdown{"over"});
  ASSERT_TRUE(run_until_exit());
  ASSERT_TRUE(run_until([&] { return heard<Goodbye>(); }));
  const auto snapshots = all<Snapshot>();
  ASSERT_EQ(snapshots.size(), 3u) << "one a second, and the last one";
  uint64_t arrivals = 0;
  for (std::size_t i = 0; i < snapshots.size(); ++i) {
    EXPECT_EQ(snapshots[i].seq, i + 1);
    EXPECT_EQ(snapshots[i].agent, AgentId(0));
    arrivals += snapshots[i].offered.at(StageId(0));
  }
  EXPECT_EQ(arrivals, 7u);
}

TEST_F(AgentTest, ShutdownStopsLoadThenUndoesThenSaysGoodbye) {
  get_going(options());
  controller_->send(Shutdown{"the run is over"});
  ASSERT_TRUE(run_until_exit());
  EXPECT_EQ(exits_, std::vector<int>{0});
  ASSERT_TRUE(run_until([&] { return closed_; }));
  EXPECT_LT(script_.position("stop"), script_.position("collect"));
  EXPECT_LT(script_.position("collect"), script_.position("undo_all"));
  ASSERT_FALSE(heard_.empty());
  ASSERT_TRUE(std::holds_alternative<Goodbye>(heard_.back())) << "the last word";
  EXPECT_TRUE(std::get<Goodbye>(heard_.back()).clean);
}

// The clock was set after the last comparison of the run: the controller knows before it judges.
TEST_F(AgentTest, ComparesClocksOnceMoreBeforeItLeaves) {
  get_going(options());
  skew_ += 10s;
  controller_->send(Shutdown{"the run is over"});
  ASSERT_TRUE(run_until_exit());
  ASSERT_TRUE(run_until([&] { return heard<Goodbye>(); }));
  EXPECT_GE(pings_.back().bound, 9s);
  EXPECT_LE(pings_.back().bound, 11s);
}

TEST_F(AgentTest, LeavesWhereTheLastComparisonIsNotAnswered) {
  get_going(options());
  answer_pings_ = false;
  controller_->send(Shutdown{"the run is over"});
  ASSERT_TRUE(run_until_exit());
  EXPECT_EQ(exits_, std::vector<int>{0});
}

TEST_F(AgentTest, ALeftoverIsToldAndIsTheExitCode) {
  script_.clean = false;
  get_going(options());
  controller_->send(Shutdown{"over"});
  ASSERT_TRUE(run_until_exit());
  EXPECT_EQ(exits_, std::vector<int>{4});
  ASSERT_TRUE(run_until([&] { return heard<Goodbye>(); }));
  EXPECT_FALSE(all<Goodbye>()[0].clean);
  EXPECT_EQ(all<Goodbye>()[0].detail, "pid 7 is still stopped");
}

TEST_F(AgentTest, WithoutRenewalItUndoesEverything) {
  AgentOptions chosen = options();
  chosen.lease = 50ms;
  script_.hold_stop = true;
  get_going(chosen);
  ASSERT_TRUE(run_until([&] { return script_.called("undo_all"); }));
  EXPECT_TRUE(exits_.empty());
  script_.release_stop();
  ASSERT_TRUE(run_until_exit());
  EXPECT_EQ(exits_, std::vector<int>{3});
  ASSERT_TRUE(run_until([&] { return heard<Goodbye>(); }));
  EXPECT_NE(all<Goodbye>()[0].detail.find("lease"), std::string::npos);
}

TEST_F(AgentTest, ARenewedLeaseHolds) {
  AgentOptions chosen = options();
  chosen.lease = 30s;
  get_going(chosen);
  controller_->send(LeaseRenew{50ms});
  ASSERT_TRUE(run_until([&] { return script_.called("renew"); }));
  controller_->send(LeaseRenew{30s});
  ASSERT_TRUE(run_until([&] { return all<Snapshot>().size() == 2; })) << "longer than the short lease";
  EXPECT_FALSE(script_.called("undo_all"));
  EXPECT_TRUE(exits_.empty());
}

TEST_F(AgentTest, ALostControllerMeansUndo) {
  get_going(options());
  controller_.reset();
  ASSERT_TRUE(run_until_exit());
  EXPECT_TRUE(script_.called("undo_all"));
  EXPECT_EQ(exits_, std::vector<int>{3});
}

TEST_F(AgentTest, AControllerLostBeforeThePlanIsUnavailable) {
  start(options());
  controller_.reset();
  ASSERT_TRUE(run_until_exit());
  EXPECT_EQ(exits_, std::vector<int>{69});
}

TEST_F(AgentTest, AnInterruptUndoesAndTells) {
  get_going(options());
  agent_->interrupt();
  ASSERT_TRUE(run_until_exit());
  EXPECT_EQ(exits_, std::vector<int>{3});
  EXPECT_TRUE(script_.called("undo_all"));
  ASSERT_TRUE(run_until([&] { return heard<Goodbye>(); }));
}

TEST_F(AgentTest, ASecondInterruptDoesNotWaitForRequests) {
  script_.hold_stop = true;
  get_going(options());
  controller_->send(Shutdown{"over"});
  ASSERT_TRUE(run_until([&] { return script_.called("stop"); }));
  EXPECT_FALSE(script_.called("undo_all")) << "requests are still out";
  agent_->interrupt();
  ASSERT_TRUE(run_until_exit()) << "stop never ended";
  EXPECT_TRUE(script_.called("undo_all"));
  EXPECT_EQ(exits_, std::vector<int>{0});
}

TEST_F(AgentTest, WhatWasSweptBeforeGoIsReportedInRunTime) {
  script_.report_when_made = true;
  get_ready(options());
  EXPECT_FALSE(heard<EventReport>());
  const MonoTime zero = mono_now() + 10s;
  controller_->send(Go{zero});
  ASSERT_TRUE(run_until([&] { return heard<EventReport>(); }));
  const auto event = std::get<AgentEvent>(all<EventReport>()[0].event);
  EXPECT_EQ(event.kind, AgentEvent::Kind::leftover);
  EXPECT_EQ(event.agent, AgentId(0));
  EXPECT_LT(event.at, run_time(-9s)) << "long before the run's zero";
}

// Everything that leaves the agent passes one border.
TEST_F(AgentTest, NoSecretLeavesItWhateverACommandOrATargetSays) {
  ::setenv("SHAKEDOWN_TEST_BORDER", "hunter2/&", 1);
  script_.output = "; output: hunter2/& hunter2%2F%26 aHVudGVyMi8m";
  script_.release_body = std::string("{\"sha\": \"hunter2/&\"}");
  script_.clean = false;
  script_.report_when_made = true;
  Assignment plan = assignment();
  plan.plan.secrets = {{"token", {SecretSource::Kind::env, "SHAKEDOWN_TEST_BORDER"}}};
  start(options());
  ASSERT_TRUE(run_until([&] { return heard<Hello>(); }));
  controller_->send(Plan{plan});
  ASSERT_TRUE(run_until([&] { return heard<PlanReady>(); }));
  controller_->send(Go{mono_now()});
  Action step;
  step.kind = Action::Kind::exec;
  step.describe = "fails";
  controller_->send(RunStep{1, StepEvent::Kind::setup, step});
  controller_->send(RunChecks{2});
  controller_->send(ReadRelease{3});
  controller_->send(Inject{InjectionId(0), FaultId(0), StageId(0), RunTime{}});
  controller_->send(FinishFault{4, InjectionId(0), false, ""});
  ASSERT_TRUE(run_until([&] { return all<StepDone>().size() == 4; }));
  controller_->send(Shutdown{"over"});
  ASSERT_TRUE(run_until_exit());
  std::string texts;
  for (const StepDone& done : all<StepDone>()) texts += done.detail + done.event.detail;
  for (const EventReport& report : all<EventReport>()) {
    if (const auto* fault = std::get_if<FaultEvent>(&report.event)) texts += fault->detail;
    if (const auto* agent = std::get_if<AgentEvent>(&report.event)) texts += agent->detail;
    if (const auto* check = std::get_if<CheckResult>(&report.event)) texts += check->detail;
  }
  texts += all<Goodbye>().at(0).detail;
  for (const char* part : {"hunter2", "aHVudGVy"}) EXPECT_EQ(texts.find(part), std::string::npos) << texts;
  std::size_t told = 0;
  for (std::size_t at = texts.find("{token}"); at != std::string::npos; at = texts.find("{token}", at + 1)) ++told;
  EXPECT_EQ(told, 1 + 3 * 7u) << texts;  // the release, and three spellings in each of seven texts
}

TEST_F(AgentTest, AnAgentForLoadOnlyTouchesNothing) {
  start(options());
  ASSERT_TRUE(run_until([&] { return heard<Hello>(); }));
  Assignment plain = assignment();
  plain.plan.agents.resize(2);
  plain.plan.agents[0].inject = false;
  plain.plan.components[0].agent = AgentId(1);
  plain.plan.checks.clear();  // a command of one is guarded like those of a fault
  controller_->send(Plan{plain});
  ASSERT_TRUE(run_until([&] { return heard<PlanReady>(); }));
  EXPECT_EQ(script_.faults_made, 0);
  controller_->send(Go{mono_now()});
  controller_->send(Inject{InjectionId(0), FaultId(0), StageId(0), {}});
  controller_->send(FinishFault{2, InjectionId(0), false, ""});
  ASSERT_TRUE(run_until([&] { return heard<StepDone>(); }));
  EXPECT_FALSE(all<StepDone>()[0].ok);
  EXPECT_EQ(std::get<FaultEvent>(all<EventReport>()[0].event).state, FaultState::failed);
}

}  // namespace
}  // namespace shakedown
