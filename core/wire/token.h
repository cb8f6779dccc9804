// The join token: who knows it may join a drill. Lives in a file that only its owner may read.
// Threads: safe everywhere.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace shakedown {

// 256 random bits as hex.
std::string random_token();
// Compares without telling by its duration where the texts differ.
bool same_token(std::string_view a, std::string_view b);
// Creates the file (mode 0600) with a fresh token. Error output: it exists or cannot be written.
Result<std::string> create_token_file(const std::string& path);
// Errors: unavailable (not there, empty), refused (a group or others may read or write it, or it is not ours).
Result<std::string> read_token_file(const std::string& path);

}  // namespace shakedown
