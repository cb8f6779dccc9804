// Events and the facts of a run, model <-> protobuf. Internal to core/wire; see codec_fields.h.
#pragma once

#include "core/model/event.h"
#include "core/model/run.h"
#include "core/wire/codec/fields.h"
#include "shakedown/v1/event.pb.h"
#include "shakedown/v1/run.pb.h"

namespace shakedown::wire {

// Lists of fields, not statements.
// clang-format off
WIRE_FIELDS(StageEvent, v1::StageEvent) {
  WIRE(kind) WIRE(stage) WIRE(phase) WIRE(iteration) WIRE_NS(start) WIRE_NS(end) WIRE(reason)
  WIRE_ADDED(role) WIRE(level) WIRE(step)
}
WIRE_FIELDS(FaultEvent, v1::FaultEvent) {
  WIRE(injection) WIRE(fault) WIRE(stage) WIRE(state) WIRE_NS(earliest) WIRE_NS(latest)
  WIRE(detail) WIRE(by_undo) WIRE(component) WIRE_VALUES(served_by_others)
}
WIRE_FIELDS(StepEvent, v1::StepEvent) {
  WIRE(kind) WIRE(injection) WIRE(what) WIRE_NS(started) WIRE_NS(ended) WIRE(ok) WIRE(detail) WIRE_MAYBE(remains)
}
WIRE_FIELDS(AgentEvent, v1::AgentEvent) {
  WIRE(kind) WIRE(agent) WIRE_NS(at) WIRE(detail) WIRE(component)
}
WIRE_FIELDS(RunEvent, v1::RunEvent) {
  WIRE(kind) WIRE_NS(at) WIRE(detail)
}
WIRE_FIELDS(LedgerPass, v1::LedgerPass) {
  WIRE(pass) WIRE(injection) WIRE(first_id) WIRE(end_id) WIRE_NS(started) WIRE_NS(finished)
  WIRE(complete) WIRE(ledger)
}
WIRE_FIELDS(CheckResult, v1::CheckResult) {
  WIRE(check) WIRE(done) WIRE(holds) WIRE_MAYBE(number) WIRE(detail) WIRE_NS(started) WIRE_NS(ended)
}
WIRE_FIELDS(Event, v1::Event) {
  WIRE_CASE(StageEvent, stage)
  WIRE_CASE(FaultEvent, fault)
  WIRE_CASE(StepEvent, step)
  WIRE_CASE(AgentEvent, agent)
  WIRE_CASE(RunEvent, run)
  WIRE_CASE(LedgerPass, ledger_pass)
  WIRE_CASE(CheckResult, check)
  WIRE_CASES_END(kind)
}

WIRE_FIELDS(HostFacts, v1::HostFacts) {
  WIRE(hostname) WIRE(kernel) WIRE(cpu_model) WIRE(cores) WIRE(memory_bytes) WIRE(boot_id_hash)
}
WIRE_FIELDS(AgentFacts, v1::AgentFacts) {
  WIRE(name) WIRE(version) WIRE_STRUCT(host) WIRE_NS(clock_bound) WIRE_VALUES(addresses)
}
WIRE_FIELDS(Manifest, v1::Manifest) {
  WIRE(run_id) WIRE(tool_version) WIRE_AS(started, started_wall_ns)
  WIRE_AS(finished, finished_wall_ns) WIRE(state) WIRE(ended_by) WIRE(scenario_sha256)
  WIRE(rejudged_from) WIRE(seed) WIRE_STRUCT(controller) WIRE_STRUCTS(agents)
  WIRE(release_start) WIRE(release_end) WIRE_VALUES(teardown_failures) WIRE(early_exit)
}
// clang-format on

}  // namespace shakedown::wire
