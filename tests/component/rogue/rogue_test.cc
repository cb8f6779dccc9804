// What an agent that knows the token, or shows a certificate, may do to a verdict by keeping to no rule: nothing, when the plan
// gives it nothing to do; else no more than an agent that was lost. All misbehaviours at once, each by a guest of its own, in one
// drill; and each by itself by the agent with a share, since the first that is refused ends its part: a drill each, many at a
// time, since they mostly wait, every other one on a good target. SHAKEDOWN_SOAK=1 runs all of them on both, also those of a
// guest each by itself; SHAKEDOWN_ROGUE_CASE=TEXT only those whose name holds the text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <mutex>
#include <thread>

#include "tests/component/rogue/cases.h"

namespace shakedown::rogue {
namespace {

constexpr std::size_t kAtATime = 50;

std::vector<Case> all_cases() {
  std::vector<Case> out;
  for (auto& some : {stream_cases(), measure_cases(), event_cases()}) out.insert(out.end(), some.begin(), some.end());
  return out;
}

bool soaks() { return std::getenv("SHAKEDOWN_SOAK") != nullptr; }

// Those for a target that is well, or is not, the other half of them by certificates; or all.
std::vector<Case> cases_for(Way way, bool well, bool all = soaks()) {
  const char* only = std::getenv("SHAKEDOWN_ROGUE_CASE");
  all = all || only != nullptr;
  std::vector<Case> out;
  bool turn = false;
  for (Case& one : all_cases()) {
    turn = !turn;
    const bool named = only == nullptr || std::string(one.name).find(only) != std::string::npos;
    if (named && (all || (turn == well) == (way == Way::token))) out.push_back(std::move(one));
  }
  return out;
}

// What each case led to, several at a time.
std::vector<Found> run_all(Way way, const std::vector<Case>& cases, bool well, AgentId rogue) {
  std::vector<Found> out(cases.size());
  std::mutex mutex;
  std::size_t next = 0;
  const auto work = [&] {
    for (;;) {
      std::unique_lock lock(mutex);
      const std::size_t mine = next++;
      lock.unlock();
      if (mine >= cases.size()) return;
      out[mine] = drill(way, well, {{rogue, &cases[mine]}});
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < std::min(kAtATime, cases.size()); ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  return out;
}

bool passes(VerdictState state) { return state == VerdictState::pass; }

std::string rows_of(const Found& found) {
  std::string out;
  for (const auto& [id, state] : found.rows) out += id + " " + to_string(state) + ", ";
  return out + (found.valid ? "valid" : "not valid");
}

void expect_the_same(const Found& found, const Found& idle) {
  EXPECT_EQ(found.decision, idle.decision) << rows_of(found);
  EXPECT_EQ(found.exit, idle.exit);
  EXPECT_EQ(rows_of(found), rows_of(idle)) << found.why;
  EXPECT_EQ(found.journal, "");
}

void expect_no_change_by_guests(Way way, bool well) {
  const Found idle = drill(way, well, {});
  EXPECT_EQ(idle.decision, well ? DecisionState::go : DecisionState::no_go) << rows_of(idle) << idle.why;
  EXPECT_TRUE(idle.valid);
  const std::vector<Case> cases = cases_for(way, well, true);
  Rogues guests;
  for (const Case& one : cases) {
    const bool asked = one.when == Moment::verifying || one.when == Moment::checking;  // which no guest is
    if (!asked) guests[AgentId(kGuest.value + guests.size())] = &one;
  }
  const Found together = drill(way, well, guests);
  expect_the_same(together, idle);
  EXPECT_THAT(together.did_not, ::testing::IsEmpty());
  if (!soaks()) return;
  const std::vector<Found> found = run_all(way, cases, well, kGuest);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(cases[i].name);
    expect_the_same(found[i], idle);
  }
}

class TruthRogue : public ::testing::TestWithParam<Way> {};

TEST_P(TruthRogue, AgentsWithoutAShareChangeNoRowOfANoGo) { expect_no_change_by_guests(GetParam(), false); }

TEST_P(TruthRogue, AgentsWithoutAShareAreNoVetoOfAGo) { expect_no_change_by_guests(GetParam(), true); }

// In each drill with certificates there is one that says it is `helper`, which its certificate does not allow.
TEST_P(TruthRogue, ACertificateOfTheWrongRoleGetsNoPlace) {
  const Found found = drill(GetParam(), true, {});
  EXPECT_EQ(found.decision, DecisionState::go) << rows_of(found) << found.why;
  const char* why = GetParam() == Way::certificates ? "but its certificate allows check" : "";
  EXPECT_THAT(found.pretender, ::testing::HasSubstr(why));
}

TEST_P(TruthRogue, AnAgentWithAShareTurnsNoRowIntoAPass) {
  const Found honest = drill(GetParam(), false, {});
  EXPECT_EQ(honest.decision, DecisionState::no_go) << rows_of(honest) << honest.why;
  const std::vector<Case> cases = cases_for(GetParam(), false);
  const std::vector<Found> found = run_all(GetParam(), cases, false, kHelper);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(cases[i].name);
    EXPECT_NE(found[i].decision, DecisionState::go);
    EXPECT_NE(found[i].exit, 0);
    EXPECT_EQ(found[i].journal, "");
    for (const auto& [id, state] : found[i].rows) {
      EXPECT_FALSE(passes(state) && !passes(honest.rows.at(id))) << id << ": " << rows_of(found[i]) << found[i].why;
    }
  }
}

// Whatever was refused of it: its share is unknown, so nothing is launched on it.
TEST_P(TruthRogue, NoGoIsGivenOnAShareOfWhichSomethingWasRefused) {
  const std::vector<Case> cases = cases_for(GetParam(), true);
  const std::vector<Found> found = run_all(GetParam(), cases, true, kHelper);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(cases[i].name);
    if (found[i].refused.empty()) continue;
    EXPECT_NE(found[i].decision, DecisionState::go) << found[i].refused;
    EXPECT_FALSE(found[i].valid);
    EXPECT_NE(found[i].refused.find("agent helper"), std::string::npos) << found[i].refused;
  }
}

TEST(TruthRogueCases, AreAsManyAsWerePromised) { EXPECT_GE(all_cases().size(), 76U); }

INSTANTIATE_TEST_SUITE_P(Ways, TruthRogue, ::testing::Values(Way::token, Way::certificates),
                         [](const auto& way) { return way.param == Way::token ? "token" : "certificates"; });

}  // namespace
}  // namespace shakedown::rogue
