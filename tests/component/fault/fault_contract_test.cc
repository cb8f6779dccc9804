// What every kind of fault owes: it is proven and taken back, also twice, also when those who injected it are killed; nothing is
// done to a component that is not there; and what cannot be read is told. The kinds are those that a scenario may name.
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>

#include "agent/fault/undo/undo.h"
#include "core/faults/fault_form.h"
#include "core/runtime/process/child_process.h"
#include "tests/component/fault/fault_cases.h"
#include "tests/component/fault/fault_rig.h"

namespace shakedown::test {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> kinds_of_scenarios() {
  std::vector<std::string> names;
  for (const FaultForm& form : fault_forms()) names.emplace_back(form.name);
  return names;
}

struct FaultContract : ::testing::TestWithParam<std::string> {
  FaultRig rig;
  ComponentId sleeper = rig.add(component(rig.folder, "sleeper", {"sleep", "1000"}, "sleep"));
  const FaultCase* one = find_fault_case(GetParam());
  FaultId fault;
  pid_t before = 0;

  void SetUp() override {
    ASSERT_NE(one, nullptr) << "add " << GetParam() << " to fault_cases.cc";
    const std::vector<Action> undo = one->undo != nullptr ? one->undo(rig.folder.path()) : std::vector<Action>();
    fault = rig.add("break-it", one->fault(rig.folder.path(), sleeper), {}, undo);
  }
  void make() {
    const auto made = rig.make();
    ASSERT_TRUE(made.has_value()) << made.error().text();
  }
  InjectionId inject() {
    before = rig.start_outside(sleeper);
    make();
    EXPECT_FALSE(broken());
    const InjectionId injection = rig.inject(fault);
    EXPECT_TRUE(rig.wait_state(injection, FaultState::effective));
    EXPECT_TRUE(broken()) << "an effect that is proven is there";
    EXPECT_EQ(rig.records().size(), 1U);
    return injection;
  }
  bool broken() const { return one->broken(rig.folder.path(), before); }
  // It is as before: what was broken is not, and the component runs.
  bool whole() const {
    const pid_t pid = rig.pid(sleeper);
    return !one->broken(rig.folder.path(), pid) && alive(pid) && state_of(pid) != 'T';
  }
};

TEST_P(FaultContract, IsProvenTakenBackAndFoundClean) {
  const InjectionId injection = inject();
  EXPECT_TRUE(rig.finish(injection, true).first);
  EXPECT_EQ(rig.names(injection), "armed injected effective undoing clean");
  EXPECT_TRUE(whole());
  EXPECT_TRUE(rig.records().empty());
}

TEST_P(FaultContract, CanBeInjectedAgain) {
  EXPECT_TRUE(rig.finish(inject(), true).first);
  before = rig.pid(sleeper);
  const InjectionId again = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(again, FaultState::effective));
  EXPECT_TRUE(broken());
  EXPECT_TRUE(rig.finish(again, true).first);
  EXPECT_TRUE(whole());
  EXPECT_TRUE(rig.records().empty());
}

// Whoever undoes may die before the record is removed; the next undoer does it again.
TEST_P(FaultContract, TakenBackTwiceIsTakenBack) {
  const InjectionId injection = inject();
  const std::string path = rig.records().at(0), record = read_text(path);
  EXPECT_TRUE(rig.finish(injection, true).first);
  const pid_t after = rig.pid(sleeper);
  write_text(path, record);
  const std::filesystem::path file(path);
  auto journal = UndoJournal::open(file.parent_path());
  ASSERT_TRUE(journal.has_value());
  ActionRunner actions;
  std::optional<UndoOutcome> outcome;
  boost::asio::co_spawn(rig.loop, undo_record(journal.value(), file.stem(), actions, UndoObserver{}, std::chrono::minutes(1)),
                        [&](const std::exception_ptr& broken, UndoOutcome end) {
                          EXPECT_FALSE(broken);
                          outcome = std::move(end);
                        });
  ASSERT_TRUE(rig.run_until([&] { return outcome.has_value(); }));
  EXPECT_EQ(outcome->end, UndoEnd::clean) << (outcome->leftovers.empty() ? "" : outcome->leftovers[0]);
  EXPECT_TRUE(whole());
  EXPECT_EQ(rig.pid(sleeper), after) << "what runs is left running";
  EXPECT_TRUE(rig.records().empty());
}

TEST_P(FaultContract, AComponentThatIsNotThereIsNotBroken) {
  make();
  const InjectionId injection = rig.inject(fault);
  if (find_fault_form(GetParam())->on_process) {
    ASSERT_TRUE(rig.wait_state(injection, FaultState::failed));
    EXPECT_EQ(rig.names(injection), "failed");
  } else {
    ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
    EXPECT_TRUE(rig.finish(injection, true).first) << "it was not there before either";
  }
  EXPECT_TRUE(rig.records().empty());
  EXPECT_EQ(pid_in(rig.pidfile(sleeper)), 0);
}

TEST_P(FaultContract, ARecordThatCannotBeReadIsToldAndKept) {
  const InjectionId injection = inject();
  const std::string path = rig.records().at(0), record = read_text(path);
  std::string payload = record;
  payload.replace(payload.find("\"payload\": {"), 12, "\"payload\": {\"more\": 1,");
  for (const std::string& damaged : {std::string("no record"), record.substr(0, record.size() / 2), payload}) {
    write_text(path, damaged);
    const auto [clean, detail] = rig.finish(injection, true);
    EXPECT_FALSE(clean);
    EXPECT_THAT(detail, HasSubstr("damaged undo record"));
    EXPECT_EQ(rig.records().size(), 1U);
  }
  write_text(path, record);
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_TRUE(whole());
  EXPECT_TRUE(rig.records().empty());
}

