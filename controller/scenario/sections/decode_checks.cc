#include <strings.h>
#include <algorithm>

#include "controller/model/looks_at.h"
#include "controller/scenario/sections/decode.h"
#include "core/form/document.h"
#include "core/protocols/http1.h"

namespace shakedown {
namespace {

const std::vector<std::string> kKinds = {"tls", "certificate", "plain_http", "authentication", "headers", "http", "command"};

// The target of a check that only https has an answer to.
TargetId secure_target(Decoding& d, const View& view, const std::string& kind) {
  const TargetId id = view["target"].id<TargetId>(d.names);
  const Scheme* scheme = id.valid() ? find_scheme(d.scenario.targets[id.value].scheme) : nullptr;
  if (scheme != nullptr && !scheme->secure) {
    d.diagnostics.error(view["target"].at(),
                        "a `" + kind + "` check of target " + ticked(view["target"].text()) + ", which is plain " + scheme->name,
                        "name an https target, or write https:// in its `url`");
  }
  return id;
}

TlsVersion version_of(const std::string& word) {
  if (word == "TLS1.0") return TlsVersion::tls1_0;
  if (word == "TLS1.1") return TlsVersion::tls1_1;
  return word == "TLS1.3" ? TlsVersion::tls1_3 : TlsVersion::tls1_2;
}

CheckKind decode_tls_check(Decoding& d, const View& view) {
  TlsCheck check{secure_target(d, view, "tls"), version_of(view["floor"].text()), view["forbidden"].texts()};
  if (view["floor"] && check.floor == TlsVersion::tls1_0 && view["forbidden"].absent()) {
    d.diagnostics.error(view["floor"].at(), "nothing lies below a floor of TLS1.0, so nothing would be tried",
                        "raise the floor, or name `forbidden` ciphers");
  }
  return check;
}

CheckKind decode_plain_http_check(Decoding& d, const View& view) {
  PlainHttpCheck check{secure_target(d, view, "plain_http"), static_cast<uint16_t>(view["port"].small())};
  if (check.target.valid() && view["port"] && d.scenario.targets[check.target.value].port == check.port) {
    d.diagnostics.error(view["port"].at(), "port " + view["port"].text() + " is the target's own, where TLS is spoken",
                        "name the port on which browsers would try plain HTTP, such as 80");
  }
  return check;
}

bool carries_credentials(const std::string& header) {
  for (const char* name : {"Authorization", "Proxy-Authorization", "Cookie"}) {
    if (strcasecmp(header.c_str(), name) == 0) return true;
  }
  return false;
}

// A request that is to be turned away shows nothing when it carries what would let it in.
void check_without_credentials(Decoding& d, const View& http) {
  for (const auto& [name, value] : http["headers"].entries()) {
    if (!carries_credentials(name)) continue;
    d.diagnostics.error(http["headers"].at(), "the header " + ticked(name) + " carries credentials",
                        "an authentication check goes without; remove it");
  }
  if (uses(http, HoleKind::secret, d.secrets())) {
    d.diagnostics.error(http.at(), "the request of an authentication check carries a secret",
                        "it shows that nothing is served without one; remove it");
  }
}

CheckKind decode_authentication_check(Decoding& d, const View& view) {
  AuthenticationCheck check{decode_request(d, view, Traced::no), {}};
  check_without_credentials(d, view["http"]);
  for (const auto& [first, last] : read_http_statuses(view["status"])) {
    if (first / 100 != 2) continue;
    d.diagnostics.error(view["status"].at(), "an answer of " + std::to_string(first) + " turns nobody away",
                        "name statuses such as 401 and 403, or leave `status` out");
  }
  Document status = document_of(view["status"]);
  if (view["status"].absent()) status = list_document({integer_document(401), integer_document(403)});
  check.expect = mapping_document({{"status", std::move(status)}});
  return check;
}

CheckKind decode_headers_check(Decoding& d, const View& view) {
  return HeadersCheck{decode_request(d, view, Traced::no), mapping_document({{"header", document_of(view["header"])}})};
}

CheckKind decode_check_kind(Decoding& d, const View& view) {
  const std::string kind = view.which(kKinds);
  if (kind.empty()) return TlsCheck{};
  const View inner = view[kind];
  if (kind == "tls") return decode_tls_check(d, inner);
  if (kind == "certificate") return CertificateCheck{secure_target(d, inner, kind)};
  if (kind == "plain_http") return decode_plain_http_check(d, inner);
  if (kind == "authentication") return decode_authentication_check(d, inner);
  if (kind == "headers") return decode_headers_check(d, inner);
  if (kind == "http") {
    return HttpCheck{decode_request(d, inner, Traced::no), document_of(inner["expect"]), inner["number"].text()};
  }
  return CommandCheck{inner["exec"].texts(), inner["number"].boolean()};
}

// By default commands run on `local`, everything else where load is.
AgentId decode_agent(Decoding& d, const View& view) {
  const View agent = view["agent"];
  const AgentId named = agent.id<AgentId>(d.names);
  if (view["command"].absent()) return named;
  const auto local = d.names.find("agent", "local");
  if (agent.absent() && !local) {
    d.diagnostics.error(view["command"].at(), "a command, but no agent `local` to run it", "declare the agent `local`");
    return named;
  }
  const AgentId who = agent.absent() ? AgentId(*local) : named;
  check_command_of(d, who, view["command"]["exec"]);
  return who;
}

// What deletes or counts without this run's mark would touch what is not ours.
Check decode_cleanup_part(Decoding& d, const View& view, const char* part) {
  const View what = view[part];
  const bool counts = std::string(part) == "remains";
  Check check;
  check.name = part;
  check.timeout = view["timeout"].duration();
  check.agent = view["agent"].id<AgentId>(d.names);
  if (what["command"].written()) {
    check.kind = CommandCheck{what["command"].texts(), counts};
    if (view["agent"].absent()) check.agent = local_agent(d, what["command"].at());
    check_command_of(d, check.agent, what["command"]);
    return check;
  }
  HttpCheck asked{decode_request(d, what, Traced::no), {}, ""};
  if (counts) {
    asked.number_pointer = what["number"].text();
  } else {
    asked.expect = document_of(what["expect"]);
  }
  check.kind = std::move(asked);
  if (what["http"].sound() && !uses(what["http"], HoleKind::run, d.secrets())) {
    d.diagnostics.error(what["http"].at(), "the request does not say {run}, so it would touch what is not this run's",
                        "write {run} where it selects, for example path: \"/entries?prefix={run}\"");
  }
  return check;
}

}  // namespace

void decode_checks(Decoding& d, const View& root) {
  for (const auto& [name, view] : root["checks"].entries()) {
    Check check;
    check.name = name;
    check.agent = decode_agent(d, view);
    check.kind = decode_check_kind(d, view);
    check.timeout = view["timeout"].duration();
    d.scenario.checks.push_back(std::move(check));
  }
}

void decode_cleanups(Decoding& d, const View& root) {
  for (const auto& [name, view] : root["cleanup"].entries()) {
    Cleanup cleanup;
    cleanup.name = name;
    cleanup.remove = decode_cleanup_part(d, view, "delete");
    if (view["remains"]) cleanup.remains = decode_cleanup_part(d, view, "remains");
    if (cleanup.remains && cleanup.remains->agent != cleanup.remove.agent) {
      d.diagnostics.error(view["remains"].at(), "`delete` and `remains` would be done by different agents",
                          "name one by `agent:`, or make both requests or both commands");
    }
    d.scenario.cleanups.push_back(std::move(cleanup));
  }
}

void check_checks_used(Decoding& d, const View& root) {
  const auto checks = root["checks"].entries();
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const auto& rows = d.scenario.requirements;
    const bool used =
        std::any_of(rows.begin(), rows.end(), [i](const Requirement& r) { return looks_at(r.sli).check == CheckId(i); });
    if (used) continue;
    d.diagnostics.warning(
        checks[i].second.at(),
        "no requirement looks at check " + ticked(checks[i].first) + ": whatever comes of it changes no verdict",
        "add a requirement with sli: {check: {name: " + checks[i].first + "}}");
  }
}

}  // namespace shakedown
