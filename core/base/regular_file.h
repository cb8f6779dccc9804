// Files that somebody else names, read without waiting for a pipe and without filling the memory from a device. Everything that
// a scenario or a command line names is opened here. Threads: free functions without state.
#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>

#include "core/base/error.h"
#include "core/base/result.h"

namespace shakedown {

// A secret is no longer than this.
inline constexpr std::size_t kLargestSecret = 64 * 1024;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using OpenFile = std::unique_ptr<std::FILE, CloseFile>;

// For reading. Error, of the given kind, when nothing is there or it is no file with content of its own (a folder, a pipe, a
// device). A read never waits: what the kernel would make us wait for (/proc/kmsg) is an error of that read.
Result<OpenFile> open_regular_file(const std::string& path, ErrorKind kind = ErrorKind::io);
// The same, for those with words of their own: null, and why.
OpenFile open_regular_file(const std::string& path, std::string& why_not);
// What is left of it. Error when it cannot be read to its end or that is more than `limit` bytes.
Result<std::string> read_to_end(std::FILE* file, const std::string& path, std::size_t limit, ErrorKind kind = ErrorKind::io);
// The whole file; the errors of both.
Result<std::string> read_regular_file(const std::string& path, std::size_t limit, ErrorKind kind = ErrorKind::io);

}  // namespace shakedown
