#include "controller/judge/reported/reported.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/needed.h"
#include "controller/judge/reported/outage_proof.h"
#include "controller/judge/reported/reported_causes.h"
#include "controller/judge/reported/watermelon.h"
#include "controller/judge/sli/families.h"
#include "controller/model/looks_at.h"

namespace shakedown::judging {
namespace {

// Ours for the window that they were asked for.
struct Ours {
  Measured measured;
  VerdictState state = VerdictState::unknown;
  std::string missing;  // why there is nothing to compare with; empty = there is
};

Ours ours_of(const Verdict& verdict) {
  Ours out{verdict.measured, verdict.state, ""};
  if (!out.measured.value || !out.measured.lower || !out.measured.upper) out.missing = "nothing was measured that counts";
  if (verdict.state == VerdictState::unknown) out.missing = "what was measured cannot be trusted";
  return out;
}

// Everything that ran in the window, fault windows, unmeasured phases and the steps of searches and series included: theirs
// counts it too.
Ours in_whole_window(const Requirement& requirement, TimeRange window, const Evidence& evidence) {
  Evidence all = evidence;
  all.windows.clear();
  all.only = window;
  Scope scope;
  for (const StageRecord& stage : evidence.timeline->stages()) {
    const bool inside = stage.range.from < window.to && stage.range.to > window.from;
    if (!stage.not_run && stage.phase.valid() && inside) scope.stages.push_back(stage.stage);
  }
  Requirement whole = requirement;
  if (Scope* own = requests_scope(whole.sli)) *own = scope;
  return ours_of(std::visit([&](const auto& sli) { return judge_sli(whole, sli, all); }, whole.sli).verdict);
}

// The share of the window in which the worst of the probes was up, as its checks bound it; theirs looks once a scrape,
// so each outage may last two scrapes more or less there.
Ours up_in_window(const Requirement& requirement, const std::vector<ProbeId>& probes, TimeRange window, Duration scrape,
                  const Evidence& evidence) {
  Ours out;
  out.measured.unit = Unit::ratio;
  const double length = seconds(window.to - window.from);
  for (const ProbeId id : probes) {
    const ProbeEvidence& probe = evidence.probe(id);
    if (probe.empty() || !probe.unobserved.empty()) {
      out.missing = "the probe did not see all of the window";
      return out;
    }
    double down = 0, lower = 0, upper = 0;
    for (const CausedOutage& caused : probe.outages) {
      const Outage& o = caused.outage;
      down += seconds(std::min(o.end(window.to), window.to) - std::max(o.begin(), window.from));
      lower += std::max(0.0, o.lower_seconds() - 2 * seconds(scrape));
      upper += std::min(o.upper_seconds(), length) + 2 * seconds(scrape);
    }
    const double value = std::clamp(1 - down / length, 0.0, 1.0);
    if (out.measured.value && *out.measured.value <= value) continue;
    out.measured.value = value;
    out.measured.lower = std::clamp(1 - upper / length, 0.0, value);
    out.measured.upper = std::clamp(1 - lower / length, value, 1.0);
  }
  if (!out.measured.value) out.missing = "nothing was measured that counts";
  if (out.measured.value) out.state = compare(requirement.objective, *out.measured.lower, *out.measured.upper);
  return out;
}

Ours ours_for(const Requirement& requirement, const Judged& judged, const QueryWindow& window, Duration scrape,
              const Evidence& evidence) {
  const LooksAt at = looks_at(requirement.sli);
  const bool up = at.outages == OutageFigure::time_up;
  Ours ours = up             ? up_in_window(requirement, at.probes, window.range, scrape, evidence)
              : window.whole ? ours_of(judged.verdict)
                             : in_whole_window(requirement, window.range, evidence);
  if (!judged.verdict.untouched) ours.missing = "what was measured cannot be trusted";
  return ours;
}

std::string sentence(std::string clause) {
  clause.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(clause.front())));
  return clause + ".";
}

