#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/faults/fault_form.h"
#include "core/form/document.h"
#include "tests/support/faults.h"
#include "tests/unit/scenario/sample.h"

namespace shakedown::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

const std::string kFault = "{name: crash, at: 2s, kill: {component: db}}";

Scenario with_fault(const std::string& text) { return accept(sample({{kFault, text}})); }

TEST(DecodeFaults, ComponentsAreAbsolute) {
  const Scenario s = accept(sample({{"exe: db}", "exe: ./bin/db, user: root, scope: children}"},
                                    {"start: [db, --fast]", "start: [db, --fast]\n    stop: [db, stop]\n    stop_limit: 3s"}}));
  const Component& db = s.components[0];
  EXPECT_EQ(db.process()->pidfile, "/srv/drill/run/db.pid");
  EXPECT_EQ(db.process()->exe, "/srv/drill/bin/db");
  EXPECT_EQ(db.process()->scope, ProcessScope::children);
  EXPECT_EQ(db.agent, AgentId(0));
  EXPECT_THAT(db.start, ElementsAre("db", "--fast"));
  EXPECT_THAT(db.stop, ElementsAre("db", "stop"));
  EXPECT_EQ(db.stop_limit, 3s);
  EXPECT_EQ(accept(sample()).components[0].process()->exe, "db");
}

TEST(DecodeFaults, KillIsUndoneByStartAndPauseByContinue) {
  const Scenario killed = accept(sample());
  EXPECT_EQ(text_of(killed.faults[0].kind.document), text_of(faults::kill(ComponentId(0)).document));
  ASSERT_EQ(killed.faults[0].undo.size(), 1U);
  EXPECT_EQ(killed.faults[0].undo[0].kind, Action::Kind::start);
  EXPECT_EQ(killed.faults[0].undo[0].describe, "start db");
  EXPECT_THAT(killed.faults[0].recover, IsEmpty());
  const Scenario paused = with_fault("{name: crash, at: 2s, pause: {component: db, hold: 3s}}");
  EXPECT_EQ(paused.faults[0].kind.hold, 3s);
  EXPECT_EQ(paused.faults[0].undo[0].kind, Action::Kind::resume);
  EXPECT_EQ(with_fault("{name: crash, at: 2s, stop: {component: db}}").faults[0].undo[0].kind, Action::Kind::start);
}

// The sample with a second component.
std::string with_cache(const std::string& fault) {
  return sample(
      {{"components:\n", "components:\n  cache:\n    process: {pidfile: run/cache.pid, exe: cache}\n    start: [cache]\n"},
       {kFault, fault}});
}

TEST(DecodeFaults, SeveralComponentsAreBrokenAtOneInstant) {
  const Scenario s = accept(with_cache("{name: crash, at: 2s, kill: {component: [db, cache]}}"));
  const Fault& fault = s.faults[0];
  EXPECT_EQ(s.names_of(fault.kind.components), "db, cache");
  ASSERT_EQ(fault.undo.size(), 2U);
  EXPECT_EQ(fault.undo[1].describe, "start cache");
  EXPECT_EQ(accept(with_cache("{name: crash, at: 2s, kill: {component: [db]}}")).faults[0].kind.components.size(), 1U);
}

TEST(DecodeFaults, EachOfThemOnceAndEachWithItsUndo) {
  EXPECT_THAT(problems(with_cache("{name: crash, at: 2s, kill: {component: [db, db]}}")),
              Contains(HasSubstr("`db` is named twice")));
  EXPECT_THAT(problems(with_cache("{name: crash, at: 2s, pause: {component: [db, cache], hold: 1s}, undo: [{continue: db}]}")),
              Contains(HasSubstr("no step for component `cache`")));
  EXPECT_THAT(problems(with_cache("{name: crash, at: 2s, exec: {component: [db, cache], command: [a], effect: [b]}, undo: "
                                  "[{start: db}, {start: cache}]}")),
              Contains(HasSubstr("component")));
}

TEST(DecodeFaults, ExecCarriesItsCommands) {
  const Scenario s = with_fault(
      "{name: crash, at: 2s, exec: {component: db, command: [a, b], effect: [c], limit: 9s}, undo: "
      "[{exec: [d, e], after: 1s, limit: 2s}]}");
  EXPECT_EQ(s.faults[0].kind.name, "exec");
  EXPECT_EQ(s.faults[0].kind.components, std::vector{ComponentId(0)});
  const Shape shape = find_fault_form("exec")->shape();
  const View exec = view_of(s.faults[0].kind.document, shape);
  EXPECT_THAT(exec["command"].texts(), ElementsAre("a", "b"));
  EXPECT_THAT(exec["effect"].texts(), ElementsAre("c"));
  EXPECT_EQ(exec["limit"].duration(), 9s);
  const Action& undo = s.faults[0].undo[0];
  EXPECT_EQ(undo.kind, Action::Kind::exec);
  EXPECT_EQ(undo.describe, "exec d e");
  EXPECT_EQ(undo.agent, AgentId(0));
  EXPECT_EQ(undo.after, 1s);
  EXPECT_EQ(undo.limit, 2s);
}

TEST(DecodeFaults, FaultsAreOrderedByTimeWithinTheirPhase) {
  const Scenario s = with_fault(
      "{name: late, at: 9s, kill: {component: db}}\n      - {name: early, at: 1s, stop: "
      "{component: db}, expected: 2/month, recover_within: 7s}");
  ASSERT_EQ(s.phases[0].faults.size(), 2U);
  EXPECT_EQ(s.fault(s.phases[0].faults[0]).name, "early");
  EXPECT_EQ(s.faults[0].name, "late");
  EXPECT_NEAR(s.faults[1].expected->per_second, 2 / (30 * 86400.0), 1e-12);
  EXPECT_EQ(s.faults[1].recover_within, 7s);
}

