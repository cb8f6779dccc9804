#include "controller/model/looks_at.h"

#include <algorithm>
#include <utility>

namespace shakedown {
namespace {

std::vector<OperationId> just(OperationId id) { return id.valid() ? std::vector{id} : std::vector<OperationId>{}; }

Unit unit_of_impact(ImpactUnit unit) {
  switch (unit) {
    case ImpactUnit::failed_requests: return Unit::count;
    case ImpactUnit::delayed_seconds: return Unit::seconds;
    case ImpactUnit::lost_writes: return Unit::writes;
  }
  return Unit::count;
}

Unit unit_of_check(CheckAnswer answer) {
  switch (answer) {
    case CheckAnswer::holds: return Unit::holds;
    case CheckAnswer::number: return Unit::number;
    case CheckAnswer::seconds: return Unit::seconds;
  }
  return Unit::holds;
}

LooksAt load(const char* kind, Unit unit, LoadFigure figure, std::vector<OperationId> operations, const Scope& scope) {
  return {.kind = kind, .unit = unit, .load = figure, .scope = &scope, .operations = std::move(operations)};
}

LooksAt outages(const char* kind, Unit unit, OutageFigure figure, const std::vector<ProbeId>& probes) {
  return {.kind = kind, .unit = unit, .outages = figure, .probes = probes};
}

LooksAt injections(const char* kind, Unit unit, InjectionFigure figure, FaultId fault) {
  return {.kind = kind, .unit = unit, .injections = figure, .fault = fault};
}

struct Table {
  LooksAt operator()(const AvailabilitySli& s) const {
    return load("availability", Unit::ratio, LoadFigure::good_share, s.operations, s.scope);
  }
  LooksAt operator()(const UptimeSli& s) const {
    LooksAt out = outages("availability", Unit::ratio, OutageFigure::time_up, s.probes);
    out.period = s.period;
    return out;
  }
  LooksAt operator()(const LatencySli& s) const {
    LooksAt out = load("latency", Unit::seconds, LoadFigure::quantile, just(s.operation), s.scope);
    out.quantile = s.quantile;
    return out;
  }
  LooksAt operator()(const ThroughputSli& s) const {
    return load("throughput", Unit::per_second, LoadFigure::good_rate, s.operations, s.scope);
  }
  LooksAt operator()(const ErrorRatioSli& s) const {
    LooksAt out = load("error_ratio", Unit::ratio, LoadFigure::bad_share, s.operations, s.scope);
    out.over = s.over;
    return out;
  }
  LooksAt operator()(const MtbfSli& s) const { return outages("mtbf", Unit::seconds, OutageFigure::durations, s.probes); }
  LooksAt operator()(const MtbrSli& s) const { return outages("mtbr", Unit::seconds, OutageFigure::durations, s.probes); }
  LooksAt operator()(const MttrSli& s) const {
    LooksAt out = outages("mttr", Unit::seconds, OutageFigure::durations, s.probes);
    out.fault = s.fault;
    return out;
  }
  LooksAt operator()(const OutagesSli& s) const { return outages("outages", Unit::count, OutageFigure::count, s.probes); }
  LooksAt operator()(const ImpactSli& s) const {
    return injections("impact", unit_of_impact(s.unit), InjectionFigure::cost, s.fault);
  }
  LooksAt operator()(const ToleratedSli& s) const {
    LooksAt out = injections("tolerated", Unit::ratio, InjectionFigure::tolerated, {});
    out.faults = s.faults;
    out.probes = s.probes;
    return out;
  }
  LooksAt operator()(const RtoSli& s) const {
    LooksAt out = injections("rto", Unit::seconds, InjectionFigure::recovery, s.fault);
    out.probes = s.probes;
    out.claim = {s.injections, s.share};
    return out;
  }
  LooksAt operator()(const RpoSli& s) const {
    const Unit unit = s.unit == RpoUnit::writes ? Unit::writes : Unit::seconds;
    LooksAt out = injections("rpo", unit, InjectionFigure::loss, s.fault);
    out.claim = {s.injections, s.share};
    out.ledger = s.ledger;
    return out;
  }
  LooksAt operator()(const DurabilitySli& s) const {
    return {.kind = "durability", .unit = Unit::writes, .ledger = s.ledger, .every_loss = true};
  }
  LooksAt operator()(const CapacitySli& s) const { return {.kind = "capacity", .unit = Unit::per_second, .search = s.phase}; }
  LooksAt operator()(const HeadroomSli& s) const {
    return {.kind = "headroom", .unit = Unit::margin, .search = s.phase, .against_forecast = true};
  }
  LooksAt operator()(const EfficiencySli& s) const { return {.kind = "efficiency", .unit = Unit::margin, .series = s.phase}; }
  LooksAt operator()(const DegradationSli& s) const {
    return load("degradation", Unit::margin, LoadFigure::trend, just(s.operation), s.scope);
  }
  LooksAt operator()(const DownstreamSli& s) const {
    return {.kind = "downstream", .unit = Unit::margin, .against_forecast = true, .dependencies = &s.dependencies};
  }
  LooksAt operator()(const CheckSli& s) const { return {.kind = "check", .unit = unit_of_check(s.answer), .check = s.check}; }
  LooksAt operator()(const AttestedSli& s) const { return {.kind = "attested", .unit = Unit::holds, .attested = &s}; }
};

template <class AnySli>
auto scope_in(AnySli& sli) {
  using Found = decltype(&std::get<AvailabilitySli>(sli).scope);
  const auto find = [](auto& s) -> Found {
    if constexpr (requires { s.scope; }) return &s.scope;
    return nullptr;
  };
  return over_requests(looks_at(std::as_const(sli)).load) ? std::visit(find, sli) : nullptr;
}

}  // namespace

LooksAt looks_at(const Sli& sli) { return std::visit(Table{}, sli); }

const char* kind_name(const Sli& sli) { return looks_at(sli).kind; }

Unit unit_of(const Sli& sli) { return looks_at(sli).unit; }

bool over_requests(LoadFigure figure) { return figure != LoadFigure::none && figure != LoadFigure::trend; }

bool of_share(LoadFigure figure) { return counts_failures(figure) || figure == LoadFigure::quantile; }

bool counts_failures(LoadFigure figure) { return figure == LoadFigure::good_share || figure == LoadFigure::bad_share; }

Scope* requests_scope(Sli& sli) { return scope_in(sli); }
const Scope* requests_scope(const Sli& sli) { return scope_in(sli); }

bool speaks_of(const Sli& sli, FaultId fault) {
  const LooksAt at = looks_at(sli);
  if (over_requests(at.load)) return at.scope->during == fault;
  if (at.outages == OutageFigure::count || at.outages == OutageFigure::time_up) return true;
  return at.fault == fault || std::find(at.faults.begin(), at.faults.end(), fault) != at.faults.end();
}

std::optional<DemandedShare> demanded_share(const Requirement& requirement) {
  const LooksAt at = looks_at(requirement.sli);
  const double limit = requirement.objective.limit;
  switch (at.load) {
    case LoadFigure::good_share: return DemandedShare{limit, 1 - limit};
    case LoadFigure::bad_share: return DemandedShare{1 - limit, limit};
    case LoadFigure::quantile: return DemandedShare{at.quantile, 1 - at.quantile};
    case LoadFigure::good_rate:
    case LoadFigure::trend:
    case LoadFigure::none: break;
  }
  return std::nullopt;
}

}  // namespace shakedown
