#include "controller/model/scorecard.h"

#include <algorithm>

namespace shakedown {
namespace {

bool something_stands(const Scorecard& card) {
  const bool fault = std::any_of(card.faults.begin(), card.faults.end(),
                                 [](const ScoredFault& f) { return !f.leftovers.empty() || f.state == FaultState::leftover; });
  const bool reason =
      std::any_of(card.reasons.begin(), card.reasons.end(), [](const ValidityReason& r) { return r.signal == Signal::leftover; });
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

const char* to_string(StepOutcome outcome) {
  switch (outcome) {
    case StepOutcome::open: return "open";
    case StepOutcome::holds: return "holds";
    case StepOutcome::breaches: return "breaches";
    case StepOutcome::undecided: return "undecided";
    case StepOutcome::invalid: return "invalid";
  }
  return "unknown";
}

const char* to_string(TradeOff::Kind kind) {
  switch (kind) {
    case TradeOff::Kind::resources: return "resources";
    case TradeOff::Kind::focus: return "focus";
    case TradeOff::Kind::date: return "date";
    case TradeOff::Kind::promise: return "promise";
  }
  return "unknown";
}

const char* to_string(ScoredReported::Proof proof) {
  switch (proof) {
    case ScoredReported::Proof::not_tested: return "not_tested";
    case ScoredReported::Proof::moved: return "moved";
    case ScoredReported::Proof::silent: return "silent";
    case ScoredReported::Proof::unmoved: return "unmoved";
  }
  return "unknown";
}

int exit_code(const Scorecard& scorecard) {
  if (something_stands(scorecard)) return 4;
  if (scorecard.manifest.early_exit != 0) return static_cast<int>(scorecard.manifest.early_exit);
  if (scorecard.decision == DecisionState::no_go) return 1;
  if (scorecard.manifest.state != RunState::completed) return 3;
  return scorecard.decision == DecisionState::go ? 0 : 2;
}

}  // namespace shakedown
