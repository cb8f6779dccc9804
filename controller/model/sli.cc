#include "controller/model/sli.h"

#include <cmath>

namespace shakedown {
namespace {

struct KindName {
  const char* operator()(const AvailabilitySli&) const { return "availability"; }
  const char* operator()(const UptimeSli&) const { return "availability"; }
  const char* operator()(const LatencySli&) const { return "latency"; }
  const char* operator()(const ThroughputSli&) const { return "throughput"; }
  const char* operator()(const ErrorRatioSli&) const { return "error_ratio"; }
  const char* operator()(const MtbfSli&) const { return "mtbf"; }
  const char* operator()(const MtbrSli&) const { return "mtbr"; }
  const char* operator()(const MttrSli&) const { return "mttr"; }
  const char* operator()(const OutagesSli&) const { return "outages"; }
  const char* operator()(const ImpactSli&) const { return "impact"; }
  const char* operator()(const ToleratedSli&) const { return "tolerated"; }
  const char* operator()(const RtoSli&) const { return "rto"; }
  const char* operator()(const RpoSli&) const { return "rpo"; }
  const char* operator()(const DurabilitySli&) const { return "durability"; }
  const char* operator()(const CapacitySli&) const { return "capacity"; }
  const char* operator()(const HeadroomSli&) const { return "headroom"; }
  const char* operator()(const EfficiencySli&) const { return "efficiency"; }
  const char* operator()(const DegradationSli&) const { return "degradation"; }
  const char* operator()(const DownstreamSli&) const { return "downstream"; }
  const char* operator()(const CheckSli&) const { return "check"; }
  const char* operator()(const AttestedSli&) const { return "attested"; }
};

struct UnitOf {
  Unit operator()(const AvailabilitySli&) const { return Unit::ratio; }
  Unit operator()(const UptimeSli&) const { return Unit::ratio; }
  Unit operator()(const LatencySli&) const { return Unit::seconds; }
  Unit operator()(const ThroughputSli&) const { return Unit::per_second; }
  Unit operator()(const ErrorRatioSli&) const { return Unit::ratio; }
  Unit operator()(const MtbfSli&) const { return Unit::seconds; }
  Unit operator()(const MtbrSli&) const { return Unit::seconds; }
  Unit operator()(const MttrSli&) const { return Unit::seconds; }
  Unit operator()(const OutagesSli&) const { return Unit::count; }
  Unit operator()(const ImpactSli& sli) const {
    switch (sli.unit) {
      case ImpactUnit::failed_requests: return Unit::count;
      case ImpactUnit::delayed_seconds: return Unit::seconds;
      case ImpactUnit::lost_writes: return Unit::writes;
    }
    return Unit::count;
  }
  Unit operator()(const ToleratedSli&) const { return Unit::ratio; }
  Unit operator()(const RtoSli&) const { return Unit::seconds; }
  Unit operator()(const RpoSli& sli) const { return sli.unit == RpoUnit::writes ? Unit::writes : Unit::seconds; }
  Unit operator()(const DurabilitySli&) const { return Unit::writes; }
  Unit operator()(const CapacitySli&) const { return Unit::per_second; }
  Unit operator()(const HeadroomSli&) const { return Unit::margin; }
  Unit operator()(const EfficiencySli&) const { return Unit::margin; }
  Unit operator()(const DegradationSli&) const { return Unit::margin; }
  Unit operator()(const DownstreamSli&) const { return Unit::margin; }
  Unit operator()(const CheckSli& sli) const {
    switch (sli.answer) {
      case CheckAnswer::holds: return Unit::holds;
      case CheckAnswer::number: return Unit::number;
      case CheckAnswer::seconds: return Unit::seconds;
    }
    return Unit::holds;
  }
  Unit operator()(const AttestedSli&) const { return Unit::holds; }
};

std::string format_count(double value) {
  const bool whole = value == std::floor(value) && std::fabs(value) < 0x1p53;
  return whole ? std::to_string(static_cast<int64_t>(value)) : format_number(value);
}

std::string format_seconds(double value) {
  constexpr double kRepresentable = 9e9;
  if (std::fabs(value) < kRepresentable) return format_duration(from_seconds(value));
  return format_number(value / 86400) + "d";
}

}  // namespace

const char* kind_name(const Sli& sli) { return std::visit(KindName{}, sli); }

Unit unit_of(const Sli& sli) { return std::visit(UnitOf{}, sli); }

std::string format_value(double value, Unit unit) {
  if (std::isinf(value)) return "unbounded";
  if (std::isnan(value)) return "nan";
  switch (unit) {
    case Unit::ratio: return format_share({value});
    case Unit::seconds: return format_seconds(value);
    case Unit::per_second: return format_number(value) + "/s";
    case Unit::count: return format_count(value);
    case Unit::margin: return format_number(value * 100) + "%";
    case Unit::number: return format_number(value);
    case Unit::holds: return value >= 1 ? "holds" : "does not hold";
    case Unit::writes: return format_count(value) + (value == 1 ? " write" : " writes");
  }
  return format_number(value);
}

}  // namespace shakedown
