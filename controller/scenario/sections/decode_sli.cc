#include "controller/scenario/sections/decode.h"

namespace shakedown {
namespace {

Scope scope_of(const Names& names, const View& view) {
  return {view["phases"].ids<PhaseId>(names), view["during"]["fault"].id<FaultId>(names), {}};
}

Sli availability(const Names& names, const View& view) {
  if (view["probe"].written()) return UptimeSli{view["probe"].ids<ProbeId>(names), view["period"].duration()};
  return AvailabilitySli{view["operations"].ids<OperationId>(names), scope_of(names, view)};
}

Sli mttr(const Names& names, const View& view) {
  MttrSli sli;
  sli.probes = view["probe"].ids<ProbeId>(names);
  sli.fault = view["fault"].id<FaultId>(names);
  sli.statistic = view["statistic"].text() == "median" ? RepairStatistic::median : RepairStatistic::mean;
  return sli;
}

template <typename T>
void read_injections(T& sli, const View& view) {
  sli.injections = view["injections"].small();
  if (view["share"]) sli.share = view["share"].share();
}

Sli rto(const Names& names, const View& view) {
  RtoSli sli;
  sli.fault = view["fault"].id<FaultId>(names);
  sli.probes = view["probe"].ids<ProbeId>(names);
  read_injections(sli, view);
  return sli;
}

Sli rpo(const Names& names, const View& view) {
  RpoSli sli;
  sli.fault = view["fault"].id<FaultId>(names);
  sli.ledger = view["ledger"].id<LedgerId>(names);
  read_injections(sli, view);
  return sli;
}

// The SLIs that do not rest on plain load.
Sli outside_load(const Decoding& d, const std::string& kind, const View& view) {
  const Names& names = d.names;
  if (kind == "capacity") return CapacitySli{view["phase"].id<PhaseId>(names)};
  if (kind == "headroom") return HeadroomSli{view["phase"].id<PhaseId>(names)};
  if (kind == "efficiency") return EfficiencySli{view["phase"].id<PhaseId>(names), view["at"].number()};
  if (kind == "degradation") {
    return DegradationSli{view["operation"].id<OperationId>(names), view["per"].duration(), scope_of(names, view)};
  }
  if (kind == "downstream") return DownstreamSli{view["dependencies"].ids<DependencyId>(names)};
  if (kind == "check") {
    CheckSli sli{view["name"].id<CheckId>(names)};
    if (sli.check.valid() && sli.check.value < d.scenario.checks.size()) {
      sli.answer = answer_of(d.scenario.check(sli.check).kind);
    }
    return sli;
  }
  return AttestedSli{view["statement"].text(), view["by"].text(), view["link"].text(), view["date"].text(),
                     view["expires"].text()};
}

}  // namespace

ErrorRatioSli decode_error_ratio(const Decoding& d, const View& view) {
  const bool scoped = view.shape().find("phases") != nullptr;  // a stop condition's has none
  return {view["operations"].ids<OperationId>(d.names), view["over"].duration(), scoped ? scope_of(d.names, view) : Scope{}};
}

Sli decode_sli(const Decoding& d, const View& view) {
  const Names& names = d.names;
  const std::string kind = view.which(view.shape().key_names());
  if (kind.empty()) return AvailabilitySli{};
  const View inner = view[kind];
  if (kind == "availability") return availability(names, inner);
  if (kind == "latency") {
    return LatencySli{inner["operation"].id<OperationId>(names), inner["quantile"].share().value, scope_of(names, inner)};
  }
  if (kind == "throughput") return ThroughputSli{inner["operations"].ids<OperationId>(names), scope_of(names, inner)};
  if (kind == "error_ratio") return decode_error_ratio(d, inner);
  if (kind == "mtbf") return MtbfSli{inner["probe"].ids<ProbeId>(names)};
  if (kind == "mtbr") return MtbrSli{inner["probe"].ids<ProbeId>(names)};
  if (kind == "mttr") return mttr(names, inner);
  if (kind == "outages") return OutagesSli{inner["probe"].ids<ProbeId>(names)};
  if (kind == "impact") return ImpactSli{inner["fault"].id<FaultId>(names), ImpactUnit::failed_requests};
  if (kind == "tolerated") return ToleratedSli{inner["faults"].ids<FaultId>(names), inner["probe"].ids<ProbeId>(names)};
  if (kind == "rto") return rto(names, inner);
  if (kind == "rpo") return rpo(names, inner);
  if (kind == "durability") return DurabilitySli{inner["ledger"].id<LedgerId>(names)};
  return outside_load(d, kind, inner);
}

}  // namespace shakedown
