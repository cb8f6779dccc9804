#include <strings.h>

#include "core/config/decode.h"

namespace shakedown {
namespace {

bool uses(const HttpRequest& http, HoleKind kind) {
  for (const auto& [name, value] : http.headers) {
    if (value.uses(kind)) return true;
  }
  return http.path.uses(kind) || http.body.uses(kind);
}

KeySpec decode_key(Decoding& d, const View& view) {
  if (view["sequence"]) return SequenceKey{view["sequence"].integer()};
  if (!view["uniform"]) return {};
  const std::vector<View> ends = view["uniform"].items();
  const UniformKey key{ends[0].integer(), ends[1].integer()};
  if (key.low > key.high) {
    d.diagnostics.error(
        view["uniform"].at(),
        "`uniform` from " + std::to_string(key.low) + " to " + std::to_string(key.high),
        "write the smaller number first");
  }
  return key;
}

void check_operation_holes(Decoding& d, const View& view, const HttpRequest& http) {
  const auto check = [&](const char* name, HoleKind kind) {
    const std::string hole = "{" + std::string(name) + "}";
    if (uses(http, kind) && view[name].absent()) {
      d.diagnostics.error(view["http"].at(),
                          hole + " is used, but the operation has no `" + name + "`",
                          "say what fills it: add `" + std::string(name) + ":`");
    }
    if (view[name] && view["http"].sound() && !uses(http, kind)) {
      d.diagnostics.warning(view[name].at(),
                            "`" + std::string(name) + "` fills " + hole + ", which is not used",
                            "use " + hole + " in the request, or remove it");
    }
  };
  check("key", HoleKind::key);
  check("value", HoleKind::value);
}

void check_ledger_holes(Decoding& d, const View& view, const Ledger& ledger) {
  const View write = view["write"]["http"], read = view["read"]["http"];
  if (write.sound() && !uses(ledger.write, HoleKind::id)) {
    d.diagnostics.error(write.at(), "the ledger's write does not use {id}",
                        "each write needs its own name");
  }
  if (read.sound() && !uses(ledger.read, HoleKind::id)) {
    d.diagnostics.error(read.at(), "the ledger's read does not use {id}",
                        "each write is read back by its name");
  }
  const bool proves =
      ledger.present.body_contains && ledger.present.body_contains->uses(HoleKind::checksum);
  const bool carries =
      uses(ledger.write, HoleKind::payload) || uses(ledger.write, HoleKind::checksum);
  if (write.sound() && proves && !carries) {
    d.diagnostics.error(
        write.at(),
        "`present` looks for {checksum}, but the write carries neither {payload} nor {checksum}",
        "send {payload} in the body");
  }
  if (view["present"].sound() && !proves) {
    d.diagnostics.warning(view["present"].at(),
                          "`present` does not look for {checksum}: altered entries pass as kept",
                          "add body: {contains: \"{checksum}\"}");
  }
}

// Two headers of that name are none: W3C Trace Context 4.3 has the receiver drop both.
void refuse_second_trace(Decoding& d, const View& http) {
  if (d.scenario.trace == Trace::none) return;
  for (const auto& [name, value] : http["headers"].entries()) {
    if (strcasecmp(name.c_str(), "traceparent") != 0) continue;
    d.diagnostics.error(value.at(), "the header " + ticked(name) + " is set by `trace: w3c`",
                        "remove the header, or `trace`");
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
    operation.http = decode_request(d, view["http"]);
    refuse_second_trace(d, view["http"]);
    operation.key = decode_key(d, view["key"]);
    operation.value_size = view["value"]["size"].bytes();
    operation.expect = decode_expect(d, view["expect"]);
    operation.timeout = view["timeout"].duration();
    operation.noun = view["noun"].text();
    check_operation_holes(d, view, operation.http);
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
    probe.connection =
        view["connection"].text() == "fresh" ? ProbeConnection::fresh : ProbeConnection::reuse;
    probe.agent = decode_from(d, view["from"]);
    d.scenario.probes.push_back(std::move(probe));
  }
}

void decode_ledgers(Decoding& d, const View& root) {
  for (const auto& [name, view] : root["ledgers"].entries()) {
    Ledger ledger;
    ledger.name = name;
    ledger.write = decode_request(d, view["write"]["http"]);
    ledger.write_ok = decode_expect(d, view["write"]["expect"]);
    ledger.read = decode_request(d, view["read"]["http"]);
    refuse_second_trace(d, view["write"]["http"]);
    refuse_second_trace(d, view["read"]["http"]);
    ledger.present = decode_expect(d, view["present"]);
    ledger.absent = decode_expect(d, view["absent"]);
    ledger.rate = view["rate"].rate();
    ledger.timeout = view["timeout"].duration();
    ledger.settle = view["settle"].duration();
    ledger.verify_rate = view["verify_rate"].rate();
    ledger.verify_limit = view["verify_limit"].duration();
    ledger.noun = view["noun"].text();
    ledger.agent = decode_from(d, view["from"]);
    check_ledger_holes(d, view, ledger);
    d.scenario.ledgers.push_back(std::move(ledger));
  }
}

void decode_release(Decoding& d, const View& root) {
  const View view = root["release"];
  if (!view) return;
  d.scenario.release = ReleaseSource{decode_request(d, view["http"]), view["json"].text()};
}

}  // namespace shakedown
