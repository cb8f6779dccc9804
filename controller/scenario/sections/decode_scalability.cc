// Phases that look for a limit: searches and series of steps.
#include <algorithm>
#include <cmath>

#include "controller/model/looks_at.h"
#include "controller/model/search_time.h"
#include "controller/scenario/sections/decode.h"
#include "core/base/printable.h"

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
  d.diagnostics.error(view.at(),
                      what + " needs " + (open ? "an open load" : "a closed load") + ", phase " + ticked(phase.name) + " has " +
                          (open ? "a closed one" : "an open one"),
                      open ? "write load: {open: {rate: ...}}" : "write load: {closed: {users: ...}}");
}

template <typename Levels>
void check_ascending(Decoding& d, const View& view, const Levels& levels) {
  if (std::adjacent_find(levels.begin(), levels.end(), std::greater_equal<>()) == levels.end()) return;
  d.diagnostics.error(view.at(), "levels must ascend", "write each level once, smallest first");
}

// What no run of this scenario can pass, said before it.
struct Reach {
  Decoding& d;
  const View& row;
  const Requirement& r;

  void never(const std::string& key, const std::string& why, const std::string& hint) const {
    d.diagnostics.warning(row[key].at(), why + ": " + r.id + " cannot pass", hint);
  }
  void search(PhaseId phase, double rate) const {
    const Search* s = phase.valid() ? d.scenario.search_of(phase) : nullptr;
    if (s == nullptr || !(rate > 0)) return;
    const std::string name = ticked(d.scenario.phase(phase).name);
    if (rate > s->to.per_second) {
      return never("objective",
                   "the search of " + name + " looks no higher than " + format_rate(s->to) + ", and " + format_rate({rate}) +
                       " are asked for",
                   "raise its `rate.to`");
    }
    const Duration least = least_search_time(*s, rate), limit = d.scenario.phase(phase).duration;
    if (least <= limit) return;
    never("sli",
          "the search of " + name + " may take " + format_duration(limit) + ", and needs " + format_duration(least) +
              " to show " + format_rate({rate}),
          "raise its `limit`, or shorten its windows or its confirmation");
  }
  void operator()(const CapacitySli& s) const { search(s.phase, r.objective.limit); }
  void operator()(const HeadroomSli& s) const {
    if (d.scenario.forecast) search(s.phase, (1 + r.objective.limit) * d.scenario.forecast->rate.per_second);
  }
  void operator()(const EfficiencySli& s) const {
    const StepSeries* series = s.phase.valid() ? d.scenario.steps_of(s.phase) : nullptr;
    if (series == nullptr || series->levels.empty()) return;
    const std::string name = ticked(d.scenario.phase(s.phase).name);
    if (s.at > series->levels.back()) {
      never("sli", "`at` lies beyond the largest step of " + name + ", " + format_number(series->levels.back()),
            "add steps up to it");
    } else if (series->levels.size() < 4) {
      never("sli", "a law takes 4 steps at least, and " + name + " has " + std::to_string(series->levels.size()), "add steps");
    }
  }
  void operator()(const DegradationSli& s) const {
    Duration all{};
    for (std::size_t i = 0; i < d.scenario.phases.size(); ++i) {
      const Phase& phase = d.scenario.phases[i];
      const bool named = std::find(s.scope.phases.begin(), s.scope.phases.end(), PhaseId(i)) != s.scope.phases.end();
      if (phase.load && (s.scope.phases.empty() ? phase.measured : named))
        all += phase.duration * static_cast<int64_t>(phase.repeat);
    }
    if (all == Duration{} || all >= std::chrono::seconds(8)) return;
    never("sli", "a slope takes 8 seconds with answers at least, and there are " + format_duration(all), "make the phase longer");
  }
  void operator()(const DownstreamSli& s) const {
    if (!d.scenario.forecast) return;  // an error of its own
    for (std::size_t i = 0; i < d.scenario.dependencies.size(); ++i) {
      const Dependency& one = d.scenario.dependencies[i];
      const bool named = std::find(s.dependencies.begin(), s.dependencies.end(), DependencyId(i)) != s.dependencies.end();
      if (!s.dependencies.empty() && !named) continue;
      const std::string name = ticked(one.name);
      if (!one.commitment) never("sli", "nobody has committed to what " + name + " takes", "add its `commitment`");
      if (!one.capacity && one.scorecard.empty())
        never("sli", "nothing says what " + name + " can take", "add its `capacity`, or a `scorecard`");
    }
  }
  void operator()(
      const OneOf<AvailabilitySli, UptimeSli, LatencySli, ThroughputSli, ErrorRatioSli, MtbfSli, MtbrSli, MttrSli, OutagesSli,
                  ImpactSli, ToleratedSli, RtoSli, RpoSli, DurabilitySli, CheckSli, AttestedSli> auto&) const {}
};

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
    if (const View more = view["ready"]["conditions"]) {
      d.diagnostics.error(more.at(), "after scaling only the probe is waited for",
                          "name the conditions in the scenario's own `ready`");
    }
  }
  check_ascending(d, view[axis], series.levels);
  const bool whole =
      std::all_of(series.levels.begin(), series.levels.end(), [](double level) { return level == std::floor(level); });
  if (series.axis != StepAxis::rate && !whole) {
    d.diagnostics.error(view[axis].at(), "a level of `" + axis + "` is not a whole number", "write for example 1, 2, 4");
  }
  if (series.axis != StepAxis::replicas) check_load(d, view, phase, series.axis == StepAxis::rate, "`steps: " + axis + "`");
  if (series.settle + std::chrono::seconds(1) > series.each) {
    d.diagnostics.error(view["settle"].at(), "nothing is left of a step of " + format_duration(series.each),
                        "lengthen `each` or shorten `settle`");
  }
  phase.most_stages = 2 * static_cast<uint32_t>(std::max<std::size_t>(1, series.levels.size()));
  d.scenario.step_series.push_back(std::move(series));
}

