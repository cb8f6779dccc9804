#include "controller/readings/collect.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "controller/judge/reported/query_window.h"
#include "controller/model/looks_at.h"
#include "controller/readings/capacity_file.h"
#include "controller/readings/source.h"
#include "core/base/clock.h"
#include "core/base/log.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;
using judging::QueryWindow;

constexpr int kLookBack = 3;        // scrapes in the window of a series over time
constexpr int kMostPoints = 10000;  // of a series over time; sources refuse about 11 000
constexpr int kShortestPart = 3;    // scrapes in a stretch whose calls are counted
constexpr const char* kSkipped = "reading was skipped";

using Answer = Result<std::vector<ReadingSeries>>;

void put(Reading& reading, Answer answer) {
  if (answer) {
    reading.series = std::move(answer.value());
  } else {
    reading.problem = answer.error().message;
  }
}

class Collecting {
 public:
  Collecting(const Scenario& scenario, const Timeline& timeline, const Manifest& manifest, std::stop_token skip)
      : scenario_(scenario),
        manifest_(manifest),
        skip_(std::move(skip)),
        evidence_(judging::collect(scenario, timeline, manifest)),
        span_(judging::span_of_stages(evidence_)) {}

  std::vector<Reading> all() {
    for (std::size_t i = 0; i < scenario_.requirements.size(); ++i) {
      if (scenario_.requirements[i].reported) read_reported(RequirementId(i));
    }
    for (std::size_t i = 0; i < scenario_.dependencies.size(); ++i) read_dependency(DependencyId(i));
    return std::move(out_);
  }

 private:
  WallTime now() const { return begun_at_ + (mono_now() - begun_); }
  WallTime wall(RunTime at) const { return judging::wall_at(at, manifest_); }

  void read_reported(RequirementId id) {
    const Requirement& row = scenario_.requirement(id);
    const Reported& reported = *row.reported;
    Reading base;
    base.requirement = id;
    base.query = reported.value.query;
    const std::optional<QueryWindow> window = judging::query_window(row, evidence_);
    if (!window) return;  // nothing of the row's scope ran: there is nothing to compare
    base.from = window->range.from;
    base.to = window->range.to;
    const Result<Source> source = Source::open(scenario_, reported.value.prometheus, reported.value.token);
    if (!source || skip_.stop_requested()) {
      base.source = reported.value.prometheus;
      base.problem = source ? kSkipped : source.error().message;
      out_.push_back(std::move(base));
      return;
    }
    base.source = source.value().shown();
    base.scrape = source.value().scrape(reported.value.query, wall(base.to));
    source.value().await_sample(reported.value.query, wall(span_.to), now() - wall(span_.to), base.scrape, skip_);
    read_values(source.value(), reported, base);
    if (!reported.alert.empty()) read_alert(source.value(), row, base);
    read_retention(source.value(), row, base);
  }

  // One question for the window, asked for its end.
  void ask_window(const Source& source, Reading reading, Reading::Kind kind, const std::string& query) {
    reading.kind = kind;
    reading.query = judging::with_window(query, reading.to - reading.from);
    put(reading, source.api().instant(reading.query, wall(reading.to)));
    out_.push_back(std::move(reading));
  }

  void read_values(const Source& source, const Reported& reported, const Reading& base) {
    ask_window(source, base, Reading::Kind::reported_value, reported.value.query);
    if (!reported.count.empty()) ask_window(source, base, Reading::Kind::reported_count, reported.count);
    Reading series = base;
    series.kind = Reading::Kind::reported_series;
    series.step = step_for(base.scrape);
    // On a grid that meets the window's end, so that its last value can be told.
    const int64_t before = (base.to - span_.from) / series.step, after = (span_.to - base.to) / series.step + 2;
    series.from = base.to - before * series.step;
    series.to = base.to + after * series.step;
    series.query = judging::with_window(reported.value.query, kLookBack * series.step);
    put(series, source.api().range(series.query, wall(series.from), wall(series.to), series.step));
    out_.push_back(std::move(series));
  }

  Duration step_for(Duration scrape) const {
    const Duration coarse = (span_.to - span_.from) / kMostPoints;
    const Duration step = scrape > Duration::zero() ? scrape : std::max<Duration>(1s, (span_.to - span_.from) / 300);
    return std::max<Duration>(step, std::chrono::ceil<std::chrono::seconds>(coarse));
  }

  // Waits for what is promised, and no longer.
  void read_alert(const Source& source, const Requirement& row, Reading reading) {
    const Reported& reported = *row.reported;
    const std::vector<TimeRange> outages = judging::outages_for(row, evidence_);
    reading.kind = Reading::Kind::alert;
    reading.query = "ALERTS{alertname=" + nlohmann::json(reported.alert).dump() + ",alertstate=\"firing\"}";
    reading.step = step_for(reading.scrape);
    reading.from = span_.from;
    reading.to = span_.to;
    for (const TimeRange& outage : outages) reading.to = std::max(reading.to, outage.from + reported.alert_within);
    for (;;) {
      const WallTime now = this->now();
      const WallTime until = std::min(now, wall(reading.to + reading.step));
      put(reading, source.api().range(reading.query, wall(reading.from), until, reading.step));
      const bool over = now >= wall(reading.to) || !reading.problem.empty() || fired_after_each(reading, outages);
      if (over) break;
      if (!pause(skip_, std::min<Duration>(reading.step, 1s))) {
        reading.problem = kSkipped;
        break;
      }
    }
    out_.push_back(reading);
    if (!reported.alertmanager.empty()) read_alertmanager(row, std::move(reading));
  }

