#include "tests/unit/scenario/sample.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace shakedown::test {
namespace {

constexpr const char* kSample = R"(shakedown: v1
name: sample
targets: {api: {url: "http://127.0.0.1:18080"}}
components:
  db:
    process: {pidfile: run/db.pid, exe: db}
    start: [db, --fast]
operations:
  read: {http: {target: api, path: "/entries/{key}"}, key: {uniform: [1, 100]}}
probes:
  door: {operation: read, every: 10ms, timeout: 200ms}
ledgers:
  entries:
    write: {http: {target: api, method: PUT, path: "/entries/{id}", body: "{payload}"}}
    read: {http: {target: api, path: "/entries/{id}"}}
    present: {body: {contains: "{checksum}"}}
    absent: {status: 404}
    rate: 100/s
    noun: entry
phases:
  - name: steady
    duration: 30s
    repeat: 5
    load: {open: {rate: 100/s}}
    faults:
      - {name: crash, at: 2s, kill: {component: db}}
requirements:
  - {id: AV-1, area: availability, title: It answers, sli: {availability: {}}, objective: ">= 99%"}
)";

}  // namespace

std::string sample(const std::vector<std::pair<std::string, std::string>>& edits) {
  std::string text = kSample;
  for (const auto& [from, to] : edits) {
    const std::size_t at = text.find(from);
    if (at == std::string::npos) std::abort();
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string with_requirement(const std::string& sli, const std::string& objective, const std::string& more) {
  return sample(
      {{R"(sli: {availability: {}}, objective: ">= 99%")", "sli: " + sli + ", objective: \"" + objective + "\"" + more}});
}

Scenario accept(const std::string& text) {
  Decoded decoded = decode_scenario(text, "s.yaml", "/srv/drill");
  std::string all;
  for (const Diagnostic& d : decoded.diagnostics) all += d.text() + "\n";
  EXPECT_TRUE(decoded.scenario) << all;
  if (!decoded.scenario) std::abort();
  return std::move(*decoded.scenario);
}

std::vector<std::string> problems(const std::string& text) {
  std::vector<std::string> out;
  for (const Diagnostic& d : decode_scenario(text, "s.yaml", "/srv/drill").diagnostics) out.push_back(d.text());
  return out;
}

}  // namespace shakedown::test
