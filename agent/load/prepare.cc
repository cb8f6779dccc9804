#include "agent/load/prepare.h"

#include <sys/socket.h>

#include <algorithm>

#include <boost/asio/io_context.hpp>

#include "agent/load/arrival_clock.h"
#include "core/form/check.h"
#include "core/form/document.h"
#include "core/form/holes.h"
#include "core/runtime/file_descriptor.h"

namespace shakedown {
namespace {

using boost::asio::ip::tcp;

// Whether this host can send there at all: a host without IPv6 has no use for such an address. Nothing is sent.
bool has_route(const tcp::endpoint& endpoint) {
  const FileDescriptor socket(::socket(endpoint.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  return socket.valid() && ::connect(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0;
}

Duration lag_limit(const Scenario& scenario) {
  Duration smallest = std::chrono::milliseconds(100);
  bool declared = false;
  for (const Operation& operation : scenario.operations) {
    if (operation.limits.empty()) continue;
    smallest = declared ? std::min(smallest, operation.limits.front()) : operation.limits.front();
    declared = true;
  }
  return smallest / 10;
}

auto not_understood(const std::string& what) {
  return fail(ErrorKind::scenario, what + "; do controller and agent have the same version?");
}

Result<PreparedLedger> prepare_ledger(const DocumentReader& reader, const Ledger& ledger) {
  const Trace trace = reader.trace();
  PreparedLedger made;
  SHAKEDOWN_TRY(made.write, reader.request("a write of ledger `" + ledger.name + "`", ledger.write, 0, trace));
  SHAKEDOWN_TRY(made.read, reader.request("a read of ledger `" + ledger.name + "`", ledger.read, 0, trace));
  const std::string expected = "what is expected of ledger `" + ledger.name + "`";
  SHAKEDOWN_TRY(made.write_ok, reader.expectation(expected, ledger.write.protocol, ledger.write_ok, 0));
  SHAKEDOWN_TRY(made.present, reader.expectation(expected, ledger.read.protocol, ledger.present, 0));
  SHAKEDOWN_TRY(made.absent, reader.expectation(expected, ledger.read.protocol, ledger.absent, 0));
  return made;
}

}  // namespace

DocumentReader::DocumentReader(const Scenario& scenario, const Secrets& secrets) : scenario_(scenario), secrets_(secrets) {
  Diagnostics ignored("");
  for (const Secret& secret : scenario.secrets) names_.add("secret", secret.name, {}, ignored);
}

Result<Shape> DocumentReader::checked(const std::string& what, const std::string& protocol, const Document& document,
                                      Shape (*ProtocolForm::*part)(const std::vector<std::string>&)) const {
  const ProtocolForm* form = find_protocol_form(protocol);
  if (form == nullptr) return not_understood(what + ": this agent does not speak `" + protocol + "`");
  Shape shape = (form->*part)(reserved_holes());
  if (document.type == NodeType::null) return shape;
  const auto fine = fits(document, shape, names_, what);
  if (!fine) return not_understood(what + ": " + fine.error().message);
  return shape;
}

Result<RequestTemplate> DocumentReader::request(const std::string& what, const Request& request, uint64_t value_size,
                                                Trace trace) const {
  if (request.target.value >= scenario_.targets.size()) {
    return fail(ErrorKind::bug, "a request of the plan names target " + std::to_string(request.target.value) + " of " +
                                    std::to_string(scenario_.targets.size()));
  }
  SHAKEDOWN_TRY(const Shape shape, checked(what, request.protocol, request.document, &ProtocolForm::request));
  const HttpRequest http = read_http_request(view_of(request.document, shape), names_.of("secret"));
  return RequestTemplate::make(http, scenario_.targets[request.target.value], secrets_, value_size, trace);
}

Result<Expectation> DocumentReader::expectation(const std::string& what, const std::string& protocol, const Document& expect,
                                                uint64_t value_size) const {
  SHAKEDOWN_TRY(const Shape shape, checked(what, protocol, expect, &ProtocolForm::expect));
  return Expectation::make(read_http_expect(view_of(expect, shape), names_.of("secret")), secrets_, value_size);
}

Result<std::vector<tcp::endpoint>> addresses_of(const Target& target) {
  boost::asio::io_context loop;
  tcp::resolver resolver(loop);
  boost::system::error_code error;
  const auto found = resolver.resolve(target.host, std::to_string(target.port),
                                      boost::asio::ip::resolver_base::numeric_service, error);
  if (error || found.empty()) {
    return fail(ErrorKind::unavailable, "target `" + target.name + "`: no address for the host `" +
                                            target.host + "`: " + error.message() +
                                            "; check the name on this agent");
  }
  std::vector<tcp::endpoint> all, routed;
  for (const auto& entry : found) {
    if (std::find(all.begin(), all.end(), entry.endpoint()) != all.end()) continue;
    all.push_back(entry.endpoint());
    if (has_route(entry.endpoint())) routed.push_back(entry.endpoint());
  }
  return routed.empty() ? all : routed;
}

Result<PreparedTarget> prepare_target(const Target& target) {
  SHAKEDOWN_TRY(std::vector<tcp::endpoint> endpoints, addresses_of(target));
  return prepare_target(target, std::move(endpoints));
}

Result<PreparedTarget> prepare_target(const Target& target, std::vector<tcp::endpoint> endpoints) {
  if (find_driver(target.scheme) == nullptr) {
    return fail(ErrorKind::scenario, "target `" + target.name + "`: the scheme `" + target.scheme +
                                         "` is not known; this agent speaks " + known_schemes());
  }
  PreparedTarget made;
  made.target = target;
  made.endpoints = std::move(endpoints);
  if (target.scheme == "https") {
    SHAKEDOWN_TRY(made.tls, TlsContext::make(target));
  }
  return made;
}

std::string address_list(const PreparedTarget& target) {
  std::string out = target.target.name + ":";
  for (const tcp::endpoint& endpoint : target.endpoints) {
    out += (&endpoint == target.endpoints.data() ? " " : ", ") + endpoint.address().to_string();
  }
  return out;
}

Result<RequestTemplate> prepare_request(const Prepared& prepared, const Request& request) {
  const DocumentReader reader(prepared.scenario(), prepared.secrets);
  return reader.request("a request beside the load", request, 0, Trace::none);
}

AgentId default_load_agent(const Scenario& scenario) {
  for (std::size_t i = 0; i < scenario.agents.size(); ++i) {
    if (scenario.agents[i].load) return AgentId(i);
  }
  return AgentId();
}

Result<std::unique_ptr<const Prepared>> prepare(const Assignment& assignment) {
  keep_stamps_on();  // long before the first answer
  auto made = std::make_unique<Prepared>();
  made->assignment = assignment;
  const Scenario& scenario = made->scenario();
  SHAKEDOWN_TRY(made->secrets, resolve_secrets(scenario.secrets));
  const Secrets& secrets = made->secrets;
  made->redactor = Redactor(secrets);
  for (const Target& target : scenario.targets) {
    SHAKEDOWN_TRY(PreparedTarget one, prepare_target(target));
    made->targets.push_back(std::move(one));
  }
  const DocumentReader reader(scenario, secrets);
  for (const Operation& operation : scenario.operations) {
    const uint64_t value_size = operation.value_size.count;
    const std::string what = "operation `" + operation.name + "`";
    PreparedOperation one;
    SHAKEDOWN_TRY(one.request, reader.request(what, operation.request, value_size, scenario.trace));
    SHAKEDOWN_TRY(one.expect, reader.expectation(what, operation.request.protocol, operation.expect, value_size));
    made->operations.push_back(std::move(one));
  }
  for (const Ledger& ledger : scenario.ledgers) {
    SHAKEDOWN_TRY(PreparedLedger one, prepare_ledger(reader, ledger));
    made->ledgers.push_back(std::move(one));
  }
  made->lag_limit = lag_limit(scenario);
  return std::unique_ptr<const Prepared>(std::move(made));
}

}  // namespace shakedown
