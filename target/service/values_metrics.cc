#include <algorithm>
#include <cctype>

#include "target/service/values.h"

namespace practice {
namespace {

constexpr std::string_view kStatuses = "statuses from 100 to 599 or classes, such as 2xx,3xx,404";
constexpr std::string_view kCall =
    "NAME=http://IPV4:PORT/PATH@N with N calls per request from 0.001 to 100, such as "
    "ledger=http://127.0.0.1:18080/health@1.5";
constexpr std::string_view kScheme = "http://";

bool parse_status(std::string_view text, StatusRange& range) {
  if (text.size() == 3 && text.substr(1) == "xx" && text[0] >= '1' && text[0] <= '5') {
    range.low = (text[0] - '0') * 100;
    range.high = range.low + 99;
    return true;
  }
  const auto status = parse_count(text, 100, 599);
  if (status.ok()) range.low = range.high = static_cast<int>(status.value);
  return status.ok();
}

bool is_name(std::string_view text) {
  const auto fine = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; };
  return !text.empty() && std::all_of(text.begin(), text.end(), fine);
}

bool parse_url(std::string_view url, CallSpec& call) {
  if (url.substr(0, kScheme.size()) != kScheme) return false;
  url.remove_prefix(kScheme.size());
  const std::size_t slash = std::min(url.find('/'), url.size());
  const auto authority = split(url.substr(0, slash), ':');
  if (authority.size() != 2) return false;
  call.host = authority[0] == "localhost" ? "127.0.0.1" : std::string(authority[0]);
  if (!is_ipv4(call.host)) return false;
  const auto port = parse_count(authority[1], 1, 65535);
  const auto visible = [](char c) { return c > ' ' && c < 0x7f; };
  call.port = static_cast<std::uint16_t>(port.value);
  call.path = slash < url.size() ? url.substr(slash) : std::string_view("/");
  return port.ok() && std::all_of(call.path.begin(), call.path.end(), visible);
}

}  // namespace

Parsed<std::vector<StatusRange>> parse_statuses(std::string_view text) {
  using Ranges = std::vector<StatusRange>;
  Ranges ranges;
  for (const std::string_view part : split(text, ',')) {
    StatusRange range;
    if (!parse_status(part, range)) return expected<Ranges>(kStatuses, text);
    ranges.push_back(range);
  }
  return parsed(std::move(ranges));
}

Parsed<CountOnly> parse_count_only(std::string_view text) {
  if (text == "all") return parsed(CountOnly::kAll);
  if (text == "answered") return parsed(CountOnly::kAnswered);
  if (text == "ok") return parsed(CountOnly::kOk);
  return expected<CountOnly>("ok, answered or all", text);
}

Parsed<Silence> parse_silence(std::string_view text) {
  if (text == "all") return parsed(Silence::kAll);
  if (text == "sli") return parsed(Silence::kSli);
  return expected<Silence>("all or sli", text);
}

Parsed<CallSpec> parse_call(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::size_t at = text.rfind('@');
  if (equals == std::string_view::npos || at == std::string_view::npos || at < equals) {
    return expected<CallSpec>(kCall, text);
  }
  CallSpec call;
  call.name = text.substr(0, equals);
  const auto count = parse_number(text.substr(at + 1), 0.001, 100);
  call.per_request = count.value;
  const bool sound = is_name(call.name) && count.ok() && parse_url(text.substr(equals + 1, at - equals - 1), call);
  return sound ? parsed(std::move(call)) : expected<CallSpec>(kCall, text);
}

}  // namespace practice
