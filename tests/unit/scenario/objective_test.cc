#include "controller/scenario/sections/objective.h"

#include <gtest/gtest.h>

namespace shakedown {
namespace {

std::optional<ParsedObjective> parse(const char* sli, const char* text, const char* noun = "") {
  Finding finding;
  auto parsed = parse_objective(sli, text, write_nouns(noun), finding);
  EXPECT_NE(parsed.has_value(), !finding.problem.empty()) << text;
  return parsed;
}

TEST(Objective, IsANumberInTheUnitOfItsSli) {
  EXPECT_DOUBLE_EQ(parse("availability", ">= 99.9%")->objective.limit, 0.999);
  EXPECT_DOUBLE_EQ(parse("latency", "<=20ms")->objective.limit, 0.02);
  EXPECT_DOUBLE_EQ(parse("throughput", ">= 30/min")->objective.limit, 0.5);
  EXPECT_DOUBLE_EQ(parse("mtbf", ">= 30d")->objective.limit, 30 * 86400.0);
  EXPECT_DOUBLE_EQ(parse("outages", "<= 2")->objective.limit, 2);
  EXPECT_DOUBLE_EQ(parse("outages", "<= 0 outages")->objective.limit, 0);
  EXPECT_DOUBLE_EQ(parse("tolerated", ">= 100%")->objective.limit, 1);
  EXPECT_EQ(parse("rto", "<= 5s")->objective.text, "<= 5s");
}

TEST(Objective, HasTheDirectionOfItsSli) {
  EXPECT_EQ(parse("availability", ">= 99%")->objective.comparison, Comparison::at_least);
  EXPECT_EQ(parse("rpo", "<= 0 writes")->objective.comparison, Comparison::at_most);
  for (const char* sli : {"availability", "throughput", "mtbf", "mtbr", "tolerated"}) EXPECT_FALSE(parse(sli, "<= 1")) << sli;
  for (const char* sli : {"latency", "error_ratio", "mttr", "outages", "impact", "rto", "rpo"})
    EXPECT_FALSE(parse(sli, ">= 1")) << sli;
}

TEST(Objective, TellsTheUnitsOfImpactAndRpoApart) {
  EXPECT_EQ(parse("impact", "<= 100 requests")->amount.kind, Amount::Kind::requests);
  EXPECT_EQ(parse("impact", "<= 3 writes")->amount.kind, Amount::Kind::writes);
  EXPECT_EQ(parse("impact", "<= 5s")->amount.kind, Amount::Kind::time);
  EXPECT_EQ(parse("rpo", "<= 1 write")->amount.kind, Amount::Kind::writes);
  EXPECT_EQ(parse("rpo", "<= 3 entries", "entry")->amount.kind, Amount::Kind::writes);
  EXPECT_EQ(parse("rpo", "<= 3 orders", "order")->amount.kind, Amount::Kind::writes);
  EXPECT_EQ(parse("rpo", "<= 100ms")->amount.kind, Amount::Kind::time);
}

TEST(Objective, RefusesOtherUnitsAndNoUnits) {
  EXPECT_FALSE(parse("availability", ">= 99.9"));
  EXPECT_FALSE(parse("availability", ">= 20ms"));
  EXPECT_FALSE(parse("availability", ">= 101%"));
  EXPECT_FALSE(parse("latency", "<= 20"));
  EXPECT_FALSE(parse("latency", "<= 99%"));
  EXPECT_FALSE(parse("throughput", ">= 5s"));
  EXPECT_FALSE(parse("outages", "<= 2.5"));
  EXPECT_FALSE(parse("outages", "<= 2s"));
  EXPECT_FALSE(parse("impact", "<= 3"));
  EXPECT_FALSE(parse("rpo", "<= 3 requests"));
  EXPECT_FALSE(parse("rpo", "<= 3 orders", "entry"));
}

TEST(Objective, RefusesWhatEverythingOrNothingMeets) {
  EXPECT_FALSE(parse("availability", ">= 0%"));
  EXPECT_FALSE(parse("error_ratio", "<= 100%"));
  EXPECT_FALSE(parse("latency", "<= 0s"));
  EXPECT_TRUE(parse("error_ratio", "<= 0%"));
  EXPECT_TRUE(parse("impact", "<= 0s"));
}

}  // namespace
}  // namespace shakedown
