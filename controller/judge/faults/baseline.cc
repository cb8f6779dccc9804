// What an injection's harm is held against: the quiet time under the same load before it, and the seconds that it shares with the
// time around it.
#include <algorithm>
#include <cmath>

#include "controller/judge/faults/impact.h"
#include "controller/judge/rejudge/rejudge.h"
#include "controller/judge/scope.h"

namespace shakedown::judging {
namespace {

constexpr auto kGoodAnswer = static_cast<std::size_t>(Outcome::ok);

}  // namespace

// Warm-up, searches and series are loaded otherwise than what is judged: they say nothing of a quiet time.
HarmMeter::HarmMeter(const Evidence& evidence) : evidence_(&evidence) {
  std::map<std::string, std::size_t> loads;
  for (const Phase& phase : evidence.scenario->phases) {
    const std::string load = phase.load ? meaning(*phase.load, *evidence.scenario) : "";
    load_of_.push_back(loads.emplace(load, loads.size()).first->second);
  }
  std::set<int64_t> out;  // seconds in which a probe saw the service away
  for (const ProbeEvidence& probe : evidence.probes) {
    for (const CausedOutage& c : probe.outages) {
      const int64_t last = second_of(c.outage.end(probe.results.back().end));
      for (int64_t s = second_of(c.outage.begin()); s <= last; ++s) out.insert(s);
    }
  }
  QuietSeconds seconds;
  evidence.timeline->seconds().each_row([&](const SecondRow& row) {
    const StageRecord& stage = evidence.timeline->stages()[row.stage.value];
    const bool judged =
        stage.role == StageRole::declared && stage.phase.valid() && evidence.scenario->phase(stage.phase).measured;
    if (!judged || in_window(row.second, evidence.windows)) return;
    seconds[{load_in(row.stage, row.second), row.operation}][row.second].add(row, out.count(row.second) > 0);
  });
  seconds_ = std::make_shared<const QuietSeconds>(std::move(seconds));
  away_ = std::make_shared<const std::set<int64_t>>(std::move(out));
  quiet_ = quiet_until(SecondLog::kAlways);
}

HarmMeter::LoadKey HarmMeter::load_in(StageId id, int64_t second) const {
  constexpr double kThousandths = 1000;
  const StageRecord& stage = evidence_->timeline->stages()[id.value];
  const Phase& phase = evidence_->scenario->phase(stage.phase);
  const auto* open = phase.load ? std::get_if<OpenLoad>(&phase.load->kind) : nullptr;
  const bool constant = open == nullptr || stage.role != StageRole::declared || std::holds_alternative<ConstantRate>(open->shape);
  if (constant) return {load_of_[stage.phase.value], 0};
  const Duration middle = RunTime(std::chrono::seconds(second)) + std::chrono::milliseconds(500) - stage.range.from;
  const double rate = rate_at(open->shape, std::max(middle, Duration{}), phase.duration);
  return {load_of_[stage.phase.value], std::llround(kThousandths * rate)};
}

void HarmMeter::QuietSecond::add(const SecondRow& row, bool away) {
  latency += row.latency_seconds[kGoodAnswer];
  timed += static_cast<double>(row.timed[kGoodAnswer]);
  if (away) return;
  SecondTally sum;
  add_outcomes(sum, row);
  bad += static_cast<double>(sum.bad);
  judged += static_cast<double>(sum.ok + sum.bad);
}

std::map<HarmMeter::LoadKey, HarmMeter::Usual> HarmMeter::quiet_until(int64_t second) const {
  std::map<LoadKey, Usual> usual;
  for (const auto& [key, seconds] : *seconds_) {
    Quiet& one = usual[key.first][key.second];
    for (auto it = seconds.begin(), end = seconds.lower_bound(second); it != end; ++it) {
      one.answers.add(it->first, it->second.latency, it->second.timed);
      one.failures.add(it->first, it->second.bad, it->second.judged);
    }
  }
  return usual;
}

HarmMeter HarmMeter::before(RunTime injected) const {
  constexpr std::size_t kEnough = 8;
  HarmMeter out(*this);
  for (const auto& [load, earlier] : quiet_until(second_of(injected))) {
    for (const auto& [operation, quiet] : earlier) {
      Quiet& own = out.quiet_[load][operation];
      if (quiet.failures.count() > 0) own.failures = quiet.failures;
      if (quiet.answers.seconds() >= kEnough) own.answers = quiet.answers;
    }
  }
  return out;
}

// Of the rows of one second the most requests that were due in that share of it.
void HarmMeter::add_outside(Inside& inside, int64_t second, double share) const {
  std::map<StageId, uint64_t> offered;
  evidence_->timeline->seconds().each_row(
      [&](const SecondRow& row) {
        offered[row.stage] += row.offered();
        inside.longest = std::max(inside.longest, seconds(evidence_->scenario->operation(row.operation).timeout));
      },
      second, second + 1);
  constexpr double kChance = 1e-6;
  for (const auto& [stage, n] : offered) inside.outside += static_cast<double>(most_of(n, share, kChance));
}

// A load without a course within the second.
bool HarmMeter::even(int64_t second) const {
  bool all = true;
  evidence_->timeline->seconds().each_row(
      [&](const SecondRow& row) {
        const StageRecord& stage = evidence_->timeline->stages()[row.stage.value];
        const auto& load = evidence_->scenario->phase(stage.phase).load;
        const auto* open = load ? std::get_if<OpenLoad>(&load->kind) : nullptr;
        const bool whole = stage.range.from <= RunTime(std::chrono::seconds(second)) &&
                           RunTime(std::chrono::seconds(second + 1)) <= stage.range.to;
        all = all && whole && open != nullptr && std::holds_alternative<ConstantRate>(open->shape);
      },
      second, second + 1);
  return all;
}

// Which seconds are taken depends on the window alone, not on what failed in them: beside whole seconds those of which next to
// nothing lies outside.
HarmMeter::Inside HarmMeter::inside(TimeRange window) const {
  constexpr double kHalf = 0.5, kLittle = 0.02;
  const auto start = [](int64_t second) { return RunTime(std::chrono::seconds(second)); };
  Inside out{{std::chrono::ceil<std::chrono::seconds>(window.from), std::chrono::floor<std::chrono::seconds>(window.to)}};
  const int64_t first = second_of(window.from), last = second_of(window.to);
  const double before = seconds(window.from - start(first)), after = seconds(start(last + 1) - window.to);
  if (first == last) {
    if (before + after > kHalf || !even(first)) return out;
    out.seconds = {start(first), start(first + 1)};
    add_outside(out, first, before + after);
    return out;
  }
  const double most = out.seconds.empty() ? kHalf : kLittle;
  if (before > 0 && before <= most && even(first)) {
    out.seconds.from = start(first);
    add_outside(out, first, before);
  }
  if (after < 1 && after <= most && even(last)) {
    out.seconds.to = start(last + 1);
    add_outside(out, last, after);
  }
  return out;
}

}  // namespace shakedown::judging
