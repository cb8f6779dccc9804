#include "core/wire/credentials/authority.h"

#include <arpa/inet.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/base/regular_file.h"
#include "core/base/units.h"
#include "core/wire/credentials/openssl.h"
#include "core/wire/credentials/private_file.h"

namespace shakedown {
namespace {

using openssl::Owned;

constexpr Duration kEarlier = std::chrono::minutes(5);  // for hosts whose clock is behind
constexpr const char* kAuthorityName = "shakedown-authority";

struct Authority {
  Owned<X509> certificate;
  Owned<EVP_PKEY> key;
  CertificateFacts facts;
  std::string pem;
};

Result<void> trouble(const std::string& what) {
  return fail(ErrorKind::unavailable, "OpenSSL cannot " + what + ": " + openssl::reason());
}

bool is_address(const std::string& host) {
  in6_addr room{};
  return ::inet_pton(AF_INET, host.c_str(), &room) == 1 || ::inet_pton(AF_INET6, host.c_str(), &room) == 1;
}

// It stands in a text that OpenSSL takes apart at commas.
Result<void> require_host(const std::string& host) {
  const auto host_byte = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.'; };
  if (is_address(host)) return ok();
  if (!host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), host_byte)) return ok();
  return fail(ErrorKind::usage,
              "expected a host name or an address such as drill.example.com or 10.0.0.7, found \"" + host + "\"");
}

Result<void> private_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return ok();
  if (errno != EEXIST) return fail(errno_error("the folder " + path + " cannot be made", errno, ErrorKind::output));
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return fail(errno_error("cannot inspect " + path, errno));
  if (!S_ISDIR(info.st_mode) || info.st_uid != ::geteuid() || (info.st_mode & 077) != 0) {
    return fail(ErrorKind::refused, path + " must be a folder of ours that nobody else may use; run: chmod 700 " + path);
  }
  return ok();
}

Result<void> add_extension(X509* to, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  if (!extension || X509_add_ext(to, extension.get(), -1) != 1) return trouble("make a certificate's extension");
  return ok();
}

Result<void> set_time(ASN1_TIME* to, WallTime at) {
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
  return ASN1_TIME_set(to, whole) != nullptr ? ok() : trouble("write a date");
}

Result<void> set_serial(X509* to) {
  const Owned<BIGNUM> number(BN_new());
  if (!number || BN_rand(number.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) != 1 ||
      BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(to)) == nullptr) {
    return trouble("draw a serial number");
  }
  return ok();
}

// Without issuer, extensions of its kind, and signature.
Result<Owned<X509>> unsigned_certificate(const Identity& identity, EVP_PKEY* key, WallTime from, WallTime until) {
  Owned<X509> made(X509_new());
  if (!made || X509_set_version(made.get(), 2) != 1 || X509_set_pubkey(made.get(), key) != 1) {
    return fail(trouble("make a certificate").error());
  }
  SHAKEDOWN_TRY(set_serial(made.get()));
  SHAKEDOWN_TRY(set_time(X509_getm_notBefore(made.get()), from));
  SHAKEDOWN_TRY(set_time(X509_getm_notAfter(made.get()), until));
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(identity.name.c_str()), -1, -1, 0);
  return made;
}

