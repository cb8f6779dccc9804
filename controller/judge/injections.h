// The injections of a fault as evidence: when each took effect, whether it counts, and the row over all of them that
// RTO and RPO share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/judge/settle.h"

namespace shakedown::judging {

struct InjectionView {
  const InjectionRecord* record = nullptr;
  uint32_t number = 0;
  std::string invalid;             // why it is no evidence; empty = it counts
  std::string signal;              // the validity signal behind that; empty = none
  RunTime effect_from{}, effect_to{};  // [e-, e+] as stamped by the fault's agent
  TimeRange window;                // its fault window
  RunTime phase_end{};
  std::optional<RunTime> undo_at;  // earliest instant at which our own undo may have begun
  bool valid() const { return invalid.empty(); }
};

// Every recorded injection of the fault, in order. Not valid: not run, failed, without proof of effect, after a leftover
// of an earlier one, or its agent lost before its window ended.
std::vector<InjectionView> injections_of(FaultId fault, const Evidence& evidence);

// Widens [e-, e+] by the clock bound between the fault's agent and the observing one. A bound over 10 % of a limit in
// seconds (infinite = no limit in seconds) makes the injection invalid.
void widen_by_clocks(InjectionView& view, AgentId observer, FaultId fault, double limit_seconds,
                     const Evidence& evidence);

// One injection's bounds. verdict.upper is what is shown, clearing what must clear the objective for a pass.
struct InjectionBound {
  InjectionVerdict verdict;
  double value = 0;
  double clearing = 0;
  std::string signal;
};

struct InjectionRow {
  uint32_t needed = 3;         // fewest valid ones for a pass
  std::optional<Share> share;  // the binomial claim instead
  std::string cases = "failovers";
};

// fail: any lower over the objective; pass: every clearing bound within it and enough injections. With a share: the
// binomial claim. Measured = the worst injection. Sets reason ("met in 3 of 3; proves ...") and needed.
Judged judge_injections(const Requirement& requirement, std::vector<InjectionBound> bounds, const InjectionRow& row,
                        Unit unit);

}  // namespace shakedown::judging
