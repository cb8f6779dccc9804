#include "core/yaml/text.h"

#include <algorithm>
#include <cctype>

namespace shakedown {
namespace {

// Length of the UTF-8 sequence at i, 0 when there is none (overlong, surrogate, beyond U+10FFFF,
// cut off).
std::size_t utf8_length(std::string_view s, std::size_t i) {
  const auto byte = [&](std::size_t k) { return i + k < s.size() ? static_cast<unsigned char>(s[i + k]) : 0U; };
  const auto follows = [&](std::size_t k) { return (byte(k) & 0xC0U) == 0x80U; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!follows(1) || !follows(2)) return 0;
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;
    return lead == 0xED && byte(1) > 0x9F ? 0 : 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!follows(1) || !follows(2) || !follows(3)) return 0;
    if (lead == 0xF0 && byte(1) < 0x90) return 0;
    return lead == 0xF4 && byte(1) > 0x8F ? 0 : 4;
  }
  return 0;
}

bool readable_bytes(std::string_view text, Diagnostics& diagnostics) {
  Position at;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const std::size_t length = utf8_length(text, i);
    if (c == '\0') {
      diagnostics.error(at, "a NUL byte", "a scenario is UTF-8 text; save it as such");
      return false;
    }
    if (length == 0) {
      diagnostics.error(at, "bytes that are not UTF-8", "save the file as UTF-8");
      return false;
    }
    const auto u = static_cast<unsigned char>(c);
    if ((u < 0x20 && c != '\n' && c != '\r' && c != '\t') || u == 0x7f) {
      diagnostics.error(at, "a control character", "remove it; in a quoted text write \"\\e\" or \"\\x01\"");
      return false;
    }
    if (c == '\n') {
      ++at.line;
      at.col = 1;
    } else {
      at.col += static_cast<uint32_t>(length);
    }
    i += length;
  }
  return true;
}

bool indented_by_spaces(std::string_view text, Diagnostics& diagnostics) {
  bool fine = true;
  uint32_t line = 1;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view row = text.substr(begin, end - begin);
    const std::size_t first = row.find_first_not_of(" \t\r");
    const std::size_t tab = row.find('\t');
    if (first != std::string_view::npos && tab < first && row[first] != '#' && diagnostics.count() < Diagnostics::kMost) {
      diagnostics.error({line, static_cast<uint32_t>(tab + 1)}, "a tab in the indentation", "YAML is indented by spaces");
      fine = false;
    }
    begin = end + 1;
  }
  return fine;
}

// The parser's time grows with the square of the depth of brackets, before it tells of the first one. Brackets in texts are
// counted too: they come in pairs, or they are few.
bool shallow(std::string_view text, Diagnostics& diagnostics) {
  constexpr int kDeepest = 1000;
  int depth = 0;
  Position at;
  for (const char c : text) {
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (depth > kDeepest) {
      diagnostics.error(at, "more than " + std::to_string(kDeepest) + " brackets inside each other", "close them");
      return false;
    }
    at = c == '\n' ? Position{at.line + 1, 1} : Position{at.line, at.col + 1};
  }
  return true;
}

std::string_view line_of(std::string_view text, uint32_t line) {
  std::size_t begin = 0;
  for (uint32_t i = 1; i < line; ++i) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) return {};
    begin = end + 1;
  }
  std::string_view row = text.substr(begin, std::min(text.find('\n', begin), text.size()) - begin);
  if (!row.empty() && row.back() == '\r') row.remove_suffix(1);
  return row;
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.back()))) s.remove_suffix(1);
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.front()))) s.remove_prefix(1);
  return s;
}

// Where the value that contains column `col` (0-based) begins: after the last ": " or ", " or "["
// before it.
std::size_t value_start(std::string_view row, std::size_t col) {
  std::size_t start = 0;
  for (std::size_t i = 0; i < row.size() && i < col; ++i) {
    const bool gap = i + 1 < row.size() && row[i + 1] == ' ';
    if (((row[i] == ':' || row[i] == ',' || row[i] == '-') && gap) || row[i] == '[') start = i + 1;
  }
  return std::min(row.find_first_not_of(' ', start), row.size());
}

