// What an agent that knows the token may do to a verdict by keeping to no rule: nothing, when the plan gives it nothing to do;
// else no more than an agent that was lost. Each case is a whole drill; many run at a time, since they mostly wait.
// Each case is run by an agent without a share and by one with, in every other case on a target with which nothing is wrong.
// SHAKEDOWN_SOAK=1 runs all of them on both; SHAKEDOWN_ROGUE_CASE=TEXT only those whose name holds the text.
#include <gtest/gtest.h>

#include <cstdlib>
#include <mutex>
#include <thread>

#include "tests/component/rogue/cases.h"

namespace shakedown::rogue {
namespace {

constexpr std::size_t kAtATime = 24;

std::vector<Case> all_cases() {
  std::vector<Case> out;
  for (auto& some : {stream_cases(), measure_cases(), event_cases()}) out.insert(out.end(), some.begin(), some.end());
  return out;
}

// Those for a target that is well, or is not.
std::vector<Case> cases_for(bool well) {
  const char* only = std::getenv("SHAKEDOWN_ROGUE_CASE");
  const bool all = only != nullptr || std::getenv("SHAKEDOWN_SOAK") != nullptr;
  std::vector<Case> out;
  bool turn = false;
  for (Case& one : all_cases()) {
    turn = !turn;
    const bool named = only == nullptr || std::string(one.name).find(only) != std::string::npos;
    if (named && (all || turn == well)) out.push_back(std::move(one));
  }
  return out;
}

// What each case led to, several at a time.
std::vector<Found> run_all(const std::vector<Case>& cases, bool well, AgentId rogue) {
  std::vector<Found> out(cases.size());
  std::mutex mutex;
  std::size_t next = 0;
  const auto work = [&] {
    for (;;) {
      std::unique_lock lock(mutex);
      const std::size_t mine = next++;
      lock.unlock();
      if (mine >= cases.size()) return;
      out[mine] = drill(well, rogue, &cases[mine]);
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

void expect_no_change_by_a_guest(bool well) {
  const Found idle = drill(well, kGuest, nullptr);
  EXPECT_EQ(idle.decision, well ? DecisionState::go : DecisionState::no_go) << rows_of(idle) << idle.why;
  EXPECT_TRUE(idle.valid);
  const std::vector<Case> cases = cases_for(well);
  const std::vector<Found> found = run_all(cases, well, kGuest);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(cases[i].name);
    EXPECT_EQ(found[i].decision, idle.decision) << rows_of(found[i]);
    EXPECT_EQ(found[i].exit, idle.exit);
    EXPECT_EQ(rows_of(found[i]), rows_of(idle)) << found[i].why;
    EXPECT_EQ(found[i].journal, "");
  }
}

TEST(TruthRogue, AnAgentWithoutAShareChangesNoRowOfANoGo) { expect_no_change_by_a_guest(false); }

TEST(TruthRogue, AnAgentWithoutAShareIsNoVetoOfAGo) { expect_no_change_by_a_guest(true); }

TEST(TruthRogue, AnAgentWithAShareTurnsNoRowIntoAPass) {
  const Found honest = drill(false, kHelper, nullptr);
  EXPECT_EQ(honest.decision, DecisionState::no_go) << rows_of(honest) << honest.why;
  const std::vector<Case> cases = cases_for(false);
  const std::vector<Found> found = run_all(cases, false, kHelper);
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
TEST(TruthRogue, NoGoIsGivenOnAShareOfWhichSomethingWasRefused) {
  const std::vector<Case> cases = cases_for(true);
  const std::vector<Found> found = run_all(cases, true, kHelper);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(cases[i].name);
    if (found[i].refused.empty()) continue;
    EXPECT_NE(found[i].decision, DecisionState::go) << found[i].refused;
    EXPECT_FALSE(found[i].valid);
    EXPECT_NE(found[i].refused.find("agent helper"), std::string::npos) << found[i].refused;
  }
}

TEST(TruthRogue, HasAsManyCasesAsWerePromised) { EXPECT_GE(all_cases().size(), 76U); }

}  // namespace
}  // namespace shakedown::rogue
