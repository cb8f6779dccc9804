// From bounds to a verdict: the comparison that every SLI shares, and the texts around it.
#pragma once

#include <string>
#include <vector>

#include "controller/judge/evidence.h"
#include "controller/model/figures.h"
#include "controller/model/scorecard.h"

namespace shakedown::judging {

// One requirement judged, with what later steps need to know about its evidence.
struct Judged {
  Verdict verdict;
  double observed_seconds = 0;          // how long the evidence is; a longer declared period cannot be verified
  RunTime until{};                      // the last instant of the evidence; a leftover before it touches the row
  std::vector<ValidityReason> signals;  // raised by this row
  std::vector<std::string> touched;     // why the verdict is not to be trusted, see touch()
  std::string untrusted;                // the reason as it was before
};

// How bad a state is when the worst of several counts: pass 0, not_proven 1, unknown 2, fail 3.
int severity(VerdictState state);

// pass: the bound clears the objective; fail: the opposite bound violates it; not_proven: between. Equality clears.
// A bound or a limit that is not a number gives unknown.
VerdictState compare(const Objective& objective, double lower, double upper);

// Whether the value itself misses the objective.
bool misses(const Objective& objective, double value);

// The bound that must clear the objective: upper for at_most, lower for at_least.
double clearing_bound(const Objective& objective, double lower, double upper);

// A passing bound within 10 % of its limit. Ratios with a floor are compared by what they leave free:
// 99.9 % is at risk from 99.91 % on downwards. A limit of zero has no 10 %.
bool at_risk(const Objective& objective, Unit unit, double lower, double upper);

// Sets state, at_risk and supportable from verdict.measured, which must have both bounds.
void conclude(Verdict& verdict, const Requirement& requirement);

// A row without evidence.
Judged nothing(Unit unit, std::string reason, std::string needed);

// A validity signal that touches the row: the verdict becomes unknown and says why; what was measured stays visible.
void touch(Judged& judged, Signal signal, std::string text);

// Fail over unknown over not proven over pass; among equals the worse bound. Used where any of several may count.
Judged worst_of(std::vector<Judged> judged, const Requirement& requirement);

std::string at_least_percent(double share);  // 0.36840 -> "36.8 %": three significant digits, never rounded up
// A measured value or bound as a reason tells it: three significant digits (of a share over one half those of what it leaves
// free), or as many more as tell on which side of the limit it lies.
std::string figure(double value, Unit unit, double limit);
std::string confidence_text(double confidence);  // "at 95 % confidence"

}  // namespace shakedown::judging
