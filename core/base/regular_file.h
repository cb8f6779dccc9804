// Files that somebody else names, read without waiting for a pipe and without filling the memory from a device.
// Threads: free functions without state.
#pragma once

#include <cstddef>
#include <string>

#include "core/base/error.h"
#include "core/base/result.h"

namespace shakedown {

// A secret is no longer than this.
inline constexpr std::size_t kLargestSecret = 64 * 1024;

// Error, of the given kind, when nothing is there or it is no file with content of its own (a folder, a pipe, a device).
Result<void> require_regular_file(const std::string& path, ErrorKind kind = ErrorKind::io);
// The whole file; the same errors, also when it cannot be read or is longer than `limit` bytes.
Result<std::string> read_regular_file(const std::string& path, std::size_t limit, ErrorKind kind = ErrorKind::io);

}  // namespace shakedown