Result<std::string> pem_of(X509* certificate) {
  const Owned<BIO> text(BIO_new(BIO_s_mem()));
  if (!text || PEM_write_bio_X509(text.get(), certificate) != 1) return fail(trouble("write a certificate").error());
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

Result<std::string> pem_of(EVP_PKEY* key) {
  const Owned<BIO> text(BIO_new(BIO_s_secmem()));
  if (!text || PEM_write_bio_PKCS8PrivateKey(text.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return fail(trouble("write a key").error());
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

Result<void> write_pair(const std::string& stem, X509* certificate, EVP_PKEY* key) {
  SHAKEDOWN_TRY(auto secret, pem_of(key));
  SHAKEDOWN_TRY(auto open, pem_of(certificate));
  SHAKEDOWN_TRY(create_file(stem + ".key", secret, 0600));
  return create_file(stem + ".crt", open, 0644);
}

Result<Authority> read_authority(const std::string& folder) {
  Authority authority;
  const std::string certificate = folder + "/authority.crt";
  SHAKEDOWN_TRY(auto pem, read_regular_file(certificate, kLargestSecret, ErrorKind::unavailable));
  SHAKEDOWN_TRY(auto secret, read_private_file(folder + "/authority.key", "authority's key"));
  authority.pem = std::move(pem);
  SHAKEDOWN_TRY(auto facts, read_certificate(authority.pem));
  authority.facts = std::move(facts);
  const Owned<BIO> open(BIO_new_mem_buf(authority.pem.data(), static_cast<int>(authority.pem.size())));
  authority.certificate.reset(PEM_read_bio_X509(open.get(), nullptr, nullptr, nullptr));
  const Owned<BIO> closed(BIO_new_mem_buf(secret.data(), static_cast<int>(secret.size())));
  authority.key.reset(PEM_read_bio_PrivateKey(closed.get(), nullptr, nullptr, nullptr));
  if (!authority.certificate || !authority.key || X509_check_private_key(authority.certificate.get(), authority.key.get()) != 1) {
    return fail(ErrorKind::unavailable, "authority.crt and authority.key in " + folder + " do not belong together");
  }
  return authority;
}

Result<void> extend(X509* made, const Authority& authority, const IssueRequest& request) {
  X509* issuer = authority.certificate.get();
  const bool agent = request.identity.kind == PeerKind::agent;
  SHAKEDOWN_TRY(add_extension(made, issuer, NID_basic_constraints, "critical,CA:FALSE"));
  SHAKEDOWN_TRY(add_extension(made, issuer, NID_key_usage, "critical,digitalSignature"));
  SHAKEDOWN_TRY(add_extension(made, issuer, NID_ext_key_usage, agent ? "clientAuth" : "serverAuth"));
  SHAKEDOWN_TRY(add_extension(made, issuer, NID_subject_key_identifier, "hash"));
  SHAKEDOWN_TRY(add_extension(made, issuer, NID_authority_key_identifier, "keyid"));
  return ok();
}

// By OpenSSL's values, not by its text form, in which a comma would end a role.
Result<void> add_names(X509* made, const IssueRequest& request) {
  const Owned<GENERAL_NAMES> names(sk_GENERAL_NAME_new_null());
  const auto add = [&](int type, const std::string& value) {
    GENERAL_NAME* name = a2i_GENERAL_NAME(nullptr, nullptr, nullptr, type, value.c_str(), 0);
    return name != nullptr && sk_GENERAL_NAME_push(names.get(), name) > 0;
  };
  bool good = add(GEN_URI, identity_uri(request.identity));
  for (const std::string& host : request.hosts) good = add(is_address(host) ? GEN_IPADD : GEN_DNS, host) && good;
  if (!good || X509_add1_ext_i2d(made, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) != 1) {
    return trouble("write the names of a certificate");
  }
  return ok();
}

Result<void> require_sound(const IssueRequest& request) {
  SHAKEDOWN_TRY(require_identity_name(request.identity.name));
  for (const std::string& host : request.hosts) {
    SHAKEDOWN_TRY(require_host(host));
  }
  const bool agent = request.identity.kind == PeerKind::agent;
  if (agent && request.identity.roles == Roles{}) return fail(ErrorKind::usage, "an agent needs a role; give --roles");
  if (!agent && request.hosts.empty()) {
    return fail(ErrorKind::usage, "a controller needs the names or addresses by which its agents dial it; give --host for each");
  }
  return ok();
}

}  // namespace

Result<void> create_authority(const std::string& folder, WallTime now, int days) {
  SHAKEDOWN_TRY(private_folder(folder));
  for (const char* file : {"/authority.crt", "/authority.key"}) {
    if (::access((folder + file).c_str(), F_OK) != 0) continue;
    return fail(ErrorKind::output, folder +
                                       " holds an authority already; what it signed would be worth nothing with a new one. "
                                       "Name another folder");
  }
  const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  if (!key) return trouble("make a key");
  const Identity self{PeerKind::authority, kAuthorityName, {}};
  SHAKEDOWN_TRY(auto made, unsigned_certificate(self, key.get(), now - kEarlier, now + std::chrono::hours(24) * days));
  X509* authority = made.get();
  if (X509_set_issuer_name(authority, X509_get_subject_name(authority)) != 1) return trouble("name the authority");
  SHAKEDOWN_TRY(add_extension(authority, authority, NID_basic_constraints, "critical,CA:TRUE,pathlen:0"));
  SHAKEDOWN_TRY(add_extension(authority, authority, NID_key_usage, "critical,keyCertSign,cRLSign"));
  SHAKEDOWN_TRY(add_extension(authority, authority, NID_subject_key_identifier, "hash"));
  SHAKEDOWN_TRY(add_names(authority, IssueRequest{self, {}, {}, {}}));
  if (X509_sign(authority, key.get(), EVP_sha256()) <= 0) return trouble("sign the authority's certificate");
  return write_pair(folder + "/authority", authority, key.get());
}

Result<std::string> issue_identity(const std::string& folder, const IssueRequest& request) {
  SHAKEDOWN_TRY(require_sound(request));
  SHAKEDOWN_TRY(auto authority, read_authority(folder));
  const WallTime until = std::min(request.until, authority.facts.until);
  if (until <= request.from) {
    return fail(ErrorKind::unavailable, "the authority in " + folder + " ended on " + format_wall(authority.facts.until) +
                                            "; make a new one by `shakedown certs init` and issue every identity again");
  }
  const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  if (!key) return fail(trouble("make a key").error());
  SHAKEDOWN_TRY(auto made, unsigned_certificate(request.identity, key.get(), request.from - kEarlier, until));
  X509_set_issuer_name(made.get(), X509_get_subject_name(authority.certificate.get()));
  SHAKEDOWN_TRY(extend(made.get(), authority, request));
  SHAKEDOWN_TRY(add_names(made.get(), request));
  if (X509_sign(made.get(), authority.key.get(), EVP_sha256()) <= 0) return fail(trouble("sign a certificate").error());
  const std::string own = folder + "/" + request.identity.name;
  if (::mkdir(own.c_str(), 0700) != 0) {
    return fail(errno_error("the folder " + own + " cannot be made (to renew an identity, move the old folder away first)", errno,
                            ErrorKind::output));
  }
  SHAKEDOWN_TRY(create_file(own + "/authority.crt", authority.pem, 0644));
  SHAKEDOWN_TRY(write_pair(own + "/identity", made.get(), key.get()));
  return own;
}

}  // namespace shakedown
