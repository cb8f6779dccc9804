// TLS on the serving side, over sockets that never block. Ownership: a context is shared by its
// streams and must outlive them; a stream refers to its connection's socket. Threads: the loop only.
#pragma once

#include <openssl/ssl.h>
#include <sys/types.h>

#include <memory>
#include <string_view>

#include "target/options.h"

namespace practice {

class TlsStream {
 public:
  TlsStream(SSL_CTX* context, int fd);

  // As recv(2) and send(2); -1 with EPROTO when the other side does not speak our TLS.
  ssize_t read(char* to, std::size_t size);
  ssize_t write(std::string_view bytes);
  bool read_waits_to_write() const { return read_waits_; }
  // Says that nothing more comes.
  void close();

 private:
  struct Free {
    void operator()(SSL* ssl) const { ::SSL_free(ssl); }
  };
  ssize_t result(int count);

  std::unique_ptr<SSL, Free> ssl_;
  bool read_waits_ = false;
};

class TlsContext {
 public:
  // Ends the process if certificate, key or ciphers cannot be used.
  explicit TlsContext(const Options& options);
  std::unique_ptr<TlsStream> accept(int fd) const;

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }
  };
  void load(const Options& options);
  void set_ciphers(const std::string& list);

  std::unique_ptr<SSL_CTX, Free> context_;
};

}  // namespace practice
