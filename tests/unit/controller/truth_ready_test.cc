// What is said of a target that is not ready, or does not come back; and that nobody else is measured in its place.
#include <gmock/gmock.h>

#include "tests/unit/controller/run_rig.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;
using run_rig::FakeAgent;
using ::testing::HasSubstr;

struct TruthReady : run_rig::RunTest {
  void setup_starts_it() {
    Action start;
    start.kind = Action::Kind::start;
    start.component = ComponentId(0);
    start.describe = "start it";
    scenario_.setup.push_back(start);
  }
  std::string said() const { return result_.error ? result_.error->message : ""; }
};

TEST_F(TruthReady, ATimeoutTellsTheLastAnswerAndFromWhere) {
  execute([](FakeAgent& agent) { agent.probes_good = false; });
  EXPECT_THAT(said(), HasSubstr(" checks, the last one: 127.0.0.1:1: refused)"));
  EXPECT_THAT(said(), HasSubstr("start the target, or correct its url"));
}

TEST_F(TruthReady, AnAnswerThatTurnsASecretAwayNamesTheSecret) {
  scenario_.secrets.push_back({"TOKEN", {SecretSource::Kind::env, "KV_TOKEN"}});
  scenario_.operations[0].request.document =
      mapping_document({{"path", text_document("/")}, {"auth", text_document("Bearer {TOKEN}")}});
  execute([](FakeAgent& agent) {
    agent.probes_good = false;
    agent.failed_check = {Outcome::failed, Mismatch::status, 401};
  });
  EXPECT_THAT(said(), HasSubstr("the last one: 127.0.0.1:1: 401, status not as expected; is the secret TOKEN right?"));
}

TEST_F(TruthReady, ATargetThatDoesNotComeBackIsToldWithItsLastAnswer) {
  execute([](FakeAgent& agent) { agent.probes_fail_once_injected = true; });
  const std::string& why = chronicle_->manifest().ended_by;
  EXPECT_THAT(why, HasSubstr("not recovered within 500ms of kill-it; probe door: "));
  EXPECT_THAT(why, HasSubstr("127.0.0.1:1: refused"));
}

TEST_F(TruthReady, SomebodyElseWhoAnswersIsNotMeasured) {
  setup_starts_it();
  execute([](FakeAgent& agent) {
    agent.ended_process = "it, which setup started, does not run any more; it ended with exit code 1";
  });
  EXPECT_EQ(result_.state, RunState::aborted);
  ASSERT_TRUE(result_.error);
  EXPECT_EQ(result_.error->kind, ErrorKind::unavailable);
  EXPECT_THAT(said(),
              HasSubstr("it ended with exit code 1; yet 127.0.0.1:1 answers, so something else does; nothing was measured"));
  EXPECT_FALSE(heard("stage"));
  EXPECT_TRUE(heard("teardown"));
}

TEST_F(TruthReady, WhatHasEndedIsToldWhereTheTargetIsNotReady) {
  setup_starts_it();
  execute([](FakeAgent& agent) {
    agent.probes_good = false;
    agent.ended_process = "it ended with exit code 1; output: no port left";
  });
  EXPECT_THAT(said(), HasSubstr("refused); it ended with exit code 1; output: no port left"));
}

TEST_F(TruthReady, WhatSetupStartedAndStillRunsIsMeasured) {
  setup_starts_it();
  execute([](FakeAgent& agent) { agent.targets_dead = true; });
  EXPECT_EQ(result_.state, RunState::completed);
  EXPECT_EQ(std::count(heard_.begin(), heard_.end(), "look at what was started"), 1);
  EXPECT_LT(position("look at what was started"), position("stage"));
}

TEST_F(TruthReady, WhereTheTargetAnsweredBeforeItIsSeenThatWhatWasStartedStays) {
  setup_starts_it();
  int looks = 0;
  execute([&](FakeAgent& agent) {
    agent.at_look_at_started = [&] {
      if (++looks == 3) agent.ended_process = "it, which setup started, does not run any more";
    };
  });
  EXPECT_TRUE(noted("something answers before setup has started anything"));
  EXPECT_THAT(said(), HasSubstr("so something else does"));
  EXPECT_EQ(looks, 3);
}

}  // namespace
}  // namespace shakedown
