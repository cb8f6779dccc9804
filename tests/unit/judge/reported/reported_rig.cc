#include "tests/unit/judge/reported/reported_rig.h"

namespace shakedown::testing {
namespace {

const WallTime kStart{std::chrono::seconds(1'000'000'000)};
WallTime wall(double second) { return kStart + from_seconds(second); }

}  // namespace

ReportedRig::ReportedRig() {
  drill.manifest.started = kStart;
  drill.manifest.finished = wall(200);
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.99);
  Reported reported;
  reported.value = {"http://prom", "q[$window]", ""};
  row().reported = reported;
  stage = drill.run(drill.add_phase("steady", kLength, kEach), 0);
}

ReportedRig& ReportedRig::each_second(std::vector<std::pair<Outcome, uint64_t>> outcomes, double latency) {
  for (int64_t s = 0; s < kLength; ++s) {
    for (const auto& [outcome, n] : outcomes) drill.outcome(stage, s, outcome, n, latency);
  }
  return *this;
}

Reading& ReportedRig::add(Reading::Kind kind) {
  Reading reading;
  reading.kind = kind;
  reading.requirement = RequirementId(0);
  reading.source = "http://prom";
  reading.query = "q[100s]";
  reading.from = at(0);
  reading.to = at(kLength);
  reading.scrape = std::chrono::seconds(1);
  readings.push_back(reading);
  return readings.back();
}

ReportedRig& ReportedRig::says(double value) {
  add(Reading::Kind::reported_value).series = {{"", {{wall(kLength), value}}}};
  return *this;
}

ReportedRig& ReportedRig::counts(double value) {
  add(Reading::Kind::reported_count).series = {{"", {{wall(kLength), value}}}};
  return *this;
}

ReportedRig& ReportedRig::over_time(const std::function<std::optional<double>(int)>& value, int until) {
  Reading& reading = add(Reading::Kind::reported_series);
  reading.step = std::chrono::seconds(1);
  reading.series.emplace_back();
  reading.to = at(until);
  for (int s = 0; s <= until; ++s) {
    if (const auto v = value(s)) reading.series.front().samples.push_back({wall(s), *v});
  }
  return *this;
}

ReportedRig& ReportedRig::alert(double from, double to, double watched_until) {
  Reading& reading = add(Reading::Kind::alert);
  reading.step = std::chrono::seconds(1);
  reading.to = at(watched_until);
  if (to > from) reading.series.emplace_back();
  for (double s = from; s < to; ++s) reading.series.front().samples.push_back({wall(s), 1});
  return *this;
}

Scorecard ReportedRig::judge() const {
  Timeline timeline = drill.timeline();
  for (const Reading& reading : readings) timeline.apply(reading);
  return shakedown::judge(drill.scenario, timeline, drill.manifest, drill.manifest.finished);
}

std::string ReportedRig::causes() const {
  std::string out;
  for (const std::string& cause : scored().causes) out += cause + "\n";
  return out;
}

}  // namespace shakedown::testing