TEST(DecodeFaults, UndoWithinIsNotShorterThanItsSteps) {
  const std::string fault =
      "{name: crash, at: 2s, kill: {component: db}, undo: [{exec: [a], limit: 90s}, {start: db, after: 5s}], undo_within: ";
  EXPECT_EQ(with_fault(fault + "3m}").faults[0].undo_within, 180s);
  EXPECT_EQ(with_fault("{name: crash, at: 2s, kill: {component: db}}").faults[0].undo_within, 0s) << "as its steps say";
  const auto found = problems(sample({{kFault, fault + "2m}"}}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found[0].find("must be undone within 2m, its undo may take 2m5s"), std::string::npos) << found[0];
}

TEST(DecodeFaults, TheEnvironmentOfCommandsIsTextAndSecrets) {
  const Scenario s =
      accept(sample({{"components:", "secrets: {pass: {env: P}}\nenv: {URL: \"db://u:{pass}@h\", PLAIN: \"{x\"}\ncomponents:"}}));
  ASSERT_EQ(s.env.size(), 2U);
  EXPECT_EQ(s.env[0].name, "URL");
  EXPECT_EQ(s.env[0].value.display(), "db://u:{pass}@h");
  EXPECT_TRUE(s.env[0].value.uses(HoleKind::secret));
  EXPECT_EQ(s.env[1].value, Text::literal("{x"));
  EXPECT_EQ(problems(sample({{"components:", "env: {URL: \"{key}\"}\ncomponents:"}})).size(), 1U);
  EXPECT_EQ(problems(sample({{"components:", "env: {\"A=B\": x}\ncomponents:"}})).size(), 1U);
}

TEST(DecodeFaults, RecoverWithinIsTwiceTheLargestObjectiveElseAMinute) {
  EXPECT_EQ(accept(sample()).faults[0].recover_within, 60s);
  const std::string two =
      R"(  - {id: R-1, area: reliability, title: T, sli: {rto: {fault: crash, probe: door}}, objective: "<= 3s"}
  - {id: R-2, area: reliability, title: T, sli: {rto: {fault: crash, probe: door}}, objective: "<= 8s"}
)";
  EXPECT_EQ(accept(sample() + two).faults[0].recover_within, 16s);
  EXPECT_EQ(accept(sample({{kFault, "{name: crash, at: 2s, kill: {component: db}, recover_within: 5s}"}}) + two)
                .faults[0]
                .recover_within,
            5s);
}

TEST(TruthConfig, TheDefaultRecoverWithinCoversTheDeclaredRecoveryAndTheProbes) {
  const std::string steps = "{name: crash, at: 2s, kill: {component: db}, recover: [{start: db, after: 5s, limit: 90s}]}";
  EXPECT_EQ(with_fault(steps).faults[0].recover_within, 95s);
  const Scenario slow = accept(sample({{"every: 10ms, timeout: 200ms", "every: 10s, timeout: 5s"}}));
  EXPECT_EQ(slow.faults[0].recover_within, 95s) << "ten good checks, one every 10 s, and a timeout";
}

TEST(TruthConfig, ReadyWaitsByDefaultAsLongAsItsProbeNeeds) {
  const Scenario slow =
      accept(sample({{"every: 10ms, timeout: 200ms", "every: 10s, timeout: 5s"}, {"phases:", "ready: {probe: door}\nphases:"}}));
  EXPECT_EQ(slow.ready->limit, 125s);
}

TEST(DecodeFaults, ThePhaseMustLeaveObjectiveTimeoutAndUpAfter) {
  const auto rto = [](const char* objective) { return with_requirement("{rto: {fault: crash, probe: door}}", objective); };
  // 28 s are left: 27.7 + 0.2 + 10 x 0.01 fit exactly.
  EXPECT_THAT(problems(rto("<= 27.7s")), IsEmpty());
  EXPECT_THAT(problems(rto("<= 27.701s")), ElementsAre(HasSubstr("leaves 28s after fault `crash`, AV-1 needs 28.001s")));
}

TEST(DecodeFaults, EveryProbeOfAListMustFit) {
  const std::string text = with_requirement("{rto: {fault: crash, probe: [door, slow]}}", "<= 20s");
  const std::size_t at = text.find("ledgers:");
  std::string slow = text;
  slow.insert(at, "  slow: {operation: read, every: 1s, timeout: 1s}\n");
  EXPECT_THAT(problems(slow), ElementsAre(HasSubstr("needs 31s: 20s objective, 1s timeout, 10 x 1s to be up")));
}

TEST(DecodeFaults, SetupReadyAndTeardown) {
  const Scenario s = accept(sample({{"phases:",
                                     "setup: [{exec: [mkdir, -p, run]}, {start: db, limit: 9s}]\nready: {probe: "
                                     "door}\nteardown: [{stop: db}]\nphases:"}}));
  ASSERT_EQ(s.setup.size(), 2U);
  EXPECT_EQ(s.setup[0].describe, "exec mkdir -p run");
  EXPECT_EQ(s.setup[1].component, ComponentId(0));
  EXPECT_EQ(s.setup[1].limit, 9s);
  EXPECT_EQ(s.ready->probe, ProbeId(0));
  EXPECT_EQ(s.ready->limit, 30s);
  EXPECT_EQ(s.teardown[0].describe, "stop db");
}

}  // namespace
}  // namespace shakedown::test
