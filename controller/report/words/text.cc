#include "controller/report/words/text.h"

#include <algorithm>
#include <cctype>

namespace shakedown::report {
namespace {

constexpr std::string_view kZeroWidthSpace = "\xE2\x80\x8B";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace

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

}  // namespace shakedown::report
