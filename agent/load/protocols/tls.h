// TLS for clients: one context per target with verification always on.
// Ownership: TlsContext owns the SSL_CTX and is shared read-only by all workers; a session belongs
// to its connection.
#pragma once

#include <memory>
#include <string>

#include "agent/load/schedule/arrival_clock.h"
#include "core/base/result.h"
#include "core/model/operation.h"

struct ssl_ctx_st;
struct ssl_st;

namespace shakedown {

struct SslDeleter {
  void operator()(ssl_st* ssl) const;
};
using TlsSession = std::unique_ptr<ssl_st, SslDeleter>;

class TlsContext {
 public:
  // TLS 1.2 or newer. CA: the declared file or the system's. Client certificate if declared.
  // Verified name (and SNI): server_name, else the host; an address is verified as an address and
  // sends no SNI. Errors: unavailable (a file that cannot be read, a key that does not fit), naming
  // target and file.
  static Result<std::unique_ptr<TlsContext>> make(const Target& target);
  ~TlsContext();

  // A client session on a connected, non-blocking socket; nullptr when OpenSSL has no memory.
  TlsSession session(int socket) const;
  // The same; what is read from the socket is noted in `arrival`, which outlives the session.
  TlsSession session(StampedReads& arrival) const;

 private:
  TlsContext() = default;
  void name_peer(ssl_st& ssl) const;
  ssl_ctx_st* context_ = nullptr;
  std::string name_;
  bool name_is_address_ = false;
};

// What a step of a session wants next, from SSL_get_error.
enum class TlsStep { done, want_read, want_write, closed, broken };

TlsStep tls_handshake(ssl_st& ssl);
// bytes: how many were read or written when done.
TlsStep tls_read(ssl_st& ssl, char* to, std::size_t size, std::size_t& bytes);
TlsStep tls_write(ssl_st& ssl, const char* from, std::size_t size, std::size_t& bytes);
// Why a handshake failed if that was a distrusted certificate ("self-signed certificate"), else
// empty.
std::string tls_distrust(ssl_st& ssl);

}  // namespace shakedown