struct Asked {
  const Reading* value = nullptr;
  const Reading* series = nullptr;
  const Reading* count = nullptr;
  std::string problem;  // why there is no value of theirs; empty = there is one
};

const Reading* first(Reading::Kind kind, RequirementId id, const Evidence& evidence) {
  const std::vector<const Reading*> found = readings_of(kind, id, evidence);
  return found.empty() ? nullptr : found.front();
}

std::string problem_of(const Reading* value, const std::string& query, TimeRange window) {
  if (value == nullptr) return "nobody asked it";
  if (!value->problem.empty()) return value->problem;
  if (value->query != query) return "another query was asked in the run";
  if (value->from != window.from || value->to != window.to) return "another window was asked in the run";
  if (value->series.empty() || value->series.front().samples.empty()) return "its query gives no series";
  if (value->series.size() > 1) {
    return fmt::format("its query gives {} series, expected one value", value->series.size());
  }
  const double number = value->series.front().samples.back().value;
  if (!std::isfinite(number)) return fmt::format("its query gives {}", format_number(number));
  return {};
}

Asked look_up(const Requirement& requirement, RequirementId id, const std::optional<QueryWindow>& window,
              const Evidence& evidence) {
  using Kind = Reading::Kind;
  Asked out;
  if (!window) {
    out.problem = "no whole second of its scope ran";
    return out;
  }
  const Duration length = window->range.to - window->range.from;
  out.value = first(Kind::reported_value, id, evidence);
  out.problem = problem_of(out.value, with_window(requirement.reported->value.query, length), window->range);
  out.series = first(Kind::reported_series, id, evidence);
  if (out.series != nullptr && (!out.series->problem.empty() || out.series->series.size() != 1)) out.series = nullptr;
  out.count = first(Kind::reported_count, id, evidence);
  return out;
}

// Half of what the objective, or a value beyond it, leaves room for.
bool narrow(const Requirement& requirement, const Measured& m) {
  const Objective& objective = requirement.objective;
  const bool floor = m.unit == Unit::ratio && objective.comparison == Comparison::at_least;
  const double room =
      floor ? std::max(1 - objective.limit, 1 - *m.value) : std::max(std::fabs(objective.limit), std::fabs(*m.value));
  return *m.upper - *m.lower <= 0.5 * room;
}

Watermelon compare_values(const Requirement& requirement, double theirs, double tolerance, const Ours& ours) {
  const bool low_is_good = requirement.objective.comparison == Comparison::at_most;
  const Watermelon below = low_is_good ? Watermelon::optimistic : Watermelon::pessimistic;
  const Watermelon above = low_is_good ? Watermelon::pessimistic : Watermelon::optimistic;
  if (theirs < *ours.measured.lower - tolerance) return below;
  if (theirs > *ours.measured.upper + tolerance) return above;
  const bool theirs_red = misses(requirement.objective, theirs);
  if (ours.state == VerdictState::fail && !theirs_red) return Watermelon::optimistic;
  if (ours.state == VerdictState::pass && theirs_red) return Watermelon::pessimistic;
  const bool decided = ours.state == VerdictState::pass || ours.state == VerdictState::fail;
  return decided && narrow(requirement, ours.measured) ? Watermelon::honest : Watermelon::unverifiable;
}

std::string pair_text(double theirs, const Ours& ours, TimeRange window) {
  const Unit unit = ours.measured.unit;
  return fmt::format("reported {}, measured {} to {} in the same {}", format_value(theirs, unit),
                     format_value(*ours.measured.lower, unit), format_value(*ours.measured.upper, unit),
                     span_text(seconds(window.to - window.from)));
}

