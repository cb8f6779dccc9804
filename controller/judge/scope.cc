#include "controller/judge/scope.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "controller/judge/conclude.h"

namespace shakedown::judging {
namespace {

RunTime start_of(int64_t second) { return RunTime(std::chrono::seconds(second)); }

void add_wrong(SecondTally& tally, const std::vector<AnswerCount>& answers) {
  for (const AnswerCount& one : answers) {
    if (one.wrong != Mismatch::none) count_answer(tally.wrong, one.status, one.wrong, one.count);
  }
}

std::string wrong_words(const AnswerCount& one) {
  const std::string code = one.status == 0 ? "an answer" : std::to_string(one.status);
  switch (one.wrong) {
    case Mismatch::header: return code + " with a wrong header";
    case Mismatch::body: return code + " with a wrong body";
    case Mismatch::certificate: return "a certificate that is not trusted";
    case Mismatch::size: return "more than an answer may have";
    case Mismatch::rate: return "less than slowest a second";
    case Mismatch::unasked: return "an answer before it was asked";
    default: return code;
  }
}

// " (404)", " (404 in 312, 200 with a wrong body in 8)": of the failed ones; empty when the run did not record it.
std::string what_was_wrong(std::vector<AnswerCount> wrong, uint64_t failed) {
  constexpr std::size_t kTold = 3;
  if (wrong.empty()) return "";
  const uint64_t known = sum_of(wrong, false);
  if (wrong.size() == 1 && known == failed) return fmt::format(" ({})", wrong_words(wrong.front()));
  std::stable_sort(wrong.begin(), wrong.end(), [](const auto& a, const auto& b) { return a.count > b.count; });
  std::vector<std::string> parts;
  uint64_t told = 0;
  for (std::size_t i = 0; i < std::min(kTold, wrong.size()); ++i) {
    parts.push_back(fmt::format("{} in {}", wrong_words(wrong[i]), wrong[i].count));
    told += wrong[i].count;
  }
  if (told < known) parts.push_back(fmt::format("others in {}", known - told));
  if (known < failed) parts.push_back(fmt::format("not recorded in {}", failed - known));
  return fmt::format(" ({})", fmt::join(parts, ", "));
}

}  // namespace

LoadScope::LoadScope(const Scope& scope, const Evidence& evidence) : evidence_(&evidence), scope_(scope) {
  for (const FaultWindow& window : evidence.windows) {
    if (scope.during.valid() && window.fault != scope.during) continue;
    windows_.push_back(window);
    for (const TimeRange& one : own_time(window)) own_.push_back(one);
  }
  for (const StageRecord& stage : evidence.timeline->stages()) {
    if (stage.stage.valid() && wanted(stage) && !stage.not_run) stages_.insert(stage.stage);
  }
  note_missing();
}

bool LoadScope::wanted(const StageRecord& stage) const {
  if (!stage.phase.valid()) return false;
  if (!scope_.stages.empty()) {
    return std::find(scope_.stages.begin(), scope_.stages.end(), stage.stage) != scope_.stages.end();
  }
  if (stage.role != StageRole::declared) return false;
  if (!scope_.phases.empty()) {
    return std::find(scope_.phases.begin(), scope_.phases.end(), stage.phase) != scope_.phases.end();
  }
  return scope_.during.valid() || evidence_->scenario->phase(stage.phase).measured;
}

void LoadScope::note_missing() {
  std::vector<std::string> names;
  for (const PhaseId phase : scope_.phases) {
    const bool ran = std::any_of(stages_.begin(), stages_.end(),
                                 [&](StageId id) { return evidence_->timeline->stages()[id.value].phase == phase; });
    if (!ran) names.push_back(evidence_->scenario->phase(phase).name);
  }
  if (!names.empty()) {
    missing_ = fmt::format("phase {} did not run", fmt::join(names, ", "));
  } else if (stages_.empty()) {
    missing_ = "no measured phase ran";
  } else if (scope_.during.valid() && windows_.empty()) {
    missing_ = fmt::format("fault {} was never injected", evidence_->scenario->fault(scope_.during).name);
  }
}

bool LoadScope::contains(StageId stage, int64_t second) const {
  if (!has_stage(stage)) return false;
  if (evidence_->only && (start_of(second) < evidence_->only->from || start_of(second + 1) > evidence_->only->to)) return false;
  return in_window(second, windows_) == scope_.during.valid();
}

bool LoadScope::leaves_out_faults() const {
  if (scope_.during.valid()) return false;
  return std::any_of(stages_.begin(), stages_.end(), [&](StageId id) {
    const TimeRange range = range_of(evidence_->timeline->stages()[id.value]);
    return std::any_of(windows_.begin(), windows_.end(),
                       [&](const FaultWindow& w) { return w.range.from < range.to && range.from <= w.range.to; });
  });
}

TimeRange LoadScope::range_of(const StageRecord& stage) const {
  if (stage.ended) return stage.range;
  return {stage.range.from, std::min(stage.range.to, evidence_->timeline->last())};
}

std::vector<std::pair<int64_t, StageId>> LoadScope::seconds(bool whole) const {
  std::vector<std::pair<int64_t, StageId>> out;
  for (const StageId id : stages_) {
    const TimeRange range = range_of(evidence_->timeline->stages()[id.value]);
    if (range.empty()) continue;
    for (int64_t s = second_of(range.from); s <= second_of(range.to - Duration(1)); ++s) {
      const bool inside = range.from <= start_of(s) && start_of(s + 1) <= range.to;
      if ((inside || !whole) && contains(id, s)) out.emplace_back(s, id);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::pair<int64_t, StageId>> LoadScope::whole_seconds() const { return seconds(true); }

std::map<int64_t, double> LoadScope::covered() const {
  std::map<int64_t, double> out;
  for (const auto& [second, id] : seconds(false)) {
    const TimeRange range = range_of(evidence_->timeline->stages()[id.value]);
    out[second] += shakedown::seconds(std::min(range.to, start_of(second + 1)) - std::max(range.from, start_of(second)));
  }
  return out;
}

double LoadScope::length() const {
  double length = 0;
  for (const auto& [second, share] : covered()) length += share;
  return length;
}

RunTime LoadScope::until() const {
  RunTime end{};
  for (const auto& [second, id] : seconds(false)) {
    end = std::max(end, std::min(range_of(evidence_->timeline->stages()[id.value]).to, start_of(second + 1)));
  }
  return end;
}

std::string LoadScope::describe() const {
  const Scenario& scenario = *evidence_->scenario;
  if (!scope_.stages.empty()) return counted(scope_.stages.size(), "window") + " of a step";
  std::vector<std::string> names;
  for (const PhaseId phase : scope_.phases) names.push_back(scenario.phase(phase).name);
  std::string out = names.empty() ? "the measured phases" : fmt::format("{}", fmt::join(names, ", "));
  if (!scope_.during.valid()) return windows_.empty() ? out : out + " outside fault windows";
  return fmt::format("the windows of {}{}", scenario.fault(scope_.during).name, names.empty() ? "" : " in " + out);
}

void add_outcomes(SecondTally& tally, const std::array<uint64_t, kOutcomes>& counts) {
  for (const Outcome outcome : kAllOutcomes) {
    const uint64_t n = counts[static_cast<std::size_t>(outcome)];
    tally.counts[static_cast<std::size_t>(outcome)] += n;
    tally.offered += n;
    if (outcome == Outcome::ok) tally.ok += n;
    if (is_bad(outcome)) tally.bad += n;
    if (outcome == Outcome::unfinished) tally.unfinished += n;
    if (outcome == Outcome::dropped_by_us || outcome == Outcome::client_error) tally.ours += n;
  }
}

void add_outcomes(SecondTally& tally, const SecondRow& row) {
  add_outcomes(tally, row.counts);
  add_wrong(tally, row.wrong);
}

void add_outcomes(SecondTally& tally, const Cell& cell) {
  add_outcomes(tally, cell.counts);
  add_wrong(tally, cell.answers);
}

bool is_among(OperationId operation, const std::vector<OperationId>& operations) {
  return operations.empty() || std::find(operations.begin(), operations.end(), operation) != operations.end();
}

std::vector<SecondTally> tally(const LoadScope& scope, const std::vector<OperationId>& operations, const Evidence& evidence) {
  std::map<int64_t, SecondTally> seconds;
  evidence.timeline->seconds().each([&](const Slice& slice) {
    if (!is_among(slice.operation, operations) || !scope.has_stage(slice.stage)) return;
    for (const SecondRow& row : slice.rows()) {
      if (!scope.contains(row)) continue;
      SecondTally& sum = seconds[row.second];
      add_outcomes(sum, row);
      sum.in_flight += scope.in_flight(row);
      sum.outside += scope.due_outside(row);
    }
  });
  std::vector<SecondTally> out;
  out.reserve(seconds.size());
  for (auto& [second, one] : seconds) {
    one.second = second;
    out.push_back(one);
  }
  return out;
}

std::string sent_again(const LoadScope& scope, const std::vector<OperationId>& operations, const Evidence& evidence) {
  uint64_t n = 0;
  for (const auto& [key, cell] : evidence.timeline->totals()) {
    if (scope.has_stage(key.first) && is_among(key.second, operations)) n += cell.retried;
  }
  if (n == 0) return "";
  return fmt::format(" {} {} sent a second time, as the target closed the connection.", n, n == 1 ? "was" : "were");
}

std::string pool_was_full(const std::set<StageId>& stages, const std::vector<OperationId>& operations, const Evidence& evidence) {
  uint64_t n = 0;
  for (const auto& [key, cell] : evidence.timeline->totals()) {
    if (stages.count(key.first) > 0 && is_among(key.second, operations)) n += cell.queued;
  }
  if (n == 0) return "";
  return fmt::format(
      " {} found all connections that `connections: max` allows ({} of each agent to each target) in use and waited, "
      "which counts against the target.",
      n, evidence.scenario->connections.max);
}

std::string places_shared(const LoadScope& scope, const SecondTally& sum, const Evidence& evidence) {
  if (sum.counts[static_cast<std::size_t>(Outcome::dropped_by_target)] == 0) return "";
  uint64_t agents = 0;
  for (std::size_t i = 0; i < evidence.manifest->agents.size(); ++i) agents += evidence.has_load_role(AgentId(i)) ? 1 : 0;
  std::set<uint64_t> told;
  for (const StageId id : scope.stages()) {
    const auto& load = evidence.scenario->phase(evidence.timeline->stages()[id.value].phase).load;
    if (load && !load->from.valid() && load->max_outstanding > 0) told.insert(load->max_outstanding);
  }
  if (agents < 2 || told.empty()) return "";
  std::vector<std::string> parts;
  for (const uint64_t cap : told) {
    const uint64_t least = cap / agents, most = (cap + agents - 1) / agents;
    parts.push_back(least == most ? fmt::format("{}: {}", cap, least) : fmt::format("{}: {} or {}", cap, least, most));
  }
  return fmt::format(" Each of {} load agents kept its part of `max_outstanding` ({}).", agents, fmt::join(parts, "; "));
}

SecondTally total(const std::vector<SecondTally>& seconds) {
  SecondTally sum;
  for (const SecondTally& s : seconds) {
    sum.offered += s.offered;
    sum.ok += s.ok;
    sum.bad += s.bad;
    sum.in_flight += s.in_flight;
    sum.outside += s.outside;
    sum.unfinished += s.unfinished;
    sum.ours += s.ours;
    for (std::size_t i = 0; i < kOutcomes; ++i) sum.counts[i] += s.counts[i];
    add_wrong(sum, s.wrong);
  }
  return sum;
}

std::string what_was_not_good(const SecondTally& sum) {
  std::vector<std::pair<uint64_t, std::string>> parts;
  for (const auto& [outcome, words] :
       std::initializer_list<std::pair<Outcome, const char*>>{{Outcome::failed, "answered otherwise than expected"},
                                                              {Outcome::timeout, "without an answer in time"},
                                                              {Outcome::refused, "refused"},
                                                              {Outcome::reset, "broken off"},
                                                              {Outcome::dropped_by_target, "not sent, as too many were out"}}) {
    const uint64_t n = sum.counts[static_cast<std::size_t>(outcome)];
    if (n > 0) parts.emplace_back(n, words + (outcome == Outcome::failed ? what_was_wrong(sum.wrong, n) : ""));
  }
  std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string out;
  for (const auto& [n, words] : parts) out += fmt::format("{}{} {}", out.empty() ? " Not good: " : ", ", n, words);
  if (!parts.empty()) out += ".";
  if (sum.unfinished == 0) return out;
  return out + fmt::format(" Besides, {} {} still out when the run ended: bad where a pass is asked for, good where a fail is.",
                           counted(sum.unfinished, "request"), sum.unfinished == 1 ? "was" : "were");
}

std::string nouns(const std::vector<OperationId>& operations, const Scenario& scenario) {
  std::vector<std::string> names;
  for (const OperationId id : operations) {
    const Operation& operation = scenario.operation(id);
    const std::string noun = operation.noun.empty() ? "request" : operation.noun;
    if (std::find(names.begin(), names.end(), noun) == names.end()) names.push_back(noun);
  }
  if (names.empty() || (names.size() == 1 && names.front() == "request")) return "requests";
  return fmt::format("{} requests", fmt::join(names, " and "));
}

}  // namespace shakedown::judging
