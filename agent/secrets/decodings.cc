#include "agent/secrets/decodings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <utility>

namespace shakedown {
namespace {

constexpr std::size_t kMost = 1U << 31;  // bytes of a text; none is nearly as long

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Places of the last two alphabets stand for the same.
int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

void put(DecodedText& out, char byte, std::size_t at, std::size_t end) {
  out.text += byte;
  out.from.push_back(static_cast<std::uint32_t>(at));
  out.to.push_back(static_cast<std::uint32_t>(end));
}

void put_character(DecodedText& out, std::uint32_t code, std::size_t at, std::size_t end) {
  if (code >= 0x110000) code = 0xFFFD;
  if (code < 0x80) return put(out, static_cast<char>(code), at, end);
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  static constexpr int kFirst[] = {0, 0xC0, 0xE0, 0xF0};
  put(out, static_cast<char>(kFirst[more] | static_cast<int>(code >> (6 * more))), at, end);
  for (int left = more - 1; left >= 0; --left) put(out, static_cast<char>(0x80 | (code >> (6 * left) & 0x3F)), at, end);
}

// The number that `length` hexadecimal digits say; -1 when they are none.
std::int64_t hex_number(std::string_view text, std::size_t length) {
  std::int64_t out = 0;
  for (std::size_t i = 0; i < length; ++i) {
    const int digit = i < text.size() ? hex_digit(text[i]) : -1;
    if (digit < 0) return -1;
    out = out << 4 | digit;
  }
  return out;
}

// The text's end, where an escape begins that ends beyond it.
bool cut_off(std::string_view rest, std::size_t longest, bool (*belongs)(char)) {
  return rest.size() < longest && std::all_of(rest.begin() + 1, rest.end(), belongs);
}

bool is_hex(char c) { return hex_digit(c) >= 0; }
bool is_hex_or_u(char c) { return c == 'u' || is_hex(c); }
bool is_of_entity(char c) { return c == '#' || std::isalnum(static_cast<unsigned char>(c)) != 0; }

DecodedText from_percent(std::string_view text, bool form) {
  DecodedText out;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    const std::int64_t byte = rest[0] == '%' ? hex_number(rest.substr(1), 2) : -1;
    if (rest[0] == '%' && cut_off(rest, 3, &is_hex)) break;
    const std::size_t length = byte >= 0 ? 3 : 1;
    put(out, byte >= 0 ? static_cast<char>(byte) : form && rest[0] == '+' ? ' ' : rest[0], at, at + length);
    at += length;
  }
  return out;
}

// What stands behind a backslash: one character, or a pair of surrogates. 0 = no escape.
std::size_t json_escape(std::string_view rest, std::uint32_t& code) {
  if (rest.size() < 2) return 0;
  static constexpr std::string_view kShort = "bfnrt\"\\/'", kMeant = "\b\f\n\r\t\"\\/'";
  const std::size_t known = kShort.find(rest[1]);
  if (known != std::string_view::npos) {
    code = static_cast<unsigned char>(kMeant[known]);
    return 2;
  }
  const std::int64_t unit = rest[1] == 'u' ? hex_number(rest.substr(2), 4) : -1;
  if (unit < 0) return 0;
  code = static_cast<std::uint32_t>(unit);
  if (unit < 0xD800 || unit > 0xDBFF || rest.size() < 12 || rest[6] != '\\' || rest[7] != 'u') return 6;
  const std::int64_t low = hex_number(rest.substr(8), 4);
  if (low < 0xDC00 || low > 0xDFFF) return 6;
  code = static_cast<std::uint32_t>(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
  return 12;
}

// What stands for another character is led by `sign`: `read` says how long it is (0 = it is none) and what it means, `cut`
// whether the text ends within it.
template <typename Read, typename Cut>
DecodedText without_escapes(std::string_view text, char sign, Read read, Cut cut) {
  DecodedText out;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    std::uint32_t code = 0;
    const std::size_t length = rest[0] == sign ? read(rest, code) : 0;
    if (rest[0] == sign && cut(rest, length, code)) break;
    if (length > 0) {
      put_character(out, code, at, at + length);
    } else {
      put(out, rest[0], at, at + 1);
    }
    at += std::max<std::size_t>(length, 1);
  }
  return out;
}

DecodedText from_json(std::string_view text) {
  return without_escapes(text, '\\', json_escape, [](std::string_view rest, std::size_t length, std::uint32_t code) {
    const bool half_a_pair = length == 6 && code >> 10 == 0xD800 >> 10 && rest.size() < 12;
    return half_a_pair || (length == 0 && cut_off(rest, 6, &is_hex_or_u));
  });
}

// 0 = none.
std::size_t html_entity(std::string_view rest, std::uint32_t& code) {
  static constexpr std::size_t kLongest = 10;
  const std::size_t end = rest.substr(0, kLongest).find(';');
  if (end == std::string_view::npos) return 0;
  const std::string_view name = rest.substr(1, end - 1);
  static constexpr std::array<std::pair<std::string_view, char>, 5> kNames = {
      {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};
  for (const auto& [known, meant] : kNames) {
    if (name == known) code = static_cast<unsigned char>(meant);
    if (name == known) return end + 1;
  }
  if (name.size() < 2 || name[0] != '#') return 0;
  const bool hex = (name[1] | 0x20) == 'x';
  std::uint32_t number = 0;
  for (const char c : name.substr(hex ? 2 : 1)) {
    const int digit = hex_digit(c);
    if (digit < 0 || (!hex && digit > 9)) return 0;
    number = number * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit);
  }
  code = number;
  return name.size() > (hex ? 2U : 1U) ? end + 1 : 0;
}

DecodedText from_html(std::string_view text) {
  return without_escapes(text, '&', html_entity, [](std::string_view rest, std::size_t length, std::uint32_t) {
    return length == 0 && cut_off(rest, 9, &is_of_entity);
  });
}

// Runs of digits of `bits` bits each, of which the first `skip` of each run are left out.
class Digits {
 public:
  Digits(unsigned bits, std::size_t skip) : bits_(bits), skip_(skip) {}

