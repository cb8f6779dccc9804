// Files that hold a secret: made new, for their owner only, and read only while nobody else may use them.
// Threads: free functions without state.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace shakedown {

// Makes a file that was not there, through no link, and sees that its content is on the disk. Error output, also when it exists.
Result<void> create_file(const std::string& path, std::string_view content, unsigned mode = 0600);
// The content of a file that only its owner may use. what: "token file". Errors: unavailable (not there), refused (a group or
// others may use it, it is not ours, or no regular file).
Result<std::string> read_private_file(const std::string& path, const std::string& what);

}  // namespace shakedown
