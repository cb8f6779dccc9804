// Prometheus rules from the same file: per requirement with an availability, error_ratio or latency SLI the recording
// rules and the multi-window multi-burn-rate alerts, under Sloth's names so that its dashboards work, and an alert for
// the SLI's absence. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/model/scenario.h"

namespace shakedown {

// `$window` stands for the range, which differs from rule to rule.
struct SliExpression {
  std::string error_ratio;
  std::string present;  // has a value while there is something to judge
};

// Where the numbers come from: what the requirement names as reported by the team's own metrics, where that is a ratio;
// else our own series.
SliExpression sli_expression(const Scenario& scenario, const Requirement& requirement);

// A requirement as a service level objective.
struct Slo {
  std::string id, service, name, title;
  double objective = 0;  // 0.999
  SliExpression sli;
};

// Those requirements that can be one, in order. Errors (kind scenario), all at once: none is of a fitting kind; an
// objective with which some burn rate alert could never fire, because not even 100 % errors burn that fast.
Result<std::vector<Slo>> slos_of(const Scenario& scenario);

// How long the SLI may be absent: absence counts as 100 % errors, so after factor x (1 - objective) x long window the
// fastest alert would fire; two minutes more for a restart. Whole minutes.
Duration absence_limit(double objective, double factor, Duration long_window);

// A rules file for Prometheus.
std::string rules_yaml(const std::vector<Slo>& slos);

}  // namespace shakedown
