// A whole TLS handshake with a target, by OpenSSL.
// Ownership: Secured owns socket, session and what they rest on. Threads: the check thread.
#pragma once

#include <memory>
#include <string>

#include "agent/check/kinds/reach.h"
#include "agent/load/protocols/target.h"

namespace shakedown {

struct Secured {
  std::unique_ptr<PreparedTarget> target;  // its context outlives the session
  FileDescriptor socket;
  TlsSession session;   // the handshake is complete; null = there was none
  std::string why;      // there was none
  bool nobody = false;  // as nobody takes a connection there
};
// Shakes hands at one address, whatever the certificate is worth: SSL_get_verify_result says it. lowest: the lowest version that
// is offered; below TLS 1.2 OpenSSL's own limits on weak keys and ciphers are lifted too. The target's client certificate is
// shown.
Task<Secured> shake_hands(const Checking& look, const Target& target, Endpoint endpoint, TlsVersion lowest);

}  // namespace shakedown
