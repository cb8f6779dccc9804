#include "controller/judge/sli/downstream.h"
#include "controller/judge/sli/form_parts.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/needed.h"
#include "controller/judge/parts/calls.h"
#include "controller/judge/reported/watermelon.h"
#include "controller/judge/sli/families.h"

namespace shakedown {

SliForm forms::downstream() {
  const Shape shape =
      mapping("downstream",
              "What each dependency must have to spare at the forecast, of what it can take and of what is committed: 20% = room "
              "for 20 % more. Where a counter is read, "
              "calls are "
              "counted for each request that was answered well, and bounded at the confidence of this row.",
              {otherwise("dependencies", one_or_list_of(reference("dependency")), "all", "Which dependencies.")});
  return {may("downstream", shape, "Objective: at least a percentage."),
          ObjectiveForm{"the spare share", Comparison::at_least, ">= 20%", Amounts::margin},
          [](const View& view, const Names& names, const Scenario&) -> Sli {
            return DownstreamSli{view["dependencies"].ids<DependencyId>(names)};
          }};
}

}  // namespace shakedown

namespace shakedown::judging {
namespace {

constexpr double kConfidence = 0.95;  // of what is told of a dependency beside the rows

std::string rate_text(double per_second) { return format_value(per_second, Unit::per_second); }

// Collects what speaks against a dependency; the worst state counts, every reason is said.
struct Findings {
  VerdictState state = VerdictState::pass;
  std::vector<std::string> reasons;
  void add(VerdictState found, std::string reason) {
    if (severity(found) > severity(state)) state = found;
    reasons.push_back(std::move(reason));
  }
};

// Bounds of the calls per second that the forecast brings.
struct CallsNeeded {
  double value = 0, lower = 0, upper = 0;
};

// The capacity, where it is from, and what is doubtful about it.
std::string find_capacity(ScoredDependency& out, const Dependency& dependency, DependencyId id, const Evidence& evidence) {
  if (dependency.capacity) {
    out.capacity = dependency.capacity->per_second;
    out.capacity_source = "declared";
    return {};
  }
  if (dependency.scorecard.empty()) return {};
  for (const Reading& reading : evidence.timeline->readings()) {
    if (reading.kind != Reading::Kind::dependency_capacity || reading.dependency != id) continue;
    if (reading.series.size() == 1 && !reading.series.front().samples.empty() &&
        std::isfinite(reading.series.front().samples.back().value)) {
      out.capacity = reading.series.front().samples.back().value;
      out.capacity_source = "scorecard " + reading.source;
    }
    return reading.problem;
  }
  return "its scorecard was not read";
}

void compare_calls(ScoredDependency& out, const DependencyCalls& calls) {
  const auto differs = [&](const std::optional<MeasuredCalls>& m) {
    if (!m) return Watermelon::none;
    if (calls.declared < m->lower) return Watermelon::optimistic;
    return calls.declared > m->upper ? Watermelon::pessimistic : Watermelon::honest;
  };
  const auto text = [](double v) { return format_number(std::round(v * 1000) / 1000); };
  out.declared_calls = calls.declared;
  if (calls.at_load) out.measured_calls = calls.at_load->value;
  if (calls.in_faults) out.measured_calls_in_faults = calls.in_faults->value;
  if (!calls.problem.empty()) {
    out.calls = Watermelon::unverifiable;
    out.calls_reason = "declared " + text(calls.declared) + " calls for each request, not measured: " + calls.problem;
    return;
  }
  if (!calls.measured()) return;
  out.calls = differs(calls.at_load);
  // Fewer calls in a fault prove nothing: requests fail before they make any.
  if (differs(calls.in_faults) == Watermelon::optimistic) out.calls = Watermelon::optimistic;
  out.calls_reason = fmt::format("declared {} calls for each request", text(calls.declared));
  if (calls.at_load) {
    out.calls_reason += fmt::format(", measured {} ({} to {}) at load", text(calls.at_load->value), text(calls.at_load->lower),
                                    text(calls.at_load->upper));
  }
  if (calls.in_faults) {
    out.calls_reason += fmt::format(", {} ({} to {}) in faults", text(calls.in_faults->value), text(calls.in_faults->lower),
                                    text(calls.in_faults->upper));
  }
}

void check_commitment(Findings& found, ScoredDependency& out, const Dependency& dependency, const CallsNeeded& needed,
                      const Evidence& evidence) {
  if (!dependency.commitment) {
    // Without any evidence it is grey, not red.
    found.add(out.capacity ? VerdictState::fail : VerdictState::unknown, "nobody has committed to carry the load");
    return;
  }
  const Commitment& c = *dependency.commitment;
  out.committed = c.rate.per_second;
  out.commitment = fmt::format("{}: {}{}", c.who, format_rate(c.rate), c.until.empty() ? "" : " until " + c.until);
  if (evidence.manifest->finished != WallTime{} && c.date > evidence.today()) {
    found.add(VerdictState::unknown, fmt::format("{} is to commit on {}, and that day had not come", c.who, c.date));
  }
  if (!c.until.empty() && c.until < evidence.today()) {
    found.add(VerdictState::fail, fmt::format("the commitment of {} expired on {}", c.who, c.until));
  } else if (const auto& forecast = evidence.scenario->forecast; forecast && !c.until.empty() && c.until < forecast->by) {
    found.add(VerdictState::fail,
              fmt::format("the commitment of {} ends on {}, before the forecast's {}", c.who, c.until, forecast->by));
  } else if (const std::string& launch = evidence.scenario->launch; !launch.empty() && !c.until.empty() && c.until < launch) {
    found.add(VerdictState::fail,
              fmt::format("the commitment of {} ends on {}, before the launch on {}", c.who, c.until, launch));
  }
  if (c.rate.per_second < needed.lower) {
    found.add(VerdictState::fail,
              fmt::format("{} has committed to {}, {} are needed", c.who, format_rate(c.rate), rate_text(needed.value)));
  } else if (c.rate.per_second < needed.upper) {
    found.add(VerdictState::not_proven,
              fmt::format("{} has committed to {}, up to {} may be needed", c.who, format_rate(c.rate), rate_text(needed.upper)));
  }
}

void check_capacity(Findings& found, ScoredDependency& out, const CallsNeeded& needed, const std::string& doubt) {
  if (!out.capacity) {
    found.add(VerdictState::unknown, "nobody knows what it can take" + (doubt.empty() ? doubt : ": " + doubt));
    return;
  }
  if (*out.capacity < needed.lower) {
    found.add(VerdictState::fail,
              fmt::format("it can take {}, {} are needed", rate_text(*out.capacity), rate_text(needed.value)));
  } else if (*out.capacity < needed.upper) {
    found.add(VerdictState::not_proven,
              fmt::format("it can take {}, up to {} may be needed", rate_text(*out.capacity), rate_text(needed.upper)));
  }
  if (!doubt.empty()) found.add(VerdictState::unknown, "what it can take is in doubt: " + doubt);
}

std::string calls_text(const ScoredDependency& d, const DependencyCalls& calls) {
  const char* how = !calls.measured()                                                ? "declared"
                    : d.measured_calls && calls.effective.value == *d.measured_calls ? "measured"
                                                                                     : "measured in faults";
  return fmt::format("{} calls for each request, {}", format_number(std::round(calls.effective.value * 1000) / 1000), how);
}

struct Scored {
  ScoredDependency dependency;
  CallsNeeded needed;
};

Scored score(DependencyId id, const DependencyCalls& calls, const Evidence& evidence) {
  const Dependency& dependency = evidence.scenario->dependency(id);
  Scored out;
  ScoredDependency& d = out.dependency;
  d.name = dependency.name;
  d.owner = dependency.owner;
  compare_calls(d, calls);
  const std::string doubt = find_capacity(d, dependency, id, evidence);
  const double rate = evidence.scenario->forecast ? evidence.scenario->forecast->rate.per_second : 0;
  out.needed = {rate * calls.effective.value, rate * calls.effective.lower, rate * calls.effective.upper};
  d.needed = out.needed.value;
  if (d.capacity && d.needed > 0) d.margin = *d.capacity / d.needed - 1;
  Findings found;
  check_capacity(found, d, out.needed, doubt);
  check_commitment(found, d, dependency, out.needed, evidence);
  const auto& forecast = evidence.scenario->forecast;
  if (!forecast) found.add(VerdictState::unknown, "no forecast says what will be needed");
  if (evidence.forecast_is_past()) {
    found.add(VerdictState::not_proven, fmt::format("the forecast was for {}, and that day is past", forecast->by));
  }
  if (d.margin) d.spare = std::min(*d.capacity, d.committed.value_or(INFINITY)) / d.needed - 1;
  d.state = found.state;
  d.problem = fmt::format("{}", fmt::join(found.reasons, "; "));
  d.reason = found.reasons.empty()
                 ? fmt::format("it can take {} and is committed, {} are needed", rate_text(*d.capacity), rate_text(d.needed))
                 : fmt::format("{}", fmt::join(found.reasons, "; "));
  d.reason += fmt::format(" ({})", calls_text(d, calls));
  return out;
}

std::vector<Scored> score_all(const Evidence& evidence, double confidence) {
  const std::vector<DependencyCalls> calls = count_calls(evidence, confidence);
  std::vector<Scored> out;
  for (std::size_t i = 0; i < calls.size(); ++i) out.push_back(score(DependencyId(i), calls[i], evidence));
  ScoredDependency* tightest = nullptr;
  for (Scored& s : out) {
    if (s.dependency.margin && (tightest == nullptr || *s.dependency.margin < *tightest->margin)) tightest = &s.dependency;
  }
  if (tightest != nullptr) tightest->first_to_break = true;
  return out;
}

std::vector<const Scored*> wanted_of(const std::vector<Scored>& all, const DownstreamSli& sli) {
  std::vector<const Scored*> out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool named = std::find(sli.dependencies.begin(), sli.dependencies.end(), DependencyId(i)) != sli.dependencies.end();
    if (sli.dependencies.empty() || named) out.push_back(&all[i]);
  }
  return out;
}

Measured margin_of(const Scored& s) {
  const double counted_on = std::min(*s.dependency.capacity, s.dependency.committed.value_or(INFINITY));
  const auto margin = [counted_on](double needed) { return needed > 0 ? counted_on / needed - 1 : INFINITY; };
  return {s.dependency.spare, margin(s.needed.upper), margin(s.needed.lower), Unit::margin, 0, false};
}

std::string spare_sentence(const ScoredDependency& d, const Measured& margin) {
  const std::string least = *margin.lower < *margin.value ? ", at least " + format_value(*margin.lower, Unit::margin) : "";
  const std::string committed =
      d.committed && *d.committed < *d.capacity ? fmt::format(", committed to {}", rate_text(*d.committed)) : "";
  return fmt::format("{}{}: {} of {} needed at the forecast{}, {} to spare{}; owner {}.", d.name,
                     d.first_to_break ? " breaks first" : "", rate_text(*d.capacity), rate_text(d.needed), committed,
                     format_value(*d.spare, Unit::margin), least, d.owner);
}

// Each dependency must have so much to spare by its own bounds: the one that shows least decides. Unknown when none has any.
Judged judge_spare(const std::vector<const Scored*>& wanted, const Requirement& requirement) {
  std::vector<Judged> all;
  for (const Scored* s : wanted) {
    if (!s->dependency.margin) continue;
    Judged one;
    one.verdict.measured = margin_of(*s);
    one.verdict.reason = spare_sentence(s->dependency, one.verdict.measured);
    conclude(one.verdict, requirement);
    all.push_back(std::move(one));
  }
  return all.empty() ? nothing(Unit::margin, "", "") : worst_of(std::move(all), requirement);
}

std::string needed_text(VerdictState state) {
  if (state == VerdictState::unknown) return "a capacity and a commitment of every dependency";
  return state == VerdictState::not_proven ? "a longer measured phase, so that calls are counted closer" : "";
}

}  // namespace

