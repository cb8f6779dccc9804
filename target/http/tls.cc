#include "target/http/tls.h"

#include <openssl/err.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace practice {
namespace {

constexpr std::string_view kNew = "TLS_";  // begins every name of TLS 1.3

int version_of(const std::string& text) {
  if (text == "1.0") return TLS1_VERSION;
  if (text == "1.1") return TLS1_1_VERSION;
  return text == "1.2" ? TLS1_2_VERSION : TLS1_3_VERSION;
}

[[noreturn]] void refuse(const std::string& text) {
  const char* reason = ::ERR_reason_error_string(::ERR_peek_last_error());
  fail(kExitUsage, text + ": " + (reason != nullptr ? reason : "no reason known"));
}

int limited(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

}  // namespace

TlsStream::TlsStream(SSL_CTX* context, int fd) : ssl_(::SSL_new(context)) {
  if (!ssl_ || ::SSL_set_fd(ssl_.get(), fd) != 1) fail(kExitUnavailable, "cannot begin TLS");
  ::SSL_set_accept_state(ssl_.get());
}

ssize_t TlsStream::result(int count) {
  if (count > 0) return count;
  switch (::SSL_get_error(ssl_.get(), count)) {
    case SSL_ERROR_ZERO_RETURN: return 0;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: errno = EAGAIN; return -1;
    default: errno = EPROTO; return -1;
  }
}

ssize_t TlsStream::read(char* to, std::size_t size) {
  ::ERR_clear_error();
  const int count = ::SSL_read(ssl_.get(), to, limited(size));
  read_waits_ = count <= 0 && ::SSL_want(ssl_.get()) == SSL_WRITING;
  return result(count);
}

ssize_t TlsStream::write(std::string_view bytes) {
  ::ERR_clear_error();
  return result(::SSL_write(ssl_.get(), bytes.data(), limited(bytes.size())));
}

void TlsStream::close() {
  ::ERR_clear_error();
  ::SSL_shutdown(ssl_.get());
}

TlsContext::TlsContext(const Options& options) : context_(::SSL_CTX_new(::TLS_server_method())) {
  SSL_CTX* const context = context_.get();
  if (context == nullptr) refuse("cannot begin TLS");
  ::SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ::SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  const int lowest = version_of(options.tls_min);
  // What is planted weak is meant to be weak: the distribution's floor would lift it.
  if (lowest < TLS1_2_VERSION || !options.ciphers.empty()) {
    ::SSL_CTX_set_security_level(context, 0);
  }
  ::SSL_CTX_set_min_proto_version(context, lowest);
  ::SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION);
  if (!options.ciphers.empty()) set_ciphers(options.ciphers);
  load(options);
}

void TlsContext::set_ciphers(const std::string& list) {
  std::string older;
  std::string newer;
  for (const std::string_view name : split(list, ':')) {
    std::string& side = name.substr(0, kNew.size()) == kNew ? newer : older;
    if (!side.empty()) side += ':';
    side += name;
  }
  if (!older.empty() && ::SSL_CTX_set_cipher_list(context_.get(), older.c_str()) != 1) {
    refuse("--ciphers: expected names that OpenSSL knows, found \"" + older + "\"");
  }
  if (!newer.empty() && ::SSL_CTX_set_ciphersuites(context_.get(), newer.c_str()) != 1) {
    refuse("--ciphers: expected names that OpenSSL knows, found \"" + newer + "\"");
  }
}

void TlsContext::load(const Options& options) {
  SSL_CTX* const context = context_.get();
  if (::SSL_CTX_use_certificate_chain_file(context, options.tls_cert.c_str()) != 1) {
    refuse("--tls-cert: cannot use " + options.tls_cert);
  }
  if (::SSL_CTX_use_PrivateKey_file(context, options.tls_key.c_str(), SSL_FILETYPE_PEM) != 1) {
    refuse("--tls-key: cannot use " + options.tls_key);
  }
}

std::unique_ptr<TlsStream> TlsContext::accept(int fd) const { return std::make_unique<TlsStream>(context_.get(), fd); }

}  // namespace practice
