#include "core/wire/credentials/credentials.h"

#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "core/base/regular_file.h"
#include "core/base/units.h"
#include "core/wire/credentials/openssl.h"
#include "core/wire/credentials/private_file.h"

namespace shakedown {
namespace {

using openssl::Owned;

Owned<X509> certificate_of(const std::string& pem) {
  const Owned<BIO> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Owned<X509>(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
}

Result<void> require_pair(const Credentials& read, const CredentialFiles& files) {
  const Owned<X509> certificate = certificate_of(read.certificate);
  const Owned<BIO> text(BIO_new_mem_buf(read.key.data(), static_cast<int>(read.key.size())));
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr));
  if (key && X509_check_private_key(certificate.get(), key.get()) == 1) return ok();
  ERR_clear_error();
  return fail(ErrorKind::unavailable, "the key " + files.key + " does not belong to the certificate " + files.certificate +
                                          "; copy both from one folder");
}

// Dates are looked at apart, for a text that names them.
Result<void> require_signed(const Credentials& read, const CredentialFiles& files) {
  const Owned<X509> certificate = certificate_of(read.certificate), authority = certificate_of(read.authority);
  const Owned<X509_STORE> store(X509_STORE_new());
  const Owned<X509_STORE_CTX> check(X509_STORE_CTX_new());
  if (!authority) return fail(ErrorKind::unavailable, "expected a certificate in PEM form in " + files.authority);
  X509_STORE_add_cert(store.get(), authority.get());
  X509_STORE_CTX_init(check.get(), store.get(), certificate.get(), nullptr);
  X509_STORE_CTX_set_flags(check.get(), X509_V_FLAG_NO_CHECK_TIME);
  if (X509_verify_cert(check.get()) == 1) return ok();
  return fail(ErrorKind::unavailable, "the certificate " + files.certificate + " was not signed by the authority " +
                                          files.authority + " (" +
                                          X509_verify_cert_error_string(X509_STORE_CTX_get_error(check.get())) +
                                          "); copy both from one folder of `shakedown certs issue`");
}

Result<void> require_in_time(const CertificateFacts& facts, const std::string& file, WallTime now) {
  if (facts.until <= now) {
    return fail(ErrorKind::unavailable, "the certificate " + file + " ended on " + format_wall(facts.until) + ", and it is " +
                                            format_wall(now) + "; issue a new one by `shakedown certs issue`");
  }
  if (facts.from > now) {
    return fail(ErrorKind::unavailable, "the certificate " + file + " begins on " + format_wall(facts.from) + ", but it is " +
                                            format_wall(now) + " by this host's clock; set the clock");
  }
  return ok();
}

}  // namespace

CredentialFiles credentials_in(const std::string& folder) {
  return {folder + "/authority.crt", folder + "/identity.crt", folder + "/identity.key"};
}

Result<Credentials> read_credentials(const CredentialFiles& files, PeerKind kind, WallTime now) {
  Credentials read;
  SHAKEDOWN_TRY(read.authority, read_regular_file(files.authority, kLargestSecret, ErrorKind::unavailable));
  SHAKEDOWN_TRY(read.certificate, read_regular_file(files.certificate, kLargestSecret, ErrorKind::unavailable));
  SHAKEDOWN_TRY(read.key, read_private_file(files.key, "key"));
  auto facts = read_certificate(read.certificate);
  if (!facts) return fail(ErrorKind::unavailable, files.certificate + ": " + facts.error().message);
  read.facts = std::move(facts.value());
  if (read.facts.identity.kind != kind) {
    return fail(ErrorKind::usage, std::string("expected the certificate of ") + (kind == PeerKind::agent ? "an " : "a ") +
                                      to_string(kind) + ", found the one of " + to_string(read.facts.identity.kind) + " `" +
                                      read.facts.identity.name + "` in " + files.certificate);
  }
  SHAKEDOWN_TRY(require_pair(read, files));
  SHAKEDOWN_TRY(require_signed(read, files));
  SHAKEDOWN_TRY(require_in_time(read.facts, files.certificate, now));
  return read;
}

}  // namespace shakedown
