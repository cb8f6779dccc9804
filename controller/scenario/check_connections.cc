// A pool that is declared too small for the load that is declared: what waits for a connection counts against the target.
#include <algorithm>
#include <cmath>

#include "controller/model/demand.h"
#include "controller/model/looks_at.h"
#include "controller/scenario/sections/decode.h"

namespace shakedown {
namespace {

constexpr const char* kHint = "raise it, or leave it out: then there are as many as requests are out";

std::string too_few(double most, double needed) {
  return "`connections: max` allows " + format_number(most) + " connections, " + format_number(needed) + " are needed";
}

void check_users(Decoding& d, const View& phase, PhaseId id) {
  const Load& load = *d.scenario.phase(id).load;
  const double users = peak_demand(d.scenario, id).users, most = most_connections(d.scenario, load);
  if (users <= most) return;
  const View levels = phase["steps"]["concurrency"];
  const View at = levels.written() ? levels : phase["load"]["closed"]["users"];
  d.diagnostics.warning(at.at(), too_few(most, users) + " for so many users: what waits for one counts against the target",
                        kHint);
}

void check_limit(Decoding& d, const View& row, const Requirement& r, PhaseId id) {
  const Phase& phase = d.scenario.phase(id);
  if (!phase.load) return;
  const double rate = peak_demand(d.scenario, id).rate * share_of_mix(*phase.load, looks_at(r.sli).operations);
  const double needed = std::ceil(rate * r.objective.limit - 1e-9), most = most_connections(d.scenario, *phase.load);
  if (needed <= most) return;
  d.diagnostics.warning(row["objective"].at(),
                        too_few(most, needed) + " for answers that take the " + format_duration(from_seconds(r.objective.limit)) +
                            " of " + r.id + " at the " + format_rate({rate}) + " of phase " + ticked(phase.name) +
                            ": what waits for one counts against the target",
                        kHint);
}

// Phases by whose requests the row is judged, and searches that hold it.
std::vector<PhaseId> judged_by(const Decoding& d, RequirementId id, const Scope& rows) {
  const std::vector<const Phase*> scope = phases_of(d, rows);
  std::vector<PhaseId> out;
  for (std::size_t i = 0; i < d.scenario.phases.size(); ++i) {
    const Search* search = d.scenario.search_of(PhaseId(i));
    const bool held = search != nullptr && std::find(search->hold.begin(), search->hold.end(), id) != search->hold.end();
    if (held || std::find(scope.begin(), scope.end(), &d.scenario.phases[i]) != scope.end()) out.push_back(PhaseId(i));
  }
  return out;
}

struct Sent {
  const Request& request;
  View at;
};

std::vector<Sent> requests_of(const Decoding& d, const View& root) {
  std::vector<Sent> out;
  const auto operations = root["operations"].entries(), ledgers = root["ledgers"].entries();
  for (std::size_t i = 0; i < operations.size(); ++i) out.push_back({d.scenario.operations[i].request, operations[i].second});
  for (std::size_t i = 0; i < ledgers.size(); ++i) {
    out.push_back({d.scenario.ledgers[i].write, ledgers[i].second["write"]});
    out.push_back({d.scenario.ledgers[i].read, ledgers[i].second["read"]});
  }
  return out;
}

std::string greeting_of(const Request& request) {
  const Entry* greeting = request.document.find("greeting");
  return greeting == nullptr || greeting->value.type == NodeType::null ? "" : text_of(greeting->value);
}

}  // namespace

double share_of_mix(const Load& load, const std::vector<OperationId>& operations) {
  double all = 0, wanted = 0;
  for (const MixEntry& entry : load.mix) {
    all += entry.weight;
    const bool among = std::find(operations.begin(), operations.end(), entry.operation) != operations.end();
    if (operations.empty() || among) wanted += entry.weight;
  }
  return all > 0 ? wanted / all : 0;
}

void check_greetings(Decoding& d, const View& root) {
  const std::vector<Sent> all = requests_of(d, root);
  for (const Sent& one : all) {
    const auto other = std::find_if(all.begin(), all.end(), [&](const Sent& other) {
      return other.request.target == one.request.target && greeting_of(other.request) != greeting_of(one.request);
    });
    if (other == all.end() || !greeting_of(one.request).empty()) continue;
    d.diagnostics.error(one.at.at(),
                        "another request awaits a greeting of target " +
                            ticked(d.scenario.targets[one.request.target.value].name) +
                            ", which this one would take for its answer",
                        "write the same `greeting` here");
  }
}

void check_places(Decoding& d, const View& root) {
  const auto& agents = d.scenario.agents;
  const auto loaders =
      static_cast<std::size_t>(std::count_if(agents.begin(), agents.end(), [](const AgentSpec& a) { return a.load; }));
  const std::vector<View> phases = root["phases"].items();
  for (std::size_t i = 0; i < phases.size(); ++i) {
    const auto& load = d.scenario.phases[i].load;
    if (!load || load->from.valid() || load->max_outstanding == 0 || load->max_outstanding >= loaders) continue;
    d.diagnostics.error(phases[i]["load"]["max_outstanding"].at(),
                        std::to_string(loaders) + " agents cannot share " + std::to_string(load->max_outstanding) +
                            " places (`max_outstanding`), as each needs a place of its own",
                        "raise it, or name one agent with `from`");
  }
}

void check_connections(Decoding& d, const View& root) {
  if (d.scenario.connections.max == 0) return;
  const std::vector<View> phases = root["phases"].items(), rows = root["requirements"].items();
  for (std::size_t i = 0; i < phases.size(); ++i) {
    if (d.scenario.phases[i].load) check_users(d, phases[i], PhaseId(i));
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Requirement& r = d.scenario.requirements[i];
    const LooksAt at = looks_at(r.sli);
    if (at.load != LoadFigure::quantile || !(r.objective.limit > 0)) continue;
    for (const PhaseId phase : judged_by(d, RequirementId(i), *at.scope)) check_limit(d, rows[i], r, phase);
  }
}

}  // namespace shakedown
