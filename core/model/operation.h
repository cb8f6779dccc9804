// What load sends: targets, requests, expectations, connection policy.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/base/units.h"
#include "core/form/text.h"
#include "core/form/tree.h"

namespace shakedown {

// {env: X} or {file: P}; resolved on the agent, never sent, logged or reported.
struct SecretSource {
  enum class Kind { env, file } kind = Kind::env;
  std::string where;  // variable name, or absolute path
};
struct Secret {
  std::string name;
  SecretSource source;
};

// What a command finds in its environment beside the fixed few (agent/secrets/command_environment.h).
struct EnvVariable {
  std::string name;
  Text value;  // literals and secrets
};

struct TlsSpec {
  std::string ca_file;           // own CA; empty = the system's
  std::string certificate_file;  // client certificate chain, PEM; empty = none
  std::string key_file;          // client key, PEM
  std::string server_name;       // SNI and verified name; empty = the host of the URL
};

struct Target {
  std::string name;
  std::string scheme;  // "https": one of core/protocols
  std::string host;    // name or address, without brackets
  uint16_t port = 0;
  std::string base_path;  // "" or "/v1", prefixed to every path
  TlsSpec tls;            // of secure schemes; verification is always on
  // How old an address may be that a new connection goes to; 0 = the name is looked up for each; none = once, at the start.
  std::optional<Duration> resolve;
  std::string mark;  // header of every request that holds the run's id; empty = none
};

// A request as its protocol describes it: the document has the form that core/protocols gives for the name.
struct Request {
  TargetId target;
  std::string protocol;  // "http"
  Document document;
};

// What every request of operations and ledgers carries beside its own headers.
enum class Trace {
  none,
  w3c,  // a `traceparent` of its own (W3C Trace Context)
};

struct UniformKey {
  uint64_t low = 0, high = 0;  // inclusive
};
struct SequenceKey {
  uint64_t from = 0;  // from + arrival number
};
using KeySpec = std::variant<std::monostate, UniformKey, SequenceKey>;

struct Operation {
  std::string name;
  Request request;
  KeySpec key;
  Bytes value_size;  // size of {value}; 0 when unused
  Document expect;   // what makes an answer good, in the protocol's form; null = as the protocol says
  Duration timeout = std::chrono::seconds(1);
  std::string noun;  // for page one: "read" in "99.9 % of reads"; defaults to "request"
  // Every latency limit declared by a requirement for this operation, ascending, without repeats:
  // the exact over-limit counters of a Cell follow this list.
  std::vector<Duration> limits;
};

struct ConnectionPolicy {
  uint32_t max = 0;           // per target and agent (split over its workers); 0 = as many as requests are out
  Duration max_age{};         // 0 = no limit
  uint64_t max_requests = 0;  // 0 = no limit
  Duration backoff = std::chrono::milliseconds(50);
  Duration backoff_max = std::chrono::milliseconds(100);
  Bytes max_response{16 << 20};  // of one answer, head included; a longer one failed
  Bytes slowest;                 // that an answer brings a second, once it has begun; 0 = no limit
};

}  // namespace shakedown