// Its agent is another process, which is killed.
struct FaultContractOfTheDead : FaultContract {
  std::optional<ChildProcess> agent;

  ChildProcess start(const std::string& mode) {
    Command command;
    command.argv = {helper_program(), mode,
                    "--state",        rig.options.state_dir,
                    "--locks",        rig.options.lock_dir,
                    "--pidfile",      rig.pidfile(sleeper),
                    "--kind",         GetParam(),
                    "--folder",       rig.folder.path()};
    command.log_file = rig.folder / "agent.log";
    auto started = spawn(command);
    EXPECT_TRUE(started.has_value()) << started.error().text();
    return std::move(started.value());
  }
  void inject_there() {
    before = rig.start_outside(sleeper);
    agent = start("contract");
    ASSERT_TRUE(eventually([&] { return read_text(rig.folder / "agent.log").find("effective") != std::string::npos; }))
        << read_text(rig.folder / "agent.log");
    EXPECT_TRUE(broken());
  }
  std::vector<pid_t> watchdogs() const {
    std::vector<pid_t> out;
    for (const ProcessStat& stat : all_processes()) {
      const std::string line = read_text("/proc/" + std::to_string(stat.ref.pid) + "/cmdline");
      if (line.find(std::string("watch") + '\0' + rig.folder.path()) != std::string::npos) out.push_back(stat.ref.pid);
    }
    return out;
  }
  void reap(ChildProcess& child) {
    EXPECT_TRUE(eventually([&] { return child.poll().has_value(); }));
  }
};

TEST_P(FaultContractOfTheDead, TheWatchdogOfAKilledAgentTakesItBack) {
  inject_there();
  agent->kill_group(SIGKILL);
  reap(*agent);
  EXPECT_TRUE(eventually([&] { return rig.records().empty() && whole() && watchdogs().empty(); }))
      << read_text(rig.options.state_dir + "/watchdog.log");
}

TEST_P(FaultContractOfTheDead, TheNextAgentTakesBackWhatAgentAndWatchdogLeft) {
  inject_there();
  agent->kill_group(SIGSTOP);  // else it may see its watchdog end, and undo, before it is killed itself
  for (const pid_t watchdog : watchdogs()) ::kill(watchdog, SIGKILL);
  agent->kill_group(SIGKILL);
  reap(*agent);
  EXPECT_TRUE(broken());
  EXPECT_EQ(rig.records().size(), 1U);
  ChildProcess next = start("sweep");
  reap(next);
  EXPECT_TRUE(whole()) << read_text(rig.folder / "agent.log");
  EXPECT_TRUE(rig.records().empty());
}

std::string kind_of(const ::testing::TestParamInfo<std::string>& info) { return info.param; }

INSTANTIATE_TEST_SUITE_P(Kinds, FaultContract, ::testing::ValuesIn(kinds_of_scenarios()), kind_of);
INSTANTIATE_TEST_SUITE_P(Kinds, FaultContractOfTheDead, ::testing::ValuesIn(kinds_of_scenarios()), kind_of);

// A kind whose change the kernel ends by itself unless it is put off. No kind of today is one.
int g_renewed = 0;
Duration g_lease{};
Task<Result<void>> renewed(MechanismContext& context, Duration lease) {
  EXPECT_TRUE(context.lock.held());
  ++g_renewed;
  g_lease = lease;
  co_return ok();
}

Task<void> renew_expecting_no_error(UndoJournal& journal, std::string id, ActionRunner& actions, const MechanismKind& kind) {
  const Duration lease = std::chrono::seconds(7);
  const Result<void> end = co_await renew_record(journal, std::move(id), actions, kind, lease);
  EXPECT_TRUE(end.has_value());
}

TEST(FaultRenewal, WhatStandsIsHeldOnUnderItsLockAndNothingElse) {
  FaultRig rig;
  auto journal = UndoJournal::open(rig.folder / "undo");
  ASSERT_TRUE(journal.has_value());
  MechanismKind kind{"kill", nullptr, nullptr};
  kind.renew = &renewed;
  UndoRecord record;
  record.kind = "kill";
  ASSERT_TRUE(journal.value().add(record).has_value());
  ActionRunner actions;
  const auto renew = [&] {
    bool over = false;
    boost::asio::co_spawn(rig.loop, renew_expecting_no_error(journal.value(), record.id, actions, kind),
                          [&](const std::exception_ptr& broken) {
                            EXPECT_FALSE(broken);
                            over = true;
                          });
    EXPECT_TRUE(rig.run_until([&] { return over; }));
  };
  g_renewed = 0;
  renew();
  EXPECT_EQ(g_renewed, 0) << "not changed yet";
  RecordLock lock;
  LockOutcome locked = LockOutcome::busy;
  boost::asio::co_spawn(rig.loop, journal.value().lock(record.id, mono_now() + std::chrono::seconds(20), lock),
                        [&](const std::exception_ptr&, LockOutcome outcome) { locked = outcome; });
  ASSERT_TRUE(rig.run_until([&] { return locked == LockOutcome::held; }));
  record.touched = true;
  ASSERT_TRUE(journal.value().update(record, lock).has_value());
  renew();
  EXPECT_EQ(g_renewed, 0) << "somebody is changing it, or taking it back";
  lock.release();
  renew();
  EXPECT_EQ(g_renewed, 1);
  EXPECT_EQ(g_lease, std::chrono::seconds(7));
  ASSERT_TRUE(journal.value().remove(record.id).has_value());
  renew();
  EXPECT_EQ(g_renewed, 1) << "taken back: a renewal would break it again";
}

}  // namespace
}  // namespace shakedown::test
