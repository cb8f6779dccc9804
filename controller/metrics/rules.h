// Prometheus rules from the same file: per requirement with an availability, error_ratio or latency SLI the recording
// rules and the multi-window multi-burn-rate alerts, under Sloth's names so that its dashboards work. Two files: what
// reads the team's own metrics stands all year and has an alert for the SLI's absence; what reads our own series is there
// only while a drill runs. Pure.
#pragma once

#include <string>
#include <vector>

#include "controller/model/scenario.h"
#include "core/base/result.h"

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
  bool theirs = false;  // reads the team's own metrics
};

struct RuleSet {
  std::vector<Slo> slos;              // in order
  std::vector<std::string> left_out;  // one sentence per requirement that cannot be a rule, and why
};

// Left out: a requirement for the windows of a fault (a rule does not know when one is injected), an objective with which
// some burn rate alert could never fire, because not even 100 % errors burn that fast. Errors (kind scenario): nothing is
// left.
Result<RuleSet> slos_of(const Scenario& scenario);

// How long the SLI may be absent: absence counts as 100 % errors, so after factor x (1 - objective) x long window the
// fastest alert would fire; two minutes more for a restart. Whole minutes.
Duration absence_limit(double objective, double factor, Duration long_window);

// A rules file for Prometheus of those that read the team's metrics, or of those that read ours; its head says which, and
// what is left out. Empty when there is none.
std::string rules_yaml(const RuleSet& rules, bool theirs);

}  // namespace shakedown