void check_scalability(Decoding& d, const View& root) {
  const std::vector<View> phases = root["phases"].items();
  for (const Search& search : d.scenario.searches) {
    for (const RequirementId id : search.hold) {
      const Requirement& r = d.scenario.requirement(id);
      const std::string kind = kind_name(r.sli);
      const LooksAt at = looks_at(r.sli);
      if (at.over > search.window) {
        d.diagnostics.error(phases[search.phase.value]["search"]["window"].at(),
                            "requirement " + ticked(r.id) + " is about " + format_duration(at.over) +
                                ", longer than a window of " + format_duration(search.window) +
                                ", which holds none of them whole",
                            "lengthen `window`, or shorten the requirement's `over`");
      }
      if (of_share(at.load)) continue;
      d.diagnostics.error(phases[search.phase.value]["search"]["hold"].at(),
                          "requirement " + ticked(r.id) + " is about " + kind + ", which a step of a search cannot hold",
                          "name latency, availability (of operations) or error_ratio requirements");
    }
  }
  const std::vector<View> rows = root["requirements"].items();
  for (std::size_t i = 0; i < rows.size() && i < d.scenario.requirements.size(); ++i) {
    const Sli& sli = d.scenario.requirements[i].sli;
    const LooksAt at = looks_at(sli);
    for (const PhaseId phase : at.scope != nullptr ? at.scope->phases : std::vector<PhaseId>{}) {
      if (d.scenario.search_of(phase) == nullptr && d.scenario.steps_of(phase) == nullptr) continue;
      d.diagnostics.error(
          rows[i]["sli"].at(),
          "phase " + ticked(d.scenario.phase(phase).name) + " looks for a limit; its steps are no window of " + kind_name(sli),
          "name another phase, or judge it by capacity, headroom or efficiency");
    }
    const auto wants = [&](PhaseId phase, bool found, const std::string& key) {
      if (!phase.valid() || found) return;
      d.diagnostics.error(rows[i]["sli"].at(), "phase " + ticked(d.scenario.phase(phase).name) + " has no `" + key + "`",
                          "name a phase with `" + key + "`");
    };
    if (at.search) wants(*at.search, d.scenario.search_of(*at.search) != nullptr, "search");
    if (at.search && at.against_forecast && !d.scenario.forecast) {
      d.diagnostics.error(rows[i]["sli"].at(), "headroom is told against a forecast, and there is none",
                          "add forecast: {rate: 2000/s, by: \"2027-03-01\"}");
    }
    if (rows[i]["sli"] && rows[i]["objective"]) std::visit(Reach{d, rows[i], d.scenario.requirements[i]}, sli);
    if (at.series) wants(*at.series, d.scenario.steps_of(*at.series) != nullptr, "steps");
  }
}

}  // namespace shakedown
