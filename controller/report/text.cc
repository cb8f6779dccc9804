#include "controller/report/text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstdio>

namespace shakedown::report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kZeroWidthSpace = "\xE2\x80\x8B";

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

bool is_harmful(uint32_t code) {
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

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
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

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : clean(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string markdown_text(std::string_view text) {
  static constexpr std::string_view kEscaped = "\\`*_[]|~#$";
  std::string out;
  char before = ' ';
  for (const char c : clean(text)) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (kEscaped.find(c) != std::string_view::npos) {
      out += '\\';
      out += c;
    } else {
      out += c;
      if (c == '@' && std::isalnum(static_cast<unsigned char>(before)) == 0) out += kZeroWidthSpace;
    }
    before = c;
  }
  return out;
}

std::string markdown_code(std::string_view text) {
  std::string body = clean(text);
  std::size_t run = 0, longest = 0;
  for (const char c : body) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  replace_all(body, "|", "\\|");
  const std::string fence(longest + 1, '`');
  if (body.empty()) return {};
  const bool pad = body.front() == '`' || body.back() == '`';
  return fence + (pad ? " " : "") + body + (pad ? " " : "") + fence;
}

std::string script_json(std::string json) {
  replace_all(json, "<", "\\u003c");
  replace_all(json, ">", "\\u003e");
  replace_all(json, "&", "\\u0026");
  replace_all(json, "\xE2\x80\xA8", "\\u2028");
  replace_all(json, "\xE2\x80\xA9", "\\u2029");
  return json;
}

std::string shorten(std::string_view text, std::size_t limit) {
  std::size_t characters = 0, cut = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
    ++characters;
    if (characters == limit) cut = i;
    if (characters > limit) return std::string(text.substr(0, cut)) + "…";
  }
  return std::string(text);
}

}  // namespace shakedown::report
