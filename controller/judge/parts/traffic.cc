#include "controller/judge/parts/traffic.h"

#include <algorithm>
#include <utility>

#include "controller/judge/scope.h"
#include "controller/model/looks_at.h"

namespace shakedown::judging {
namespace {

std::string digits_of(const TraceId& trace) {
  if (trace == TraceId{}) return {};
  std::string out;
  for (const uint8_t byte : trace) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

std::vector<ScoredExchange> exchanges_of(const Witnesses::List& list) {
  std::vector<ScoredExchange> out;
  for (const Exchange* one : list) {
    out.push_back({one->intended, seconds(one->latency), one->outcome, one->wrong, one->status, digits_of(one->trace),
                   one->answer, one->cut});
  }
  return out;
}

// Whether the run recorded the exchanges that these counts must have given.
bool witnessed(const Cell& sum, const Witnesses& found) {
  for (const Outcome o : kAllOutcomes) {
    if (!is_witness(o) || sum.count(o) == 0) continue;
    if (o == Outcome::ok ? found.slowest_good().empty() : found.first_bad().empty()) return false;
  }
  return true;
}

ScoredTraffic score(const std::string& phase, const std::string& operation, const Cell& sum, const Witnesses& found) {
  ScoredTraffic out{phase, operation, sum.counts, {}, sum.untold(), witnessed(sum, found), {}, {}, {}};
  for (const AnswerCount& one : sum.all_answers()) out.answers.push_back({one.status, one.wrong, one.count});
  out.first_bad = exchanges_of(found.first_bad());
  out.slowest_bad = exchanges_of(found.slowest_bad());
  out.slowest_good = exchanges_of(found.slowest_good());
  return out;
}

}  // namespace

std::vector<ScoredTraffic> summarize_traffic(const Evidence& evidence) {
  const Scenario& scenario = *evidence.scenario;
  const Timeline& timeline = *evidence.timeline;
  // Cells in the order of stages: of each phase and operation one.
  std::map<std::pair<PhaseId, OperationId>, std::pair<Cell, Witnesses>> found;
  for (const auto& [key, cell] : timeline.totals()) {
    const PhaseId phase = timeline.stages()[key.first.value].phase;
    if (!phase.valid() || phase.value >= scenario.phases.size() || key.second.value >= scenario.operations.size()) continue;
    auto& [sum, witnesses] = found[{phase, key.second}];
    sum.merge(cell);
    const auto some = timeline.witnesses().find(key);
    if (some != timeline.witnesses().end()) witnesses.merge(some->second);
  }
  std::vector<ScoredTraffic> out;
  for (const auto& [key, both] : found) {
    out.push_back(score(scenario.phase(key.first).name, scenario.operation(key.second).name, both.first, both.second));
  }
  return out;
}

std::vector<std::size_t> traffic_of(const Requirement& requirement, const std::vector<ScoredTraffic>& all,
                                    const Evidence& evidence) {
  std::vector<std::size_t> out;
  const LooksAt asked = looks_at(requirement.sli);
  if (asked.scope == nullptr) return out;
  const Scenario& scenario = *evidence.scenario;
  std::set<std::string> phases;
  const LoadScope scope(*asked.scope, evidence);
  for (const StageId stage : scope.stages()) {
    phases.insert(scenario.phase(evidence.timeline->stages()[stage.value].phase).name);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool asked_for = std::any_of(asked.operations.begin(), asked.operations.end(),
                                       [&](OperationId id) { return scenario.operation(id).name == all[i].operation; });
    if ((asked.operations.empty() || asked_for) && phases.contains(all[i].phase)) out.push_back(i);
  }
  return out;
}

}  // namespace shakedown::judging
