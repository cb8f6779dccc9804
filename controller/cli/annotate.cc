// annotate: the phases and fault windows of a run as regions on a Grafana's boards.
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "controller/cli/commands.h"
#include "controller/measure/windows.h"
#include "controller/record/scoring.h"
#include "core/base/regular_file.h"
#include "core/runtime/http/client.h"

namespace shakedown {
namespace {

struct Region {
  TimeRange range;
  std::vector<std::string> tags;
  std::string text;
};

// Grafana shows the text as HTML.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string nth(const std::string& name, uint32_t number, uint32_t of) {
  return of > 1 ? name + " " + std::to_string(number) + "/" + std::to_string(of) : name;
}

std::vector<Region> regions_of(const Timeline& timeline, const std::string& run_id) {
  std::vector<Region> regions;
  const Scenario& scenario = timeline.scenario();
  for (const StageRecord& stage : timeline.stages()) {
    if (!stage.phase.valid() || stage.not_run || stage.range.empty()) continue;
    const Phase& phase = scenario.phase(stage.phase);
    regions.push_back(
        {stage.range, {"shakedown", "phase", run_id, phase.name}, "Phase " + nth(phase.name, stage.iteration + 1, phase.repeat)});
  }
  for (const FaultWindow& window : fault_windows(timeline)) {
    const Fault& fault = scenario.fault(window.fault);
    const std::string component = scenario.names_of(fault.kind.components);
    const uint32_t number = timeline.injections()[window.injection.value].number;
    regions.push_back({window.range,
                       {"shakedown", "fault", run_id, fault.name},
                       "Fault " + fault.name + " " + std::to_string(number) + ": " + fault.kind.name + " " + component});
  }
  return regions;
}

std::string body_of(const Region& region, const Manifest& manifest) {
  const auto milliseconds = [&](RunTime at) {
    return (manifest.started.time_since_epoch() + at.time_since_epoch()) / std::chrono::milliseconds(1);
  };
  const nlohmann::json body = {{"time", milliseconds(region.range.from)},
                               {"timeEnd", milliseconds(region.range.to)},
                               {"tags", region.tags},
                               {"text", escaped(region.text)}};
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<std::string> token_of(const AnnotateCommand& command) {
  if (!command.token_file.empty() && !command.token_env.empty()) {
    return fail(ErrorKind::usage, "--token-env and --token-file both name a token; give one of the two");
  }
  std::string token;
  if (!command.token_file.empty()) {
    SHAKEDOWN_TRY(token, read_regular_file(command.token_file, kLargestSecret));
    while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  } else if (!command.token_env.empty()) {
    const char* value = std::getenv(command.token_env.c_str());
    token = value == nullptr ? "" : value;
  } else {
    return std::string();
  }
  if (token.empty()) {
    return fail(ErrorKind::usage, "expected a token in " +
                                      (command.token_file.empty() ? "the environment variable " + command.token_env
                                                                  : "the file " + command.token_file) +
                                      ", found nothing there");
  }
  return token;
}

// A token in the clear on a network is nobody's secret any more.
Result<void> require_safe(const std::string& url, const std::string& token) {
  if (token.empty() || url.starts_with("https://") || names_loopback(url)) return ok();
  return fail(ErrorKind::refused, "the token would cross the network unencrypted to " + without_credentials(url) + "; use https");
}

Result<void> post(const std::string& url, const std::string& token, std::string body) {
  HttpCall call;
  call.method = "POST";
  call.url = url;
  call.body = std::move(body);
  call.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  if (!token.empty()) call.headers.emplace_back("Authorization", "Bearer " + token);
  SHAKEDOWN_TRY(auto reply, http_fetch(call));
  if (reply.status >= 200 && reply.status < 300) return ok();
  return fail(ErrorKind::unavailable,
              "POST " + without_credentials(url) + ": expected status 200, found " + std::to_string(reply.status) +
                  (reply.status == 401 || reply.status == 403 ? "; the token needs the permission annotations:create"
                                                              : "; is this the address of a Grafana?"));
}

Result<std::size_t> annotate(const AnnotateCommand& command) {
  SHAKEDOWN_TRY(auto token, token_of(command));
  std::string url = command.grafana;
  while (url.ends_with('/')) url.pop_back();
  url += "/api/annotations";
  SHAKEDOWN_TRY(require_safe(url, token));
  SHAKEDOWN_TRY(auto folder, RunFolder::open(command.folder));
  SHAKEDOWN_TRY(auto scored, score(folder, std::nullopt));
  const Manifest& manifest = scored.scorecard.manifest;
  const std::vector<Region> regions = regions_of(*scored.timeline, manifest.run_id);
  for (const Region& region : regions) {
    SHAKEDOWN_TRY(post(url, token, body_of(region, manifest)));
  }
  return regions.size();
}

}  // namespace

int annotate_command(const AnnotateCommand& command) {
  const Result<std::size_t> posted = annotate(command);
  if (!posted) return report_error(posted.error());
  std::printf("%zu annotations posted\n", posted.value());
  return 0;
}

}  // namespace shakedown