// The value that starts at `start`, up to a comma or an unbalanced closing bracket outside {name}.
std::string_view value_text(std::string_view row, std::size_t start) {
  int depth = 0;
  std::size_t end = start;
  for (; end < row.size(); ++end) {
    const char c = row[end];
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth < 0) break;
    if (c == ',' && depth == 0) break;
    if (c == '#' && end > start && row[end - 1] == ' ') break;
  }
  return trimmed(row.substr(start, end - start));
}

std::string quote_hint(std::string_view value) {
  if (value.find('"') != std::string_view::npos) return "quote this: '" + std::string(value) + "'";
  return "quote this: \"" + std::string(value) + "\"";
}

// The column (0-based) of an unquoted value that YAML reads as something else; npos when none is
// seen.
std::size_t suspicious_value(std::string_view row, std::size_t col) {
  char inside = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const char c = row[i];
    if (inside != 0) {
      if (c == inside) inside = 0;
      continue;
    }
    const std::size_t start = value_start(row, i + 1);
    if ((c == '"' || c == '\'') && (i == 0 || start == i)) inside = c;
    if (c == '#' && (i == 0 || row[i - 1] == ' ')) break;
    if (start == i && i > 0 && std::string_view(">%@*&`").find(c) != std::string_view::npos) return i;
    if (c == '{' && start < i && row[start] != '{' && row[start] != '"' && i <= col + 1) return start;
  }
  return std::string_view::npos;
}

// The parser's own words, where they are hard to understand.
std::string in_words(const std::string& message) {
  if (message.find("end of map flow") != std::string::npos) return "a `}` or a comma is missing before this";
  if (message.find("end of sequence flow") != std::string::npos) return "a `]` or a comma is missing before this";
  if (message.find("end of map not") != std::string::npos) return "the indentation does not fit the lines above";
  if (message.find("end of sequence not") != std::string::npos) return "the indentation does not fit the lines above";
  return message;
}

}  // namespace

bool readable_text(std::string_view text, Diagnostics& diagnostics) {
  if (text.size() > kLargestScenario) {
    diagnostics.error({}, "the file is too large: more than " + std::to_string(kLargestScenario) + " bytes",
                      "a scenario describes data by its size, it does not contain it");
    return false;
  }
  if (!readable_bytes(text, diagnostics) || !shallow(text, diagnostics)) return false;
  return indented_by_spaces(text, diagnostics);
}

void explain_syntax_error(std::string_view text, Position at, const std::string& message, Diagnostics& diagnostics) {
  constexpr std::size_t kReadable = 1000;  // what nobody reads is not explained; the search is quadratic
  const std::string_view row = line_of(text, at.line).substr(0, kReadable);
  const std::size_t col = std::min<std::size_t>(at.col - 1, kReadable);
  std::size_t found = suspicious_value(row, col);
  if (found == std::string_view::npos && message.find("map value") != std::string::npos) {
    const std::size_t colon = row.find(": ");
    const std::size_t value = colon == std::string_view::npos ? colon : row.find_first_not_of(' ', colon + 1);
    if (value != std::string_view::npos && value < col) {
      diagnostics.error({at.line, static_cast<uint32_t>(value + 1)}, "not YAML: a second `: ` in one value",
                        quote_hint(trimmed(row.substr(value))));
      return;
    }
  }
  if (found == std::string_view::npos) {
    diagnostics.error(at, "not YAML: " + in_words(message), "see this line and the one before it");
    return;
  }
  const std::string_view value = value_text(row, found);
  diagnostics.error(
      {at.line, static_cast<uint32_t>(found + 1)},
      "not YAML: an unquoted " +
          ticked(
              row.substr(row[found] == '>' || row.find('{', found) == std::string_view::npos ? found : row.find('{', found), 1)) +
          " has a meaning of its own here",
      quote_hint(value));
}

}  // namespace shakedown
