#include "agent/load/protocols/tls.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "core/base/regular_file.h"

namespace shakedown {
namespace {

std::string openssl_reason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return reason != nullptr ? reason : "no reason given";
}

auto tls_failure(const Target& target, const std::string& what, const std::string& file) {
  return fail(ErrorKind::unavailable,
              "target `" + target.name + "`: " + what + " " + file + ": " + openssl_reason() + "; check the file");
}

bool is_address(const std::string& name) {
  in6_addr room;
  return inet_pton(AF_INET, name.c_str(), &room) == 1 || inet_pton(AF_INET6, name.c_str(), &room) == 1;
}

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// OpenSSL itself would wait for a pipe.
constexpr std::size_t kLargestPem = 16 << 20;

Result<Owned<BIO>> open_pem(const std::string& path, std::string& bytes) {
  SHAKEDOWN_TRY(bytes, read_regular_file(path, kLargestPem, ErrorKind::unavailable));
  return Owned<BIO>(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

// Nobody is asked for one on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

Owned<X509> next_certificate(BIO* pem) { return Owned<X509>(PEM_read_bio_X509_AUX(pem, nullptr, &no_passphrase, nullptr)); }

// False when there is none. What follows the last one is no concern of ours.
bool trust_all(SSL_CTX* context, BIO* pem) {
  int count = 0;
  for (Owned<X509> one = next_certificate(pem); one; one = next_certificate(pem)) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), one.get()) == 1) ++count;
  }
  if (count > 0) ERR_clear_error();
  return count > 0;
}

// The client's own certificate, then those that vouch for it.
bool use_chain(SSL_CTX* context, BIO* pem) {
  const Owned<X509> own = next_certificate(pem);
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return false;
  for (Owned<X509> one = next_certificate(pem); one; one = next_certificate(pem)) {
    if (SSL_CTX_add1_chain_cert(context, one.get()) != 1) return false;
  }
  ERR_clear_error();
  return true;
}

bool use_key(SSL_CTX* context, BIO* pem) {
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(pem, nullptr, &no_passphrase, nullptr));
  return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 && SSL_CTX_check_private_key(context) == 1;
}

Result<void> load_files(SSL_CTX* context, const Target& target) {
  const TlsSpec& tls = target.tls;
  std::string bytes;
  if (tls.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context);
  } else {
    SHAKEDOWN_TRY(const auto pem, open_pem(tls.ca_file, bytes));
    if (!trust_all(context, pem.get())) return tls_failure(target, "cannot load the CA file", tls.ca_file);
  }
  if (tls.certificate_file.empty()) return ok();
  SHAKEDOWN_TRY(const auto chain, open_pem(tls.certificate_file, bytes));
  if (!use_chain(context, chain.get())) return tls_failure(target, "cannot load the client certificate", tls.certificate_file);
  SHAKEDOWN_TRY(const auto key, open_pem(tls.key_file, bytes));
  if (!use_key(context, key.get())) return tls_failure(target, "cannot use the client key", tls.key_file);
  return ok();
}

TlsStep step_of(ssl_st& ssl, int result) {
  switch (SSL_get_error(&ssl, result)) {
    case SSL_ERROR_NONE: return TlsStep::done;
    case SSL_ERROR_WANT_READ: return TlsStep::want_read;
    case SSL_ERROR_WANT_WRITE: return TlsStep::want_write;
    case SSL_ERROR_ZERO_RETURN: return TlsStep::closed;
    default: ERR_clear_error(); return TlsStep::broken;
  }
}

// A socket whose reads are stamped: OpenSSL's own socket BIO reads with read(2), which tells no
// time.
bool would_block() { return errno == EAGAIN || errno == EINTR || errno == ENOBUFS; }

int stamped_read(BIO* bio, char* to, int size) {
  BIO_clear_retry_flags(bio);
  auto& arrival = *static_cast<StampedReads*>(BIO_get_data(bio));
  const ssize_t bytes = receive_stamped(arrival, to, static_cast<std::size_t>(size));
  if (bytes < 0 && would_block()) BIO_set_retry_read(bio);
  return static_cast<int>(bytes);
}

int plain_write(BIO* bio, const char* from, int size) {
  BIO_clear_retry_flags(bio);
  const auto& arrival = *static_cast<StampedReads*>(BIO_get_data(bio));
  const ssize_t bytes = ::send(arrival.socket, from, static_cast<std::size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (bytes < 0 && would_block()) BIO_set_retry_write(bio);
  return static_cast<int>(bytes);
}

long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

// Made once and kept for the life of the program.
const BIO_METHOD* stamping_method() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stamped socket");
    BIO_meth_set_read(made, stamped_read);
    BIO_meth_set_write(made, plain_write);
    BIO_meth_set_ctrl(made, control);
    return made;
  }();
  return method;
}

}  // namespace

void SslDeleter::operator()(ssl_st* ssl) const { SSL_free(ssl); }

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

Result<std::unique_ptr<TlsContext>> TlsContext::make(const Target& target) {
  std::unique_ptr<TlsContext> made(new TlsContext());
  made->context_ = SSL_CTX_new(TLS_client_method());
  if (made->context_ == nullptr) return tls_failure(target, "cannot start TLS", "");
  SSL_CTX_set_min_proto_version(made->context_, TLS1_2_VERSION);
  SSL_CTX_set_verify(made->context_, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(made->context_,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SHAKEDOWN_TRY(load_files(made->context_, target));
  made->name_ = target.tls.server_name.empty() ? target.host : target.tls.server_name;
  made->name_is_address_ = is_address(made->name_);
  return made;
}

void TlsContext::name_peer(SSL& ssl) const {
  if (name_is_address_) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(&ssl), name_.c_str());
  } else {
    SSL_set_tlsext_host_name(&ssl, name_.c_str());
    SSL_set1_host(&ssl, name_.c_str());
  }
  SSL_set_connect_state(&ssl);
}

TlsSession TlsContext::session(int socket) const {
  TlsSession ssl(SSL_new(context_));
  if (!ssl || SSL_set_fd(ssl.get(), socket) != 1) return nullptr;
  name_peer(*ssl);
  return ssl;
}

TlsSession TlsContext::session(StampedReads& arrival) const {
  TlsSession ssl(SSL_new(context_));
  BIO* bio = ssl ? BIO_new(stamping_method()) : nullptr;
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, &arrival);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl.get(), bio, bio);
  name_peer(*ssl);
  return ssl;
}

TlsStep tls_handshake(ssl_st& ssl) {
  ERR_clear_error();
  return step_of(ssl, SSL_do_handshake(&ssl));
}

TlsStep tls_read(ssl_st& ssl, char* to, std::size_t size, std::size_t& bytes) {
  ERR_clear_error();
  bytes = 0;
  return step_of(ssl, SSL_read_ex(&ssl, to, size, &bytes));
}

TlsStep tls_write(ssl_st& ssl, const char* from, std::size_t size, std::size_t& bytes) {
  ERR_clear_error();
  bytes = 0;
  return step_of(ssl, SSL_write_ex(&ssl, from, size, &bytes));
}

std::string tls_distrust(ssl_st& ssl) {
  const long verdict = SSL_get_verify_result(&ssl);
  return verdict == X509_V_OK ? std::string() : X509_verify_cert_error_string(verdict);
}

}  // namespace shakedown
