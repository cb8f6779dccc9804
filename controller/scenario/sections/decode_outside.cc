// What lies outside the drill: the team's own monitoring, and the systems that the service calls.
#include <algorithm>
#include <cctype>

#include "controller/model/looks_at.h"
#include "controller/scenario/sections/decode.h"
#include "controller/scenario/sections/objective.h"
#include "core/form/suggest.h"

namespace shakedown {
namespace {

constexpr const char* kService = "service";

// The names after `$` in a query; `$1` of label_replace is none.
std::vector<std::string> placeholders(const std::string& query) {
  std::vector<std::string> names;
  for (std::size_t at = query.find('$'); at != std::string::npos; at = query.find('$', at + 1)) {
    std::size_t from = at + 1;
    const bool braced = from < query.size() && query[from] == '{';
    if (braced) ++from;
    const auto part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
    std::size_t to = from;
    while (to < query.size() && part(query[to])) ++to;
    if (to == from || std::isdigit(static_cast<unsigned char>(query[from]))) continue;
    names.push_back(braced ? query.substr(at, to - at) + "}" : query.substr(at, to - at));
  }
  return names;
}

// needs_window: a count means nothing without the time it covers.
std::string decode_query(Decoding& d, const View& view, bool needs_window) {
  const std::string query = view.text();
  if (!view) return query;
  const std::vector<std::string> names = placeholders(query);
  const auto other = std::find_if(names.begin(), names.end(), [](const std::string& n) { return n != "$window"; });
  if (other != names.end()) {
    d.diagnostics.error(view.at(), ticked(*other) + " is no known placeholder", "only $window is replaced");
  } else if (needs_window && names.empty()) {
    d.diagnostics.error(view.at(), "`$window` is missing in a count, so nobody knows which time it covers",
                        "write for example sum(increase(http_requests_total[$window]))");
  }
  return query;
}

// The name of the secret, not its value.
std::string decode_token(const View& view) { return view ? view.text() : std::string(); }

bool can_be_reported(const Sli& sli) {
  const LooksAt at = looks_at(sli);
  return over_requests(at.load) || at.outages == OutageFigure::time_up;
}

void decode_calls(Decoding& d, const View& view, Dependency& dependency) {
  if (!view) return;
  for (const auto& [caller, count] : view.entries()) {
    if (caller == kService) {
      dependency.calls.push_back({DependencyId(), count.number()});
      continue;
    }
    const auto found = d.names.find("dependency", caller);
    if (found) {
      dependency.calls.push_back({DependencyId(*found), count.number()});
      continue;
    }
    std::vector<std::string> known = d.names.of("dependency");
    known.emplace_back(kService);
    d.diagnostics.error(count.at(), "there is no dependency called " + ticked(caller), suggestion(caller, known));
  }
}

Dependency decode_dependency(Decoding& d, const std::string& name, const View& view) {
  Dependency out;
  out.name = name;
  out.owner = view["owner"].text();
  decode_calls(d, view["calls"], out);
  if (view["capacity"]) out.capacity = view["capacity"].rate();
  if (view["scorecard"]) out.scorecard = d.path(view["scorecard"].text());
  if (const View counter = view["counter"]) {
    out.counter =
        MetricQuery{counter["prometheus"].text(), decode_query(d, counter["query"], true), decode_token(counter["token"])};
  }
  if (const View commitment = view["commitment"]) {
    out.commitment =
        Commitment{commitment["who"].text(), commitment["rate"].rate(), commitment["date"].text(), commitment["until"].text()};
  }
  return out;
}

// Follows the callers of one dependency; the names of a cycle when it comes back to itself, else nothing.
std::vector<std::string> cycle_from(const std::vector<Dependency>& all, DependencyId start, std::vector<DependencyId>& path) {
  const DependencyId here = path.empty() ? start : path.back();
  for (const DependencyCall& call : all[here.value].calls) {
    if (!call.caller.valid()) continue;
    if (call.caller == start) {
      std::vector<std::string> names = {all[start.value].name};
      for (const DependencyId id : path) names.push_back(all[id.value].name);
      names.push_back(all[start.value].name);
      return names;
    }
    if (std::find(path.begin(), path.end(), call.caller) != path.end()) continue;
    path.push_back(call.caller);
    std::vector<std::string> found = cycle_from(all, start, path);
    if (!found.empty()) return found;
    path.pop_back();
  }
  return {};
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", called by ") + ticked(name);
  return out;
}

void check_cycles(Decoding& d, const std::vector<std::pair<std::string, View>>& entries) {
  const std::vector<Dependency>& all = d.scenario.dependencies;
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::vector<DependencyId> path;
    const std::vector<std::string> cycle = cycle_from(all, DependencyId(i), path);
    if (cycle.empty()) continue;
    d.diagnostics.error(entries[i].second["calls"].at(), "a cycle: " + joined(cycle),
                        "the load of a cycle has no end; leave out the call that goes back");
    return;
  }
}

}  // namespace

void decode_dependencies(Decoding& d, const View& root) {
  const View section = root["dependencies"];
  if (!section) return;
  const std::vector<std::pair<std::string, View>> entries = section.entries();
  for (const auto& [name, view] : entries) {
    if (name == kService) {
      d.diagnostics.error(view.at(), "a dependency cannot be called `service`: that is the service itself",
                          "give it another name");
    }
    d.scenario.dependencies.push_back(decode_dependency(d, name, view));
  }
  check_cycles(d, entries);
}

void decode_reported(Decoding& d, const View& view, const std::string& kind, Requirement& r) {
  if (!view) return;
  if (!kind.empty() && !can_be_reported(r.sli)) {
    d.diagnostics.error(view.at(), "`reported` cannot be compared with " + kind,
                        "report availability, latency, throughput or error_ratio");
    return;
  }
  Reported out;
  out.value = {view["prometheus"].text(), decode_query(d, view["query"], false), decode_token(view["token"])};
  out.count = decode_query(d, view["count"], true);
  out.alert = view["alert"].text();
  out.alertmanager = view["alertmanager"].text();
  out.alert_within = view["alert_within"].duration();
  if (view["tolerance"] && !kind.empty()) {
    Finding finding;
    const auto amount = parse_amount(kind, view["tolerance"].text(), {}, finding);
    if (amount) out.tolerance = amount->value;
    if (!amount) {
      d.diagnostics.error(view["tolerance"].at(), "`tolerance`: " + finding.problem, "write it in the objective's unit");
    }
  }
  r.reported = std::move(out);
}

void check_downstream(Decoding& d, const View& root) {
  const std::vector<View> rows = root["requirements"].items();
  for (std::size_t i = 0; i < rows.size() && i < d.scenario.requirements.size(); ++i) {
    if (looks_at(d.scenario.requirements[i].sli).dependencies == nullptr || !rows[i]["sli"]) continue;
    if (d.scenario.dependencies.empty()) {
      d.diagnostics.error(rows[i]["sli"].at(), "the scenario declares no dependency", "declare them under `dependencies:`");
    } else if (!d.scenario.forecast) {
      d.diagnostics.error(rows[i]["sli"].at(), "what dependencies can spare is told against a forecast, and there is none",
                          "add forecast: {rate: 2000/s, by: \"2027-03-01\"}");
    }
  }
}

}  // namespace shakedown
