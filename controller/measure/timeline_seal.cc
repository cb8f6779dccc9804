// Which seconds of a Timeline are sealed, and which of these keep histograms of their own. A fault window begins with an
// injection and ends with its `clean`, or with the last outage that meets it (windows.h): its edges lie at an injection's
// events, at failed checks, or where checks come again after a time without any. Far from all of these, and from the edges
// of stages, no scope cuts a block.
#include <algorithm>

#include "controller/measure/outages.h"
#include "controller/measure/timeline.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLeast = 60s;      // how late an event or a sample may be told
constexpr Duration kStageEdge = 20s;  // where a team's own metrics are asked about a stage, by a scrape more or less

bool meets(TimeRange a, TimeRange b) { return a.from <= b.to && b.from <= a.to; }

// From its first event to `clean`, or on.
TimeRange span_of(const InjectionRecord& record, RunTime now) {
  const FaultEvent* clean = record.find(FaultState::clean);
  TimeRange span{RunTime::max(), clean != nullptr ? clean->latest : now};
  for (const FaultEvent& event : record.history) span.from = std::min(span.from, event.earliest);
  return span;
}

RunTime start_of(int64_t second) { return run_time(std::chrono::seconds(second)); }

}  // namespace

Timeline::Timeline(const Scenario& scenario)
    : scenario_(&scenario), keep_(kLeast), probes_(scenario.probes.size()), ledgers_(scenario.ledgers.size()) {
  Duration longest{};
  for (const Probe& probe : scenario.probes) {
    longest = std::max(longest, (probe.down_after + probe.up_after + 1) * probe.every + probe.timeout);
  }
  for (const Operation& operation : scenario.operations) longest = std::max(longest, operation.timeout);
  keep_ += longest;
}

void Timeline::look_for_trouble(ProbeId id, const std::vector<ProbeResult>& results) {
  const Probe& probe = scenario_->probe(id);
  const Duration gap = std::max(5 * probe.every, probe.timeout);
  const ProbeLog& before = probes_[id.value];
  RunTime last = before.empty() ? RunTime::max() : before.back().start;
  for (const ProbeResult& result : results) {
    const bool dark = last < result.start && result.start - last > gap;
    if (dark || has_failed(result, probe)) {
      const TimeRange range{dark ? last : result.start, std::max(result.start, result.end)};
      if (!trouble_.empty() && meets(trouble_.back(), {range.from - keep_, range.to + keep_})) {
        trouble_.back() = {std::min(trouble_.back().from, range.from), std::max(trouble_.back().to, range.to)};
      } else {
        trouble_.push_back(range);
      }
    }
    last = result.start;
  }
}

bool Timeline::needs_seconds(TimeRange block) const {
  const TimeRange near{block.from - keep_, block.to + keep_}, edge{block.from - kStageEdge, block.to + kStageEdge};
  const auto has = [](TimeRange range, RunTime t) { return range.from <= t && t <= range.to; };
  return std::any_of(trouble_.begin(), trouble_.end(), [&](const TimeRange& t) { return meets(t, near); }) ||
         std::any_of(
             injections_.begin(), injections_.end(),
             [&](const InjectionRecord& record) { return !record.history.empty() && meets(span_of(record, last_), near); }) ||
         std::any_of(stages_.begin(), stages_.end(), [&](const StageRecord& stage) {
           return !stage.not_run && (has(edge, stage.range.from) || has(edge, stage.range.to));
         });
}

void Timeline::seal_old(RunTime seen) {
  const auto by_second = [&](int64_t from, int64_t to) { return needs_seconds({start_of(from), start_of(to)}); };
  seconds_.seal(second_of(seen - keep_), by_second);
}

}  // namespace shakedown
