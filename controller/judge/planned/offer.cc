#include "controller/judge/planned/offer.h"

#include <algorithm>
#include <cmath>

#include "controller/judge/capacity/search.h"
#include "controller/judge/capacity/transient.h"
#include "controller/judge/needed.h"
#include "controller/judge/sli/families.h"
#include "controller/measure/bounds/intervals.h"
#include "controller/measure/bounds/sequential.h"
#include "controller/model/looks_at.h"
#include "controller/model/search_time.h"

namespace shakedown::judging {
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
      const Duration from = std::chrono::seconds(second);
      const bool before_end = from < fault_end(id, long_windows) + Duration(1);
      met = met || (before_end && scenario.fault(id).at < from + std::chrono::seconds(1));
    }
    return met == scope.during.valid();
  }
  // Of a row inside the windows of a fault only what is due in them counts for certain.
  double share(int64_t second, bool long_windows) const {
    if (!counts(second, long_windows)) return 0;
    if (!scope.during.valid()) return 1;
    const Duration to = fault_end(scope.during, long_windows), from = scenario.fault(scope.during).at;
    const Duration begin = std::chrono::seconds(second), end = std::chrono::seconds(second + 1);
    return std::max(0.0, shakedown::seconds(std::min(to, end) - std::max(from, begin)));
  }
  Duration fault_end(FaultId id, bool long_windows) const {
    const Fault& fault = scenario.fault(id);
    const Duration surely = declared_length(fault);  // with what is waited for before its recovery
    return fault.at + (long_windows ? std::max(surely, fault.kind.hold + longest_recovery(scenario, id)) : surely);
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
    const auto [few, many] = std::minmax({seconds.share(s, true), seconds.share(s, false)});
    out.few += here * few;
    out.many += here * many;
    out.seconds += many * shakedown::seconds(std::min(to, length) - from);
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

double less_chance(double count, bool drawn) { return drawn ? std::max(0.0, count - 3 * std::sqrt(count)) : count; }

// The lower end of a search that holds at its highest rate.
double highest_shown(const Search& search, const Scenario& scenario) {
  double confidence = 1;
  for (const RequirementId id : search.hold) confidence = std::min(confidence, held_confidence(search, id, scenario));
  const double top = search.to.per_second;
  const Duration longest = std::max<Duration>(search.confirm, search.window * search.windows);
  const double blind = blind_share_at(top, look_confidence(confidence, kSharedSteps), search, longest, scenario);
  return std::isfinite(blind) ? top / (1 + blind) : 0;
}

// An operation of the held row that the search's load does not send; empty = it sends each.
std::string not_sent_in(PhaseId phase, RequirementId held, const Scenario& scenario) {
  const auto& load = scenario.phase(phase).load;
  for (const OperationId id : looks_at(scenario.requirement(held).sli).operations) {
    if (load && share_of(load->mix, {id}) <= 0) return scenario.operation(id).name;
  }
  return "";
}

// The held row where even all windows of a step at the search's highest rate, or its confirmation, offer too few requests for a
// pass at the confidence of such a look.
std::optional<planned::SearchEnds::Undecided> undecided_at_top(const Search& search, RequirementId id, const Scenario& scenario) {
  const Requirement& row = scenario.requirement(id);
  const std::optional<DemandedShare> share = demanded_share(row);
  const auto& load = scenario.phase(search.phase).load;
  if (!share || share->bad <= 0 || !load) return std::nullopt;
  const double rate = search.to.per_second * share_of(load->mix, looks_at(row.sli).operations);
  const auto too_few = [&](uint32_t looks, Duration length) -> std::optional<planned::SearchEnds::Undecided> {
    const double confidence = look_confidence(held_confidence(search, id, scenario), kSharedSteps * looks);
    const auto needed = static_cast<double>(trials_needed(0, share->bad, confidence));
    if (rate * seconds(length) >= needed) return std::nullopt;
    return planned::SearchEnds::Undecided{row.id, needed, rate * seconds(length)};
  };
  const auto step = too_few(search.windows, search.window * search.windows);
  return step || search.confirm <= Duration{} ? step : too_few(1, search.confirm);
}

void add_disturbers(planned::Injections& out, const Scenario& scenario, FaultId id) {
  const Fault& fault = scenario.fault(id);
  for (const FaultId other : scenario.phase(fault.phase).faults) {
    const Fault& one = scenario.fault(other);
    const Fault &first = one.at < fault.at ? one : fault, &second = one.at < fault.at ? fault : one;
    if (other == id || (first.at != second.at && second.at >= first.at + declared_length(first))) continue;
    out.disturbed.push_back({fault.name, one.name});
    return;
  }
}

}  // namespace

double whole_count(double n) { return std::floor(n + 1e-6); }

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

