#include "controller/plan/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "controller/agents/planner.h"
#include "controller/judge/capacity/search.h"
#include "controller/judge/capacity/transient.h"
#include "controller/judge/conclude.h"
#include "controller/judge/needed.h"
#include "controller/measure/bounds/intervals.h"
#include "controller/measure/bounds/sequential.h"
#include "controller/model/figures.h"
#include "controller/model/looks_at.h"
#include "controller/model/search_time.h"
#include "core/base/units.h"

namespace shakedown {
namespace {

bool contains(const auto& list, const auto& one) { return std::find(list.begin(), list.end(), one) != list.end(); }

// The longest that the fault may last without a requirement failing.
Duration longest_recovery(const Scenario& scenario, FaultId id) {
  Duration longest{};
  for (const Requirement& r : scenario.requirements) {
    const LooksAt at = looks_at(r.sli);
    if (at.injections == InjectionFigure::recovery && at.fault == id && r.objective.limit < 1e6) {
      longest = std::max(longest, from_seconds(r.objective.limit));
    }
  }
  return longest > Duration{} ? longest : scenario.fault(id).recover_within;
}

// The seconds of one stage of a phase that count: a second that meets a fault window counts wholly as inside.
struct Seconds {
  const Scenario& scenario;
  const Phase& phase;
  const Scope& scope;

  bool counts(int64_t second, bool long_windows) const {
    bool met = false;
    for (const FaultId id : phase.faults) {
      if (scope.during.valid() && id != scope.during) continue;
      const Fault& fault = scenario.fault(id);
      const Duration surely = declared_length(fault);  // with what is waited for before its recovery
      const Duration length = long_windows ? std::max(surely, fault.kind.hold + longest_recovery(scenario, id)) : surely;
      const Duration from = std::chrono::seconds(second);
      met = met || (from < fault.at + length + Duration(1) && fault.at < from + std::chrono::seconds(1));
    }
    return met == scope.during.valid();
  }
};

bool in_scope(const Scenario& scenario, std::size_t number, const Scope& scope) {
  const PhaseId id(number);
  if (scenario.search_of(id) != nullptr || scenario.steps_of(id) != nullptr) return false;
  if (!scope.phases.empty()) return contains(scope.phases, id);
  if (scope.during.valid()) return contains(scenario.phases[number].faults, scope.during);
  return scenario.phases[number].measured;
}

struct Stage {
  double few = 0, many = 0, seconds = 0;
  double thinnest = INFINITY;
};

Stage one_stage(const Seconds& seconds, const OpenLoad& open, double share, Duration window) {
  Stage out;
  const Duration length = seconds.phase.duration;
  std::vector<double> run;  // of consecutive seconds that count
  const auto want = static_cast<std::size_t>(std::ceil(shakedown::seconds(window)));
  for (int64_t s = 0; std::chrono::seconds(s) < length; ++s) {
    const Duration from = std::chrono::seconds(s), to = std::chrono::seconds(s + 1);
    const double here = share * (arrivals_until(open.shape, to, length) - arrivals_until(open.shape, from, length));
    const bool in_long = seconds.counts(s, true), in_short = seconds.counts(s, false);
    if (in_long && in_short) out.few += here;
    if (in_long || in_short) out.many += here, out.seconds += 1;
    if (!in_long || !in_short)
      run.clear();
    else
      run.push_back(here);
    if (want == 0 || run.size() < want) continue;
    double sum = 0;
    for (std::size_t i = run.size() - want; i < run.size(); ++i) sum += run[i];
    out.thinnest = std::min(out.thinnest, sum);
  }
  return out;
}

double whole_count(double n) { return std::floor(n + 1e-6); }

double less_chance(double count, bool drawn) { return drawn ? std::max(0.0, count - 3 * std::sqrt(count)) : count; }

std::string too_few(const std::string& why) { return ": TOO FEW, it will be not proven" + (why.empty() ? "" : " (" + why + ")"); }

struct EvidenceText {
  const Scenario& scenario;
  const Requirement& requirement;

