// What a requirement measures. A closed set: the compiler names every place to extend.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/base/units.h"
#include "core/model/check.h"

namespace shakedown {

// Which part of the run counts. Empty = the default scope: measured phases outside fault windows.
struct Scope {
  std::vector<PhaseId> phases;  // these phases (outside fault windows unless during is set)
  FaultId during;               // the windows of this fault only
  std::vector<StageId> stages;  // these stages only, whatever their phase: a step of a search. Never declared.
};

// Success ratio of requests: operations empty = all.
struct AvailabilitySli {
  std::vector<OperationId> operations;
  Scope scope;
};
// Share of time up, judged on outages, claimed over a period such as 30 d.
struct UptimeSli {
  std::vector<ProbeId> probes;  // the worst counts
  Duration period{};
};
struct LatencySli {
  OperationId operation;  // none = all operations
  double quantile = 0.99;
  Scope scope;
};
// Good answers per second over the scope.
struct ThroughputSli {
  std::vector<OperationId> operations;
  Scope scope;
};
// over: the worst window of this length; 0 = the whole scope.
struct ErrorRatioSli {
  std::vector<OperationId> operations;
  Duration over{};
  Scope scope;
};
struct MtbfSli {
  std::vector<ProbeId> probes;
};
struct MtbrSli {
  std::vector<ProbeId> probes;
};
enum class RepairStatistic { mean, median };
struct MttrSli {
  std::vector<ProbeId> probes;
  FaultId fault;  // none = spontaneous outages
  RepairStatistic statistic = RepairStatistic::mean;
};
struct OutagesSli {
  std::vector<ProbeId> probes;
};
enum class ImpactUnit { failed_requests, delayed_seconds, lost_writes };
// Impact of one injection of the fault; the worst injection counts.
struct ImpactSli {
  FaultId fault;
  ImpactUnit unit = ImpactUnit::failed_requests;
};
// Share of the faults' injections that caused no outage.
struct ToleratedSli {
  std::vector<FaultId> faults;
  std::vector<ProbeId> probes;
};
struct RtoSli {
  FaultId fault;
  std::vector<ProbeId> probes;
  uint32_t injections = 3;     // fewest valid ones for a pass
  std::optional<Share> share;  // the binomial claim instead
};
enum class RpoUnit { writes, time };
struct RpoSli {
  FaultId fault;
  LedgerId ledger;
  RpoUnit unit = RpoUnit::writes;  // from the objective's unit
  uint32_t injections = 3;
  std::optional<Share> share;
};

// Acknowledged writes lost over the whole run, whatever took them.
struct DurabilitySli {
  LedgerId ledger;
};

// The highest rate that a search found to hold.
struct CapacitySli {
  PhaseId phase;
};
// Capacity over the forecast, less one: 30 % = room for 30 % more than forecast.
struct HeadroomSli {
  PhaseId phase;  // of the search
};
// Throughput at a level over what perfect scaling would give, from the law fitted to a series of steps.
struct EfficiencySli {
  PhaseId phase;  // of the series
  double at = 1;  // level
};
// Growth of the mean latency of good answers over a soak, as a share of its beginning, per `per`.
struct DegradationSli {
  OperationId operation;  // none = all
  Duration per = std::chrono::hours(1);
  Scope scope;
};
// The spare share of the tightest dependency at the forecast, less one as in HeadroomSli.
struct DownstreamSli {
  std::vector<DependencyId> dependencies;  // empty = all
};
// A check: whether it holds, or its number.
struct CheckSli {
  CheckId check;
  CheckAnswer answer = CheckAnswer::holds;  // of the check's kind
};
// What cannot be measured and somebody vouches for. Shown as attested, never as measured; red once expired.
struct AttestedSli {
  std::string statement, by, link;
  std::string date, expires;  // as written
};

using Sli = std::variant<AvailabilitySli, UptimeSli, LatencySli, ThroughputSli, ErrorRatioSli, MtbfSli, MtbrSli, MttrSli,
                         OutagesSli, ImpactSli, ToleratedSli, RtoSli, RpoSli, DurabilitySli, CapacitySli, HeadroomSli,
                         EfficiencySli, DegradationSli, DownstreamSli, CheckSli, AttestedSli>;

// The scenario's word: "availability" (both kinds), "latency", "rto", ...
const char* kind_name(const Sli& sli);

// The unit in which an SLI's values, bounds and objective are numbers.
// margin: a share that may exceed 1 or be negative; number: as the check gave it; holds: 1 = it does, 0 = it does not.
enum class Unit { ratio, seconds, per_second, count, writes, margin, number, holds };
Unit unit_of(const Sli& sli);
// "99.95%", "12.4ms", "500/s", "3", "14 writes" (six significant digits, whole counts in full;
// infinite as "unbounded").
std::string format_value(double value, Unit unit);

}  // namespace shakedown