std::string fault_within(const Scenario& scenario, const Scope& scope) {
  std::string open, within;  // faults after the first second of the scope; of these, one with a second after it
  bool begun = false;
  for (std::size_t i = 0; i < scenario.phases.size(); ++i) {
    const Phase& phase = scenario.phases[i];
    if (!phase.load || !in_scope(scenario, i, scope)) {
      if (begun && open.empty() && !phase.faults.empty()) open = scenario.fault(phase.faults.front()).name;
      continue;
    }
    const Seconds seconds{scenario, phase, scope};
    for (uint32_t turn = 0; turn < phase.repeat; ++turn) {
      for (int64_t s = 0; std::chrono::seconds(s) < phase.duration; ++s) {
        const bool counts = seconds.counts(s, false);
        if (counts && within.empty()) within = open;
        if (!counts && begun && open.empty() && !phase.faults.empty()) open = scenario.fault(phase.faults.front()).name;
        begun = begun || counts;
      }
    }
  }
  return within;
}

std::string never_sent(const Scenario& scenario, const std::vector<OperationId>& operations, const Scope& scope) {
  for (const OperationId id : operations) {
    bool sent = false;
    for (std::size_t i = 0; i < scenario.phases.size(); ++i) {
      const Phase& phase = scenario.phases[i];
      sent = sent || (phase.load && in_scope(scenario, i, scope) && share_of(phase.load->mix, {id}) > 0);
    }
    if (!sent) return scenario.operation(id).name;
  }
  return "";
}

PlannedEvidence requests_needed(const Requirement& requirement, const Scenario& scenario,
                                const std::vector<OperationId>& operations, const Scope& scope, double allowed) {
  const std::string never = never_sent(scenario, operations, scope);
  if (allowed <= 0) return planned::NoTolerance{never};
  if (!never.empty()) return planned::NeverSent{never};
  const double confidence = requirement.confidence;
  const PlannedRequests offered = planned_requests(scenario, operations, scope);
  planned::Requests out{trials_needed(0, allowed, confidence),
                        offered.closed,
                        whole_count(offered.least),
                        whole_count(offered.most),
                        planned::Enough::yes,
                        ""};
  const auto enough = [&](double n) { return clopper_pearson(0, n, confidence).upper <= allowed; };
  if (offered.closed || enough(out.least)) return out;
  out.enough = enough(out.most) ? planned::Enough::perhaps : planned::Enough::no;
  ShareBounds share;
  share.total = static_cast<uint64_t>(out.most);
  if (out.enough == planned::Enough::no) out.missing = needed_samples(share, allowed, confidence, offered.seconds).text;
  return out;
}

planned::Injections injections_needed(const Scenario& scenario, const std::vector<FaultId>& faults, uint64_t needed) {
  planned::Injections out;
  out.needed = needed;
  for (const FaultId id : faults) {
    const Fault& fault = scenario.fault(id);
    out.faults += (out.faults.empty() ? "" : ", ") + fault.name;
    out.planned += scenario.phase(fault.phase).repeat;
    add_disturbers(out, scenario, id);
  }
  if (out.planned < needed) out.missing = needed_injections(out.planned, needed);
  return out;
}

std::optional<planned::TooLongToRead> too_long_to_read(const Ledger& ledger, Duration written) {
  const Duration reading = reading_time(ledger, written);
  if (reading <= ledger.verify_limit) return std::nullopt;
  return planned::TooLongToRead{ledger.name, seconds(reading), ledger.verify_rate, ledger.verify_limit};
}

PlannedEvidence search_needed(const Scenario& scenario, PhaseId phase, double rate) {
  planned::SearchEnds out{scenario.phase(phase).name, rate};
  const Search* search = scenario.search_of(phase);
  if (search == nullptr) return out;
  const double most = highest_shown(*search, scenario);
  out.longest = scenario.phase(phase).duration;
  for (const RequirementId id : search->hold) {
    if (out.never_sent.empty()) out.never_sent = not_sent_in(phase, id, scenario);
    if (!out.undecided) out.undecided = undecided_at_top(*search, id, scenario);
  }
  if (rate > most) {
    out.shown = most;
  } else if (const Duration least = least_search_time(*search, rate); least > out.longest) {
    out.least = least;
  }
  return out;
}

Duration promised_duration(const Scenario& scenario) {
  Duration out{};
  for (std::size_t i = 0; i < scenario.phases.size(); ++i) {
    if (in_scope(scenario, i, Scope{})) out += scenario.phases[i].duration * scenario.phases[i].repeat;
  }
  return out;
}

double loaded_seconds(const Scenario& scenario, const Scope& scope) {
  double all = 0;
  for (std::size_t i = 0; i < scenario.phases.size(); ++i) {
    const Phase& phase = scenario.phases[i];
    if (phase.load && in_scope(scenario, i, scope)) all += seconds(phase.duration) * phase.repeat;
  }
  return all;
}

PlannedEvidence evidence_needed(const Requirement& requirement, const Scenario& scenario) {
  return std::visit([&](const auto& sli) { return evidence_needed(requirement, sli, scenario); }, requirement.sli);
}

}  // namespace shakedown::judging
