#include "controller/judge/faults/hidden.h"

#include <algorithm>

#include <fmt/format.h>

#include "controller/model/figures.h"

namespace shakedown::judging {
namespace {

class Stretches {
 public:
  Stretches(const ProbeEvidence& evidence, const Probe& probe, RunTime from, RunTime to)
      : evidence_(evidence), probe_(probe), from_(from), to_(to), gap_(std::max(5 * probe.every, probe.timeout)) {}

  void add(const ProbeResult& result) {
    if (!before_) good_before_ = result.start;
    const Duration since = before_ ? result.start - *before_ : probe_.every;
    if (before_ && result.start > from_) miss({*before_, result.start});
    dark_ = dark_ || since > gap_;
    const bool failed = has_failed(result, probe_);
    failed_ += failed && result.start < to_ ? 1 : 0;
    before_ = result.start;
    last_end_ = std::max(last_end_, result.end);
    if (failed) return;
    end({good_before_, result.end}, !good_seen_);
    good_before_ = result.start;
    good_seen_ = true;
  }

  // No check follows. due_until: how long they were due.
  std::vector<HiddenOutage> at_the_end(std::optional<RunTime> due_until) {
    if (before_ && due_until) {
      miss({*before_, *due_until});
      dark_ = dark_ || *due_until - *before_ > gap_;
    }
    if (before_) end({good_before_, last_end_}, true);
    return all();
  }
  std::vector<HiddenOutage> all() { return std::move(out_); }

 private:
  void miss(TimeRange gap) {
    const uint64_t due = missing_between(gap.from, gap.to);
    absent_ += due;
    if (due > longest_due_) longest_ = gap;
    longest_due_ = std::max(longest_due_, due);
  }

  // Checks due between two that were made, less half a cadence, and before to_.
  uint64_t missing_between(RunTime before, RunTime next) const {
    const RunTime until = std::min(next - probe_.every / 2, to_);
    const int64_t due = until <= before ? 0 : (until - before - Duration(1)) / probe_.every;
    return static_cast<uint64_t>(due);
  }

  void end(TimeRange range, bool open) {
    const bool cut_off = open && failed_ > 0;
    const bool enough = absent_ > 0 && absent_ + failed_ >= std::max(1U, probe_.down_after);
    if ((enough || cut_off) && !known(range)) out_.push_back({range, dark_ && failed_ == 0, open, longest_, longest_due_});
    absent_ = failed_ = longest_due_ = 0;
    dark_ = false;
  }

  bool known(TimeRange range) const {
    return std::any_of(evidence_.outages.begin(), evidence_.outages.end(), [&](const CausedOutage& c) {
      return c.outage.begin() < range.to && range.from <= c.outage.last_failed_start;
    });
  }

