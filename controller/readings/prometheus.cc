#include "controller/readings/prometheus.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/base/units.h"
#include "core/runtime/http/client.h"

namespace shakedown {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr Duration kTimeout = 5s;
constexpr std::size_t kMostSeries = 20;

std::string instant_text(WallTime at) {
  const int64_t ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
  return fmt::format("{}.{:03}", ms / 1000, ms % 1000);
}

std::string step_text(Duration step) { return fmt::format("{:.3f}", seconds(step)); }

auto nonsense(const std::string& where, const std::string& what) {
  return fail(ErrorKind::protocol, where + " does not answer as a Prometheus does: " + what);
}

std::optional<double> number(const json& text) {
  if (!text.is_string()) return std::nullopt;
  const auto& s = text.get_ref<const std::string&>();
  if (s == "NaN") return std::nan("");
  if (s == "+Inf" || s == "Inf") return std::numeric_limits<double>::infinity();
  if (s == "-Inf") return -std::numeric_limits<double>::infinity();
  double value = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (error != std::errc() || end != s.data() + s.size()) return std::nullopt;
  return value;
}

// The text of a key; empty when there is none or it is no text.
std::string text_of(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// [1700000000.123, "0.5"]
std::optional<ReadingSample> sample(const json& pair) {
  if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number()) return std::nullopt;
  const std::optional<double> value = number(pair[1]);
  if (!value) return std::nullopt;
  const double ms = std::round(pair[0].get<double>() * 1000);
  return ReadingSample{WallTime(std::chrono::milliseconds(static_cast<int64_t>(ms))), *value};
}

std::string labels(const json& metric) {
  if (!metric.is_object() || metric.empty()) return {};
  std::string out;
  for (const auto& [name, value] : metric.items()) {  // sorted by name
    out += (out.empty() ? "{" : ",") + name + "=" + value.dump();
  }
  return out + "}";
}

std::optional<ReadingSeries> series(const json& entry) {
  if (!entry.is_object()) return std::nullopt;
  ReadingSeries out;
  if (entry.contains("metric")) out.labels = labels(entry["metric"]);
  json pairs = json::array();
  if (entry.contains("value")) pairs.push_back(entry["value"]);
  if (entry.contains("values") && entry["values"].is_array()) pairs = entry["values"];
  for (const json& pair : pairs) {
    const std::optional<ReadingSample> one = sample(pair);
    if (!one) return std::nullopt;
    out.samples.push_back(*one);
  }
  return out;
}

Result<std::vector<ReadingSeries>> result_of(const json& data, const std::string& where) {
  if (!data.is_object() || !data.contains("result")) return nonsense(where, "no result");
  const json& result = data["result"];
  std::vector<ReadingSeries> out;
  if (text_of(data, "resultType") == "scalar") {
    const std::optional<ReadingSample> one = sample(result);
    if (!one) return nonsense(where, "no number in its scalar");
    out.push_back({"", {*one}});
    return out;
  }
  if (!result.is_array()) return nonsense(where, "expected a vector or a matrix");
  for (const json& entry : result) {
    std::optional<ReadingSeries> one = series(entry);
    if (!one) return nonsense(where, "a series that cannot be read");
    out.push_back(std::move(*one));
    if (out.size() == kMostSeries) break;  // one is expected; the rest only fills the journal
  }
  return out;
}

// 2026-11-23T14:05:09.123Z, to the second.
std::optional<WallTime> start_of(const json& alert) {
  const Result<WallTime> at = parse_wall(text_of(alert, "startsAt").substr(0, 19) + "Z");
  return at ? std::optional(at.value()) : std::nullopt;
}

}  // namespace

Result<std::string> PrometheusApi::fetch(const std::string& path) const {
  HttpCall call;
  call.url = base_ + path;
  call.timeout = kTimeout;
  call.headers.emplace_back("Accept", "application/json");
  if (!token_.empty()) call.headers.emplace_back("Authorization", "Bearer " + token_);
  SHAKEDOWN_TRY(auto reply, http_fetch(call));
  if (reply.status == 200) return std::move(reply.body);
  std::string said = text_of(json::parse(reply.body, nullptr, false), "error").substr(0, 300);
  if (!said.empty()) said.insert(0, ": ");
  return fail(ErrorKind::unavailable, fmt::format("{} answers with status {}{}", without_credentials(base_), reply.status, said));
}

Result<json> PrometheusApi::data(const std::string& path) const {
  SHAKEDOWN_TRY(auto text, fetch(path));
  json body = json::parse(text, nullptr, false);
  if (text_of(body, "status") != "success" || !body.contains("data")) {
    return nonsense(without_credentials(base_), "no JSON with status and data");
  }
  return std::move(body["data"]);
}

Result<std::vector<ReadingSeries>> PrometheusApi::instant(const std::string& query, WallTime at) const {
  SHAKEDOWN_TRY(auto answer, data("/api/v1/query?query=" + percent_encoded(query) + "&time=" + instant_text(at)));
  return result_of(answer, without_credentials(base_));
}

Result<std::vector<ReadingSeries>> PrometheusApi::range(const std::string& query, WallTime from, WallTime to,
                                                        Duration step) const {
  SHAKEDOWN_TRY(auto answer, data("/api/v1/query_range?query=" + percent_encoded(query) + "&start=" + instant_text(from) +
                                  "&end=" + instant_text(to) + "&step=" + step_text(step)));
  return result_of(answer, without_credentials(base_));
}

Result<double> PrometheusApi::retention() const {
  SHAKEDOWN_TRY(auto info, data("/api/v1/status/runtimeinfo"));
  const std::string text = text_of(info, "storageRetention");
  if (text.empty()) return nonsense(without_credentials(base_), "no storageRetention");
  return parse_retention(text).value_or(std::numeric_limits<double>::infinity());
}

Result<std::vector<ReadingSeries>> PrometheusApi::alerts(const std::string& name) const {
  SHAKEDOWN_TRY(auto text, fetch("/api/v2/alerts?filter=" + percent_encoded("alertname=" + json(name).dump())));
  const json body = json::parse(text, nullptr, false);
  if (!body.is_array()) return nonsense(without_credentials(base_), "no list of alerts");
  std::vector<ReadingSeries> out;
  for (const json& alert : body) {
    const std::optional<WallTime> at = start_of(alert);
    if (!at) return nonsense(without_credentials(base_), "an alert without a start");
    out.push_back({labels(alert.value("labels", json::object())), {{*at, 1}}});
  }
  return out;
}

}  // namespace shakedown
