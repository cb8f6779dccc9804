#include "controller/readings/capacity_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/base/units.h"

namespace shakedown {
namespace {

class CapacityFile : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = (std::filesystem::temp_directory_path() / ("scorecard-" + std::to_string(::getpid()) + ".json")).string();
  }
  void TearDown() override { std::filesystem::remove(path_); }

  Reading read(const std::string& text) {
    std::ofstream(path_) << text;
    return read_capacity(path_, parse_wall("2026-12-15").value());
  }
  // A scorecard with these members beside its schema.
  Reading read_card(const std::string& members, const std::string& finished = "2026-12-01T10:00:00Z",
                    const std::string& decision = "go", const std::string& valid = "true") {
    return read(R"({"schema": "shakedown/scorecard/v1", "decision": ")" + decision + R"(", "run": {"finished": ")" + finished +
                R"(", "valid": )" + valid + "}, " + members + "}");
  }

  std::string path_;
};

constexpr const char* kRow = R"("requirements": [{"sli": "throughput", "measured": {"lower": 1}},
  {"sli": "capacity", "measured": {"lower": null}}, {"sli": "capacity", "measured": {"lower": 1500.5}, "verdict": "pass"}])";

TEST_F(CapacityFile, TheLowerBoundOfTheFirstCapacityRequirementThatHasOne) {
  const Reading r = read_card(kRow);
  EXPECT_EQ(r.problem, "");
  EXPECT_EQ(r.kind, Reading::Kind::dependency_capacity);
  EXPECT_EQ(r.source, path_);
  ASSERT_EQ(r.series.size(), 1U);
  EXPECT_DOUBLE_EQ(r.series[0].samples[0].value, 1500.5);
}

TEST_F(CapacityFile, ElseOfTheFirstSearch) {
  const Reading r = read_card(R"("requirements": [], "searches": [{"lower": null}, {"lower": 700, "confirmed": true}])");
  ASSERT_EQ(r.series.size(), 1U);
  EXPECT_DOUBLE_EQ(r.series[0].samples[0].value, 700);
  EXPECT_EQ(r.problem, "");
}

using TruthCapacityFile = CapacityFile;

TEST_F(TruthCapacityFile, WhatItsOwnDrillDidNotProveIsInDoubt) {
  for (const char* verdict : {"not-proven", "unknown", "fail"}) {
    const Reading r = read_card(std::string(R"("requirements": [{"sli": "capacity", "measured": {"lower": 91.9}, "verdict": ")") +
                                verdict + R"("}])");
    EXPECT_EQ(r.problem, std::string("its own drill says ") + verdict + " of it");
    EXPECT_EQ(r.series.size(), 1U);
  }
  EXPECT_EQ(read_card(R"("requirements": [], "searches": [{"lower": 700, "confirmed": false}])").problem,
            "its search was not confirmed");
  const Reading second = read_card(R"("requirements": [{"sli": "capacity", "measured": {"lower": 5}, "verdict": "unknown"},
    {"sli": "capacity", "measured": {"lower": 7}, "verdict": "pass"}])");
  EXPECT_EQ(second.problem, "");
  EXPECT_DOUBLE_EQ(second.series[0].samples[0].value, 7);
}

TEST_F(TruthCapacityFile, ARunThatIsNotYetOverIsNoEvidence) {
  EXPECT_EQ(read_card(kRow, "2027-02-01T10:00:00Z").problem, "its run finished in the future, on 2027-02-01");
}

TEST_F(CapacityFile, DoubtsStandBesideTheValue) {
  const std::vector<std::pair<Reading, std::string>> cases = {
      {read_card(kRow, "2026-11-01T10:00:00Z"), "its run finished 43 days ago, on 2026-11-01"},
      {read_card(kRow, "soon"), "it does not say when its run finished"},
      {read_card(kRow, "2026-12-01T10:00:00Z", "no-go"), "its evidence says no-go"},
      {read_card(kRow, "2026-12-01T10:00:00Z", "go", "false"), "its run is not valid"},
  };
  for (const auto& [reading, problem] : cases) {
    EXPECT_EQ(reading.problem, problem);
    EXPECT_EQ(reading.series.size(), 1U);
  }
}

TEST_F(CapacityFile, WithoutAValueThereIsAProblem) {
  for (const char* text : {"", "[]", "{", R"({"schema": 5})", R"({"schema": "else"})",
                           R"({"requirements": [{"sli": "capacity", "measured": {"lower": 5}}]})"}) {
    const Reading r = read(text);
    EXPECT_NE(r.problem, "") << text;
    EXPECT_TRUE(r.series.empty()) << text;
  }
  EXPECT_NE(read_card(R"("requirements": {"a": 1}, "searches": 7)").problem, "");
  EXPECT_TRUE(read_card(R"("requirements": [1, null, {"sli": "capacity"}])").series.empty());
}

TEST_F(CapacityFile, AFileThatIsNotThereIsAProblem) {
  EXPECT_NE(read_capacity(path_ + ".none", WallTime{}).problem.find("cannot be read"), std::string::npos);
  EXPECT_NE(read_capacity("/", WallTime{}).problem, "");
}

}  // namespace
}  // namespace shakedown
