// Every word that scorecard.json, reports and the journal print for an enumerator is its own.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "controller/model/scorecard.h"
#include "core/model/fault.h"
#include "core/model/sample.h"

namespace shakedown {
namespace {

template <typename Enum>
std::set<std::string> words(int count) {
  std::set<std::string> out;
  for (int i = 0; i < count; ++i) out.insert(to_string(static_cast<Enum>(i)));
  return out;
}

TEST(Words, Outcomes) {
  const auto all = words<Outcome>(static_cast<int>(kOutcomes));
  EXPECT_EQ(all, (std::set<std::string>{"ok", "failed", "refused", "reset", "timeout", "unfinished", "dropped_by_target",
                                        "dropped_by_us", "client_error"}));
}

TEST(Words, WhatIsBad) {
  std::set<std::string> bad;
  for (const Outcome outcome : kAllOutcomes) {
    if (is_bad(outcome)) bad.insert(to_string(outcome));
  }
  EXPECT_EQ(bad, (std::set<std::string>{"failed", "refused", "reset", "timeout", "dropped_by_target"}));
}

TEST(Words, AreasInTheOrderOfThePage) {
  EXPECT_STREQ(to_string(kAreas.front()), "availability");
  EXPECT_STREQ(to_string(Area::disaster_recovery), "disaster-recovery");
  EXPECT_STREQ(to_string(kAreas.back()), "downstream");
  EXPECT_EQ(words<Area>(11).size(), 11U);
}

TEST(Words, VerdictsAndDecisionsAreSpelledDifferently) {
  EXPECT_EQ(words<VerdictState>(4), (std::set<std::string>{"pass", "fail", "not_proven", "unknown"}));
  EXPECT_EQ(words<DecisionState>(3), (std::set<std::string>{"go", "no-go", "not-proven"}));
}

TEST(Words, TheRest) {
  EXPECT_EQ(words<Watermelon>(5).size(), 5U);
  EXPECT_EQ(words<Status>(3), (std::set<std::string>{"green", "yellow", "red"}));
  EXPECT_EQ(words<RunState>(5), (std::set<std::string>{"running", "completed", "stopped", "aborted", "interrupted"}));
  EXPECT_EQ(words<FaultState>(8).size(), 8U);
}

}  // namespace
}  // namespace shakedown
