// What a requirement measures. A closed set: the compiler names every place to extend.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/base/units.h"

namespace shakedown {

// Which part of the run counts. Empty = the default scope: measured phases outside fault windows.
struct Scope {
  std::vector<PhaseId> phases;  // these phases (outside fault windows unless during is set)
  FaultId during;               // the windows of this fault only
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
  uint32_t injections = 3;      // fewest valid ones for a pass
  std::optional<Share> share;   // the binomial claim instead
};
enum class RpoUnit { writes, time };
struct RpoSli {
  FaultId fault;
  LedgerId ledger;
  RpoUnit unit = RpoUnit::writes;  // from the objective's unit
  uint32_t injections = 3;
  std::optional<Share> share;
};

using Sli = std::variant<AvailabilitySli, UptimeSli, LatencySli, ThroughputSli, ErrorRatioSli, MtbfSli,
                         MtbrSli, MttrSli, OutagesSli, ImpactSli, ToleratedSli, RtoSli, RpoSli>;

// The scenario's word: "availability" (both kinds), "latency", "rto", ...
const char* kind_name(const Sli& sli);

// The unit in which an SLI's values, bounds and objective are numbers.
enum class Unit { ratio, seconds, per_second, count, writes };
Unit unit_of(const Sli& sli);
// "99.95%", "12.4ms", "500/s", "3", "14 writes" (six significant digits, whole counts in full;
// infinite as "unbounded").
std::string format_value(double value, Unit unit);

}  // namespace shakedown
