#include "core/wire/codec/plan.h"

#include "shakedown/v1/plan.pb.h"

namespace shakedown::wire {
namespace {

// What a document may be, whatever the form says of it later.
constexpr int kDocumentLevels = 16;
constexpr std::size_t kDocumentValues = 10'000, kDocumentBytes = 1 << 20;

struct DocumentSize {
  std::size_t values = 0, bytes = 0;
};

// ---- requests

// Lists of fields, not statements.
// clang-format off
WIRE_FIELDS(TextPiece, v1::TextPiece) { WIRE(kind) WIRE(text) }
WIRE_FIELDS(Text, v1::Text) { WIRE_STRUCTS(pieces) }
WIRE_FIELDS(SecretSource, v1::SecretSource) { WIRE(kind) WIRE(where) }
WIRE_FIELDS(Secret, v1::Secret) { WIRE(name) WIRE_STRUCT(source) }
WIRE_FIELDS(EnvVariable, v1::EnvVariable) { WIRE(name) WIRE_STRUCT(value) }
WIRE_FIELDS(TlsSpec, v1::TlsSpec) {
  WIRE(ca_file) WIRE(certificate_file) WIRE(key_file) WIRE(server_name)
}
WIRE_FIELDS(Target, v1::Target) {
  WIRE(name) WIRE(scheme) WIRE(host) WIRE(port) WIRE(base_path) WIRE_STRUCT(tls) WIRE(mark)
  WIRE_MAYBE(resolve)
}
void write(const Document& m, v1::Document& p) {
  p.set_kind(to_wire<v1::DocumentKind>(m.type));
  p.set_text(m.text);
  for (const Document& item : m.items) write(item, *p.add_items());
  for (const Entry& entry : m.entries) {
    v1::DocumentEntry& to = *p.add_entries();
    to.set_key(entry.key);
    write(entry.value, *to.mutable_value());
  }
}

bool within_bounds(Reader& io, const v1::Document& p, int depth, DocumentSize& size) {
  ++size.values;
  size.bytes += p.text().size();
  for (const v1::DocumentEntry& entry : p.entries()) size.bytes += entry.key().size();
  if (depth <= kDocumentLevels && size.values <= kDocumentValues && size.bytes <= kDocumentBytes) return true;
  io.refuse("document: more than " + std::to_string(kDocumentLevels) + " levels, " + std::to_string(kDocumentValues) + " values or " +
            std::to_string(kDocumentBytes) + " bytes");
  return false;
}

void read(Reader& io, const v1::Document& p, Document& m, int depth, DocumentSize& size) {
  if (!within_bounds(io, p, depth, size)) return;
  from_wire(io, p.kind(), m.type, "kind");
  m.text = p.text();
  for (const v1::Document& item : p.items()) read(io, item, m.items.emplace_back(), depth + 1, size);
  for (const v1::DocumentEntry& entry : p.entries()) {
    Entry& to = m.entries.emplace_back();
    to.key = entry.key();
    read(io, entry.value(), to.value, depth + 1, size);
  }
}

void fields(Writer&, const Document& m, v1::Document& p) { write(m, p); }
void fields(Reader& io, Document& m, const v1::Document& p) {
  DocumentSize size;
  read(io, p, m, 1, size);
}
WIRE_FIELDS(Request, v1::Request) { WIRE(target) WIRE(protocol) WIRE_STRUCT(document) }
WIRE_FIELDS(std::monostate, v1::Nothing) {}
WIRE_FIELDS(UniformKey, v1::UniformKey) { WIRE(low) WIRE(high) }
WIRE_FIELDS(SequenceKey, v1::SequenceKey) { WIRE(from) }
WIRE_FIELDS(KeySpec, v1::KeySpec) {
  WIRE_CASE(std::monostate, none)
  WIRE_CASE(UniformKey, uniform)
  WIRE_CASE(SequenceKey, sequence)
  WIRE_CASES_END(kind)
}
WIRE_FIELDS(Operation, v1::Operation) {
  WIRE(name) WIRE_STRUCT(request) WIRE_STRUCT(key) WIRE(value_size) WIRE_STRUCT(expect) WIRE_NS(timeout)
  WIRE(noun) WIRE_VALUES_AS(limits, limits_ns)
}
WIRE_FIELDS(ConnectionPolicy, v1::ConnectionPolicy) {
  WIRE(max) WIRE_NS(max_age) WIRE(max_requests) WIRE_NS(backoff) WIRE_NS(backoff_max)
  WIRE_ADDED(max_response) WIRE(slowest)
}

// ---- load

WIRE_FIELDS(ConstantRate, v1::ConstantRate) { WIRE(rate) }
WIRE_FIELDS(RampRate, v1::RampRate) { WIRE(from) WIRE(to) }
WIRE_FIELDS(StepRate, v1::StepRate) { WIRE_VALUES(steps) WIRE_NS(each) }
WIRE_FIELDS(SpikeRate, v1::SpikeRate) { WIRE(base) WIRE(peak) WIRE_NS(at) WIRE_NS(length) }
WIRE_FIELDS(RateShape, v1::RateShape) {
  WIRE_CASE(ConstantRate, constant)
  WIRE_CASE(RampRate, ramp)
  WIRE_CASE(StepRate, steps)
  WIRE_CASE(SpikeRate, spike)
  WIRE_CASES_END(kind)
}
WIRE_FIELDS(OpenLoad, v1::OpenLoad) { WIRE_STRUCT(shape) WIRE(arrivals) }
WIRE_FIELDS(ClosedLoad, v1::ClosedLoad) { WIRE(users) WIRE_NS(think) }
using LoadKind = decltype(Load::kind);
WIRE_FIELDS(LoadKind, v1::LoadKind) {
  WIRE_CASE(OpenLoad, open)
  WIRE_CASE(ClosedLoad, closed)
  WIRE_CASES_END(kind)
}
WIRE_FIELDS(MixEntry, v1::MixEntry) { WIRE(operation) WIRE(weight) }
WIRE_FIELDS(Load, v1::Load) { WIRE_STRUCT(kind) WIRE_STRUCTS(mix) WIRE(max_outstanding) WIRE(from) }

// ---- probes and ledgers

WIRE_FIELDS(Probe, v1::Probe) {
  WIRE(name) WIRE(operation) WIRE_NS(every) WIRE_NS(timeout) WIRE(down_after) WIRE(up_after)
  WIRE(connection) WIRE(agent)
}
WIRE_FIELDS(Ledger, v1::Ledger) {
  WIRE(name) WIRE_STRUCT(write) WIRE_STRUCT(read) WIRE_STRUCT(write_ok) WIRE_STRUCT(present)
  WIRE_STRUCT(absent) WIRE(rate) WIRE_NS(timeout) WIRE_NS(settle) WIRE(verify_rate)
  WIRE_NS(verify_limit) WIRE(noun) WIRE(agent)
}

// ---- components and faults

WIRE_FIELDS(ProcessSpec, v1::ProcessSpec) { WIRE(pidfile) WIRE(exe) WIRE(user) WIRE(scope) WIRE(processes) }
WIRE_FIELDS(Selector, v1::Selector) {
  WIRE_CASE(std::monostate, none)
  WIRE_CASE(ProcessSpec, process)
  WIRE_CASES_END(kind)
}
WIRE_FIELDS(Component, v1::Component) {
  WIRE(name) WIRE(agent) WIRE_STRUCT(selector) WIRE_VALUES(start) WIRE_VALUES(stop)
  WIRE_NS(stop_limit)
}
WIRE_FIELDS(Action, v1::Action) {
  WIRE(kind) WIRE(component) WIRE_VALUES(argv) WIRE(agent) WIRE_NS(after) WIRE_NS(limit) WIRE(describe)
}
WIRE_FIELDS(FaultKind, v1::FaultKind) { WIRE(name) WIRE_VALUES(components) WIRE_STRUCT(document) WIRE_NS(hold) }
WIRE_FIELDS(Fault, v1::Fault) {
  WIRE(name) WIRE(phase) WIRE_NS(at) WIRE_STRUCT(kind) WIRE_STRUCTS(recover) WIRE_STRUCTS(undo)
  WIRE_NS(recover_within) WIRE_MAYBE(expected) WIRE_NS(undo_within)
}

// ---- checks

WIRE_FIELDS(TlsCheck, v1::TlsCheck) { WIRE(target) WIRE(floor) WIRE_VALUES(forbidden) }
WIRE_FIELDS(CertificateCheck, v1::CertificateCheck) { WIRE(target) }
WIRE_FIELDS(PlainHttpCheck, v1::PlainHttpCheck) { WIRE(target) WIRE(port) }
WIRE_FIELDS(AuthenticationCheck, v1::AuthenticationCheck) { WIRE_STRUCT(request) WIRE_STRUCT(expect) }
WIRE_FIELDS(HeadersCheck, v1::HeadersCheck) { WIRE_STRUCT(request) WIRE_STRUCT(expect) }
WIRE_FIELDS(HttpCheck, v1::HttpCheck) { WIRE_STRUCT(request) WIRE_STRUCT(expect) WIRE(number_pointer) }
WIRE_FIELDS(CommandCheck, v1::CommandCheck) { WIRE_VALUES(argv) WIRE(number) }
WIRE_FIELDS(CheckKind, v1::CheckKind) {
  WIRE_CASE(TlsCheck, tls)
  WIRE_CASE(CertificateCheck, certificate)
  WIRE_CASE(PlainHttpCheck, plain_http)
  WIRE_CASE(AuthenticationCheck, authentication)
  WIRE_CASE(HeadersCheck, headers)
  WIRE_CASE(HttpCheck, http)
  WIRE_CASE(CommandCheck, command)
  WIRE_CASES_END(kind)
}
WIRE_FIELDS(Check, v1::Check) { WIRE(name) WIRE(agent) WIRE_STRUCT(kind) WIRE_NS(timeout) }

WIRE_FIELDS(Cleanup, v1::Cleanup) { WIRE(name) WIRE_STRUCT(remove) WIRE_MAYBE_STRUCT(remains) }

// ---- the whole

WIRE_FIELDS(Phase, v1::Phase) {
  WIRE(name) WIRE_NS(duration) WIRE(measured) WIRE(repeat) WIRE_MAYBE_STRUCT(load) WIRE_VALUES(faults)
  WIRE(most_stages)
}
WIRE_FIELDS(AgentSpec, v1::AgentSpec) { WIRE(name) WIRE(load) WIRE(inject) WIRE(local) }
WIRE_FIELDS(ReadyCheck, v1::ReadyCheck) { WIRE(probe) WIRE_NS(limit) }
WIRE_FIELDS(ReleaseSource, v1::ReleaseSource) { WIRE_STRUCT(request) WIRE(json_pointer) }
WIRE_FIELDS(DrillPlan, v1::DrillPlan) {
  WIRE(name) WIRE(sha256) WIRE(folder) WIRE(seed)
  WIRE_MAYBE_STRUCT(release) WIRE_STRUCTS(secrets) WIRE_STRUCTS(targets)
  WIRE_STRUCTS(agents) WIRE_STRUCTS(components) WIRE_STRUCTS(setup) WIRE_MAYBE_STRUCT(ready)
  WIRE_STRUCTS(teardown) WIRE_STRUCTS(operations) WIRE_STRUCT(connections) WIRE_STRUCTS(probes)
  WIRE_STRUCTS(ledgers) WIRE_STRUCTS(phases) WIRE_STRUCTS(faults) WIRE_STRUCTS(checks)
  WIRE_ADDED(trace) WIRE_STRUCTS(env) WIRE_STRUCTS(cleanups)
}
WIRE_FIELDS(Lane, v1::Lane) { WIRE(index) WIRE(count) }
WIRE_FIELDS(Assignment, v1::Assignment) {
  WIRE(run_id) WIRE(self) WIRE_STRUCT(lane) WIRE_STRUCT(plan)
}
// clang-format on

}  // namespace

void fields(Writer& io, const Action& m, v1::Action& p) { fields<Writer>(io, m, p); }
void fields(Reader& io, Action& m, const v1::Action& p) { fields<Reader>(io, m, p); }
void fields(Writer& io, const Assignment& m, v1::Assignment& p) { fields<Writer>(io, m, p); }
void fields(Reader& io, Assignment& m, const v1::Assignment& p) { fields<Reader>(io, m, p); }

}  // namespace shakedown::wire
