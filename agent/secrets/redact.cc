#include "agent/secrets/redact.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <utility>

#include <openssl/evp.h>

namespace shakedown {
namespace {

// Shorter ones are no secret in another spelling, and would be found everywhere.
constexpr std::size_t kShortest = 4;
// What stands before a text whose beginning was cut off (core/runtime/process/output_tail.h).
constexpr std::string_view kCut = "...";

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

}  // namespace

Redactor::Redactor(const Secrets& secrets) {
  for (const auto& [name, value] : secrets) {
    if (value.empty()) continue;
    spell(name, value);
    if (value.size() < kShortest) continue;
    know(name, value);
    const std::string said = from_base64(value);
    if (said.size() < kShortest) continue;
    know(name, said);
    const std::size_t colon = said.find(':');
    if (colon != std::string::npos && said.size() - colon > kShortest) know(name, said.substr(colon + 1));
  }
  std::stable_sort(spellings_.begin(), spellings_.end(),
                   [](const Spelling& a, const Spelling& b) { return a.text.size() > b.text.size(); });
  if (!spellings_.empty()) longest_ = spellings_.front().text.size();
}

void Redactor::spell(const std::string& name, std::string text) {
  const bool known = std::any_of(spellings_.begin(), spellings_.end(), [&](const Spelling& s) { return s.text == text; });
  if (!text.empty() && !known) spellings_.push_back({std::move(text), name});
}

void Redactor::know(const std::string& name, const std::string& value) {
  spell(name, value);
  for (const char* digits : {kLower, kUpper}) {
    spell(name, hex_of(value, "", digits));
    spell(name, hex_of(value, "%", digits));
    for (const std::string_view kept : {"-._~", "-._~!$&'()*+,;=:@/?", "-._*", "-_.!~*'()"}) {
      spell(name, percent(value, kept, digits, false));
      spell(name, percent(value, kept, digits, true));
    }
  }
  for (const std::string& text : {value, latin1_as_utf8(value)}) know_json(name, text);
  for (const char* apostrophe : {"'", "&#39;", "&#x27;", "&apos;"}) {
    for (const char* quote : {"\"", "&quot;", "&#34;"}) spell(name, html(value, apostrophe, quote));
  }
  for (std::size_t shift = 0; shift < 3; ++shift) {
    for (const std::string& digits : base64(value, shift)) {
      if (digits.size() < kShortest) continue;
      spell(name, digits);
      spell(name, url_alphabet(digits));
    }
  }
}

void Redactor::know_json(const std::string& name, const std::string& value) {
  for (const bool slash : {false, true}) {
    for (const bool ascii : {false, true}) {
      for (const std::string_view extra : kExtra) {
        spell(name, json(value, {slash, extra, kLower, ascii, kLower}));
        spell(name, json(value, {slash, extra, kUpper, ascii, kLower}));  // PHP
        spell(name, json(value, {slash, extra, kUpper, ascii, kUpper}));
      }
    }
  }
}

// The spelling that begins here, or a part of one that the text's end cuts off.
const Redactor::Spelling* Redactor::at(std::string_view text) const {
  for (const Spelling& one : spellings_) {
    const std::size_t common = std::min(text.size(), one.text.size());
    const bool cut = common < one.text.size();
    if (cut && common < kShortest) continue;
    if (text.substr(0, common) == std::string_view(one.text).substr(0, common)) return &one;
  }
  return nullptr;
}

std::size_t Redactor::rest_of_one(std::string_view text, const Spelling*& whose) const {
  std::size_t longest = 0;
  for (const Spelling& one : spellings_) {
    for (std::size_t cut = 1; cut + std::max(kShortest, longest + 1) <= one.text.size(); ++cut) {
      const std::string_view rest = std::string_view(one.text).substr(cut);
      if (!text.starts_with(rest)) continue;
      longest = rest.size();
      whose = &one;
    }
  }
  return longest;
}

std::string Redactor::taken_out(std::string_view text, std::size_t limit) const {
  std::string out;
  for (std::size_t i = 0; i < std::min(limit, text.size());) {
    if (const Spelling* found = at(text.substr(i))) {
      out += "{" + found->name + "}";
      i += found->text.size();
    } else if (out.ends_with(kCut)) {
      const Spelling* whose = nullptr;
      const std::size_t rest = rest_of_one(text.substr(i), whose);
      out += rest > 0 ? "{" + whose->name + "}" : text.substr(i, 1);
      i += std::max<std::size_t>(rest, 1);
    } else {
      out += text[i++];
    }
  }
  return out;
}

std::string Redactor::operator()(std::string_view text) const { return taken_out(text, text.size()); }

std::string Redactor::first(std::string_view text, std::size_t limit) const {
  std::string out = taken_out(text.substr(0, needed(limit)), limit);
  if (out.size() > limit) out.resize(limit);
  return out;
}

}  // namespace shakedown
