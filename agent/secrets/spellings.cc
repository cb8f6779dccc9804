#include "agent/secrets/spellings.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string_view>

#include <openssl/evp.h>

namespace shakedown {
namespace {

std::string hex_of(std::string_view value, std::string_view before, const char* digits) {
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    out += before;
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

constexpr const char* kLower = "0123456789abcdef";
constexpr const char* kUpper = "0123456789ABCDEF";

// RFC 3986 2.1, with what stays as it is left out of it; blank as the form encoding of HTML has it, or as %20.
std::string percent(std::string_view value, std::string_view kept, const char* digits, bool plus) {
  std::string out;
  for (const char c : value) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || kept.find(c) != std::string_view::npos) {
      out += c;
    } else if (c == ' ' && plus) {
      out += '+';
    } else {
      out += hex_of({&c, 1}, "%", digits);
    }
  }
  return out;
}

// How an encoder writes a JSON string (RFC 8259 7).
struct JsonStyle {
  bool slash;              // as \/ (PHP)
  std::string_view extra;  // what it escapes as \uXXXX beyond what it must
  const char* extra_digits;
  bool ascii;  // so whatever is not ASCII (Python, PHP, .NET)
  const char* digits;
};
constexpr std::string_view kExtra[] = {"", "<>&", "<>&'", "<>&='", "<>&'\"+`"};  // Python; Go, Rails; PHP; Gson; .NET

void append_unit(std::string& out, uint32_t unit, const char* digits) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += digits[unit >> shift & 15];
}

// The character that begins here. A byte that begins none stands for itself.
uint32_t code_point(std::string_view text, std::size_t& length) {
  const auto first = static_cast<unsigned char>(text.front());
  length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1;
  if (length > text.size()) length = 1;
  uint32_t code = length == 1 ? first : first & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  return code;
}

std::string json(std::string_view value, const JsonStyle& style) {
  static constexpr std::string_view kShort = "\b\f\t\"\\/";
  std::string out;
  for (std::size_t at = 0, length = 0; at < value.size(); at += length) {
    const uint32_t code = code_point(value.substr(at), length);
    const char c = value[at];
    const std::size_t known = length == 1 ? kShort.find(c) : std::string_view::npos;
    if (length == 1 && style.extra.find(c) != std::string_view::npos) {
      append_unit(out, code, style.extra_digits);
    } else if (known != std::string_view::npos && (c != '/' || style.slash)) {
      out += '\\';
      out += "bft\"\\/"[known];
    } else if (code < 0x20 || (style.ascii && code >= 0x7F && code < 0x10000) ||
               (!style.extra.empty() && code >> 1 == 0x2028 >> 1)) {
      append_unit(out, code, style.digits);
    } else if (style.ascii && code >= 0x10000) {
      append_unit(out, 0xD800 + ((code - 0x10000) >> 10), style.digits);
      append_unit(out, 0xDC00 + (code & 0x3FF), style.digits);
    } else {
      out += value.substr(at, length);
    }
  }
  return out;
}

// UTF-8 that was taken for Latin-1, as servers take header lines, and written as UTF-8.
std::string latin1_as_utf8(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) out += static_cast<char>(0xC0 | byte >> 6);
    out += static_cast<char>(byte >= 0x80 ? 0x80 | (byte & 0x3F) : byte);
  }
  return out;
}

std::string html(std::string_view value, const char* apostrophe, const char* quote) {
  std::string out;
  for (const char c : value) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += quote; break;
      case '\'': out += apostrophe; break;
      default: out += c;
    }
  }
  return out;
}

// What base64 makes of the value after `shift` other bytes, without the digits that depend on those: as it is where the text
// ends with the value, with and without padding, and as it is where more bytes follow, without the digit that depends on them.
std::vector<std::string> base64(const std::string& value, std::size_t shift) {
  const std::string padded = std::string(shift, '\0') + value;
  std::string out(4 * ((padded.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(padded.data()), static_cast<int>(padded.size()));
  out.resize(static_cast<std::size_t>(length));
  static constexpr std::size_t kNotOurs[] = {0, 2, 3};  // digits that hold a bit of the bytes before
  out.erase(0, kNotOurs[shift]);
  const std::size_t whole = padded.size() * 8 / 6 - kNotOurs[shift];  // digits that hold none of the bytes after
  return {out, out.substr(0, out.find('=')), out.substr(0, whole)};
}

std::string url_alphabet(std::string text) {
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

void add_json(const std::string& value, std::vector<std::string>& out) {
  for (const bool slash : {false, true}) {
    for (const bool ascii : {false, true}) {
      for (const std::string_view extra : kExtra) {
        out.push_back(json(value, {slash, extra, kLower, ascii, kLower}));
        out.push_back(json(value, {slash, extra, kUpper, ascii, kLower}));  // PHP
        out.push_back(json(value, {slash, extra, kUpper, ascii, kUpper}));
      }
    }
  }
}

}  // namespace

std::vector<std::string> spellings(const std::string& value) {
  std::vector<std::string> out{value};
  for (const char* digits : {kLower, kUpper}) {
    out.push_back(hex_of(value, "", digits));
    out.push_back(hex_of(value, "%", digits));
    for (const std::string_view kept : {"-._~", "-._~!$&'()*+,;=:@/?", "-._*", "-_.!~*'()"}) {
      out.push_back(percent(value, kept, digits, false));
      out.push_back(percent(value, kept, digits, true));
    }
  }
  for (const std::string& text : {value, latin1_as_utf8(value)}) add_json(text, out);
  for (const char* apostrophe : {"'", "&#39;", "&#x27;", "&apos;"}) {
    for (const char* quote : {"\"", "&quot;", "&#34;"}) out.push_back(html(value, apostrophe, quote));
  }
  for (std::size_t shift = 0; shift < 3; ++shift) {
    for (const std::string& digits : base64(value, shift)) {
      out.push_back(digits);
      out.push_back(url_alphabet(digits));
    }
  }
  std::erase_if(out, [](const std::string& one) { return one.size() < kShortestSecret; });
  return out;
}

// Empty when the text is no base64.
std::string from_base64(std::string text) {
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  while (!text.empty() && text.back() == '=') text.pop_back();
  const std::size_t bytes = text.size() * 6 / 8;
  while (text.size() % 4 != 0) text += '=';
  std::string out(text.size(), '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (length < 0) return {};
  out.resize(bytes);
  return out;
}

}  // namespace shakedown
