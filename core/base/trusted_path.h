// Whether others than root and this user could exchange what a path leads to. Threads: free functions without state.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

#include "core/base/result.h"

namespace shakedown {

// Anybody, or a group that holds more than one user. Distributions make a group for each user; it is nobody else's.
bool others_may_write(const struct stat& info);
// root, this user, or `also`.
bool trusted_owner(uid_t owner, std::optional<uid_t> also = std::nullopt);

enum class Sticky {
  keeps_what_is_ours,
  keeps_only_above
};  // in the nearest folder: of files that belong to us or root, or of any
struct Exchangeable {
  std::string folder, why;  // "belongs to user 65534"
};
// The nearest folder above an absolute path in which somebody else could put another thing in its place; nothing: none.
// Error io: a folder cannot be examined.
Result<std::optional<Exchangeable>> exchangeable_above(const std::string& path, Sticky sticky,
                                                       std::optional<uid_t> also = std::nullopt);

// The content of a file that says what may be done: a regular file of ours or root's that nobody else may write, in folders in
// which nobody else may exchange it, as it is named and as its links lead. It is looked at once it is open. Errors: refused
// (others may write or exchange it), io.
Result<std::string> read_trusted_file(const std::string& path, const std::string& what, std::size_t limit);

}  // namespace shakedown