  bool fired_after_each(const Reading& reading, const std::vector<TimeRange>& outages) const {
    return std::all_of(outages.begin(), outages.end(), [&](const TimeRange& outage) {
      return std::any_of(reading.series.begin(), reading.series.end(), [&](const ReadingSeries& series) {
        return std::any_of(series.samples.begin(), series.samples.end(),
                           [&](const ReadingSample& s) { return s.at > wall(outage.from); });
      });
    });
  }

  void read_alertmanager(const Requirement& row, Reading reading) {
    const Reported& reported = *row.reported;
    reading.series.clear();
    reading.problem.clear();
    reading.step = Duration::zero();
    reading.query = reported.alert;
    const Result<Source> source = Source::open(scenario_, reported.alertmanager, reported.value.token);
    reading.source = source ? source.value().shown() : reported.alertmanager;
    put(reading, source ? source.value().api().alerts(reported.alert) : Answer(fail(source.error())));
    out_.push_back(std::move(reading));
  }

  void read_retention(const Source& source, const Requirement& row, Reading reading) {
    Duration claimed = looks_at(row.sli).period;
    if (row.declared) claimed = std::max(claimed, row.declared->period);
    if (claimed <= reading.to - reading.from) return;
    reading.kind = Reading::Kind::retention;
    reading.query = "storageRetention";
    const Result<double> kept = source.api().retention();
    if (kept) reading.series.push_back({"", {{wall(reading.to), kept.value()}}});
    if (!kept) reading.problem = kept.error().message;
    out_.push_back(std::move(reading));
  }

  void read_dependency(DependencyId id) {
    const Dependency& dependency = scenario_.dependency(id);
    if (!dependency.scorecard.empty()) {
      out_.push_back(read_capacity(dependency.scorecard, now()));
      out_.back().dependency = id;
    }
    if (!dependency.counter) return;
    Reading base;
    base.kind = Reading::Kind::dependency_count;
    base.dependency = id;
    base.query = dependency.counter->query;
    const Result<Source> source = Source::open(scenario_, dependency.counter->prometheus, dependency.counter->token);
    if (!source || skip_.stop_requested()) {
      base.source = dependency.counter->prometheus;
      base.problem = source ? kSkipped : source.error().message;
      out_.push_back(std::move(base));
      return;
    }
    base.source = source.value().shown();
    base.scrape = source.value().scrape(base.query, wall(span_.to));
    source.value().await_sample(base.query, wall(span_.to), now() - wall(span_.to), base.scrape, skip_);
    count_parts(source.value(), base, "", judging::steady_parts(evidence_));
    count_parts(source.value(), base, "faults", judging::fault_parts(evidence_));
  }

  // Stretches that are too short for their counter are left out; when all are, the first says so.
  void count_parts(const Source& source, const Reading& base, const std::string& name, const std::vector<TimeRange>& parts) {
    bool any = false;
    for (const TimeRange& part : parts) {
      if (part.to - part.from < kShortestPart * base.scrape) continue;
      Reading reading = base;
      reading.phase = name;
      reading.from = part.from;
      reading.to = part.to;
      ask_window(source, std::move(reading), Reading::Kind::dependency_count, base.query);
      any = true;
    }
    if (any || parts.empty()) return;
    Reading reading = base;
    reading.phase = name;
    reading.from = parts.front().from;
    reading.to = parts.front().to;
    reading.problem = fmt::format("no stretch lasts {} scrapes", kShortestPart);
    out_.push_back(std::move(reading));
  }

  const Scenario& scenario_;
  const Manifest& manifest_;
  std::stop_token skip_;
  const MonoTime begun_ = mono_now();
  const WallTime begun_at_ = manifest_.finished == WallTime{} ? system_clock().wall() : manifest_.finished;
  judging::Evidence evidence_;
  TimeRange span_;
  std::vector<Reading> out_;
};

}  // namespace

bool reads_outside(const Scenario& scenario) {
  const auto reported = [](const Requirement& r) { return r.reported.has_value(); };
  const auto outside = [](const Dependency& d) { return d.counter.has_value() || !d.scorecard.empty(); };
  return std::any_of(scenario.requirements.begin(), scenario.requirements.end(), reported) ||
         std::any_of(scenario.dependencies.begin(), scenario.dependencies.end(), outside);
}

std::vector<Reading> collect(const Scenario& scenario, const Timeline& timeline, const Manifest& manifest, std::stop_token skip) {
  try {
    return Collecting(scenario, timeline, manifest, std::move(skip)).all();
  } catch (const std::exception& e) {
    log::error("what lies outside was not read", {{"problem", e.what()}});
    return {};
  }
}

}  // namespace shakedown
