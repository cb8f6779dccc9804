// An authority of one's own: the folder that holds it, and the identities that it signs.
//   DIR/authority.crt, authority.key                           the key never leaves this folder
//   DIR/NAME/authority.crt, identity.crt, identity.key         what the host of NAME is given, nothing else
// Folders 0700, files made new and never overwritten, keys 0600. ECDSA on P-256, SHA-256, serial numbers of 128 random bits.
// Threads: free functions; no two at once in one folder.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/wire/credentials/identity.h"

namespace shakedown {

inline constexpr int kAuthorityDays = 365;
inline constexpr int kIdentityDays = 90;

// Makes the folder when it is not there. Errors: output (it holds an authority already), refused (others may use the folder).
Result<void> create_authority(const std::string& folder, WallTime now, int days = kAuthorityDays);

struct IssueRequest {
  Identity identity;
  std::vector<std::string> hosts;  // a controller's names and addresses, by which agents dial it
  WallTime from{}, until{};        // never beyond the authority's own end
};
// Returns the folder DIR/NAME. Errors: usage (a name or host that is none), unavailable (no authority in the folder, or it has
// ended), output (DIR/NAME is there already).
Result<std::string> issue_identity(const std::string& folder, const IssueRequest& request);

}  // namespace shakedown
