// The injections of a fault as evidence: when each took effect, whether it counts, and the row over all of them that
// RTO and RPO share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/judge/conclude.h"

namespace shakedown::judging {

struct InjectionView {
  const InjectionRecord* record = nullptr;
  uint32_t number = 0;
  std::string invalid;                 // why it is no evidence; empty = it counts
  Signal signal = Signal::none;        // behind that
  RunTime effect_from{}, effect_to{};  // [e-, e+] as stamped by the fault's agent
  TimeRange window;                    // its fault window
  RunTime phase_end{};
  Duration late{};                 // of our own recovery steps: no time of the target's
  std::optional<RunTime> undo_at;  // earliest instant at which our own undo may have begun
  std::optional<Duration> stood;   // from the effect to that, else to where it was found gone; nullopt = it still stands
  bool cut_short = false;          // our own undo took it back before its time, and before the target was seen to recover
  bool blocks = false;             // not valid for what the target did: forbids a pass, however many others are good
  RunTime next = RunTime::max();   // when the next injection, of any fault, changed something
  std::string overlap;             // the faults of other injections whose windows meet this one's; empty = alone
  bool alone_at_effect = true;     // no other window was open when it struck
  bool valid() const { return invalid.empty(); }
};

// Every recorded injection of the fault, in order. Not valid: not run, failed, without proof of effect, after a leftover
// of an earlier one, or its agent lost before its window ended.
std::vector<InjectionView> injections_of(FaultId fault, const Evidence& evidence);

// Whether a probe saw an outage of it that was not over when the load of its phase ended: what it would have cost then nobody
// asked.
bool outlasted(const InjectionView& view, const Evidence& evidence);
inline constexpr char kLoadTooShort[] = "a phase whose load lasts until the service is back";

// The declared repair that could not be begun (no such command, not allowed): nullptr when there is none. What follows is no
// time of the service's.
const StepEvent* repair_not_begun(const InjectionView& view);
std::string repair_text(const StepEvent& step);

// The probe's outage that was open at the instant; nullptr when there is none.
const Outage* outage_open_at(const ProbeEvidence& probe, RunTime at);

// Another process than those that were broken answered at the target of each of these probes, on the host of both: who saw
// nothing go away did not see what was broken. Only where all agents of the fault are the probe's own is "this host" the same.
bool beside_the_door(const InjectionView& view, const std::vector<ProbeId>& probes, const Evidence& evidence);
// " w1 did not answer at api in 3 injections, another process did."; empty for 0.
std::string beside_words(std::size_t injections, FaultId fault, const std::vector<ProbeId>& probes, const Scenario& scenario);

// Makes an injection invalid that says nothing of its fault alone: one that struck a target which some probe saw down
// already (blocks a pass), or one that another fault's window meets.
void reject_disturbed(InjectionView& view, const std::vector<ProbeId>& probes, const Evidence& evidence);
inline constexpr char kEndedByUndo[] = "ended_by: undo";
inline constexpr char kDownBefore[] = "already down before the fault took effect";
std::string overlap_text(const InjectionView& view);
inline constexpr char kAlone[] = "a phase in which no other fault is at work, or more time between them";

// Widens [e-, e+] by the clock bound between the fault's agent and the observing one. A bound over 10 % of a limit in
// seconds (infinite = no limit in seconds) makes the injection invalid.
void widen_by_clocks(InjectionView& view, AgentId observer, FaultId fault, double limit_seconds, const Evidence& evidence);

// One injection's bounds. verdict.upper is what is shown, clearing what must clear the objective for a pass.
struct InjectionBound {
  InjectionVerdict verdict;
  double value = 0;
  double clearing = 0;
  std::string needed;  // what would bring clearing down; empty = the usual
  Signal signal = Signal::none;
  bool blocks = false;  // see InjectionView; counts as a miss where a share is claimed
  bool failed = false;  // missed whatever was measured, as its note says
};

// It is no evidence: why, and the signal behind that (none: empty).
void reject(InjectionBound& bound, Signal signal, std::string why);

std::string alike_words(double effect);  // of trials_effect; empty for 1

struct InjectionRow {
  uint32_t needed = 3;         // fewest valid ones for a pass
  std::optional<Share> share;  // the binomial claim instead
  std::string cases = "failovers";
};

// fail: any lower over the objective; pass: every clearing bound within it and enough injections. With a share: the
// binomial claim. Measured = the worst injection. Sets reason ("met in 3 of 3; proves ...") and needed.
Judged judge_injections(const Requirement& requirement, std::vector<InjectionBound> bounds, const InjectionRow& row, Unit unit);

}  // namespace shakedown::judging
