#include "controller/readings/capacity_file.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/regular_file.h"
#include "core/base/units.h"

namespace shakedown {
namespace {

using nlohmann::json;

constexpr int kFreshDays = 30;
constexpr std::size_t kLargest = std::size_t{64} << 20;

const json& at(const json& object, const char* key) {
  static const json none;
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() ? *found : none;
}
std::string text(const json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }

struct Found {
  double lower = 0;
  std::string doubt;  // why that drill itself does not stand by it; empty = it does
};

// Of the first capacity requirement that passes, else of the first that has a bound, else of the first search.
std::optional<Found> capacity_of(const json& card) {
  std::optional<Found> unproven;
  for (const json& row : at(card, "requirements")) {
    const json& lower = at(at(row, "measured"), "lower");
    if (text(at(row, "sli")) != "capacity" || !lower.is_number()) continue;
    const std::string verdict = text(at(row, "verdict"));
    if (verdict == "pass") return Found{lower.get<double>(), ""};
    if (!unproven)
      unproven = Found{lower.get<double>(), "its own drill says " + (verdict.empty() ? "nothing" : verdict) + " of it"};
  }
  if (unproven) return unproven;
  for (const json& search : at(card, "searches")) {
    if (!at(search, "lower").is_number()) continue;
    return Found{at(search, "lower").get<double>(), at(search, "confirmed") == json(true) ? "" : "its search was not confirmed"};
  }
  return std::nullopt;
}

std::string doubt(const json& card, WallTime now) {
  const std::string finished = text(at(at(card, "run"), "finished"));
  const Result<WallTime> when = parse_wall(finished);
  if (!when) return "it does not say when its run finished";
  const auto days = std::chrono::duration_cast<std::chrono::hours>(now - when.value()).count() / 24;
  if (days < 0) return "its run finished in the future, on " + finished.substr(0, 10);
  if (days > kFreshDays) return fmt::format("its run finished {} days ago, on {}", days, finished.substr(0, 10));
  if (at(at(card, "run"), "valid") != json(true)) return "its run is not valid";
  const std::string decision = text(at(card, "decision"));
  return decision == "go" ? std::string() : "its evidence says " + (decision.empty() ? std::string("nothing") : decision);
}

}  // namespace

Reading read_capacity(const std::string& path, WallTime now) {
  Reading reading;
  reading.kind = Reading::Kind::dependency_capacity;
  reading.source = path;
  const Result<std::string> bytes = read_regular_file(path, kLargest);
  if (!bytes) {
    reading.problem = "the scorecard: " + bytes.error().message;
    return reading;
  }
  const json card = json::parse(bytes.value(), nullptr, false);
  if (!text(at(card, "schema")).starts_with("shakedown/scorecard/")) {
    reading.problem = path + " is no scorecard.json of Shakedown";
    return reading;
  }
  const std::optional<Found> found = capacity_of(card);
  if (!found) {
    reading.problem =
        "the scorecard " + path + " has no capacity: neither a capacity requirement nor a search with a lower bound";
    return reading;
  }
  reading.series.push_back({"", {{now, found->lower}}});
  reading.problem = doubt(card, now);
  if (reading.problem.empty()) reading.problem = found->doubt;
  return reading;
}

}  // namespace shakedown
