// What the team's own monitoring said is compared with the same time of ours, and only with what it was asked.
#include <gtest/gtest.h>

#include "controller/judge/rejudge/rejudge.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;

Requirement& report(Drill& drill, std::size_t row) {
  Reported reported;
  reported.value = {"http://a", "q[$window]", ""};
  reported.alert = "Down";
  drill.requirement(row).reported = reported;
  return drill.requirement(row);
}

Reading value_of(double value, const std::string& query, double from, double to, const Drill& drill) {
  Reading reading;
  reading.requirement = RequirementId(0);
  reading.source = "http://a";
  reading.query = query;
  reading.from = at(from);
  reading.to = at(to);
  reading.scrape = std::chrono::seconds(1);
  reading.series = {{"", {{drill.manifest.started + at(to).time_since_epoch(), value}}}};
  return reading;
}

// Two measured phases with a window of a search between them; half of the requests of the phases fail, none of the search's.
struct SearchBetween {
  Drill drill;
  SearchBetween() {
    const PhaseId one = drill.add_phase("one", 50, 100), cap = drill.add_phase("cap", 10, 0, false),
                  two = drill.add_phase("two", 50, 100);
    drill.load(drill.run(one, 0), 0, 50, 50, 50);
    drill.load(drill.level(cap, StageRole::window, 400, 0, 0, 50, 10), 50, 60, 400);
    drill.load(drill.run(two, 60), 60, 110, 50, 50);
    drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.9);
    report(drill, 0);
  }
  ScoredReported says(double value) {
    Timeline timeline = drill.timeline();
    timeline.apply(value_of(value, "q[110s]", 0, 110, drill));
    const Scorecard card = judge(drill.scenario, timeline, drill.manifest, drill.manifest.finished);
    EXPECT_EQ(card.requirements[0].verdict.state, VerdictState::fail);
    return *card.requirements[0].reported;
  }
};

TEST(TruthReported, AGreenDashboardOverARedRowIsToldThoughASearchRanInItsWindow) {
  const ScoredReported green = SearchBetween().says(0.995);
  EXPECT_EQ(green.watermelon, Watermelon::optimistic) << green.reason;
  EXPECT_EQ(green.reason.find("cannot be trusted"), std::string::npos) << green.reason;
  // 9 000 of 14 000 in the whole window, the search's included.
  EXPECT_NEAR(*SearchBetween().says(9.0 / 14).difference, 0, 1e-9);
}

// Two phases of the same length; the row of the run asked about the first one.
struct TwoPhases {
  Drill drill;
  PhaseId one = drill.add_phase("one", 50, 100), two = drill.add_phase("two", 50, 100);
  TwoPhases() {
    drill.load(drill.run(one, 0), 0, 50, 100).load(drill.run(two, 50), 50, 100, 100);
    drill.require("AV-1", AvailabilitySli{{}, {{one}, {}, {}}}, Comparison::at_least, 0.9);
    report(drill, 0);
  }
  ScoredReported by(const Scenario& asked) const {
    const judging::Rejudged other = judging::rejudge(drill.scenario, asked);
    Timeline timeline(other.scenario);
    for (const Snapshot& snapshot : drill.snapshots()) timeline.apply(snapshot);
    for (const Event& event : drill.events()) timeline.apply(event);
    Reading reading = value_of(1, "q[50s]", 0, 50, drill);
    if (translate(reading, other)) timeline.apply(reading);
    return *judge(other.scenario, timeline, drill.manifest, drill.manifest.finished, other.refused).requirements[0].reported;
  }
};

TEST(TruthReported, AValueOfOnePhaseIsNotComparedWithAnother) {
  const TwoPhases run;
  EXPECT_EQ(run.by(run.drill.scenario).watermelon, Watermelon::honest) << run.by(run.drill.scenario).reason;
  Scenario asked = run.drill.scenario;
  std::get<AvailabilitySli>(asked.requirements[0].sli).scope.phases = {run.two};
  EXPECT_EQ(run.by(asked).watermelon, Watermelon::unverifiable);
  EXPECT_NE(run.by(asked).reason.find("another window was asked in the run"), std::string::npos) << run.by(asked).reason;
}

TEST(TruthReported, WhatOneSourceSaidIsNotTakenForAnothers) {
  const TwoPhases run;
  Scenario asked = run.drill.scenario;
  asked.requirements[0].reported->value.prometheus = "http://b";
  EXPECT_EQ(run.by(asked).watermelon, Watermelon::unverifiable);
  EXPECT_NE(run.by(asked).reason.find("nobody asked it"), std::string::npos) << run.by(asked).reason;
}

TEST(TruthReported, AnAlertAnswersForItsOwnNameOnly) {
  const TwoPhases run;
  const auto kept = [&](const Scenario& asked, Reading::Kind kind) {
    Reading reading;
    reading.kind = kind;
    reading.requirement = RequirementId(0);
    return translate(reading, judging::rejudge(run.drill.scenario, asked));
  };
  using Kind = Reading::Kind;
  Scenario asked = run.drill.scenario;
  EXPECT_TRUE(kept(asked, Kind::alert) && kept(asked, Kind::reported_value) && kept(asked, Kind::reported_count));
  asked.requirements[0].reported->alert = "Other";
  EXPECT_FALSE(kept(asked, Kind::alert));
  EXPECT_TRUE(kept(asked, Kind::reported_value));
  asked.requirements[0].reported->count = "n[$window]";
  EXPECT_FALSE(kept(asked, Kind::reported_count));
}

}  // namespace
}  // namespace shakedown