  void digit(unsigned value, std::string_view before) {
    if (padded_) end_run(before.size());
    if (run_ == 0 && before.ends_with(kCutSign)) {
      for (const char c : kCutSign) put(out, c, before.size(), before.size());
    }
    if (run_++ < skip_) return;
    if (held_ == 0) first_ = before.size();
    value_ = value_ << bits_ | value;
    held_ += bits_;
    if (held_ < 8) return;
    held_ -= 8;
    put(out, static_cast<char>(value_ >> held_), first_, before.size() + 1);
    first_ = before.size();
  }
  void padding(std::size_t at) {
    padded_ = run_ > 0;
    if (padded_ && !out.to.empty()) out.to.back() = static_cast<std::uint32_t>(at + 1);
  }
  void end_run(std::size_t at) {
    if (run_ > 0) put(out, '\0', at, at);
    run_ = held_ = 0;
    padded_ = false;
  }

  DecodedText out;

 private:
  const unsigned bits_;
  const std::size_t skip_;
  unsigned held_ = 0, value_ = 0;
  std::size_t run_ = 0, first_ = 0;
  bool padded_ = false;
};

DecodedText from_hex(std::string_view text, std::size_t skip) {
  Digits digits(4, skip);
  for (std::size_t at = 0; at < text.size(); ++at) {
    const int digit = hex_digit(text[at]);
    if (digit < 0) {
      digits.end_run(at);
    } else {
      digits.digit(static_cast<unsigned>(digit), text.substr(0, at));
    }
  }
  return std::move(digits.out);
}

DecodedText from_base64_digits(std::string_view text, std::size_t skip) {
  Digits digits(6, skip);
  for (std::size_t at = 0; at < text.size(); ++at) {
    const int digit = base64_digit(text[at]);
    if (digit >= 0) {
      digits.digit(static_cast<unsigned>(digit), text.substr(0, at));
    } else if (text[at] == '=') {
      digits.padding(at);
    } else if (text[at] != '\r' && text[at] != '\n') {
      digits.end_run(at);
    }
  }
  return std::move(digits.out);
}

bool has_run(std::string_view text, int (*digit_of)(char), std::size_t length) {
  std::size_t run = 0;
  for (const char c : text) {
    run = digit_of(c) >= 0 ? run + 1 : 0;
    if (run >= length) return true;
  }
  return false;
}

}  // namespace

std::vector<DecodedText> decodings(std::string_view text) {
  text = text.substr(0, kMost);
  std::vector<DecodedText> out;
  const auto has = [&](char sign) { return text.find(sign) != std::string_view::npos; };
  if (has('%')) out.push_back(from_percent(text, false));
  if (has('%') && has('+')) out.push_back(from_percent(text, true));
  if (has('\\')) out.push_back(from_json(text));
  if (has('&')) out.push_back(from_html(text));
  const bool hex = has_run(text, &hex_digit, 8), base64 = has_run(text, &base64_digit, 6);  // four bytes each
  for (std::size_t skip = 0; hex && skip < 2; ++skip) out.push_back(from_hex(text, skip));
  for (std::size_t skip = 0; base64 && skip < 4; ++skip) out.push_back(from_base64_digits(text, skip));
  return out;
}

}  // namespace shakedown
