#include <fmt/format.h>

#include <map>
#include <set>

#include "controller/judge/valid/validity.h"

namespace shakedown::judging {
namespace {

bool turns_away(uint16_t status) { return status == 401 || status == 403; }

// Of all its answers in the run, by status; empty as soon as one is of another kind.
std::set<uint16_t> refusals_of(OperationId operation, const Evidence& evidence) {
  std::set<uint16_t> out;
  for (const auto& [key, cell] : evidence.timeline->totals()) {
    if (key.second != operation) continue;
    if (cell.count(Outcome::ok) > 0 || cell.untold() > 0) return {};
    for (const AnswerCount& one : cell.answers) {
      if (one.count > 0 && !turns_away(one.status)) return {};
      if (one.count > 0) out.insert(one.status);
    }
  }
  return out;
}

}  // namespace

void check_secrets(RunValidity& validity, const Evidence& evidence) {
  const Scenario& scenario = *evidence.scenario;
  for (std::size_t i = 0; i < scenario.operations.size(); ++i) {
    const std::vector<std::string> secrets = scenario.secrets_of(scenario.operations[i].request);
    const std::set<uint16_t> refusals = secrets.empty() ? std::set<uint16_t>() : refusals_of(OperationId(i), evidence);
    if (refusals.empty()) continue;
    validity.reasons.push_back({Signal::secret_refused,
                                fmt::format("Every answer to {} was {}: is the secret {} right?", scenario.operations[i].name,
                                            fmt::join(refusals, " or "), fmt::join(secrets, ", ")),
                                false});
  }
}

}  // namespace shakedown::judging
