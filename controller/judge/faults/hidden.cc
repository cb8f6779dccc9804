#include "controller/judge/faults/hidden.h"

#include <algorithm>

#include <fmt/format.h>

namespace shakedown::judging {
namespace {

class Stretches {
 public:
  Stretches(const ProbeEvidence& evidence, const Probe& probe, RunTime from, RunTime to)
      : evidence_(evidence), probe_(probe), from_(from), to_(to), gap_(std::max(5 * probe.every, probe.timeout)) {}

  void add(const ProbeResult& result) {
    if (!before_) good_before_ = result.start;
    const Duration since = before_ ? result.start - *before_ : probe_.every;
    if (before_ && result.start > from_) absent_ += missing_between(*before_, result.start);
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
      absent_ += missing_between(*before_, *due_until);
      dark_ = dark_ || *due_until - *before_ > gap_;
    }
    if (before_) end({good_before_, last_end_}, true);
    return all();
  }
  std::vector<HiddenOutage> all() { return std::move(out_); }

 private:
  // Checks due between two that were made, less half a cadence, and before to_.
  uint64_t missing_between(RunTime before, RunTime next) const {
    const RunTime until = std::min(next - probe_.every / 2, to_);
    const int64_t due = until <= before ? 0 : (until - before - Duration(1)) / probe_.every;
    return static_cast<uint64_t>(due);
  }

  void end(TimeRange range, bool open) {
    const bool cut_off = open && failed_ > 0;
    const bool enough = absent_ > 0 && absent_ + failed_ >= std::max(1U, probe_.down_after);
    if ((enough || cut_off) && !known(range)) out_.push_back({range, dark_ && failed_ == 0, open});
    absent_ = failed_ = 0;
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
  bool dark_ = false;
  std::vector<HiddenOutage> out_;
};

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

HiddenOutside hidden_outside(const ProbeEvidence& probe, const Evidence& evidence) {
  HiddenOutside out;
  for (const HiddenOutage& one : hidden_outages(probe, evidence.scenario->probe(probe.id), RunTime::min(), RunTime::max())) {
    const bool drilled = std::any_of(probe.drilled.begin(), probe.drilled.end(),
                                     [&](const TimeRange& r) { return r.from <= one.range.from && one.range.to <= r.to; });
    if (one.dark || drilled) continue;
    ++out.count;
    out.open = out.open || one.open;
    out.seconds += seconds(one.range.to - one.range.from);
  }
  for (const CausedOutage& c : probe.outages) {
    if (!c.reached) continue;
    ++out.count;
    out.seconds += seconds_outside({c.outage.begin(), c.outage.end(probe.results.back().end)}, probe.drilled);
  }
  return out;
}

std::string hidden_words(const HiddenOutside& hidden) {
  if (hidden.count == 0) return "";
  return fmt::format(" ({} more may lie where checks were not made, or came of a phase that is not measured{})", hidden.count,
                     hidden.open ? ", or began where checks failed or were not answered at an end of the observation" : "");
}

std::string hidden_needed(bool open) {
  return open ? "a run in which the first and the last checks are answered well, or that goes on until an outage shows"
              : "a run without gaps in the observation";
}

}  // namespace shakedown::judging
