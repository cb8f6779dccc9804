// Certificates made for one test: a CA and what it signs, as PEM files.
#pragma once

#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace shakedown {

class TestCa {
 public:
  static constexpr long kOneDay = 24 * 3600;

  // Files go to dir, named NAME.pem and NAME.key. Good from an hour ago for so many seconds from now.
  TestCa(std::string dir, const std::string& name, long good_for = kOneDay);
  std::string certificate_file() const { return file_ + ".pem"; }
  // A certificate for these alternative names ("DNS:localhost,IP:127.0.0.1"); returns the path
  // without ending.
  std::string issue(const std::string& name, const std::string& alternative_names, long good_for = kOneDay) const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  std::string dir_, file_;
  std::unique_ptr<EVP_PKEY, Free> key_;
  std::unique_ptr<X509, Free> certificate_;
};

}  // namespace shakedown