  double limit() const { return requirement.objective.limit; }
  double confidence() const { return requirement.confidence; }

  uint32_t planned(FaultId fault) const {
    uint32_t out = 0;
    for (const PlannedStage& stage : plan_stages(scenario)) {
      for (const PlannedInjection& injection : stage.injections) out += injection.fault == fault ? 1 : 0;
    }
    return out;
  }

  std::string injections(const std::string& of, uint64_t planned, uint64_t needed) const {
    return fmt::format("{} injections of {} that meet it ({} planned){}", needed, of, planned,
                       planned < needed ? too_few("needed: " + judging::needed_injections(planned, needed)) : "");
  }
  std::string injections(FaultId fault, uint32_t least, const std::optional<Share>& share) const {
    return injections(scenario.fault(fault).name, planned(fault),
                      share ? clean_trials_needed(share->value, confidence()) : least);
  }

  // Where the file itself has another fault at work at the same time, no injection counts.
  std::string not_alone(FaultId id) const {
    const Fault& fault = scenario.fault(id);
    for (const FaultId other : scenario.phase(fault.phase).faults) {
      const Fault& one = scenario.fault(other);
      const Fault &first = one.at < fault.at ? one : fault, &second = one.at < fault.at ? fault : one;
      if (other == id || (first.at != second.at && second.at >= first.at + declared_length(first))) continue;
      return fmt::format("; {} is at work at the same time as {}: NONE of these counts", one.name, fault.name);
    }
    return "";
  }

  // The ratio SLIs: how many clean requests prove the objective, and how many its scope is offered.
  std::string ratio(const std::vector<OperationId>& operations, const Scope& scope, double allowed) const {
    if (allowed <= 0)
      return "no finite number of requests proves an objective without any tolerance" + never_sent(operations, scope);
    if (const std::string never = never_sent(operations, scope); !never.empty())
      return "each operation of the row is sent" + never;
    const uint64_t needed = trials_needed(0, allowed, confidence());
    const PlannedRequests planned = planned_requests(scenario, operations, scope);
    std::string out = fmt::format("{} requests without a violation; ", needed);
    if (planned.closed) return out + "how many a closed load sends depends on the answers";
    const bool range = whole_count(planned.least) < whole_count(planned.most);
    out += range ? fmt::format("{:.0f} to {:.0f} are offered in its scope", whole_count(planned.least), whole_count(planned.most))
                 : fmt::format("{:.0f} are offered in its scope", whole_count(planned.most));
    const auto enough = [&](double n) { return clopper_pearson(0, whole_count(n), confidence()).upper <= allowed; };
    if (enough(planned.least)) return out;
    if (enough(planned.most)) return out + ": perhaps TOO FEW, as faults may last or chance may have it";
    judging::ShareBounds share;
    share.total = static_cast<uint64_t>(whole_count(planned.most));
    return out + too_few("needed: " + judging::needed_samples(share, allowed, confidence(), planned.seconds).text);
  }

  std::string windowed(const ErrorRatioSli& sli) const {
    if (limit() <= 0)
      return "no finite number of requests proves an objective without any tolerance" + never_sent(sli.operations, sli.scope);
    if (const std::string never = never_sent(sli.operations, sli.scope); !never.empty())
      return "each operation of the row is sent" + never;
    const uint64_t needed = trials_needed(0, limit(), confidence());
    const PlannedRequests planned = planned_requests(scenario, sli.operations, sli.scope, sli.over);
    std::string out = fmt::format("{} requests without a violation in each {}; ", needed, format_duration(sli.over));
    if (planned.closed) return out + "how many a closed load sends depends on the answers";
    out += fmt::format("the thinnest has {:.0f}", whole_count(planned.thinnest));
    return out + (whole_count(planned.thinnest) < static_cast<double>(needed) ? too_few("") : "");
  }

