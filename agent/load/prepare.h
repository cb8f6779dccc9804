// Everything that is worked out once, before the first request: addresses, certificates, secrets
// in request bytes, expectations.
// Ownership: one Prepared, shared read-only by all workers of a LoadRunner. Threads: immutable.
#pragma once

#include <memory>
#include <vector>

#include "agent/load/protocols/protocol.h"
#include "agent/load/protocols/target.h"
#include "agent/secrets/redact.h"
#include "core/form/names.h"
#include "core/model/plan.h"
#include "core/protocols/protocol.h"

namespace shakedown {

// Where a request goes and in which protocol: what has a driver of its own.
struct Route {
  TargetId target;
  const Protocol* protocol = nullptr;
  friend bool operator==(const Route&, const Route&) = default;
};

struct Sendable {
  Route route;
  std::unique_ptr<const PreparedRequest> request;
};
// What an expectation needs is asked once, not per request.
struct Expected {
  std::unique_ptr<const AnswerCheck> check;
  bool keep_head = false, keep_body = false;
};

struct PreparedOperation {
  Sendable send;
  std::size_t route_index = 0;  // among Prepared::routes
  Expected expect;
};

struct PreparedLedger {
  Sendable write, read;
  Expected write_ok, present, absent;
};

struct Prepared {
  Assignment assignment;
  std::vector<PreparedTarget> targets;        // by TargetId
  std::vector<Route> routes;                  // of the operations, each once
  std::vector<PreparedOperation> operations;  // by OperationId
  std::vector<PreparedLedger> ledgers;        // by LedgerId
  // An arrival released later than this is our fault: 10 % of the smallest declared latency limit,
  // else 10 ms.
  Duration lag_limit = std::chrono::milliseconds(10);

  Secrets secrets;
  Redactor redactor;

  const DrillPlan& plan() const { return assignment.plan; }
  std::unique_ptr<Driver> make_driver(const Route& route, const DriverOptions& options, boost::asio::io_context& loop,
                                      Deadlines& deadlines) const {
    return route.protocol->make_driver(targets[route.target.value], options, loop, deadlines);
  }
};

// Errors: unavailable (secret, address, certificate), scenario (a request or expectation that
// cannot be used).
Result<std::unique_ptr<const Prepared>> prepare(const Assignment& assignment, const AddressRanges& within = {});

// Makes of the plan's documents what can be sent and judged, each after a look whether it fits this agent's own form of its
// protocol. what: how messages call it. Errors: scenario (a protocol or a key that this agent does not know).
class DocumentReader {
 public:
  // The assignment outlives it.
  DocumentReader(const Assignment& assignment, const Secrets& secrets);
  Result<Sendable> request(const std::string& what, const Request& request, uint64_t value_size, Trace trace) const;
  Result<Expected> expected(const std::string& what, const std::string& protocol, const Document& expect,
                            uint64_t value_size) const;

 private:
  Result<Shape> checked(const std::string& what, const std::string& protocol, const Document& document,
                        Shape (*ProtocolForm::*part)(const std::vector<std::string>&)) const;

  const DrillPlan& plan_;
  Secrets texts_;  // the secrets and the run's id
  Names names_;
};

// The agent that probes or keeps a ledger when none is named: the first with the role `load`.
AgentId default_load_agent(const DrillPlan& plan);

}  // namespace shakedown
