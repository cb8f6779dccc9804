// A fault that a completed drill declares and did not bring about: what would have followed is not known, so the drill
// proves less than it says.
#include <algorithm>

#include <fmt/format.h>

#include "controller/judge/faults/injections.h"
#include "controller/judge/valid/validity.h"

namespace shakedown::judging {
namespace {

bool took_effect(const InjectionRecord& record) { return record.find(FaultState::effective) != nullptr; }

// No stage that is to inject it is still to end.
bool is_over(const Fault& fault, const Evidence& evidence) {
  const auto& stages = evidence.timeline->stages();
  const auto over = std::count_if(stages.begin(), stages.end(), [&](const StageRecord& stage) {
    return stage.phase == fault.phase && (stage.ended || stage.not_run);
  });
  return static_cast<std::size_t>(over) >= evidence.scenario->phase(fault.phase).repeat;
}

std::string why_not(const std::vector<const InjectionRecord*>& records) {
  for (const InjectionRecord* record : records) {
    if (took_effect(*record)) continue;
    for (const FaultState state : {FaultState::failed, FaultState::not_run}) {
      const FaultEvent* event = record->find(state);
      if (event != nullptr && !event->detail.empty()) return ": " + event->detail;
    }
  }
  return "";
}

}  // namespace

void check_injected(RunValidity& validity, const Evidence& evidence) {
  if (evidence.manifest->state != RunState::completed && !evidence.goes_on) return;  // the run says itself why it went no further
  for (std::size_t i = 0; i < evidence.scenario->faults.size(); ++i) {
    const Fault& fault = evidence.scenario->faults[i];
    if (evidence.goes_on && !is_over(fault, evidence)) continue;
    std::vector<const InjectionRecord*> records;
    for (const InjectionRecord& record : evidence.timeline->injections()) {
      if (record.fault == FaultId(i) && !record.history.empty()) records.push_back(&record);
    }
    const std::size_t planned = std::max<std::size_t>(records.size(), evidence.scenario->phase(fault.phase).repeat);
    const auto took = static_cast<std::size_t>(
        std::count_if(records.begin(), records.end(), [](const InjectionRecord* one) { return took_effect(*one); }));
    if (took >= planned) continue;
    validity.reasons.push_back({Signal::not_injected,
                                fmt::format("fault {} took effect {} of {} times{}", fault.name, took, planned, why_not(records)),
                                true});
  }
}

}  // namespace shakedown::judging
