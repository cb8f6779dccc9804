#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "controller/report/report.h"
#include "tests/unit/report/examples.h"

namespace shakedown {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return names;
}

// The fields of the design come first to last in this order; more may stand between them.
void expect_in_order(const Json& object, const std::vector<std::string>& wanted) {
  const std::vector<std::string> present = keys(object);
  auto from = present.begin();
  for (const std::string& name : wanted) {
    from = std::find(from, present.end(), name);
    ASSERT_NE(from, present.end()) << name << " is missing or out of order";
  }
}

TEST(ScorecardJson, HasTheFieldsInOrder) {
  const Json json = Json::parse(scorecard_json(testing::example("no-go").card));
  expect_in_order(json, {"run", "decision", "covers", "tldr", "requirements", "areas", "outages", "faults", "ledgers", "agents",
                         "accounting"});
  expect_in_order(json["run"], {"id", "started", "finished", "state", "ended_by", "scenario_sha256", "release", "environment",
                                "valid", "reasons"});
  expect_in_order(json["requirements"][0], {"id", "area", "title", "must", "verdict", "at_risk", "objective", "measured",
                                            "supportable", "declared", "watermelon", "reason", "needed", "owner", "injections"});
  expect_in_order(json["requirements"][0]["measured"], {"value", "lower", "upper", "unit", "samples"});
  expect_in_order(json["outages"][0], {"probe", "start", "lower_seconds", "upper_seconds", "cause", "impact"});
  expect_in_order(json["faults"][0], {"name", "injection", "component", "state", "injected_at", "effective_at", "undone_at",
                                      "ended_by", "bite", "leftovers"});
  expect_in_order(json["ledgers"][0],
                  {"name", "acked", "lost", "undecided", "duplicates", "ghosts", "corrupt", "resurrected", "injections"});
  expect_in_order(json["ledgers"][0]["injections"][0], {"fault", "n", "lost", "undecided", "rpo_seconds"});
}

TEST(ScorecardJson, CarriesTheVerdictsAndTheirNumbers) {
  const Json json = Json::parse(scorecard_json(testing::example("no-go").card));
  EXPECT_EQ(json["decision"], "no-go");
  EXPECT_EQ(json["run"]["started"], "2026-11-22T14:05:09Z");
  EXPECT_EQ(json["areas"].size(), 11u);
  const Json& lost = json["requirements"][3];
  EXPECT_EQ(lost["verdict"], "fail");
  EXPECT_EQ(lost["watermelon"], "optimistic");
  EXPECT_EQ(lost["measured"]["value"], 14);
  EXPECT_EQ(lost["declared"]["status"], "green");
  EXPECT_EQ(json["requirements"][1]["watermelon"], nullptr) << "nothing declared";
  EXPECT_EQ(json["requirements"][1]["measured"]["value"], 0.0072345);
  EXPECT_EQ(json["faults"][0]["injected_at"], 40);
}

TEST(ScorecardJson, NumbersHaveSixDigitsAndInfinityIsText) {
  Scorecard card = testing::example("no-go").card;
  Measured& measured = card.requirements[0].verdict.measured;
  measured.value = 1.0 / 3;
  measured.lower = -std::numeric_limits<double>::infinity();
  measured.upper = std::numeric_limits<double>::infinity();
  card.requirements[0].verdict.supportable = std::numeric_limits<double>::quiet_NaN();
  const Json json = Json::parse(scorecard_json(card));
  const Json& shown = json["requirements"][0]["measured"];
  EXPECT_EQ(shown["value"].dump(), "0.333333");
  EXPECT_EQ(shown["lower"], "-inf");
  EXPECT_EQ(shown["upper"], "inf");
  EXPECT_EQ(json["requirements"][0]["supportable"], nullptr);
}

TEST(ScorecardJson, SameInputSameBytes) {
  for (const std::string& name : testing::example_names())
    EXPECT_EQ(scorecard_json(testing::example(name).card), scorecard_json(testing::example(name).card)) << name;
}

// Follows the schema along the value: every field is described, and every described field is there.
void expect_described(const Json& schema, const Json& root, const Json& value, const std::string& where) {
  if (schema.contains("$ref")) return;
  if (schema.contains("anyOf")) {
    if (value.is_object()) expect_described(schema["anyOf"][0], root, value, where);
    return;
  }
  if (value.is_object()) {
    ASSERT_TRUE(schema.contains("properties")) << where;
    EXPECT_EQ(keys(schema["properties"]), keys(value)) << where;
    for (const auto& [name, field] : value.items()) expect_described(schema["properties"][name], root, field, where + "." + name);
  }
  if (value.is_array())
    for (const Json& item : value) expect_described(schema["items"], root, item, where + "[]");
}

TEST(ScorecardSchema, DescribesEveryFieldAndNoOther) {
  const Json schema = Json::parse(scorecard_json_schema());
  for (const std::string& name : testing::example_names())
    expect_described(schema, schema, Json::parse(scorecard_json(testing::example(name).card)), name);
}

TEST(ScorecardSchema, ThePublishedFileIsThisOne) {
  const char* root = std::getenv("SHAKEDOWN_SOURCE_DIR");
  ASSERT_NE(root, nullptr) << "ctest sets it";
  std::ifstream file(std::string(root) + "/docs/scorecard.schema.json");
  std::stringstream published;
  published << file.rdbuf();
  EXPECT_EQ(published.str(), scorecard_json_schema()) << "write it anew: report_tool schema > docs/scorecard.schema.json";
}

}  // namespace
}  // namespace shakedown
