#include "tests/component/load/rig/certificates.h"

#include <cstdio>
#include <stdexcept>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace shakedown {
namespace {

void check(bool good) {
  if (!good) throw std::runtime_error("a test certificate could not be made");
}

X509* new_certificate(const std::string& name, EVP_PKEY* key, long serial, long good_for) {
  X509* made = X509_new();
  check(made != nullptr);
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), serial);
  X509_gmtime_adj(X509_getm_notBefore(made), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made), good_for);
  X509_set_pubkey(made, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return made;
}

void add_extension(X509* to, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  check(extension != nullptr);
  X509_add_ext(to, extension, -1);
  X509_EXTENSION_free(extension);
}

void write_files(const std::string& path, X509* certificate, EVP_PKEY* key) {
  FILE* pem = std::fopen((path + ".pem").c_str(), "w");
  check(pem != nullptr && PEM_write_X509(pem, certificate) == 1);
  std::fclose(pem);
  FILE* secret = std::fopen((path + ".key").c_str(), "w");
  check(secret != nullptr && PEM_write_PrivateKey(secret, key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  std::fclose(secret);
}

}  // namespace

TestCa::TestCa(std::string dir, const std::string& name, long good_for)
    : dir_(std::move(dir)), file_(dir_ + "/" + name), key_(EVP_EC_gen("P-256")) {
  certificate_.reset(new_certificate(name, key_.get(), 1, good_for));
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
  add_extension(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  check(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) > 0);
  write_files(file_, certificate_.get(), key_.get());
}

std::string TestCa::issue(const std::string& name, const std::string& alternative_names, long good_for) const {
  const std::unique_ptr<EVP_PKEY, Free> key(EVP_EC_gen("P-256"));
  const std::unique_ptr<X509, Free> made(new_certificate(name, key.get(), 2, good_for));
  X509_set_issuer_name(made.get(), X509_get_subject_name(certificate_.get()));
  add_extension(made.get(), certificate_.get(), NID_subject_alt_name, alternative_names);
  check(X509_sign(made.get(), key_.get(), EVP_sha256()) > 0);
  write_files(dir_ + "/" + name, made.get(), key.get());
  return dir_ + "/" + name;
}

}  // namespace shakedown
