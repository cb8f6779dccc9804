#include "core/form/url.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace shakedown {
namespace {

auto wrong(const std::string& what) { return fail(ErrorKind::scenario, what); }

bool host_text(std::string_view host, bool bracketed) {
  const auto fine = [bracketed](char c) {
    if (bracketed) return std::isxdigit(static_cast<unsigned char>(c)) || c == ':' || c == '.';
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_';
  };
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), fine);
}

// "http:// or https://".
std::string beginnings(const std::vector<Scheme>& schemes) {
  std::string out;
  for (std::size_t i = 0; i < schemes.size(); ++i) {
    if (i > 0) out += i + 1 == schemes.size() ? " or " : ", ";
    out += schemes[i].name + "://";
  }
  return out;
}

// ":8080", or nothing where the scheme has a port of its own.
Result<uint16_t> parse_port(std::string_view text, const Scheme& scheme) {
  if (text.empty() && scheme.port != 0) return scheme.port;
  unsigned value = 0;
  if (!text.empty() && text[0] == ':') {
    const auto [last, error] = std::from_chars(text.data() + 1, text.data() + text.size(), value);
    if (error != std::errc() || last != text.data() + text.size()) value = 0;
  }
  if (value < 1 || value > 65535) return wrong("write a port from 1 to 65535 after the host");
  return static_cast<uint16_t>(value);
}

}  // namespace

const std::vector<Scheme>& web_schemes() {
  static const std::vector<Scheme> schemes = {{"http", 80, false, true}, {"https", 443, true, true}};
  return schemes;
}

Result<Url> parse_url(std::string_view text, const std::vector<Scheme>& schemes) {
  const std::size_t colon = text.find("://");
  const std::string_view name = text.substr(0, colon == std::string_view::npos ? 0 : colon);
  const auto scheme = std::find_if(schemes.begin(), schemes.end(), [&](const Scheme& s) { return s.name == name; });
  if (scheme == schemes.end()) return wrong("write " + beginnings(schemes) + " first");
  Url url;
  url.scheme = scheme->name;
  std::string_view rest = text.substr(colon + 3);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view place = rest.substr(0, slash), path = rest.substr(slash);
  if (text.find_first_of("@?# ") != std::string_view::npos) {
    return wrong("leave out user, query and fragment; secrets belong into headers");
  }
  const bool bracketed = place.starts_with('[');
  const std::size_t end = bracketed ? place.find(']') : std::min(place.rfind(':'), place.size());
  if (end == std::string_view::npos) return wrong("close the bracket of the IPv6 address");
  const std::string_view host = bracketed ? place.substr(1, end - 1) : place.substr(0, end);
  if (!host_text(host, bracketed)) return wrong("write a host name or an address after ://");
  url.host = std::string(host);
  SHAKEDOWN_TRY(url.port, parse_port(place.substr(bracketed ? end + 1 : end), *scheme));
  if (!scheme->path && !path.empty()) return wrong("leave out what follows the port");
  const auto visible = [](char c) { return c > ' ' && c < 0x7f && c != '{' && c != '}'; };
  if (!std::all_of(path.begin(), path.end(), visible)) return wrong("the path is plain ASCII without holes");
  while (path.ends_with('/')) path.remove_suffix(1);
  url.path = std::string(path);
  return url;
}

}  // namespace shakedown
