// OpenSSL's objects with an owner, and its reason for a failure. For .cc files only.
#pragma once

#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace shakedown::openssl {

struct Free {
  void operator()(EVP_PKEY* one) const { EVP_PKEY_free(one); }
  void operator()(X509* one) const { X509_free(one); }
  void operator()(BIO* one) const { BIO_free_all(one); }
  void operator()(SSL_CTX* one) const { SSL_CTX_free(one); }
  void operator()(SSL* one) const { SSL_free(one); }
  void operator()(X509_STORE* one) const { X509_STORE_free(one); }
  void operator()(X509_STORE_CTX* one) const { X509_STORE_CTX_free(one); }
  void operator()(BIGNUM* one) const { BN_free(one); }
  void operator()(GENERAL_NAMES* one) const { GENERAL_NAMES_free(one); }
  void operator()(X509_EXTENSION* one) const { X509_EXTENSION_free(one); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// What went wrong last on this thread, which is forgotten then.
inline std::string reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* text = code != 0 ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  return text != nullptr ? text : "no reason given";
}

}  // namespace shakedown::openssl
