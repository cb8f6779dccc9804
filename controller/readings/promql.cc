// The little of PromQL's text that must be understood to learn how often a source is scraped.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <string_view>

#include "controller/readings/prometheus.h"

namespace shakedown {
namespace {

constexpr std::array<std::string_view, 16> kWords = {"by",     "without", "on",  "ignoring", "group_left", "group_right",
                                                     "offset", "bool",    "and", "or",       "unless",     "inf",
                                                     "nan",    "start",   "end", "atan2"};

bool begins_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || c == ':'; }
bool in_name(char c) { return begins_name(c) || std::isdigit(static_cast<unsigned char>(c)); }

std::size_t skip_blank(std::string_view s, std::size_t at) {
  while (at < s.size() && std::isspace(static_cast<unsigned char>(s[at]))) ++at;
  return at;
}

// The end of a quoted text that begins here.
std::size_t skip_quoted(std::string_view s, std::size_t at) {
  const char quote = s[at++];
  while (at < s.size() && s[at] != quote) at += s[at] == '\\' && quote != '`' ? 2 : 1;
  return std::min(at + 1, s.size());
}

// Behind the bracket that closes the one here.
std::size_t skip_bracket(std::string_view s, std::size_t at, char close) {
  for (++at; at < s.size() && s[at] != close;) {
    at = s[at] == '"' || s[at] == '\'' || s[at] == '`' ? skip_quoted(s, at) : at + 1;
  }
  return std::min(at + 1, s.size());
}

bool is_word(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

double unit_seconds(std::string_view unit) {
  if (unit == "ms") return 0.001;
  if (unit == "s") return 1;
  if (unit == "m") return 60;
  if (unit == "h") return 3600;
  if (unit == "d") return 86400;
  if (unit == "w") return 7 * 86400.0;
  return unit == "y" ? 365 * 86400.0 : 0;
}

}  // namespace

std::string first_selector(const std::string& query) {
  const std::string_view s = query;
  for (std::size_t at = 0; at < s.size();) {
    if (s[at] == '"' || s[at] == '\'' || s[at] == '`') {
      at = skip_quoted(s, at);
    } else if (s[at] == '[') {
      at = skip_bracket(s, at, ']');
    } else if (s[at] == '{') {
      const std::size_t end = skip_bracket(s, at, '}');
      return std::string(s.substr(at, end - at));
    } else if (std::isdigit(static_cast<unsigned char>(s[at]))) {
      while (at < s.size() && (in_name(s[at]) || s[at] == '.')) ++at;  // 1e3, 0x1f, 5m
    } else if (begins_name(s[at])) {
      const std::size_t begin = at;
      while (at < s.size() && in_name(s[at])) ++at;
      const std::string_view name = s.substr(begin, at - begin);
      const std::size_t next = skip_blank(s, at);
      const char follows = next < s.size() ? s[next] : ' ';
      if (is_word(name)) {
        if (follows == '(') at = skip_bracket(s, next, ')');  // labels
      } else if (follows == '{') {
        return std::string(s.substr(begin, skip_bracket(s, next, '}') - begin));
      } else if (follows != '(' && s.substr(next, 2) != "by" && s.substr(next, 7) != "without") {
        return std::string(name);
      }
    } else {
      ++at;
    }
  }
  return {};
}

std::optional<double> parse_retention(const std::string& text) {
  double sum = 0;
  std::size_t at = 0;
  bool any = false;
  while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at]))) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
    std::size_t unit = static_cast<std::size_t>(end - text.data()), to = unit;
    while (to < text.size() && std::isalpha(static_cast<unsigned char>(text[to]))) ++to;
    const double scale = unit_seconds(std::string_view(text).substr(unit, to - unit));
    if (error != std::errc() || scale <= 0) return std::nullopt;
    sum += value * scale;
    at = to;
    any = true;
  }
  return any ? std::optional(sum) : std::nullopt;
}

}  // namespace shakedown
