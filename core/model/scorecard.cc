#include "core/model/scorecard.h"

#include <algorithm>

namespace shakedown {
namespace {

bool something_stands(const Scorecard& card) {
  const bool fault = std::any_of(card.faults.begin(), card.faults.end(), [](const ScoredFault& f) {
    return !f.leftovers.empty() || f.state == FaultState::leftover;
  });
  const bool reason = std::any_of(card.reasons.begin(), card.reasons.end(),
                                  [](const ValidityReason& r) { return r.signal == "leftover"; });
  return fault || reason;
}

}  // namespace

const char* to_string(DecisionState state) {
  switch (state) {
    case DecisionState::go: return "go";
    case DecisionState::no_go: return "no-go";
    case DecisionState::not_proven: return "not-proven";
  }
  return "unknown";
}

int exit_code(const Scorecard& scorecard) {
  if (something_stands(scorecard)) return 4;
  if (scorecard.decision == DecisionState::no_go) return 1;
  if (scorecard.manifest.state != RunState::completed) return 3;
  return scorecard.decision == DecisionState::go ? 0 : 2;
}

}  // namespace shakedown
