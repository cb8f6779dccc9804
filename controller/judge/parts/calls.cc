#include "controller/judge/parts/calls.h"

#include <algorithm>
#include <cmath>

#include "controller/judge/reported/query_window.h"
#include "controller/judge/reported/reported_causes.h"
#include "controller/measure/bounds/intervals.h"

namespace shakedown::judging {
namespace {

struct Requests {
  double sent = 0;   // arrivals that reached the service
  double good = 0;   // of these, answered well: each made all its calls
  double other = 0;  // checks and ledger writes, which may cause calls too
};

Requests requests_in(TimeRange range, const Evidence& evidence) {
  Requests out;
  const auto add = [&](const SecondRow& row) {
    for (const Outcome o : {Outcome::ok, Outcome::failed, Outcome::reset, Outcome::timeout, Outcome::unfinished}) {
      out.sent += static_cast<double>(row.count(o));
    }
    out.good += static_cast<double>(row.count(Outcome::ok));
  };
  evidence.timeline->seconds().each_row(add, second_of(range.from), second_of(range.to));
  for (const ProbeEvidence& probe : evidence.probes) {
    for (auto at = probe.results.from(range.from), end = probe.results.end(); at != end && at->start < range.to; ++at)
      ++out.other;
  }
  for (std::size_t i = 0; i < evidence.scenario->ledgers.size(); ++i) {
    for (const LedgerWrite& write : evidence.ledger(LedgerId(i)).writes) {
      out.other += range.contains(write.invoked) ? 1 : 0;
    }
  }
  return out;
}

// Exact bounds of a Poisson count, through the time between events.
Bounds count_bounds(double n, double confidence) {
  const auto events = static_cast<uint64_t>(std::max(0.0, std::round(n)));
  const Bounds gap = mtbf(1, events, confidence);
  return {std::isfinite(gap.upper) && gap.upper > 0 ? 1 / gap.upper : 0, gap.lower > 0 ? 1 / gap.lower : INFINITY};
}

// All parts of the run with this name summed up: counts add, ratios would not. by_good: for each request that was answered well,
// since others may have failed before they made a call; else for each that was sent.
std::optional<MeasuredCalls> measure_part(const std::vector<const Reading*>& readings, const std::string& part,
                                          const Evidence& evidence, double confidence, bool by_good) {
  double count = 0, slack = 0;
  Requests requests;
  for (const Reading* reading : readings) {
    const std::optional<double> n = reading->phase == part ? single_value(*reading) : std::nullopt;
    if (!n) continue;
    const Requests here = requests_in({reading->from, reading->to}, evidence);
    count += *n;
    requests.sent += here.sent;
    requests.good += here.good;
    requests.other += here.other;
    const double length = seconds(reading->to - reading->from);
    slack += length > 0 ? *n * std::min(1.0, seconds(reading->scrape) / length) : *n;
  }
  const double per = by_good ? requests.good : requests.sent;
  if (per <= 0) return std::nullopt;
  const Bounds bounds = count_bounds(count, confidence);
  return MeasuredCalls{count / per, std::max(0.0, bounds.lower - slack) / (requests.sent + requests.other),
                       (bounds.upper + slack) / per};
}

// A count of nothing where the declared calls must have left some: it counts something else.
bool stands_still(const std::optional<MeasuredCalls>& measured, double declared) {
  return measured && measured->value == 0 && declared > measured->upper;
}

void read_counter(DependencyCalls& calls, DependencyId id, const Evidence& evidence, double confidence) {
  std::vector<const Reading*> readings;
  std::string problem = "nobody asked its counter";
  for (const Reading& reading : evidence.timeline->readings()) {
    if (reading.kind != Reading::Kind::dependency_count || reading.dependency != id) continue;
    readings.push_back(&reading);
    const bool answered = single_value(reading).has_value();
    problem = !reading.problem.empty() ? reading.problem
              : answered               ? "no request was answered well while its counter was read"
                                       : "its query gives no single number";
    if (!answered && reading.phase.empty()) {  // what is missing inside a fault is not known, no more
      calls.problem = problem;
      return;
    }
  }
  calls.at_load = measure_part(readings, "", evidence, confidence, true);
  // Beside what was counted at load a fault can only tell of more calls, for each request that comes then.
  calls.in_faults = measure_part(readings, "faults", evidence, confidence, !calls.at_load);
  if (stands_still(calls.at_load ? calls.at_load : calls.in_faults, calls.declared)) {
    calls.at_load.reset();
    calls.in_faults.reset();
    problem = "its counter stands still, whatever is sent";
  }
  if (!calls.measured()) calls.problem = problem;
}

class Counting {
 public:
  Counting(const Evidence& evidence, double confidence)
      : evidence_(evidence), confidence_(confidence), out_(evidence.scenario->dependencies.size()), done_(out_.size(), false) {}

  std::vector<DependencyCalls> all() {
    for (std::size_t i = 0; i < out_.size(); ++i) count(DependencyId(i));
    return std::move(out_);
  }

 private:
  const DependencyCalls& count(DependencyId id) {
    DependencyCalls& calls = out_[id.value];
    if (done_[id.value]) return calls;
    done_[id.value] = true;
    const Dependency& dependency = evidence_.scenario->dependency(id);
    for (const DependencyCall& call : dependency.calls) {
      DependencyCalls caller;
      caller.declared = 1;
      caller.effective = {1, 1, 1};
      if (call.caller.valid()) caller = count(call.caller);
      calls.declared += call.per_request * caller.declared;
      calls.effective.value += call.per_request * caller.effective.value;
      calls.effective.lower += call.per_request * caller.effective.lower;
      calls.effective.upper += call.per_request * caller.effective.upper;
    }
    if (dependency.counter) read_counter(calls, id, evidence_, confidence_);
    if (calls.at_load) calls.effective = *calls.at_load;
    if (calls.in_faults && (!calls.at_load || calls.in_faults->value > calls.at_load->upper)) {
      calls.effective = *calls.in_faults;
    }
    if (calls.effective.value == 0)
      calls.effective.value = std::min(calls.declared, calls.effective.upper);  // too rare to be counted
    return calls;
  }

  const Evidence& evidence_;
  double confidence_;
  std::vector<DependencyCalls> out_;
  std::vector<bool> done_;
};

}  // namespace

std::vector<DependencyCalls> count_calls(const Evidence& evidence, double confidence) {
  return Counting(evidence, confidence).all();
}

}  // namespace shakedown::judging
