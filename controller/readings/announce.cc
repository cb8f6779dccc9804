#include "controller/readings/announce.h"

#include "controller/readings/plain_command.h"
#include "controller/readings/source.h"
#include "core/base/printable.h"
#include "core/runtime/http/client.h"

namespace shakedown {
namespace {

constexpr Duration kDelivery = std::chrono::seconds(5);

// An error of the client names the address, which may be the secret of a webhook.
Error without_path(Error error, const std::string& url) {
  const std::string whole = without_credentials(url);
  for (std::size_t at = error.message.find(whole); at != std::string::npos; at = error.message.find(whole)) {
    error.message.replace(at, whole.size(), place_of(url));
    if (place_of(url) == whole) break;
  }
  return error;
}

Result<void> post(const Scenario& scenario, const AnnounceTo& to, const std::string& json) {
  HttpCall call;
  call.method = "POST";
  call.url = to.webhook;
  call.body = json;
  call.timeout = kDelivery;
  call.largest = 1U << 20;
  call.headers.emplace_back("Content-Type", "application/json");
  if (!to.token.empty()) {
    SHAKEDOWN_TRY(const auto token, resolve_secret(scenario, to.token));
    call.headers.emplace_back("Authorization", "Bearer " + token);
  }
  const Result<HttpReply> reply = http_fetch(call);
  if (!reply) return fail(without_path(reply.error(), to.webhook));
  if (reply.value().status / 100 == 2) return ok();
  return fail(ErrorKind::unavailable, place_of(to.webhook) + " answers with status " + std::to_string(reply.value().status));
}

}  // namespace

std::string place_of(const std::string& url) {
  const std::string shown = without_credentials(url);
  const std::size_t host = shown.find("://");
  return host == std::string::npos ? shown : shown.substr(0, shown.find('/', host + 3));
}

Result<void> deliver(const Scenario& scenario, const AnnounceTo& to, const std::string& json) {
  if (to.argv.empty()) return post(scenario, to, json);
  SHAKEDOWN_TRY(const CommandResult ran, run_plain(scenario, to.argv, {"SHAKEDOWN_ANNOUNCEMENT=" + json}, kDelivery));
  if (ran.ok()) return ok();
  return fail(ErrorKind::unavailable, command_line(to.argv) + ": " + ran.text());
}

}  // namespace shakedown