std::vector<ScoredDependency> summarize_downstream(const Evidence& evidence) {
  std::vector<ScoredDependency> out;
  for (Scored& s : score_all(evidence, kConfidence)) out.push_back(std::move(s.dependency));
  return out;
}

Judged judge_sli(const Requirement& requirement, const DownstreamSli& sli, const Evidence& evidence) {
  const std::vector<Scored> all = score_all(evidence, requirement.confidence);
  const std::vector<const Scored*> wanted = wanted_of(all, sli);
  if (wanted.empty()) return nothing(Unit::margin, "No data: no dependency is declared.", "declared dependencies");
  Judged out = judge_spare(wanted, requirement);
  Verdict& verdict = out.verdict;
  Findings found;
  found.state = verdict.state;
  if (!verdict.reason.empty()) found.reasons.push_back(verdict.reason);
  for (const Scored* s : wanted) {
    const ScoredDependency& d = s->dependency;
    if (d.state != VerdictState::pass) found.add(d.state, fmt::format("{} ({}): {}.", d.name, d.owner, d.reason));
    if (d.calls == Watermelon::none || worse(verdict.watermelon, d.calls) == verdict.watermelon) continue;
    verdict.watermelon = d.calls;
    verdict.watermelon_reason = d.name + ": " + d.calls_reason;
  }
  verdict.at_risk = verdict.at_risk && found.state == VerdictState::pass;
  verdict.state = found.state;
  verdict.reason = fmt::format("{}", fmt::join(found.reasons, " "));
  set_needed(verdict, {needed_text(verdict.state), verdict.state == VerdictState::not_proven ? kNotByTime : 0});
  out.observed_seconds = evidence.last_second();
  out.until = evidence.end;
  return out;
}

PlannedEvidence evidence_needed(const Requirement&, const DownstreamSli& sli, const Scenario& scenario) {
  planned::Commitments out;
  for (std::size_t i = 0; i < scenario.dependencies.size(); ++i) {
    const Dependency& one = scenario.dependencies[i];
    const auto& asked = sli.dependencies;
    if (!asked.empty() && std::find(asked.begin(), asked.end(), DependencyId(i)) == asked.end()) continue;
    const bool capacity = !one.capacity && one.scorecard.empty();
    if (capacity || !one.commitment) out.unknown.push_back({one.name, capacity, !one.commitment});
  }
  return out;
}

}  // namespace shakedown::judging
