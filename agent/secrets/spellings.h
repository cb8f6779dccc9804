// How else a secret is written in what a target or a command says. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace shakedown {

// Shorter ones are no secret in another spelling, and would be found everywhere.
inline constexpr std::size_t kShortestSecret = 4;

// As it is, percent-encoded, as HTML and JSON text, in hexadecimal digits and in base64 (see Redactor). Some stand there twice.
std::vector<std::string> spellings(const std::string& value);

// Empty when the text is no base64.
std::string from_base64(std::string text);

}  // namespace shakedown
