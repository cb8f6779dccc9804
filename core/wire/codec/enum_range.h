// The first and the last enumerator of every enum that crosses the wire: what lies outside is refused.
#pragma once

#include "core/base/error.h"
#include "core/form/text.h"
#include "core/model/check.h"
#include "core/model/event.h"
#include "core/model/fault.h"
#include "core/model/ledger.h"
#include "core/model/load.h"
#include "core/model/operation.h"
#include "core/model/probe.h"
#include "core/model/reading.h"
#include "core/model/run.h"
#include "core/model/sample.h"

namespace shakedown::wire {

template <class E>
constexpr E first_of() {
  return E{};
}
template <>
constexpr AgentEvent::Kind first_of() {
  return AgentEvent::Kind::lost;
}
template <class E>
constexpr E last_of() = delete;

template <>
constexpr StageEvent::Kind last_of() {
  return StageEvent::Kind::not_run;
}
template <>
constexpr StageRole last_of() {
  return StageRole::settling;
}
template <>
constexpr Reading::Kind last_of() {
  return Reading::Kind::dependency_capacity;
}
template <>
constexpr StepEvent::Kind last_of() {
  return StepEvent::Kind::cleanup;
}
template <>
constexpr AgentEvent::Kind last_of() {
  return AgentEvent::Kind::inherited;
}
template <>
constexpr RunEvent::Kind last_of() {
  return RunEvent::Kind::finished;
}
template <>
constexpr FaultState last_of() {
  return FaultState::failed;
}
template <>
constexpr RunState last_of() {
  return RunState::interrupted;
}
template <>
constexpr WriteClass last_of() {
  return WriteClass::unknown;
}
template <>
constexpr ReadClass last_of() {
  return ReadClass::undecided;
}
template <>
constexpr Outcome last_of() {
  return Outcome::client_error;
}
template <>
constexpr Trace last_of() {
  return Trace::w3c;
}
template <>
constexpr Mismatch last_of() {
  return Mismatch::unasked;
}
template <>
constexpr NodeType last_of() {
  return NodeType::mapping;
}
template <>
constexpr HoleKind last_of() {
  return HoleKind::run;
}
template <>
constexpr SecretSource::Kind last_of() {
  return SecretSource::Kind::file;
}
template <>
constexpr TlsVersion last_of() {
  return TlsVersion::tls1_3;
}
template <>
constexpr Arrivals last_of() {
  return Arrivals::poisson;
}
template <>
constexpr ProbeConnection last_of() {
  return ProbeConnection::fresh;
}
template <>
constexpr ProcessScope last_of() {
  return ProcessScope::group;
}
template <>
constexpr ErrorKind last_of() {
  return ErrorKind::cancelled;
}
template <>
constexpr Action::Kind last_of() {
  return Action::Kind::exec;
}

}  // namespace shakedown::wire
