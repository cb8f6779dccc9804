// Everything that is worked out once, before the first request: addresses, certificates, secrets
// in request bytes, expectations.
// Ownership: one Prepared, shared read-only by all workers of a LoadRunner. Threads: immutable.
#pragma once

#include <memory>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "agent/load/driver.h"
#include "agent/load/expect.h"
#include "agent/secrets/redact.h"
#include "agent/load/request_template.h"
#include "agent/load/tls.h"
#include "core/form/names.h"
#include "core/model/plan.h"
#include "core/protocols/protocol.h"

namespace shakedown {

struct PreparedTarget {
  Target target;
  std::vector<boost::asio::ip::tcp::endpoint>
      endpoints;                    // each new connection begins at the next; resolved once, at the start
  std::unique_ptr<TlsContext> tls;  // null for plain connections
};

struct PreparedOperation {
  RequestTemplate request;
  Expectation expect;
};

struct PreparedLedger {
  RequestTemplate write, read;
  Expectation write_ok, present, absent;
};

struct Prepared {
  Assignment assignment;
  std::vector<PreparedTarget> targets;        // by TargetId
  std::vector<PreparedOperation> operations;  // by OperationId
  std::vector<PreparedLedger> ledgers;        // by LedgerId
  // An arrival released later than this is our fault: 10 % of the smallest declared latency limit,
  // else 10 ms.
  Duration lag_limit = std::chrono::milliseconds(10);

  Secrets secrets;
  Redactor redactor;

  const Scenario& scenario() const { return assignment.scenario; }
};

// Errors: unavailable (secret, address, certificate), scenario (a request or expectation that
// cannot be used).
Result<std::unique_ptr<const Prepared>> prepare(const Assignment& assignment);

// What the name of the target's host stands for, each address once; without those to which this host has no route, unless
// there are no others. Errors: unavailable (none).
Result<std::vector<boost::asio::ip::tcp::endpoint>> addresses_of(const Target& target);
// One target's addresses and certificates. Errors: as prepare.
Result<PreparedTarget> prepare_target(const Target& target);
// The same at these addresses only.
Result<PreparedTarget> prepare_target(const Target& target, std::vector<boost::asio::ip::tcp::endpoint> endpoints);
// "api: 127.0.0.1, 127.0.0.2".
std::string address_list(const PreparedTarget& target);

// A request that was not declared as an operation. Errors: as prepare.
Result<RequestTemplate> prepare_request(const Prepared& prepared, const Request& request);

// Makes of the plan's documents what can be sent and judged, each after a look whether it fits this agent's own form of its
// protocol. what: how messages call it. Errors: scenario (a protocol or a key that this agent does not know).
class DocumentReader {
 public:
  DocumentReader(const Scenario& scenario, const Secrets& secrets);
  Trace trace() const { return scenario_.trace; }
  Result<RequestTemplate> request(const std::string& what, const Request& request, uint64_t value_size, Trace trace) const;
  Result<Expectation> expectation(const std::string& what, const std::string& protocol, const Document& expect,
                                  uint64_t value_size) const;

 private:
  Result<Shape> checked(const std::string& what, const std::string& protocol, const Document& document,
                        Shape (*ProtocolForm::*part)(const std::vector<std::string>&)) const;

  const Scenario& scenario_;
  const Secrets& secrets_;
  Names names_;
};

// The agent that probes or keeps a ledger when none is named: the first with the role `load`.
AgentId default_load_agent(const Scenario& scenario);

}  // namespace shakedown