  const ProbeEvidence& evidence_;
  const Probe& probe_;
  const RunTime from_, to_;
  const Duration gap_;
  std::optional<RunTime> before_;
  RunTime good_before_{}, last_end_ = RunTime::min();
  bool good_seen_ = false;
  uint64_t absent_ = 0, failed_ = 0;  // since the last good check
  uint64_t longest_due_ = 0;
  TimeRange longest_{};
  bool dark_ = false;
  std::vector<HiddenOutage> out_;
};

std::string where_words(TimeRange gap, const Evidence& evidence) {
  const auto meets = [gap](const TimeRange& r) { return r.from < gap.to && gap.from < r.to; };
  std::string out;
  for (const StageRecord& stage : evidence.timeline->stages()) {
    if (!out.empty() || stage.not_run || !stage.phase.valid() || !meets(stage.range)) continue;
    out = " in phase " + evidence.scenario->phase(stage.phase).name;
  }
  if (out.empty()) out = " between phases";
  for (const FaultWindow& window : evidence.windows) {
    if (meets(window.range)) return out + " while " + evidence.scenario->fault(window.fault).name + " was at work";
  }
  return out;
}

// What may have kept the agent from asking; it is late with everything at once.
std::string why_words(AgentId agent, Duration every, const Evidence& evidence) {
  const auto found = evidence.timeline->agents().find(agent);
  if (found == evidence.timeline->agents().end() || found->second.health.empty()) return "";
  const HealthRecord& health = found->second.health;
  std::string out;
  if (!health.worst_lag.empty() && health.worst_lag.max() >= every)
    out = fmt::format("; its load was released up to {} late in this run",
                      format_value(seconds(health.worst_lag.max()), Unit::seconds));
  if (health.worst_steal > 0)
    out += fmt::format("{} up to {} of its CPU was stolen", out.empty() ? ";" : ",", percent_text(health.worst_steal));
  return out;
}

}  // namespace

std::vector<HiddenOutage> hidden_outages(const ProbeEvidence& evidence, const Probe& probe, RunTime from, RunTime to) {
  if (evidence.empty() || probe.every <= Duration::zero()) return {};
  Stretches stretches(evidence, probe, from, to);
  auto at = good_before(evidence.results, probe, from, 1);
  bool over = false;
  for (const auto end = evidence.results.end(); at != end && !over; ++at) {
    stretches.add(*at);
    over = at->start >= to && !has_failed(*at, probe);
  }
  std::vector<HiddenOutage> out = over ? stretches.all() : stretches.at_the_end(evidence.due_until);
  std::erase_if(out, [to](const HiddenOutage& one) { return one.range.from >= to; });
  return out;
}

std::vector<HiddenOutage> unseen_outages(const ProbeEvidence& evidence, const Probe& probe, RunTime from, RunTime to) {
  std::vector<HiddenOutage> out = hidden_outages(evidence, probe, from, to);
  if (evidence.empty() || probe.every <= Duration::zero()) return out;
  const RunTime first = evidence.results.front().start, last = evidence.results.back().start;
  for (const TimeRange& dark : evidence.unobserved) {
    const bool outside = dark.to <= first || dark.from >= last;
    const auto due = static_cast<uint64_t>((dark.to - dark.from) / probe.every);
    const bool told = std::any_of(out.begin(), out.end(), [&](const HiddenOutage& one) {
      return one.open && one.range.from <= dark.to && dark.from <= one.range.to;
    });
    const bool known = !evidence.outages.empty() && !evidence.outages.back().outage.good_end && dark.from >= last;
    if (!outside || told || known || due < std::max(1U, probe.down_after) || dark.to <= from || dark.from >= to) continue;
    out.push_back({dark, true, true, dark, due});
  }
  return out;
}

HiddenOutside hidden_outside(const ProbeEvidence& probe, const Evidence& evidence) {
  HiddenOutside out;
  std::vector<HiddenOutage> counted;
  for (const HiddenOutage& one : hidden_outages(probe, evidence.scenario->probe(probe.id), RunTime::min(), RunTime::max())) {
    const bool drilled = std::any_of(probe.drilled.begin(), probe.drilled.end(),
                                     [&](const TimeRange& r) { return r.from <= one.range.from && one.range.to <= r.to; });
    if (one.dark || drilled) continue;
    counted.push_back(one);
    ++out.count;
    out.open = out.open || one.open;
    out.seconds += seconds_outside(one.range, probe.idle);
  }
  for (const CausedOutage& c : probe.outages) {
    if (!c.reached) continue;
    ++out.count;
    out.seconds += seconds_outside({c.outage.begin(), c.outage.end(probe.results.back().end)}, probe.drilled);
  }
  out.gap = gap_words(counted, probe, evidence);
  return out;
}

std::string hidden_words(const HiddenOutside& hidden) {
  if (hidden.count == 0) return "";
  return fmt::format(" ({} more may lie where checks were not made, or came of a phase that is not measured{})", hidden.count,
                     hidden.open ? ", or began where checks failed or were not answered at an end of the observation" : "");
}

std::string gap_words(const std::vector<HiddenOutage>& hidden, const ProbeEvidence& probe, const Evidence& evidence) {
  const auto longest = std::max_element(hidden.begin(), hidden.end(), [](const HiddenOutage& a, const HiddenOutage& b) {
    return a.gap.to - a.gap.from < b.gap.to - b.gap.from;
  });
  if (longest == hidden.end() || longest->due == 0) return "";
  return fmt::format("no check from {:.3f} s to {:.3f} s of the run, {} due,{}{}", seconds(longest->gap.from),
                     seconds(longest->gap.to), longest->due, where_words(longest->gap, evidence),
                     why_words(probe.agent, evidence.scenario->probe(probe.id).every, evidence));
}

std::string hidden_needed(bool open, const std::string& gap) {
  const std::string longest = gap.empty() ? "" : " (the longest gap: " + gap + ")";
  return (open ? "a run in which the first and the last checks are answered well, or that goes on until an outage shows"
               : "a run without gaps in the observation") +
         longest;
}

}  // namespace shakedown::judging
