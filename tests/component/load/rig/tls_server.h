// A TestServer that speaks TLS, for tests.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <openssl/ssl.h>

#include "tests/component/load/rig/certificates.h"
#include "tests/component/load/rig/server.h"

namespace shakedown {

// Serves TLS with a certificate; remembers the server names that clients asked for.
// Ownership: owns its server. Threads: any may ask.
class TlsServer {
 public:
  TlsServer(const std::string& certificate, const std::string& client_ca, std::string body)
      : body_(std::move(body)), context_(SSL_CTX_new(TLS_server_method())), server_([this](Peer& p) { serve(p); }) {
    SSL_CTX_use_certificate_chain_file(context_, (certificate + ".pem").c_str());
    SSL_CTX_use_PrivateKey_file(context_, (certificate + ".key").c_str(), SSL_FILETYPE_PEM);
    if (!client_ca.empty()) {
      SSL_CTX_load_verify_locations(context_, client_ca.c_str(), nullptr);
      SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
  }
  ~TlsServer() {
    server_.kill();
    while (busy_ > 0) std::this_thread::yield();
    SSL_CTX_free(context_);
  }
  uint16_t port() const { return server_.port(); }
  int answers() const { return answers_; }
  std::string server_name() {
    const std::lock_guard lock(mutex_);
    return server_name_;
  }

 private:
  void serve(Peer& peer) {
    ++busy_;
    SSL* ssl = SSL_new(context_);
    SSL_set_fd(ssl, peer.socket());
    if (SSL_accept(ssl) == 1) answer_all(ssl);
    SSL_free(ssl);
    --busy_;
  }
  void answer_all(SSL* ssl) {
    {
      const std::lock_guard lock(mutex_);
      const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
      server_name_ = name != nullptr ? name : "";
    }
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body_.size()) + "\r\n\r\n" + body_;
    std::string request;
    char room[4096];
    for (int bytes = 0; (bytes = SSL_read(ssl, room, sizeof room)) > 0;) {
      request.append(room, static_cast<std::size_t>(bytes));
      if (request.find("\r\n\r\n") == std::string::npos) continue;
      request.clear();
      if (SSL_write(ssl, answer.data(), static_cast<int>(answer.size())) <= 0) return;
      ++answers_;
    }
  }

  std::mutex mutex_;
  std::string server_name_;
  const std::string body_;
  std::atomic<int> busy_ = 0, answers_ = 0;
  SSL_CTX* context_;
  TestServer server_;
};

}  // namespace shakedown
