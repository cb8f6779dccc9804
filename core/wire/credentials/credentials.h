// What one end of a mutual TLS stream shows and whom it believes, read from files and looked at before anything is dialled.
// Threads: plain values, free functions.
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/wire/credentials/identity.h"

namespace shakedown {

struct CredentialFiles {
  std::string authority, certificate, key;
};
// As `shakedown certs issue` writes them: authority.crt, identity.crt, identity.key of a folder.
CredentialFiles credentials_in(const std::string& folder);

struct Credentials {
  std::string authority, certificate, key;  // PEM
  CertificateFacts facts;                   // of the certificate
};
// Errors: unavailable (not there; no certificate of ours; ended or not yet begun at `now`; not signed by this authority), usage
// (of the other kind of peer), refused (others may read the key).
Result<Credentials> read_credentials(const CredentialFiles& files, PeerKind kind, WallTime now);

}  // namespace shakedown
