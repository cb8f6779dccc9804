// Whether what the file declares can decide its rows: phases with load, injections enough and apart, readings that come to their
// end.
#include <algorithm>
#include <cmath>

#include "controller/model/looks_at.h"
#include "controller/scenario/sections/decode.h"
#include "core/faults/fault_form.h"

namespace shakedown {
namespace {

std::string times(uint32_t n) { return n == 1 ? "once" : std::to_string(n) + " times"; }

// How often the fault is injected.
uint32_t planned(const Decoding& d, FaultId fault) { return d.scenario.phase(d.scenario.fault(fault).phase).repeat; }

// Fewest clean injections that prove the share at the confidence: log(1 - c) / log(s), all of them
// good.
uint32_t wanted_injections(const std::optional<Share>& share, uint32_t injections, double confidence) {
  if (!share) return injections;
  return static_cast<uint32_t>(std::ceil(std::log1p(-confidence) / std::log(share->value) - 1e-9));
}

void check_count(Decoding& d, const Row& row, FaultId fault, uint32_t wanted) {
  if (!fault.valid() || planned(d, fault) >= wanted) return;
  const View phase_faults = row.view["sli"];
  d.diagnostics.warning(phase_faults.at(),
                        row.requirement.id + " needs " + std::to_string(wanted) + " injections of " +
                            ticked(d.scenario.fault(fault).name) + ", which is injected " + times(planned(d, fault)) +
                            ": it cannot be proven",
                        "add `repeat` to the phase, or ask for fewer injections");
}

bool sends(const Phase& phase, const std::vector<OperationId>& operations) {
  if (!phase.load) return false;
  if (operations.empty()) return true;
  return std::any_of(phase.load->mix.begin(), phase.load->mix.end(), [&](const MixEntry& entry) {
    return std::find(operations.begin(), operations.end(), entry.operation) != operations.end();
  });
}

}  // namespace

std::vector<const Phase*> phases_of(const Decoding& d, const Scope& scope) {
  std::vector<const Phase*> phases;
  for (const PhaseId id : scope.phases) phases.push_back(&d.scenario.phase(id));
  if (phases.empty() && scope.during.valid()) phases.push_back(&d.scenario.phase(d.scenario.fault(scope.during).phase));
  if (phases.empty()) {
    for (const Phase& phase : d.scenario.phases) {
      if (phase.measured) phases.push_back(&phase);
    }
  }
  return phases;
}

namespace {

void check_scope(Decoding& d, const Row& row, const Scope& scope, const std::vector<OperationId>& operations) {
  const std::vector<const Phase*> phases = phases_of(d, scope);
  if (std::any_of(phases.begin(), phases.end(), [&](const Phase* p) { return sends(*p, operations); })) return;
  d.diagnostics.warning(row.view["sli"].at(),
                        "no load of these operations in the phases that " + row.requirement.id + " looks at: it will be unknown",
                        "name phases with load, or add load");
}

// A row vouches for each operation that it names: one that no load sends leaves it unknown.
void check_each_sent(Decoding& d, const Row& row, const Scope& scope, const std::vector<OperationId>& operations) {
  if (operations.size() < 2) return;
  const std::vector<const Phase*> phases = phases_of(d, scope);
  for (const OperationId one : operations) {
    const auto sent = [&](const Phase* p) { return sends(*p, {one}); };
    const auto other = [&](const Phase* p) { return sends(*p, operations); };
    if (std::any_of(phases.begin(), phases.end(), sent)) continue;
    if (std::none_of(phases.begin(), phases.end(), other)) return;  // told by check_scope
    d.diagnostics.warning(row.view["sli"].at(),
                          "no load of operation " + ticked(d.scenario.operation(one).name) + " in the phases that " +
                              row.requirement.id + " looks at: it will be unknown",
                          "add it to a `mix`, or leave it out of `operations`");
  }
}

void check_over(Decoding& d, const Row& row, const ErrorRatioSli& s) {
  if (s.over <= Duration::zero()) return;
  const View over = row.view["sli"]["error_ratio"]["over"];
  const std::vector<const Phase*> phases = phases_of(d, s.scope);
  const auto fits = [&](const Phase* p) { return p->duration <= Duration::zero() || p->duration >= s.over; };
  if (phases.empty() || std::any_of(phases.begin(), phases.end(), fits)) return;
  d.diagnostics.warning(over.at(), "longer than each phase that " + row.requirement.id + " looks at: it will be unknown",
                        "make it shorter, or the phase longer");
}

// The longest RTO that a row allows the fault.
Duration longest_rto(const Decoding& d, FaultId fault) {
  Duration out{};
  for (const Requirement& r : d.scenario.requirements) {
    const LooksAt at = looks_at(r.sli);
    const bool finite = r.objective.limit > 0 && r.objective.limit < 1e6;
    if (at.injections == InjectionFigure::recovery && at.fault == fault && finite)
      out = std::max(out, from_seconds(r.objective.limit));
  }
  return out;
}

// What may keep the earlier of two faults of a phase at work when the later one strikes; empty = nothing.
std::string still_at_work(const Decoding& d, FaultId id, const Fault& first, const Fault& second) {
  const Duration surely = declared_length(first), allowed = longest_rto(d, id);
  if (second.at == first.at || second.at < first.at + surely)
    return "is at work for " + format_duration(surely) + " at the least";
  if (second.at < first.at + allowed) return "may take " + format_duration(allowed) + " to recover";
  const FaultForm* form = find_fault_form(first.kind.name);
  const bool unseen = form != nullptr && !form->end_is_seen;
  const bool stands = unseen && first.recover.empty() && second.at < first.at + first.recover_within;
  return stands ? "has no `recover` and stands until its phase ends where no outage is seen" : "";
}

// What we continue ourselves has not recovered.
void check_ended_by_us(Decoding& d, const Row& row, FaultId id) {
  if (!id.valid() || !is_there(d, id)) return;
  const Fault& fault = d.scenario.fault(id);
  if (fault.kind.hold == Duration{} || !fault.recover.empty()) return;
  d.diagnostics.warning(row.view["sli"].at(),
                        "the " + fault.kind.name + " " + ticked(fault.name) +
                            " is ended by ourselves: where it makes an outage, " + row.requirement.id +
                            " sees no recovery of the service's own, and will be not proven",
                        "write what brings it back under `recover:`, or judge `impact`, `mttr` or `tolerated`");
}

// An injection that another fault's meets says nothing of its fault alone.
void check_alone(Decoding& d, const Row& row, FaultId id) {
  if (!id.valid() || !is_there(d, id)) return;
  const Fault& fault = d.scenario.fault(id);
  for (const FaultId other : d.scenario.phase(fault.phase).faults) {
    if (other == id || !is_there(d, other)) continue;
    const bool after = d.scenario.fault(other).at >= fault.at;
    const FaultId earlier = after ? id : other, later = after ? other : id;
    const Fault &first = d.scenario.fault(earlier), &second = d.scenario.fault(later);
    const std::string why = still_at_work(d, earlier, first, second);
    if (why.empty()) continue;
    d.diagnostics.warning(row.view["sli"].at(),
                          "fault " + ticked(second.name) + " strikes " + format_duration(second.at - first.at) + " after " +
                              ticked(first.name) + ", which " + why +
                              ": an injection that meets another counts for nothing, and no `repeat` changes that",
                          "give each a phase of its own, or more time between them");
  }
}

// Each write of that time is read twice.
void check_reading(Decoding& d, const Row& row, LedgerId id, Duration written) {
  if (!id.valid() || id.value >= d.scenario.ledgers.size()) return;
  const Ledger& ledger = d.scenario.ledger(id);
  const Duration reading = reading_time(ledger, written);
  if (reading <= ledger.verify_limit) return;
  d.diagnostics.warning(row.view["sli"].at(),
                        "reading " + ticked(ledger.name) + " back takes " +
                            format_duration(std::chrono::ceil<std::chrono::seconds>(reading)) + ", and its `verify_limit` is " +
                            format_duration(ledger.verify_limit) + ": what is not read counts as lost",
                        "make `verify_limit` longer or `verify_rate` higher");
}

// What an injection costs shows only where the load goes on, and only as long as it does.
void check_impact(Decoding& d, const View& root, const Row& row, const ImpactSli& s) {
  if (!is_there(d, s.fault) || s.unit == ImpactUnit::lost_writes) return;
  const Fault& fault = d.scenario.fault(s.fault);
  const Phase& phase = d.scenario.phase(fault.phase);
  if (!phase.load) return;
  const auto* open = std::get_if<OpenLoad>(&phase.load->kind);
  if (open == nullptr) {
    d.diagnostics.warning(row.view["sli"].at(),
                          "the users of phase " + ticked(phase.name) +
                              " wait while they are not answered: what they then do not ask for is "
                              "missing from what " +
                              row.requirement.id + " counts",
                          "use an open load, which keeps its rate");
    return;
  }
  const View length = root["phases"].items()[fault.phase.value]["duration"];
  if (s.unit != ImpactUnit::failed_requests || !length || fault.at >= phase.duration) return;
  const double most =
      arrivals_until(open->shape, phase.duration, phase.duration) - arrivals_until(open->shape, fault.at, phase.duration);
  if (most > row.requirement.objective.limit) return;
  d.diagnostics.warning(length.at(),
                        "phase " + ticked(phase.name) + " leaves " + format_duration(phase.duration - fault.at) +
                            " after fault " + ticked(fault.name) + ", in which its load sends " +
                            std::to_string(std::llround(most)) + " requests: no more than " + row.requirement.id +
                            " allows, however long the outage is",
                        "make it longer");
}

struct EvidenceCheck {
  Decoding& d;
  const View& root;
  const Row& row;
  void operator()(const AvailabilitySli& s) const {
    check_scope(d, row, s.scope, s.operations);
    check_each_sent(d, row, s.scope, s.operations);
  }
  void operator()(const ThroughputSli& s) const {
    check_scope(d, row, s.scope, s.operations);
    check_each_sent(d, row, s.scope, s.operations);
    check_rate(d, row, s);
  }
  void operator()(const ErrorRatioSli& s) const {
    check_scope(d, row, s.scope, s.operations);
    check_each_sent(d, row, s.scope, s.operations);
    check_over(d, row, s);
  }
  void operator()(const LatencySli& s) const {
    check_scope(d, row, s.scope, s.operation.valid() ? std::vector{s.operation} : std::vector<OperationId>());
  }
  void operator()(const MttrSli& s) const {
    check_count(d, row, s.fault, s.statistic == RepairStatistic::mean ? 3 : 5);
    check_alone(d, row, s.fault);
  }
  void operator()(const RtoSli& s) const {
    check_count(d, row, s.fault, wanted_injections(s.share, s.injections, row.requirement.confidence));
    check_alone(d, row, s.fault);
    check_ended_by_us(d, row, s.fault);
    check_waits(d, row, s.fault);
  }
  void operator()(const RpoSli& s) const {
    check_count(d, row, s.fault, wanted_injections(s.share, s.injections, row.requirement.confidence));
    if (is_there(d, s.fault)) check_reading(d, row, s.ledger, d.scenario.phase(d.scenario.fault(s.fault).phase).duration);
  }
  void operator()(const DurabilitySli& s) const {
    Duration written{};
    for (const Phase& phase : d.scenario.phases) written += phase.duration * phase.repeat;
    check_reading(d, row, s.ledger, written);
  }
  void operator()(const ImpactSli& s) const {
    check_impact(d, root, row, s);
    check_alone(d, row, s.fault);
  }
  void operator()(const ToleratedSli& s) const {
    for (const FaultId fault : s.faults) {
      check_alone(d, row, fault);
      check_shows_after(d, row, fault, s.probes);
    }
  }
  void operator()(const DegradationSli& s) const {
    check_scope(d, row, s.scope, s.operation.valid() ? std::vector{s.operation} : std::vector<OperationId>());
  }
  void operator()(const OutagesSli& s) const { check_shows(d, row, s.probes); }
  void operator()(const OneOf<UptimeSli, MtbfSli, MtbrSli, CapacitySli, HeadroomSli, EfficiencySli, DownstreamSli, CheckSli,
                              AttestedSli> auto&) const {}
};

}  // namespace

void check_evidence(Decoding& d, const View& root) {
  for (const Row& row : rows_of(d, root)) std::visit(EvidenceCheck{d, root, row}, row.requirement.sli);
}

}  // namespace shakedown
