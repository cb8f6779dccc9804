#include "core/base/printable.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

namespace shakedown {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// One character of UTF-8 (RFC 3629): its code point and length; length 0 when the bytes are not valid.
struct Character {
  uint32_t code = 0;
  std::size_t length = 0;
};

Character decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  uint32_t code = first & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3F);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {code, length};
}

bool is_space(uint32_t code) {
  return code == '\t' || code == '\n' || code == '\r' || code == 0x85 || code == 0x2028 || code == 0x2029;
}

// Nothing is seen of these, so that two names look alike: soft hyphen, zero width, word joiners, tags. Joiners that scripts and
// emoji need (U+200C, U+200D) are not among them.
bool is_invisible(uint32_t code) {
  return code == 0xAD || code == 0x180E || code == 0x200B || (code >= 0x2060 && code <= 0x2064) || code == 0xFEFF ||
         (code >= 0xE0000 && code <= 0xE007F);
}

bool is_harmful(uint32_t code) {
  if (is_invisible(code)) return true;
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0x200E || code == 0x200F || code == 0x061C || (code & 0xFFFE) == 0xFFFE ||
         (code >= 0xFDD0 && code <= 0xFDEF);
}

std::string escaped(std::string_view bytes, uint32_t code) {
  static constexpr std::string_view kPlain = "\\\n\r\t";
  const auto known = bytes.size() == 1 ? kPlain.find(bytes.front()) : std::string_view::npos;
  if (known != std::string_view::npos) return std::string("\\") + "\\nrt"[known];
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), bytes.size() == 1 ? "\\x%02x" : "\\u{%x}", static_cast<unsigned>(code));
  return text.data();
}

std::string json_escaped(uint32_t unit) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "\\u%04x", static_cast<unsigned>(unit & 0xFFFF));
  return text.data();
}

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("-._/:=,@%+").find(c) != std::string_view::npos;
}

std::string word_text(const std::string& word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return word;
  const std::string told = visible(word);
  if (told == word && word.find('\'') == std::string::npos) return "'" + word + "'";
  std::string out = "$'";
  for (const char c : told) out += c == '\'' ? std::string("\\'") : std::string(1, c);
  return out + "'";
}

}  // namespace

std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character c = decode(text);
    if (c.length == 0 || is_harmful(c.code)) {
      if (c.length != 0 && is_space(c.code))
        out += ' ';
      else
        out += kReplacement;
    } else if (is_space(c.code)) {
      out += ' ';
    } else {
      out += text.substr(0, c.length);
    }
    text.remove_prefix(std::max<std::size_t>(c.length, 1));
  }
  return out;
}

std::string visible(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const Character c = decode(bytes);
    const std::size_t length = std::max<std::size_t>(c.length, 1);
    const uint32_t code = c.length == 0 ? static_cast<unsigned char>(bytes.front()) : c.code;
    const bool told = c.length == 0 || code == '\\' || is_harmful(code) || is_space(code);
    out += told ? escaped(bytes.substr(0, length), code) : std::string(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  return out;
}

std::string json_visible(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const Character c = decode(json);
    const std::size_t length = std::max<std::size_t>(c.length, 1);
    if (c.length == 0 || c.code < 0x7F || !(is_harmful(c.code) || is_space(c.code))) {
      out += json.substr(0, length);
    } else if (c.code < 0x10000) {
      out += json_escaped(c.code);
    } else {
      out += json_escaped(0xD7C0 + (c.code >> 10)) + json_escaped(0xDC00 + (c.code & 0x3FF));
    }
    json.remove_prefix(length);
  }
  return out;
}

std::string command_line(const std::vector<std::string>& argv) {
  std::string out;
  for (const std::string& word : argv) out += (out.empty() ? "" : " ") + word_text(word);
  return out;
}

void say(std::FILE* stream, std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += clean(text.substr(0, end));
    if (end < text.size()) out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::fwrite(out.data(), 1, out.size(), stream);
}

}  // namespace shakedown
