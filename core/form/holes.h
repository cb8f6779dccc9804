// Texts with holes: "/entries/{key}". Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/form/text.h"

namespace shakedown {

// {word} with a letter first and then letters, digits, `_`, `-`, `.` is a hole; every other brace
// is text, so that JSON bodies need no escape.
struct HoleText {
  Text text;                         // unknown holes stay as literal text
  std::vector<std::string> unknown;  // words in braces that are no known name
};

// words: those of key, value, id, payload, checksum that are known here; run and the secrets are known everywhere.
HoleText parse_holes(std::string_view text, const std::vector<std::string>& words, const std::vector<std::string>& secrets);

// "key", "value", "id", "payload", "checksum", "run": names that a secret may not have.
const std::vector<std::string>& reserved_holes();
bool hole_word(std::string_view word);

}  // namespace shakedown
