#include "controller/measure/outages.h"

#include <algorithm>
#include <deque>
#include <limits>

namespace shakedown {
namespace {

// Checks further apart leave what lies between unobserved.
Duration longest_gap(const Probe& probe) { return std::max(5 * probe.every, probe.timeout); }

RunTime middle(RunTime a, RunTime b) { return a + (b - a) / 2; }

Duration overlap(TimeRange a, TimeRange b) { return std::max(Duration::zero(), std::min(a.to, b.to) - std::max(a.from, b.from)); }

// Walks over the checks in order of start and keeps what the next one needs to know.
class Scan {
 public:
  Scan(const Probe& probe, OutageReport& report)
      : report_(report),
        probe_(probe),
        down_after_(std::max(1U, probe.down_after)),
        up_after_(std::max(1U, probe.up_after)),
        gap_(longest_gap(probe)) {}

  void add(const ProbeResult& result) {
    if (!started_) {
      report_.first = report_.last = result.start;
    } else if (gap_ > Duration::zero() && result.start - last_start_ > gap_) {
      gap(result.start);
    }
    started_ = true;
    last_start_ = result.start;
    report_.last = std::max(report_.last, result.end);
    has_failed(result, probe_) ? failed(result) : good(result, result.end - result.start);
  }

 private:
  void gap(RunTime next) {
    if (report_.last < next) report_.unobserved.push_back({report_.last, next});
    run_ = 0;
    if (down_) {
      resume_from_ = report_.outages.back().last_failed_start;
      resume_end_.reset();
    }
  }

  void good(const ProbeResult& result, Duration took) {
    report_.longest_good = std::max(report_.longest_good, took);
    if (!last_was_good_) run_ = 0;
    last_was_good_ = true;
    run_end_ = ++run_ == 1 ? result.end : std::min(run_end_, result.end);
    if (down_ && run_ == up_after_) {
      report_.outages.back().good_end = run_end_;
      down_ = false;
      resume_from_.reset();
    }
    if (!down_) last_good_start_ = result.start;
  }

  void failed(const ProbeResult& result) {
    if (last_was_good_) run_ = 0;
    last_was_good_ = false;
    if (++run_ == 1) {
      first_ = {.first_failed_start = result.start, .first_failed_end = result.end};
      first_.last_good_start = last_good_start_;
      if (report_.longest_good > Duration{}) first_.usual = std::max(report_.longest_good, probe_.every);
    }
    first_.first_failed_end = std::min(first_.first_failed_end, result.end);
    if (!down_ && run_ == down_after_) {
      report_.outages.push_back(first_);
      down_ = true;
    }
    if (down_) extend(result);
  }

  void extend(const ProbeResult& result) {
    Outage& outage = report_.outages.back();
    outage.last_failed_start = result.start;
    if (!resume_from_) {
      outage.first_failed_end = std::min(outage.first_failed_end, result.end);
      return;
    }
    // What lies between the failed checks around a gap is not known to be down.
    const RunTime end = resume_end_ ? std::min(*resume_end_, result.end) : result.end;
    const RunTime before = resume_end_.value_or(*resume_from_);
    outage.unobserved += end - before;
    resume_end_ = end;
  }

  OutageReport& report_;
  const Probe& probe_;
  uint32_t down_after_, up_after_;
  Duration gap_;
  bool started_ = false, down_ = false, last_was_good_ = false;
  uint32_t run_ = 0;                        // checks in a row that ended alike
  RunTime last_start_{}, run_end_{};        // run_end_: earliest end in a good run
  std::optional<RunTime> last_good_start_;  // while up
  Outage first_;                            // the outage that a run of failures may become
  std::optional<RunTime> resume_from_, resume_end_;
};

TimeRange estimate(const Outage& outage, RunTime observed_until) {
  const RunTime from =
      outage.last_good_start ? middle(*outage.last_good_start, outage.first_failed_end) : outage.first_failed_start;
  const RunTime to = outage.good_end ? middle(outage.last_failed_start, *outage.good_end) : observed_until;
  return {from, std::max(from, to)};
}

}  // namespace

double Outage::lower_seconds() const { return std::max(0.0, seconds(last_failed_start - first_failed_end - unobserved)); }

double Outage::upper_seconds() const {
  if (!last_good_start || !good_end) return std::numeric_limits<double>::infinity();
  return seconds(*good_end - *last_good_start);
}

bool has_failed(const ProbeResult& result, const Probe& probe) {
  return !result.good || (probe.timeout > Duration::zero() && result.end - result.start > probe.timeout);
}

ProbeLog::Iterator good_before(const ProbeLog& results, const Probe& probe, RunTime at, uint32_t count) {
  if (results.empty() || at <= results.front().start) return results.begin();
  const Duration gap = longest_gap(probe);
  for (Duration back = std::max<Duration>(std::chrono::seconds(1), 64 * probe.every);; back *= 4) {
    const bool all = at - results.front().start <= back;
    std::deque<ProbeLog::Iterator> run;
    std::optional<ProbeLog::Iterator> found;
    RunTime last = RunTime::max();
    for (auto it = all ? results.begin() : results.from(at - back), end = results.end(); it != end && it->start < at; ++it) {
      if (has_failed(*it, probe) || (gap > Duration::zero() && last < it->start && it->start - last > gap)) run.clear();
      last = it->start;
      if (has_failed(*it, probe)) continue;
      run.push_back(it);
      if (run.size() > count) run.pop_front();
      if (run.size() == count) found = run.front();
    }
    if (found || all) return found.value_or(results.begin());
  }
}

OutageReport find_outages(const ProbeLog& results, const Probe& probe, TimeRange range) {
  OutageReport report;
  Scan scan(probe, report);
  for (auto at = results.from(range.from), end = results.end(); at != end && at->start < range.to; ++at) scan.add(*at);

  const TimeRange span{report.first, report.last};
  for (const TimeRange& gap : report.unobserved) report.dark += gap.to - gap.from;
  for (const Outage& outage : report.outages) {
    const TimeRange down = estimate(outage, report.last);
    report.down += overlap(down, span);
    for (const TimeRange& gap : report.unobserved) report.down -= overlap(down, gap);
  }
  report.up = std::max(Duration::zero(), span.to - span.from - report.down - report.dark);
  return report;
}

}  // namespace shakedown
