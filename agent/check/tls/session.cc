#include "agent/check/tls/session.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "agent/check/tls/client_hello.h"

namespace shakedown {
namespace {

std::string reason_of_openssl() {
  const unsigned long code = ERR_peek_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  return reason != nullptr ? reason : "the connection was closed";
}

void set_lowest(SSL& ssl, TlsVersion lowest) {
  SSL_set_verify(&ssl, SSL_VERIFY_NONE, nullptr);
  SSL_set_min_proto_version(&ssl, wire_version(lowest));
  if (lowest >= TlsVersion::tls1_2) return;
  SSL_set_security_level(&ssl, 0);
  SSL_set_cipher_list(&ssl, "ALL:@SECLEVEL=0");
}

// Empty when the handshake is complete, else why not.
Task<std::string> finish(const Checking& look, SSL& ssl, const FileDescriptor& socket) {
  while (true) {
    ERR_clear_error();
    const int result = SSL_do_handshake(&ssl);
    if (result == 1) co_return "";
    const int wants = SSL_get_error(&ssl, result);
    if (wants != SSL_ERROR_WANT_READ && wants != SSL_ERROR_WANT_WRITE) co_return reason_of_openssl();
    const bool reading = wants == SSL_ERROR_WANT_READ;
    Woken woken = Woken::due;
    if (reading) {
      woken = co_await wait_readable(socket.get(), look.deadline, &look.end);
    } else {
      woken = co_await wait_writable(socket.get(), look.deadline, &look.end);
    }
    if (woken == Woken::due || woken == Woken::ended) co_return why_not(woken);
  }
}

}  // namespace

Task<Secured> shake_hands(const Checking& look, const Target& target, Endpoint endpoint, TlsVersion lowest) {
  Secured made;
  Result<PreparedTarget> prepared = prepare_target(target, std::vector<Endpoint>(1, endpoint));
  if (!prepared) {
    made.why = prepared.error().message;
    co_return made;
  }
  made.target = std::make_unique<PreparedTarget>(std::move(prepared.value()));
  Reached reached = co_await reach(look, endpoint);
  made.nobody = reached.nobody();
  if (!reached.socket.valid() || !made.target->tls) {
    made.why = reached.socket.valid() ? "the target is no https target" : reached.why();
    co_return made;
  }
  made.socket = std::move(reached.socket);
  made.session = made.target->tls->session(made.socket.get());
  if (!made.session) {
    made.why = "OpenSSL has no memory for a session";
    co_return made;
  }
  set_lowest(*made.session, lowest);
  made.why = co_await finish(look, *made.session, made.socket);
  if (!made.why.empty()) made.session.reset();
  co_return made;
}

}  // namespace shakedown
