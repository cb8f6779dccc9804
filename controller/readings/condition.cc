#include "controller/readings/condition.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "controller/readings/plain_command.h"
#include "controller/readings/prometheus.h"
#include "controller/readings/source.h"
#include "core/base/clock.h"
#include "core/base/units.h"
#include "core/runtime/http/client.h"

namespace shakedown {
namespace {

constexpr Duration kLookPatience = std::chrono::seconds(5);

Result<std::string> token_of(const Scenario& scenario, const Condition& condition) {
  if (condition.token.empty()) return std::string();
  return resolve_secret(scenario, condition.token);
}

std::string base_of(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

Result<std::string> ask_prometheus(const Scenario& scenario, const Condition& condition) {
  SHAKEDOWN_TRY(auto token, token_of(scenario, condition));
  const PrometheusApi api(base_of(condition.url), std::move(token));
  SHAKEDOWN_TRY(const auto series, api.instant(condition.query, system_clock().wall()));
  if (series.size() != 1 || series.front().samples.size() != 1) {
    return fail(ErrorKind::unavailable, "its query gives " + std::to_string(series.size()) + " series, one was expected");
  }
  return format_number(series.front().samples.front().value);
}

Result<std::string> ask_alertmanager(const Scenario& scenario, const Condition& condition) {
  SHAKEDOWN_TRY(auto token, token_of(scenario, condition));
  const PrometheusApi api(base_of(condition.url), std::move(token));
  SHAKEDOWN_TRY(const auto alerts, api.alerts(condition.query));
  return std::string(alerts.empty() ? "quiet" : "firing");
}

// The value at the pointer, as a scenario would write it.
Result<std::string> value_at(const std::string& body, const std::string& pointer) {
  const nlohmann::json json = nlohmann::json::parse(body, nullptr, false);
  if (json.is_discarded()) return fail(ErrorKind::protocol, "its answer is no JSON");
  try {
    const nlohmann::json& value = json.at(nlohmann::json::json_pointer(pointer));
    if (value.is_structured()) return fail(ErrorKind::protocol, "at " + pointer + " stands no single value");
    return value.is_string() ? value.get<std::string>() : value.is_number_float() ? format_number(value) : value.dump();
  } catch (const nlohmann::json::exception&) {
    return fail(ErrorKind::protocol, "there is nothing at " + pointer + " of its answer");
  }
}

Result<std::string> ask_http(const Scenario& scenario, const Condition& condition) {
  SHAKEDOWN_TRY(const auto token, token_of(scenario, condition));
  HttpCall call;
  call.url = condition.url;
  call.timeout = kLookPatience;
  call.largest = 1U << 20;
  if (!token.empty()) call.headers.emplace_back("Authorization", "Bearer " + token);
  SHAKEDOWN_TRY(const auto reply, http_fetch(call));
  const bool good = reply.status / 100 == 2;
  if (condition.pointer.empty()) return std::string(good ? "2xx" : std::to_string(reply.status));
  if (!good)
    return fail(ErrorKind::unavailable,
                without_credentials(condition.url) + " answers with status " + std::to_string(reply.status));
  return value_at(reply.body, condition.pointer);
}

Result<std::string> ask_command(const Scenario& scenario, const Condition& condition) {
  SHAKEDOWN_TRY(const CommandResult ran, run_plain(scenario, condition.argv, {}, kLookPatience));
  if (ran.timed_out || ran.status.signal != 0) return fail(ErrorKind::unavailable, ran.text());
  return ran.status.text();
}

}  // namespace

Result<std::string> look_at(const Scenario& scenario, const Condition& condition) {
  switch (condition.source) {
    case Condition::Source::prometheus: return ask_prometheus(scenario, condition);
    case Condition::Source::alertmanager: return ask_alertmanager(scenario, condition);
    case Condition::Source::http: return ask_http(scenario, condition);
    case Condition::Source::command: return ask_command(scenario, condition);
  }
  return fail(ErrorKind::bug, "a condition of no source");
}

}  // namespace shakedown
