#include "core/form/suggest.h"

#include <gtest/gtest.h>

namespace shakedown {
namespace {

TEST(EditDistance, CountsSlips) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("phase", "phase"), 0U);
  EXPECT_EQ(edit_distance("phase", "Phase"), 0U);
  EXPECT_EQ(edit_distance("phase", "phases"), 1U);
  EXPECT_EQ(edit_distance("operatoin", "operation"), 1U);  // neighbours swapped
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(EditDistance, IsSymmetric) {
  for (const char* a : {"probe", "probes", "bepro", "x", ""}) {
    for (const char* b : {"probe", "porbe", "ledger", "", "xy"}) EXPECT_EQ(edit_distance(a, b), edit_distance(b, a));
  }
}

TEST(NearestWord, IsNearOrNothing) {
  const std::vector<std::string> known = {"phases", "probes", "ledgers"};
  EXPECT_EQ(nearest_word("phase", known), "phases");
  EXPECT_EQ(nearest_word("porbes", known), "probes");
  EXPECT_EQ(nearest_word("zzz", known), "");
  EXPECT_EQ(nearest_word("a", {"b"}), "b");
  EXPECT_EQ(nearest_word("a", {"bcd"}), "");
}

TEST(Suggestion, NamesTheNearestElseAll) {
  EXPECT_EQ(suggestion("phase", {"phases", "probes"}), "did you mean `phases`?");
  EXPECT_EQ(suggestion("quite-other", {"a", "b"}), "known here: `a`, `b`");
  EXPECT_EQ(suggestion("x", {}), "");
  EXPECT_EQ(suggestion("recovery", {"availability", "disaster-recovery"}), "did you mean `disaster-recovery`?");
  EXPECT_EQ(suggestion("data", {"data-storage", "data-residency"}), "known here: `data-storage`, `data-residency`");
}

}  // namespace
}  // namespace shakedown
