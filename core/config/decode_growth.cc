// Phases that look for a limit: searches and series of steps.
#include <algorithm>
#include <cmath>

#include "core/base/printable.h"
#include "core/config/decode.h"

namespace shakedown {
namespace {

// Stages that the doublings, halvings and repeats of a search can have at most.
uint32_t most_stages_of(const Search& search) {
  const double doublings = std::ceil(std::log2(std::max(1.0, search.to.per_second / search.from.per_second))) + 1;
  const double halvings = std::ceil(std::log2(1 / search.resolution.value)) + 1;
  const double steps = 2 * (doublings + 3 * (halvings + 2)) + 4;  // each may be repeated once; up to three confirmations
  return static_cast<uint32_t>(steps) * (search.windows + 1);
}

void check_load(Decoding& d, const View& view, const Phase& phase, bool open, const std::string& what) {
  if (!phase.load || std::holds_alternative<OpenLoad>(phase.load->kind) == open) return;
  d.diagnostics.error(view.at(), what + " needs " + (open ? "an open load" : "a closed load") + ", phase " +
                                     ticked(phase.name) + " has " + (open ? "a closed one" : "an open one"),
                      open ? "write load: {open: {rate: ...}}" : "write load: {closed: {users: ...}}");
}

std::vector<PhaseId> scope_phases(const Sli& sli) {
  if (const auto* s = std::get_if<AvailabilitySli>(&sli)) return s->scope.phases;
  if (const auto* s = std::get_if<LatencySli>(&sli)) return s->scope.phases;
  if (const auto* s = std::get_if<ThroughputSli>(&sli)) return s->scope.phases;
  if (const auto* s = std::get_if<ErrorRatioSli>(&sli)) return s->scope.phases;
  if (const auto* s = std::get_if<DegradationSli>(&sli)) return s->scope.phases;
  return {};
}

template <typename Levels>
void check_ascending(Decoding& d, const View& view, const Levels& levels) {
  if (std::adjacent_find(levels.begin(), levels.end(), std::greater_equal<>()) == levels.end()) return;
  d.diagnostics.error(view.at(), "levels must ascend", "write each level once, smallest first");
}

}  // namespace

void decode_search(Decoding& d, const View& view, PhaseId id, Phase& phase) {
  Search search;
  search.phase = id;
  search.from = view["rate"]["from"].rate();
  search.to = view["rate"]["to"].rate();
  search.hold = view["hold"].ids<RequirementId>(d.names);
  search.settle = view["settle"].duration();
  search.window = view["window"].duration();
  search.windows = view["windows"].small();
  search.drain = view["drain"].duration();
  search.confirm = view["confirm"].duration();
  search.resolution = view["resolution"].share();
  phase.measured = false;
  phase.duration = view["limit"].duration();
  if (!view.sound()) return;
  if (search.from.per_second >= search.to.per_second) {
    d.diagnostics.error(view["rate"].at(), "`from` is not below `to`", "give the search room to look in");
    return;
  }
  check_load(d, view, phase, true, "`search`");
  phase.most_stages = most_stages_of(search);
  d.scenario.searches.push_back(std::move(search));
}

void decode_steps_phase(Decoding& d, const View& view, PhaseId id, Phase& phase) {
  StepSeries series;
  series.phase = id;
  const std::string axis = view.which({"concurrency", "rate", "replicas"});
  series.axis = axis == "rate" ? StepAxis::rate : axis == "replicas" ? StepAxis::replicas : StepAxis::concurrency;
  if (!axis.empty()) {
    for (const View& level : view[axis].items()) {
      series.levels.push_back(axis == "rate" ? level.rate().per_second : level.number());
    }
  }
  series.each = view["each"].duration();
  series.settle = view["settle"].duration();
  phase.measured = false;
  phase.duration = series.each * static_cast<int64_t>(std::max<std::size_t>(1, series.levels.size()));
  if (!view.sound()) return;
  if (view["scale"].written()) {
    Action scale;
    scale.kind = Action::Kind::exec;
    scale.agent = local_agent(d, view["scale"].at());
    scale.argv = view["scale"]["command"].texts();
    scale.limit = view["scale"]["limit"].duration();
    scale.describe = "scale " + (scale.argv.empty() ? std::string() : command_line({scale.argv.front()}));
    series.scale = std::move(scale);
  }
  if (view["ready"].written()) {
    series.ready = ReadyCheck{view["ready"]["probe"].id<ProbeId>(d.names), view["ready"]["limit"].duration()};
  }
  check_ascending(d, view[axis], series.levels);
  if (series.axis != StepAxis::replicas) check_load(d, view, phase, series.axis == StepAxis::rate, "`steps: " + axis + "`");
  if (series.settle + std::chrono::seconds(1) > series.each) {
    d.diagnostics.error(view["settle"].at(), "nothing is left of a step of " + format_duration(series.each),
                        "lengthen `each` or shorten `settle`");
  }
  phase.most_stages = 2 * static_cast<uint32_t>(std::max<std::size_t>(1, series.levels.size()));
  d.scenario.step_series.push_back(std::move(series));
}

void check_growth(Decoding& d, const View& root) {
  const std::vector<View> phases = root["phases"].items();
  for (const Search& search : d.scenario.searches) {
    for (const RequirementId id : search.hold) {
      const Requirement& r = d.scenario.requirement(id);
      const std::string kind = kind_name(r.sli);
      const bool plain = std::holds_alternative<LatencySli>(r.sli) || std::holds_alternative<AvailabilitySli>(r.sli) ||
                         std::holds_alternative<ErrorRatioSli>(r.sli);
      if (plain) continue;
      d.diagnostics.error(phases[search.phase.value]["search"]["hold"].at(),
                          "requirement " + ticked(r.id) + " is about " + kind + ", which a step of a search cannot hold",
                          "name latency, availability (of operations) or error_ratio requirements");
    }
  }
  const std::vector<View> rows = root["requirements"].items();
  for (std::size_t i = 0; i < rows.size() && i < d.scenario.requirements.size(); ++i) {
    const Sli& sli = d.scenario.requirements[i].sli;
    for (const PhaseId phase : scope_phases(sli)) {
      if (d.scenario.search_of(phase) == nullptr && d.scenario.steps_of(phase) == nullptr) continue;
      d.diagnostics.error(rows[i]["sli"].at(),
                          "phase " + ticked(d.scenario.phase(phase).name) + " looks for a limit; its steps are no window of " +
                              kind_name(sli),
                          "name another phase, or judge it by capacity, headroom or efficiency");
    }
    const auto wants = [&](PhaseId phase, bool found, const std::string& key) {
      if (!phase.valid() || found) return;
      d.diagnostics.error(rows[i]["sli"].at(), "phase " + ticked(d.scenario.phase(phase).name) + " has no `" + key + "`",
                          "name a phase with `" + key + "`");
    };
    if (const auto* s = std::get_if<CapacitySli>(&sli)) wants(s->phase, d.scenario.search_of(s->phase) != nullptr, "search");
    if (const auto* s = std::get_if<HeadroomSli>(&sli)) {
      wants(s->phase, d.scenario.search_of(s->phase) != nullptr, "search");
      if (!d.scenario.forecast) {
        d.diagnostics.error(rows[i]["sli"].at(), "headroom is told against a forecast, and there is none",
                            "add forecast: {rate: 2000/s, by: \"2027-03-01\"}");
      }
    }
    if (const auto* s = std::get_if<EfficiencySli>(&sli)) {
      wants(s->phase, d.scenario.steps_of(s->phase) != nullptr, "steps");
    }
  }
}

}  // namespace shakedown