void compare_with(ScoredReported& out, const Requirement& requirement, Comparands both, const Ours& ours,
                  const Evidence& evidence) {
  both.theirs = *out.value;
  both.ours = *ours.measured.value;
  both.lower = *ours.measured.lower;
  both.upper = *ours.measured.upper;
  out.difference = both.theirs - both.ours;
  out.watermelon = compare_values(requirement, both.theirs, out.tolerance, ours);
  out.reason = pair_text(both.theirs, ours, both.window);
  if (out.watermelon == Watermelon::unverifiable) out.reason += ", too wide to confirm";
  const bool differs = out.watermelon == Watermelon::optimistic || out.watermelon == Watermelon::pessimistic;
  if (!out.causes.empty()) {
    out.watermelon = worse(out.watermelon, Watermelon::unverifiable);
  } else if (differs) {
    out.causes = find_causes(requirement, both, evidence);
    if (out.causes.empty()) out.reason += "; no known cause explains it";
  }
}

// What happened while the service was away outranks how well both agree while it was there.
void add_proof(ScoredReported& out, const Requirement& requirement, RequirementId id, const Evidence& evidence) {
  using Proof = ScoredReported::Proof;
  OutageProof proof = prove_outages(requirement, id, evidence);
  out.outage_proof = proof.proof;
  out.moved_after_seconds = proof.moved_after_seconds;
  out.alert_after_seconds = proof.alert_after_seconds;
  out.alert_in_time = proof.alert_in_time;
  if (proof.proof == Proof::unmoved) out.watermelon = Watermelon::optimistic;
  if (proof.proof == Proof::silent && !proof.alert_in_time.value_or(false)) {
    out.watermelon = worse(out.watermelon, Watermelon::unverifiable);
  }
  if (proof.alert_in_time && !*proof.alert_in_time) out.watermelon = Watermelon::optimistic;
  for (const std::string& clause : proof.findings) out.reason += "; " + clause;
  if (!proof.untested.empty()) out.reason += fmt::format("; not tested: {}", fmt::join(proof.untested, "; "));
  out.causes.insert(out.causes.end(), proof.findings.begin(), proof.findings.end());
}

}  // namespace

ScoredReported score_reported(const Requirement& requirement, RequirementId id, const Judged& judged, const Evidence& evidence) {
  ScoredReported out;
  out.query = requirement.reported->value.query;
  out.source = requirement.reported->value.prometheus;
  out.alert = requirement.reported->alert;
  out.tolerance = requirement.reported->tolerance.value_or(0);
  out.watermelon = Watermelon::unverifiable;
  const std::optional<QueryWindow> window = query_window(requirement, evidence);
  const Asked asked = look_up(requirement, id, window, evidence);
  if (asked.value != nullptr) out.source = asked.value->source;
  Comparands both;
  both.tolerance = out.tolerance;
  both.series = asked.series;
  both.count = asked.count;
  if (window) both.window = window->range;
  if (asked.value != nullptr && window) out.causes = find_doubts(requirement, id, both, evidence);
  if (!asked.problem.empty()) {
    out.reason = "what the team reports is not known: " + asked.problem;
    if (asked.value != nullptr) out.causes.push_back(asked.problem);
  } else {
    out.value = single_value(*asked.value);
    const Ours ours = ours_for(requirement, judged, *window, asked.value->scrape, evidence);
    if (ours.missing.empty()) {
      compare_with(out, requirement, both, ours, evidence);
    } else {
      out.reason = fmt::format("reported {}, and {}", format_value(*out.value, unit_of(requirement.sli)), ours.missing);
    }
    if (!out.causes.empty()) out.reason += "; " + out.causes.front();
  }
  add_proof(out, requirement, id, evidence);
  out.reason = sentence(out.reason);
  for (std::string& cause : out.causes) cause = sentence(cause);
  return out;
}

void merge_reported(const ScoredReported& reported, Verdict& verdict) {
  if (verdict.watermelon == reported.watermelon) {
    verdict.watermelon_reason += ". " + reported.reason;
    return;
  }
  if (worse(verdict.watermelon, reported.watermelon) == verdict.watermelon) return;
  verdict.watermelon = reported.watermelon;
  verdict.watermelon_reason = reported.reason;
}

}  // namespace shakedown::judging
