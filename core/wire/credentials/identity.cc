#include "core/wire/credentials/identity.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/wire/credentials/openssl.h"

namespace shakedown {
namespace {

using openssl::Owned;

constexpr std::string_view kScheme = "shakedown://";
constexpr std::size_t kLongestName = 64;
constexpr std::array kKinds{PeerKind::agent, PeerKind::controller, PeerKind::authority};

bool name_byte(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.'; }

auto no_identity(std::string_view uri) {
  return fail(ErrorKind::protocol, "expected a name such as shakedown://agent/NAME?roles=load in the certificate, found \"" +
                                       std::string(uri.substr(0, 200)) + "\"");
}

WallTime instant(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return WallTime(std::chrono::seconds(::timegm(&parts)));
}

std::string text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)), static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string address_of(const ASN1_OCTET_STRING* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(bytes) != 16) return "?";
  return ::inet_ntop(family, ASN1_STRING_get0_data(bytes), text.data(), text.size()) != nullptr ? text.data() : "?";
}

std::string fingerprint_of(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  X509_digest(certificate, EVP_sha256(), bytes.data(), &size);
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += kHex[bytes[i] >> 4];
    text += kHex[bytes[i] & 15];
  }
  return text;
}

// Exactly one of the names is ours: with two, who is meant would be a matter of order.
Result<void> read_names(X509* certificate, CertificateFacts& facts) {
  const Owned<GENERAL_NAMES> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  int found = 0;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) facts.hosts.push_back(text_of(name->d.dNSName));
    if (name->type == GEN_IPADD) facts.hosts.push_back(address_of(name->d.iPAddress));
    if (name->type != GEN_URI) continue;
    const std::string uri = text_of(name->d.uniformResourceIdentifier);
    if (!uri.starts_with(kScheme)) continue;
    SHAKEDOWN_TRY(auto identity, parse_identity_uri(uri));
    facts.identity = std::move(identity);
    ++found;
  }
  if (found == 1) return ok();
  return fail(ErrorKind::protocol, "expected a certificate with one name of the form shakedown://agent/NAME?roles=ROLES, found " +
                                       std::to_string(found) + "; make one by `shakedown certs issue`");
}

}  // namespace

std::string Roles::text() const {
  std::string text;
  const auto add = [&](bool has, const char* word) {
    if (has) text += (text.empty() ? "" : ", ") + std::string(word);
  };
  add(load, "load");
  add(inject, "inject");
  add(check, "check");
  return text.empty() ? "none" : text;
}

Result<Roles> parse_roles(std::string_view text) {
  Roles roles;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string_view word = text.substr(at, comma - at);
    if (word == "load") {
      roles.load = true;
    } else if (word == "inject") {
      roles.inject = true;
    } else if (word == "check") {
      roles.check = true;
    } else {
      return fail(ErrorKind::usage,
                  "expected roles out of load, inject and check, separated by commas, found \"" + std::string(text) + "\"");
    }
    at = comma + 1;
  }
  return roles;
}

const char* to_string(PeerKind kind) {
  switch (kind) {
    case PeerKind::agent: return "agent";
    case PeerKind::controller: return "controller";
    case PeerKind::authority: return "authority";
  }
  return "?";
}

std::string identity_uri(const Identity& identity) {
  std::string roles = identity.roles.text();
  roles.erase(std::remove(roles.begin(), roles.end(), ' '), roles.end());
  const std::string uri = std::string(kScheme) + to_string(identity.kind) + "/" + identity.name;
  return identity.kind == PeerKind::agent ? uri + "?roles=" + roles : uri;
}

Result<Identity> parse_identity_uri(std::string_view uri) {
  if (!uri.starts_with(kScheme)) return no_identity(uri);
  std::string_view rest = uri.substr(kScheme.size());
  const std::size_t slash = rest.find('/');
  const auto kind =
      std::find_if(kKinds.begin(), kKinds.end(), [&](PeerKind one) { return rest.substr(0, slash) == to_string(one); });
  if (slash == std::string_view::npos || kind == kKinds.end()) return no_identity(uri);
  rest.remove_prefix(slash + 1);
  Identity identity;
  identity.kind = *kind;
  const std::size_t question = rest.find('?');
  identity.name = std::string(rest.substr(0, question));
  const bool has_roles = question != std::string_view::npos;
  if (!require_identity_name(identity.name) || has_roles != (*kind == PeerKind::agent)) return no_identity(uri);
  if (!has_roles) return identity;
  constexpr std::string_view kRoles = "?roles=";
  rest.remove_prefix(question);
  if (!rest.starts_with(kRoles)) return no_identity(uri);
  auto roles = parse_roles(rest.substr(kRoles.size()));
  if (!roles) return no_identity(uri);
  identity.roles = roles.value();
  return identity;
}

Result<void> require_identity_name(std::string_view name) {
  const bool good = !name.empty() && name.size() <= kLongestName && std::all_of(name.begin(), name.end(), name_byte) &&
                    std::isalnum(static_cast<unsigned char>(name.front())) != 0;
  if (good) return ok();
  return fail(ErrorKind::usage,
              "expected a name of 1 to 64 letters, digits, `-`, `_` and `.`, as in the scenario's `agents`, found \"" +
                  std::string(name.substr(0, 100)) + "\"");
}

Result<CertificateFacts> read_certificate(const std::string& pem) {
  const Owned<BIO> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Owned<X509> certificate(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
  if (!certificate) return fail(ErrorKind::protocol, "expected a certificate in PEM form: " + openssl::reason());
  CertificateFacts facts;
  SHAKEDOWN_TRY(read_names(certificate.get(), facts));
  facts.from = instant(X509_get0_notBefore(certificate.get()));
  facts.until = instant(X509_get0_notAfter(certificate.get()));
  facts.fingerprint = fingerprint_of(certificate.get());
  return facts;
}

}  // namespace shakedown
