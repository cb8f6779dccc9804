// Who a certificate says somebody is. It is read from one URI among the certificate's alternative names (docs/adr/0030):
//   shakedown://agent/NAME?roles=load,inject,check     an agent: its entry of the scenario's `agents`, and what it may do
//   shakedown://controller/NAME                        a controller
//   shakedown://authority/NAME                         who signs both
// Threads: plain values, free functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

namespace shakedown {

// What a certificate allows its agent.
struct Roles {
  bool load = false;    // load, probes, ledgers
  bool inject = false;  // faults, setup and teardown
  bool check = false;   // checks that are not load

  bool operator==(const Roles&) const = default;
  bool within(const Roles& other) const { return (!load || other.load) && (!inject || other.inject) && (!check || other.check); }
  std::string text() const;  // "load, check"; "none"
};
// "load,inject". Error usage: an unknown word, or none.
Result<Roles> parse_roles(std::string_view text);

enum class PeerKind { agent, controller, authority };
const char* to_string(PeerKind kind);

struct Identity {
  PeerKind kind = PeerKind::agent;
  std::string name;
  Roles roles;  // of an agent

  bool operator==(const Identity&) const = default;
};
std::string identity_uri(const Identity& identity);
// Error protocol: another URI, a name that is none, a role that is none.
Result<Identity> parse_identity_uri(std::string_view uri);
// 1 to 64 letters, digits, '-', '_' and '.', beginning with a letter or digit. Error usage.
Result<void> require_identity_name(std::string_view name);

// What stands in a certificate.
struct CertificateFacts {
  Identity identity;
  std::vector<std::string> hosts;  // DNS names and addresses
  WallTime from{}, until{};
  std::string fingerprint;  // SHA-256, 64 hex digits
};
// Errors: protocol (no certificate, or none of ours).
Result<CertificateFacts> read_certificate(const std::string& pem);

}  // namespace shakedown