  // ": write is never sent in its scope"; such a row is unknown, whatever the others answer.
  std::string never_sent(const std::vector<OperationId>& operations, const Scope& scope) const {
    for (const OperationId id : operations) {
      bool sent = false;
      for (std::size_t i = 0; i < scenario.phases.size(); ++i) {
        const Phase& phase = scenario.phases[i];
        sent = sent || (phase.load && in_scope(scenario, i, scope) && share_of(phase.load->mix, {id}) > 0);
      }
      if (!sent) return fmt::format("; {} is NEVER SENT in its scope, the row will be unknown", scenario.operation(id).name);
    }
    return "";
  }

  std::string operator()(const AvailabilitySli& sli) const { return ratio(sli.operations, sli.scope, 1 - limit()); }
  std::string operator()(const ErrorRatioSli& sli) const {
    return sli.over > Duration{} ? windowed(sli) : ratio(sli.operations, sli.scope, limit());
  }
  std::string operator()(const LatencySli& sli) const {
    return ratio(looks_at(requirement.sli).operations, sli.scope, 1 - sli.quantile);
  }
  std::string operator()(const UptimeSli& sli) const {
    return fmt::format(
        "cannot be proven before launch by waiting: it takes {} x the time between outages that is "
        "claimed without one; claimed over {}",
        format_number(-std::log(1 - confidence())), format_duration(sli.period));
  }
  std::string operator()(const ThroughputSli& sli) const {
    const PlannedRequests planned = planned_requests(scenario, sli.operations, sli.scope);
    if (const std::string never = never_sent(sli.operations, sli.scope); !never.empty())
      return "each operation of the row is sent" + never;
    if (planned.closed) return "how many a closed load sends depends on the answers";
    const double rate = planned.seconds > 0 ? planned.most / planned.seconds : 0;
    std::string out = fmt::format("more than {} offered over at least 8 s; {}/s are offered over {:.0f} s of its scope",
                                  format_value(limit(), Unit::per_second), format_number(rate), planned.seconds);
    return out + (rate < limit() || planned.seconds < 8 ? ": TOO LITTLE, it will not pass" : "");
  }
  std::string operator()(const MtbfSli&) const {
    const double planned = seconds(promised_duration());
    const double all = judging::needed_test_time(0, 0, limit(), confidence()).seconds;
    const judging::Needed missing = judging::needed_test_time(planned, 0, limit(), confidence());
    return fmt::format("{} without a spontaneous outage, fault windows not counted ({} planned){}", span_text(all),
                       span_text(planned), missing.seconds > 0 ? too_few("needed: " + missing.text) : "");
  }
  // Of phases under load that somebody promises to carry.
  Duration promised_duration() const {
    Duration out{};
    for (std::size_t i = 0; i < scenario.phases.size(); ++i) {
      if (in_scope(scenario, i, Scope{})) out += scenario.phases[i].duration * scenario.phases[i].repeat;
    }
    return out;
  }
  std::string operator()(const MtbrSli&) const { return "several recoveries within the drill"; }
  std::string operator()(const MttrSli& sli) const {
    const uint32_t least = sli.statistic == RepairStatistic::mean ? 3 : 5;
    if (sli.fault.valid()) return injections(sli.fault, least, std::nullopt) + not_alone(sli.fault);
    return fmt::format("at least {} spontaneous outages, which nobody can plan", least);
  }
  std::string operator()(const OutagesSli& sli) const {
    std::string out = "the probe watches the whole run";
    for (const ProbeId id : sli.probes) {
      const Probe& probe = scenario.probe(id);
      const Duration least = (std::max(1U, probe.down_after) + 1) * probe.every;
      if (planned_duration(scenario) >= least) continue;
      out += fmt::format("; {} can show no outage in less than {} ({} planned): TOO SHORT", probe.name, format_duration(least),
                         span_text(seconds(planned_duration(scenario))));
    }
    return out;
  }
  std::string operator()(const ImpactSli& sli) const {
    std::string out = injections(sli.fault, 1, std::nullopt) + not_alone(sli.fault);
    const Fault& fault = scenario.fault(sli.fault);
    const Phase& phase = scenario.phase(fault.phase);
    if (sli.unit != ImpactUnit::lost_writes && phase.load) {
      out += fmt::format("; it sees an outage for the {} that the load goes on after the fault",
                         format_duration(phase.duration - fault.at));
      const auto* open = std::get_if<OpenLoad>(&phase.load->kind);
      if (open == nullptr)
        out += "; the users of a CLOSED load wait while they are not answered, and what they do not ask for is not counted";
    }
    return sli.unit == ImpactUnit::delayed_seconds ? out + ", and 8 s outside fault windows under the same load to compare with"
                                                   : out;
  }
  std::string operator()(const ToleratedSli& sli) const {
    std::string names, disturbed;
    uint64_t all = 0;
    for (const FaultId fault : sli.faults) {
      disturbed += not_alone(fault);
      names += (names.empty() ? "" : ", ") + scenario.fault(fault).name;
      all += planned(fault);
    }
    return injections(names, all, limit() >= 1 ? 3 : clean_trials_needed(limit(), confidence())) + disturbed;
  }
  std::string operator()(const RtoSli& sli) const {
    const Fault& fault = scenario.fault(sli.fault);
    const bool ours = fault.kind.hold > Duration{} && fault.recover.empty();
    return injections(sli.fault, sli.injections, sli.share) + not_alone(sli.fault) +
           (ours ? "; the " + fault.kind.name + " is ended by OURSELVES: an outage that it makes shows no recovery" : "");
  }
  std::string operator()(const RpoSli& sli) const {
    const Phase& phase = scenario.phase(scenario.fault(sli.fault).phase);
    return injections(sli.fault, sli.injections, sli.share) + too_long_to_read(scenario.ledger(sli.ledger), phase.duration);
  }
  // Each write of that time is read twice; empty when verify_limit has room for it.
  static std::string too_long_to_read(const Ledger& ledger, Duration written) {
    const Duration reading = reading_time(ledger, written);
    if (reading <= ledger.verify_limit) return "";
    return fmt::format(
        "; reading {} back takes {} at verify_rate {} and verify_limit is {}: TOO SHORT, what is not read counts as lost",
        ledger.name, span_text(seconds(reading)), format_rate(ledger.verify_rate), format_duration(ledger.verify_limit));
  }
  // rate: what the search must show for a pass, per second.
  std::string searched(PhaseId phase, double rate) const {
    const std::string out = "the search of phase " + scenario.phase(phase).name + " comes to its end";
    const Search* search = scenario.search_of(phase);
    if (search == nullptr) return out;
    const double most = highest_shown(*search);
    if (rate > most) {
      return out + fmt::format("; it shows {} at most, and {} are asked for: TOO LOW, it will not pass",
                               format_value(most, Unit::per_second), format_value(rate, Unit::per_second));
    }
    const Duration least = least_search_time(*search, rate), longest = scenario.phase(phase).duration;
    if (least <= longest) return out;
    return out + fmt::format("; it needs {} to show {} and may take {}: TOO SHORT, it will not pass", format_duration(least),
                             format_value(rate, Unit::per_second), format_duration(longest));
  }
  // The lower end of a search that holds at its highest rate.
  double highest_shown(const Search& search) const {
    double confidence = 1;
    for (const RequirementId id : search.hold) confidence = std::min(confidence, held_confidence(search, id, scenario));
    const double top = search.to.per_second;
    const Duration longest = std::max<Duration>(search.confirm, search.window * search.windows);
    const double blind = judging::blind_share_at(top, look_confidence(confidence, kSharedSteps), search, longest, scenario);
    return std::isfinite(blind) ? top / (1 + blind) : 0;
  }
  std::string operator()(const CapacitySli& sli) const { return searched(sli.phase, limit()); }
  std::string operator()(const HeadroomSli& sli) const {
    return searched(sli.phase, scenario.forecast ? (1 + limit()) * scenario.forecast->rate.per_second : 0);
  }
  std::string operator()(const EfficiencySli& sli) const {
    const std::string out = "a law fitted to the steps of phase " + scenario.phase(sli.phase).name;
    const StepSeries* series = scenario.steps_of(sli.phase);
    if (series == nullptr || series->levels.empty()) return out;
    if (sli.at > series->levels.back()) {
      return out + fmt::format(", the largest of which is {}: TOO LOW for {}, it will be not proven",
                               format_number(series->levels.back()), format_number(sli.at));
    }
    const std::size_t steps = series->levels.size();
    return out + (steps < 4 ? fmt::format("; it takes 4 ({} planned): TOO FEW, it will be unknown", steps) : "");
  }
  std::string operator()(const DegradationSli& sli) const {
    double all = 0;
    for (std::size_t i = 0; i < scenario.phases.size(); ++i) {
      const Phase& phase = scenario.phases[i];
      if (phase.load && in_scope(scenario, i, sli.scope)) all += seconds(phase.duration) * phase.repeat;
    }
    const std::string out = "a soak long enough for its slope to show";
    return all < 8 ? out + fmt::format(", 8 s at the least ({:.0f} s planned): TOO SHORT, it will be unknown", all) : out;
  }
  std::string operator()(const DownstreamSli& sli) const {
    std::string out = "a capacity and a commitment of each dependency, and the forecast";
    for (std::size_t i = 0; i < scenario.dependencies.size(); ++i) {
      const Dependency& one = scenario.dependencies[i];
      if (!sli.dependencies.empty() && !contains(sli.dependencies, DependencyId(i))) continue;
      if (!one.capacity && one.scorecard.empty()) out += "; NOTHING says what " + one.name + " can take: it will not pass";
      if (!one.commitment) out += "; NOBODY has committed for " + one.name + ": it will not pass";
    }
    return out;
  }
  std::string operator()(const DurabilitySli& sli) const {
    const Ledger& ledger = scenario.ledger(sli.ledger);
    Duration written{};
    for (const Phase& phase : scenario.phases) written += phase.duration * phase.repeat;
    return fmt::format("every write of {} is read back at the end, within {}{}", ledger.name,
                       format_duration(ledger.verify_limit), too_long_to_read(ledger, written));
  }
  std::string operator()(const CheckSli& sli) const { return "the check " + scenario.check(sli.check).name; }
  std::string operator()(const AttestedSli& sli) const {
    return "cannot be measured: the word of " + sli.by + (sli.expires.empty() ? "" : ", good until " + sli.expires);
  }
};

}  // namespace

double share_of(const std::vector<MixEntry>& mix, const std::vector<OperationId>& operations) {
  double all = 0, wanted = 0;
  for (const MixEntry& entry : mix) {
    all += entry.weight;
    if (operations.empty() || contains(operations, entry.operation)) wanted += entry.weight;
  }
  return all > 0 ? wanted / all : 0;
}

PlannedRequests planned_requests(const Scenario& scenario, const std::vector<OperationId>& operations, const Scope& scope,
                                 Duration window) {
  PlannedRequests out;
  double thinnest = INFINITY;
  bool drawn = false;
  for (std::size_t i = 0; i < scenario.phases.size(); ++i) {
    const Phase& phase = scenario.phases[i];
    if (!phase.load || !in_scope(scenario, i, scope)) continue;
    const double share = share_of(phase.load->mix, operations);
    const auto* open = std::get_if<OpenLoad>(&phase.load->kind);
    out.closed = out.closed || (open == nullptr && share > 0);
    if (open == nullptr) continue;
    drawn = drawn || open->arrivals == Arrivals::poisson || share < 1;
    const Stage stage = one_stage({scenario, phase, scope}, *open, share, window);
    out.least += stage.few * phase.repeat;
    out.most += stage.many * phase.repeat;
    out.seconds += stage.seconds * phase.repeat;
    thinnest = std::min(thinnest, stage.thinnest);
  }
  out.least = less_chance(out.least, drawn);
  out.thinnest = std::isfinite(thinnest) ? less_chance(thinnest, drawn) : 0;
  return out;
}

std::string evidence_text(const Scenario& scenario, const Requirement& requirement) {
  return std::visit(EvidenceText{scenario, requirement}, requirement.sli);
}

}  // namespace shakedown
