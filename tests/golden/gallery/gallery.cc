#include "tests/golden/gallery/gallery.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "controller/report/report.h"

namespace shakedown::gallery {
namespace {

using Json = nlohmann::ordered_json;

bool says_nothing(const Json& value) { return value.is_null() || (value.is_structured() && value.empty()); }

void prune(Json& json) {
  if (!json.is_structured()) return;
  for (auto at = json.begin(); at != json.end();) {
    prune(*at);
    if (json.is_object() && says_nothing(*at)) {
      at = json.erase(at);
    } else {
      ++at;
    }
  }
}

void write(std::string& out, const std::string& key, const Json& value) {
  if (value.is_array()) {
    for (const Json& one : value) out += key + " " + one.dump() + "\n";
  } else {
    out += key + " " + value.dump() + "\n";
  }
}

}  // namespace

Scorecard Exhibit::judge() const {
  Timeline timeline = damage == 0 ? drill.timeline() : what_is_left(drill, damage);
  for (const Reading& reading : readings) timeline.apply(reading);
  return shakedown::judge(drill.scenario, timeline, drill.manifest, drill.manifest.finished);
}

std::string written_down(const Scorecard& card) {
  Json json = Json::parse(scorecard_json(card));
  json["valid"] = json["run"]["valid"];
  json["reasons"] = json["run"]["reasons"];
  for (const char* same : {"schema", "scenario", "service", "owner", "launch", "run", "agents", "decision_makers"}) {
    json.erase(same);
  }
  for (Json& row : json["requirements"]) {
    for (const char* same : {"area", "title", "means", "must", "sli", "comparison", "limit", "confidence", "fix", "fix_by"}) {
      row.erase(same);
    }
  }
  Json& areas = json["areas"];
  areas.erase(std::remove_if(areas.begin(), areas.end(), [](const Json& one) { return one["declared"] == false; }), areas.end());
  prune(json);
  std::string out;
  for (const auto& [key, value] : json.items()) write(out, key, value);
  return out;
}

}  // namespace shakedown::gallery
