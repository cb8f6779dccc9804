#include "controller/judge/reported/outage_proof.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/conclude.h"
#include "controller/judge/needed.h"

namespace shakedown::judging {
namespace {

using Proof = ScoredReported::Proof;

// How many scrapes the expression of a series over time looks back (controller/readings asks for as many).
constexpr int kLookBack = 3;
constexpr int kBaselineSteps = 10;

int rank(Proof proof) { return static_cast<int>(proof); }  // in order: not tested, moved, silent, unmoved

std::optional<double> mean_before(const Reading& series, RunTime at, const Evidence& evidence) {
  double sum = 0;
  int n = 0;
  for (const ReadingSample& s : samples_in(series, at - kBaselineSteps * series.step, at, *evidence.manifest)) {
    if (!std::isfinite(s.value)) continue;
    sum += s.value;
    ++n;
  }
  return n > 0 ? std::optional(sum / n) : std::nullopt;
}

// A change that cannot be mistaken for noise: the tolerance, else half of what the objective leaves room for.
double clear_change(const Requirement& requirement) {
  const std::optional<double>& tolerance = requirement.reported->tolerance;
  if (tolerance && *tolerance > 0) return *tolerance;
  const Objective& objective = requirement.objective;
  const bool floor = unit_of(requirement.sli) == Unit::ratio && objective.comparison == Comparison::at_least;
  return 0.5 * (floor ? 1 - objective.limit : std::fabs(objective.limit));
}

bool has_moved(const Requirement& requirement, double value, const std::optional<double>& before) {
  const Objective& objective = requirement.objective;
  const bool already = before && misses(objective, *before);
  if (misses(objective, value) && !already) return true;
  if (!before) return false;
  const double worse = objective.comparison == Comparison::at_least ? *before - value : value - *before;
  return worse > clear_change(requirement);
}

struct Seen {
  Proof proof = Proof::not_tested;
  double after = 0;
};

Seen look(const Requirement& requirement, const Reading& series, TimeRange outage, const Evidence& evidence) {
  const std::optional<double> before = mean_before(series, outage.from, evidence);
  std::size_t finite = 0;
  const RunTime blind = outage.from + kLookBack * series.step;  // until here the time before may still be in it
  for (const ReadingSample& s : samples_in(series, outage.from, outage.to + series.step, *evidence.manifest)) {
    if (!std::isfinite(s.value)) continue;
    const RunTime at = run_at(s.at, *evidence.manifest);
    if (has_moved(requirement, s.value, before)) return {Proof::moved, seconds(at - outage.from)};
    if (at > blind && at <= outage.to) ++finite;
  }
  std::size_t expected = 0;
  for (RunTime at = series.from; at <= outage.to; at += series.step) expected += at > blind ? 1 : 0;
  if (expected == 0) return {};
  return {finite < expected ? Proof::silent : Proof::unmoved, 0};
}

void prove_series(OutageProof& out, const Requirement& requirement, const Reading& series, const std::vector<TimeRange>& outages,
                  const Evidence& evidence) {
  double longest = 0, away = 0;
  for (const TimeRange& outage : outages) {
    const Seen seen = look(requirement, series, outage, evidence);
    if (seen.proof == Proof::moved) longest = std::max(longest, seen.after);
    if (rank(seen.proof) < rank(out.proof)) continue;
    if (seen.proof != out.proof) away = 0;
    out.proof = seen.proof;
    away = std::max(away, seconds(outage.to - outage.from));
  }
  if (out.proof == Proof::moved) out.moved_after_seconds = longest;
  const std::string length = span_text(away);
  if (out.proof == Proof::silent) {
    out.findings.push_back(
        fmt::format("it went silent while the service was away for {}: what is missing is not counted", length));
  }
  if (out.proof == Proof::unmoved) {
    out.findings.push_back(fmt::format("it did not move while the service was away for {}", length));
  }
  if (out.proof == Proof::not_tested) {
    out.untested.push_back(
        fmt::format("no outage was long enough to show in a series with a value each {}", span_text(seconds(series.step))));
  }
}

// Instants at which the alert was seen firing, by any source, ascending.
std::vector<RunTime> firing(const std::vector<const Reading*>& readings, const Evidence& evidence) {
  std::vector<RunTime> out;
  for (const Reading* reading : readings) {
    for (const ReadingSeries& series : reading->series) {
      for (const ReadingSample& s : series.samples) {
        if (std::isfinite(s.value) && s.value > 0) out.push_back(run_at(s.at, *evidence.manifest));
      }
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

struct AlertWatch {
  std::vector<RunTime> fired;
  Duration step{};
  RunTime until{};  // watched so long
};

// One outage; `next` is the begin of the one after it.
void prove_alert(OutageProof& out, const Reported& reported, const AlertWatch& watch, TimeRange outage, RunTime next) {
  const auto in = [&](RunTime from, RunTime to) {
    return std::find_if(watch.fired.begin(), watch.fired.end(), [&](RunTime t) { return from < t && t <= to; });
  };
  const Duration within = reported.alert_within;
  if (in(outage.from - watch.step - Duration(1), outage.from) != watch.fired.end()) {
    out.untested.push_back(fmt::format("alert {} was firing already before the outage, which tests nothing", reported.alert));
    return;
  }
  const auto found = in(outage.from, next);
  if (found != watch.fired.end()) {
    const double after = seconds(*found - outage.from);
    out.alert_after_seconds = std::max(out.alert_after_seconds.value_or(0), after);
    if (within == Duration::zero()) return;
    const bool in_time = *found - outage.from <= within + watch.step;
    out.alert_in_time = out.alert_in_time.value_or(true) && in_time;
    if (!in_time) {
      out.findings.push_back(fmt::format("alert {} fired {} after the outage began, promised within {}", reported.alert,
                                         span_text(after), span_text(seconds(within))));
    }
    return;
  }
  const double away = seconds(outage.to - outage.from);
  const bool watched = watch.until + watch.step >= outage.from + within;
  const bool long_enough = outage.to - outage.from >= within;
  std::string clause = fmt::format("alert {} did not fire in an outage of {}", reported.alert, span_text(away));
  if (within == Duration::zero()) {
    out.untested.push_back(clause + ", no time is promised");
  } else if (!watched) {
    out.untested.push_back(clause + ", which was not watched until the promised time");
  } else if (long_enough) {
    out.alert_in_time = false;
    out.findings.push_back(clause + fmt::format(", promised within {}", span_text(seconds(within))));
  } else {
    out.untested.push_back(clause + fmt::format(", too short to test a promise of {}", span_text(seconds(within))));
  }
}

void prove_alerts(OutageProof& out, const Requirement& requirement, RequirementId id, const std::vector<TimeRange>& outages,
                  const Evidence& evidence) {
  const Reported& reported = *requirement.reported;
  std::vector<const Reading*> answered;
  std::string problem = "nobody asked for it";
  AlertWatch watch;
  for (const Reading* reading : readings_of(Reading::Kind::alert, id, evidence)) {
    if (!reading->problem.empty()) {
      problem = reading->problem;
      continue;
    }
    answered.push_back(reading);
    watch.step = std::max(watch.step, reading->step);
    watch.until = std::max(watch.until, reading->to);
  }
  if (answered.empty()) {
    out.untested.push_back(fmt::format("alert {} could not be looked at: {}", reported.alert, problem));
    return;
  }
  watch.fired = firing(answered, evidence);
  for (std::size_t i = 0; i < outages.size(); ++i) {
    prove_alert(out, reported, watch, outages[i], i + 1 < outages.size() ? outages[i + 1].from : RunTime::max());
  }
}

}  // namespace

OutageProof prove_outages(const Requirement& requirement, RequirementId id, const Evidence& evidence) {
  OutageProof out;
  const std::vector<TimeRange> outages = outages_for(requirement, evidence);
  if (outages.empty()) return out;
  for (const Reading* series : readings_of(Reading::Kind::reported_series, id, evidence)) {
    if (!series->problem.empty() || series->series.size() != 1 || series->step <= Duration::zero()) continue;
    prove_series(out, requirement, *series, outages, evidence);
    break;
  }
  if (!requirement.reported->alert.empty()) prove_alerts(out, requirement, id, outages, evidence);
  return out;
}

}  // namespace shakedown::judging
