// What an injection lost of a ledger's acknowledged writes, with whether the ledger can say so at all.
#pragma once

#include <string>

#include "controller/judge/injections.h"
#include "core/stats/ledger_check.h"

namespace shakedown::judging {

struct LossEvidence {
  InjectionLoss loss;
  std::string incomplete;  // why it proves no pass; empty = it can
  std::string signal;
};

// view must be valid and already widened by the clocks. Incomplete: no complete reading back, the ledger's agent
// lost, or no acknowledged write shortly before the fault (max(5 / rate, timeout)), so that nothing could be lost.
LossEvidence loss_of(const InjectionView& view, LedgerId ledger, const Evidence& evidence);

}  // namespace shakedown::judging
