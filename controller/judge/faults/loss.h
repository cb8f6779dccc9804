// What the faults took from the ledgers, worked out once per injection and ledger.
#pragma once

#include "controller/judge/evidence.h"

namespace shakedown::judging {

// Fills evidence.losses for every injection that took effect, with the effect widened by the clock bound between the
// fault's agent and the ledger's. A loss is incomplete (proves no pass) without a complete reading back, or when no
// write was acknowledged shortly before the fault (max(5 / rate, timeout)), so that nothing could be lost.
void collect_losses(Evidence& evidence);

// Lost writes that no injection can have taken: those that are gone, or those that came back altered.
uint64_t unexplained(LedgerId ledger, const Evidence& evidence, bool altered = false);

// What would decide writes that were not read back.
inline constexpr char kReadMore[] = "a longer verify_limit or a higher verify_rate";

// Such a loss where no durability row judges it: the run is then at most NOT PROVEN.
std::vector<ValidityReason> unexplained_losses(const Evidence& evidence);

}  // namespace shakedown::judging
