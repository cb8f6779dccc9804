#include "controller/readings/silence.h"

#include <nlohmann/json.hpp>

#include "controller/readings/announce.h"
#include "controller/readings/source.h"
#include "core/base/clock.h"
#include "core/base/printable.h"
#include "core/base/units.h"
#include "core/runtime/http/client.h"

namespace shakedown {
namespace {

constexpr Duration kPatience = std::chrono::seconds(3);

Result<HttpReply> ask(const Scenario& scenario, const char* method, const std::string& path, const std::string& body) {
  HttpCall call;
  call.method = method;
  call.url = scenario.silence->url;
  while (call.url.ends_with('/')) call.url.pop_back();
  call.url += path;
  call.body = body;
  call.timeout = kPatience;
  call.largest = 1U << 20;
  if (!body.empty()) call.headers.emplace_back("Content-Type", "application/json");
  if (!scenario.silence->token.empty()) {
    SHAKEDOWN_TRY(const auto token, resolve_secret(scenario, scenario.silence->token));
    call.headers.emplace_back("Authorization", "Bearer " + token);
  }
  SHAKEDOWN_TRY(auto reply, http_fetch(call));
  if (reply.status / 100 == 2) return reply;
  return fail(ErrorKind::unavailable, place_of(call.url) + " answers with status " + std::to_string(reply.status));
}

}  // namespace

Result<std::string> set_silence(const Scenario& scenario, const SilenceOrder& order) {
  const WallTime now = system_clock().wall();
  nlohmann::ordered_json json;
  if (!order.id.empty()) json["id"] = order.id;
  json["matchers"] = nlohmann::ordered_json::array();
  for (const auto& [label, value] : scenario.silence->matchers) {
    json["matchers"].push_back({{"name", label}, {"value", value}, {"isRegex", false}, {"isEqual", true}});
  }
  json["startsAt"] = format_wall(now);
  json["endsAt"] = format_wall(now + order.length);
  json["createdBy"] = "shakedown " + clean(order.run_id);
  json["comment"] = clean(order.why);
  SHAKEDOWN_TRY(const HttpReply reply, ask(scenario, "POST", "/api/v2/silences", json.dump()));
  const nlohmann::json answer = nlohmann::json::parse(reply.body, nullptr, false);
  const bool told = answer.is_object() && answer.contains("silenceID") && answer["silenceID"].is_string();
  if (told) return answer["silenceID"].get<std::string>();
  return fail(ErrorKind::protocol, place_of(scenario.silence->url) + " answers without a silenceID");
}

Result<void> lift_silence(const Scenario& scenario, const std::string& id) {
  SHAKEDOWN_TRY(ask(scenario, "DELETE", "/api/v2/silence/" + percent_encoded(id), ""));
  return ok();
}

}  // namespace shakedown
