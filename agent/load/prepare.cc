#include "agent/load/prepare.h"

#include <sys/socket.h>

#include <algorithm>

#include <boost/asio/io_context.hpp>

#include "agent/load/arrival_clock.h"
#include "core/runtime/file_descriptor.h"

namespace shakedown {
namespace {

using boost::asio::ip::tcp;

// Whether this host can send there at all: a host without IPv6 has no use for such an address. Nothing is sent.
bool has_route(const tcp::endpoint& endpoint) {
  const FileDescriptor socket(::socket(endpoint.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  return socket.valid() && ::connect(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0;
}

Result<RequestTemplate> make_request(const Scenario& scenario, const HttpRequest& http,
                                     const Secrets& secrets, uint64_t value_size,
                                     Trace trace = Trace::none) {
  if (http.target.value >= scenario.targets.size()) {
    return fail(ErrorKind::bug, "a request of the plan names target " +
                                    std::to_string(http.target.value) + " of " +
                                    std::to_string(scenario.targets.size()));
  }
  return RequestTemplate::make(http, scenario.targets[http.target.value], secrets, value_size, trace);
}

Result<PreparedLedger> prepare_ledger(const Scenario& scenario, const Ledger& ledger,
                                      const Secrets& secrets) {
  PreparedLedger made;
  SHAKEDOWN_TRY(made.write, make_request(scenario, ledger.write, secrets, 0, scenario.trace));
  SHAKEDOWN_TRY(made.read, make_request(scenario, ledger.read, secrets, 0, scenario.trace));
  SHAKEDOWN_TRY(made.write_ok, Expectation::make(ledger.write_ok, secrets));
  SHAKEDOWN_TRY(made.present, Expectation::make(ledger.present, secrets));
  SHAKEDOWN_TRY(made.absent, Expectation::make(ledger.absent, secrets));
  return made;
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

}  // namespace

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

Result<RequestTemplate> prepare_request(const Prepared& prepared, const HttpRequest& http) {
  return make_request(prepared.scenario(), http, prepared.secrets, 0);
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
  for (const Operation& operation : scenario.operations) {
    PreparedOperation one;
    SHAKEDOWN_TRY(one.request,
                  make_request(scenario, operation.http, secrets, operation.value_size.count,
                               scenario.trace));
    SHAKEDOWN_TRY(one.expect, Expectation::make(operation.expect, secrets, operation.value_size.count));
    made->operations.push_back(std::move(one));
  }
  for (const Ledger& ledger : scenario.ledgers) {
    SHAKEDOWN_TRY(PreparedLedger one, prepare_ledger(scenario, ledger, secrets));
    made->ledgers.push_back(std::move(one));
  }
  made->lag_limit = lag_limit(scenario);
  return std::unique_ptr<const Prepared>(std::move(made));
}

}  // namespace shakedown
