#include "controller/scenario/sections/decode.h"
#include "core/form/document.h"

namespace shakedown {
namespace {

KeySpec decode_key(Decoding& d, const View& view) {
  if (view["sequence"]) return SequenceKey{view["sequence"].integer()};
  if (!view["uniform"]) return {};
  const std::vector<View> ends = view["uniform"].items();
  const UniformKey key{ends[0].integer(), ends[1].integer()};
  if (key.low > key.high) {
    d.diagnostics.error(view["uniform"].at(), "`uniform` from " + std::to_string(key.low) + " to " + std::to_string(key.high),
                        "write the smaller number first");
  }
  return key;
}

void check_operation_holes(Decoding& d, const View& view) {
  const View request = written_request(view);
  const auto check = [&](const char* name, HoleKind kind) {
    const std::string hole = "{" + std::string(name) + "}";
    const bool used = uses(request, kind, d.secrets());
    if (used && view[name].absent()) {
      d.diagnostics.error(request.at(), hole + " is used, but the operation has no `" + name + "`",
                          "say what fills it: add `" + std::string(name) + ":`");
    }
    if (view[name] && request.sound() && !used) {
      d.diagnostics.warning(view[name].at(), "`" + std::string(name) + "` fills " + hole + ", which is not used",
                            "use " + hole + " in the request, or remove it");
    }
  };
  check("key", HoleKind::key);
  check("value", HoleKind::value);
}

void check_ledger_holes(Decoding& d, const View& view) {
  const View write = written_request(view["write"]), read = written_request(view["read"]);
  const ProtocolForm *writes = written_protocol(view["write"]), *reads = written_protocol(view["read"]);
  if (write.sound() && !uses(write, HoleKind::id, d.secrets())) {
    d.diagnostics.error(write.at(), "the ledger's write does not use {id}", "each write needs its own name");
  }
  if (read.sound() && !uses(read, HoleKind::id, d.secrets())) {
    d.diagnostics.error(read.at(), "the ledger's read does not use {id}", "each write is read back by its name");
  }
  if (write.sound() && !view["write"]["expect"] && !writes->tells_refusal) {
    d.diagnostics.error(write.at(), "nothing says which answer acknowledges the ledger's write: a refusal would do, too",
                        "add `expect` beside `" + std::string(writes->name) + "`");
  }
  const bool proves = uses(view["present"], HoleKind::checksum, d.secrets());
  const bool carries = uses(write, HoleKind::payload, d.secrets()) || uses(write, HoleKind::checksum, d.secrets());
  if (write.sound() && proves && !carries) {
    d.diagnostics.error(write.at(), "`present` looks for {checksum}, but the write carries neither {payload} nor {checksum}",
                        writes->carry_hint);
  }
  if (view["present"].sound() && !proves && reads != nullptr) {
    d.diagnostics.warning(view["present"].at(), "`present` does not look for {checksum}: altered entries pass as kept",
                          reads->prove_hint);
  }
}

}  // namespace

AgentId decode_from(Decoding& d, const View& view) {
  const AgentId agent = view.id<AgentId>(d.names);
  if (!agent.valid() || agent.value >= d.scenario.agents.size()) return {};
  if (!d.scenario.agents[agent.value].load) {
    d.diagnostics.error(view.at(), "agent " + ticked(view.text()) + " lacks the role `load`",
                        "add `load` to its roles, or name another agent");
  }
  return agent;
}

void decode_operations(Decoding& d, const View& root) {
  for (const auto& [name, view] : root["operations"].entries()) {
    Operation operation;
    operation.name = name;
    operation.request = decode_request(d, view, Traced::as_declared);
    operation.key = decode_key(d, view["key"]);
    operation.value_size = view["value"]["size"].bytes();
    operation.expect = document_of(view["expect"]);
    operation.timeout = view["timeout"].duration();
    operation.noun = view["noun"].text();
    check_operation_holes(d, view);
    d.scenario.operations.push_back(std::move(operation));
  }
}

void decode_probes(Decoding& d, const View& root) {
  for (const auto& [name, view] : root["probes"].entries()) {
    Probe probe;
    probe.name = name;
    probe.operation = view["operation"].id<OperationId>(d.names);
    probe.every = view["every"].duration();
    probe.timeout = view["timeout"].duration();
    probe.down_after = view["down_after"].small();
    probe.up_after = view["up_after"].small();
    probe.connection = view["connection"].text() == "fresh" ? ProbeConnection::fresh : ProbeConnection::reuse;
    probe.agent = decode_from(d, view["from"]);
    d.scenario.probes.push_back(std::move(probe));
  }
}

void decode_ledgers(Decoding& d, const View& root) {
  for (const auto& [name, view] : root["ledgers"].entries()) {
    Ledger ledger;
    ledger.name = name;
    ledger.write = decode_request(d, view["write"], Traced::as_declared);
    ledger.write_ok = document_of(view["write"]["expect"]);
    ledger.read = decode_request(d, view["read"], Traced::as_declared);
    ledger.present = document_of(view["present"]);
    ledger.absent = document_of(view["absent"]);
    ledger.rate = view["rate"].rate();
    ledger.timeout = view["timeout"].duration();
    ledger.settle = view["settle"].duration();
    ledger.verify_rate = view["verify_rate"].rate();
    ledger.verify_limit = view["verify_limit"].duration();
    ledger.noun = view["noun"].text();
    ledger.agent = decode_from(d, view["from"]);
    check_ledger_holes(d, view);
    d.scenario.ledgers.push_back(std::move(ledger));
  }
}

void decode_release(Decoding& d, const View& root) {
  const View view = root["release"];
  if (!view) return;
  d.scenario.release = ReleaseSource{decode_request(d, view, Traced::no), view["json"].text()};
}

}  // namespace shakedown
