#include "agent/check/tls/cipher_suites.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string_view>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace shakedown {
namespace {

struct OldSuite {
  uint16_t id;
  const char* name;
  const char* classes;  // each between blanks
};

constexpr const char* kRc4 = " RC4 ";
constexpr const char* k3Des = " 3DES CBC ";
constexpr const char* kDes = " DES CBC LOW ";
constexpr const char* kExport = " EXPORT EXP ";
constexpr std::array<OldSuite, 38> kOldSuites = {{
    {0x0003, "EXP-RC4-MD5", kExport},
    {0x0004, "RC4-MD5", " RC4 MD5 kRSA "},
    {0x0005, "RC4-SHA", " RC4 kRSA "},
    {0x0006, "EXP-RC2-CBC-MD5", kExport},
    {0x0007, "IDEA-CBC-SHA", " IDEA CBC kRSA "},
    {0x0008, "EXP-DES-CBC-SHA", kExport},
    {0x0009, "DES-CBC-SHA", kDes},
    {0x000A, "DES-CBC3-SHA", " 3DES CBC kRSA "},
    {0x000D, "DH-DSS-DES-CBC3-SHA", k3Des},
    {0x0010, "DH-RSA-DES-CBC3-SHA", k3Des},
    {0x0011, "EXP-DHE-DSS-DES-CBC-SHA", kExport},
    {0x0012, "DHE-DSS-DES-CBC-SHA", kDes},
    {0x0013, "DHE-DSS-DES-CBC3-SHA", k3Des},
    {0x0014, "EXP-DHE-RSA-DES-CBC-SHA", kExport},
    {0x0015, "DHE-RSA-DES-CBC-SHA", kDes},
    {0x0016, "DHE-RSA-DES-CBC3-SHA", k3Des},
    {0x0017, "EXP-ADH-RC4-MD5", kExport},
    {0x0018, "ADH-RC4-MD5", " RC4 MD5 aNULL "},
    {0x0019, "EXP-ADH-DES-CBC-SHA", kExport},
    {0x001A, "ADH-DES-CBC-SHA", " DES CBC LOW aNULL "},
    {0x001B, "ADH-DES-CBC3-SHA", " 3DES CBC aNULL "},
    {0x008A, "PSK-RC4-SHA", kRc4},
    {0x008B, "PSK-3DES-EDE-CBC-SHA", k3Des},
    {0x0096, "SEED-SHA", " SEED CBC kRSA "},
    {0x0099, "DHE-DSS-SEED-SHA", " SEED CBC "},
    {0x009A, "DHE-RSA-SEED-SHA", " SEED CBC "},
    {0x009B, "ADH-SEED-SHA", " SEED CBC aNULL "},
    {0xC002, "ECDH-ECDSA-RC4-SHA", kRc4},
    {0xC003, "ECDH-ECDSA-DES-CBC3-SHA", k3Des},
    {0xC007, "ECDHE-ECDSA-RC4-SHA", kRc4},
    {0xC008, "ECDHE-ECDSA-DES-CBC3-SHA", k3Des},
    {0xC00C, "ECDH-RSA-RC4-SHA", kRc4},
    {0xC00D, "ECDH-RSA-DES-CBC3-SHA", k3Des},
    {0xC011, "ECDHE-RSA-RC4-SHA", kRc4},
    {0xC012, "ECDHE-RSA-DES-CBC3-SHA", k3Des},
    {0xC016, "AECDH-RC4-SHA", " RC4 aNULL "},
    {0xC017, "AECDH-DES-CBC3-SHA", " 3DES CBC aNULL "},
    {0x0002, "NULL-SHA", " NULL eNULL kRSA "},
}};

struct ContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

// What OpenSSL itself has under the word, without the suites of TLS 1.3.
std::vector<uint16_t> of_openssl(const std::string& word) {
  std::vector<uint16_t> suites;
  const std::unique_ptr<SSL_CTX, ContextDeleter> context(SSL_CTX_new(TLS_client_method()));
  if (!context || SSL_CTX_set_ciphersuites(context.get(), "") != 1 ||
      SSL_CTX_set_cipher_list(context.get(), (word + ":@SECLEVEL=0").c_str()) != 1) {
    ERR_clear_error();
    return suites;
  }
  STACK_OF(SSL_CIPHER)* list = SSL_CTX_get_ciphers(context.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(list); ++i) {
    suites.push_back(SSL_CIPHER_get_protocol_id(sk_SSL_CIPHER_value(list, i)));
  }
  return suites;
}

void add(std::vector<uint16_t>& suites, uint16_t suite) {
  if (std::find(suites.begin(), suites.end(), suite) == suites.end()) suites.push_back(suite);
}

}  // namespace

std::vector<uint16_t> suites_of(const std::string& word) {
  std::vector<uint16_t> suites = of_openssl(word);
  const std::string between_blanks = " " + word + " ";
  for (const OldSuite& old : kOldSuites) {
    const bool in_class = std::string_view(old.classes).find(between_blanks) != std::string_view::npos;
    if (in_class || word == old.name) add(suites, old.id);
  }
  return suites;
}

std::vector<uint16_t> all_suites() {
  std::vector<uint16_t> suites = of_openssl("ALL:COMPLEMENTOFALL");
  for (const OldSuite& old : kOldSuites) add(suites, old.id);
  return suites;
}

std::string suite_name(uint16_t suite) {
  for (const OldSuite& old : kOldSuites) {
    if (old.id == suite) return old.name;
  }
  const std::unique_ptr<SSL_CTX, ContextDeleter> context(SSL_CTX_new(TLS_client_method()));
  SSL* ssl = context ? SSL_new(context.get()) : nullptr;
  const unsigned char bytes[2] = {static_cast<unsigned char>(suite >> 8), static_cast<unsigned char>(suite & 0xff)};
  const SSL_CIPHER* cipher = ssl != nullptr ? SSL_CIPHER_find(ssl, bytes) : nullptr;
  std::string name = cipher != nullptr ? SSL_CIPHER_get_name(cipher) : "";
  SSL_free(ssl);
  if (!name.empty()) return name;
  char text[8];
  std::snprintf(text, sizeof text, "0x%04X", suite);
  return text;
}

}  // namespace shakedown
