// What the controller shows on /metrics: one page made from the Timeline and the last judgement, at a cost that does not
// grow with the length of the run. docs/metrics.md says what each series means. Pure: no clock, no I/O.
// Threads: none.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "controller/measure/timeline.h"
#include "controller/model/scorecard.h"
#include "core/runtime/http/metric_page.h"

namespace shakedown {

// Everything that a page shows.
struct MetricsInput {
  const Timeline& timeline;
  const Manifest& manifest;
  RunTime now{};
  const Scorecard& card;  // the last judgement
  WallTime judged_at{};   // its instant; 1970 = never on measurements
  double controller_cpu_seconds = 0;
};

// One page.
MetricFamilies metrics_page(const MetricsInput& input);

// The parts of a page.
void add_agent_metrics(MetricFamilies& page, const MetricsInput& input);
void add_run_metrics(MetricFamilies& page, const MetricsInput& input);
void add_fault_metrics(MetricFamilies& page, const MetricsInput& input);
void add_traffic_metrics(MetricFamilies& page, const MetricsInput& input);
void add_requirement_metrics(MetricFamilies& page, const MetricsInput& input);
void add_judgement_metrics(MetricFamilies& page, const MetricsInput& input);

// Seconds since 1970 of an instant of the run; 0 while the run has not begun.
double wall_seconds(const Manifest& manifest, RunTime at);
// The name under which an agent shows.
std::string agent_label(const MetricsInput& input, AgentId id);
// One series per state, 1 for the one that holds.
void add_states(MetricFamily& family, const char* label, const std::string& name, const char* state_label,
                const std::vector<std::string>& states, const std::string& now);

}  // namespace shakedown
