// What a text says once one encoding is taken off it: a secret that was encoded twice stands there in a spelling that is known.
// Each takes time in proportion to the text. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shakedown {

// What stands before a text whose beginning was cut off (core/runtime/process/output_tail.h).
inline constexpr std::string_view kCutSign = "...";

struct DecodedText {
  std::string text;
  std::vector<std::uint32_t> from, to;  // where each byte of it begins and ends in the source
};

// Percent-encoding (also of a form), JSON and HTML escapes, hexadecimal digits and base64 (both alphabets, wherever it begins,
// also folded into lines); those of which the text has a sign. What stands between pieces in digits becomes a zero byte; "..."
// before one stays. An escape that the text's end cuts off is left out.
std::vector<DecodedText> decodings(std::string_view text);

}  // namespace shakedown
