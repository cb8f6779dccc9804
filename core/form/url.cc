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

}  // namespace

Result<Url> parse_url(std::string_view text) {
  Url url;
  const std::size_t colon = text.find("://");
  url.scheme = std::string(text.substr(0, colon == std::string_view::npos ? 0 : colon));
  if (url.scheme != "http" && url.scheme != "https")
    return wrong("write http:// or https:// first");
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
  std::string_view port = place.substr(bracketed ? end + 1 : end);
  url.port = url.scheme == "https" ? 443 : 80;
  if (!port.empty()) {
    unsigned value = 0;
    const auto [last, error] = std::from_chars(port.data() + 1, port.data() + port.size(), value);
    const bool whole = port[0] == ':' && error == std::errc() && last == port.data() + port.size();
    if (!whole || value < 1 || value > 65535)
      return wrong("write a port from 1 to 65535 after the host");
    url.port = static_cast<uint16_t>(value);
  }
  const auto visible = [](char c) { return c > ' ' && c < 0x7f && c != '{' && c != '}'; };
  if (!std::all_of(path.begin(), path.end(), visible))
    return wrong("the path is plain ASCII without holes");
  while (path.ends_with('/')) path.remove_suffix(1);
  url.path = std::string(path);
  return url;
}

}  // namespace shakedown
