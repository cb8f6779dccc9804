#include <cstdlib>
#include <functional>
#include <limits>
#include <map>

#include "core/base/rng.h"
#include "tests/unit/report/examples_parts.h"

namespace shakedown::testing {

ScoredRequirement row(const char* id, Area area, const char* title, Sli sli, Objective objective) {
  ScoredRequirement row;
  row.requirement = {.id = id, .area = area, .title = title, .sli = std::move(sli), .objective = std::move(objective)};
  row.verdict.measured.unit = unit_of(row.requirement.sli);
  return row;
}

void measure(ScoredRequirement& row, VerdictState state, double value, double lower, double upper, uint64_t samples,
             const char* reason) {
  row.verdict.state = state;
  row.verdict.measured = {value, lower, upper, unit_of(row.requirement.sli), samples};
  row.verdict.reason = reason;
}

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

RunTime at(double s) { return RunTime(from_seconds(s)); }

std::unique_ptr<Scenario> checkout_scenario() {
  auto scenario = std::make_unique<Scenario>();
  scenario->name = "checkout-launch";
  scenario->service = "Checkout";
  scenario->operations = {{.name = "read", .noun = "read"}};
  scenario->probes = {{.name = "front-door", .every = from_seconds(0.01), .timeout = from_seconds(0.2)}};
  scenario->ledgers = {{.name = "entries", .noun = "entry"}};
  scenario->phases = {{.name = "warm-up", .duration = from_seconds(5), .measured = false},
                      {.name = "steady", .duration = from_seconds(30)},
                      {.name = "crash", .duration = from_seconds(20), .repeat = 3, .faults = {FaultId(0)}},
                      {.name = "find-limit", .measured = false},
                      {.name = "scale-out", .measured = false}};
  scenario->faults = {{.name = "kill-checkout", .phase = PhaseId(2), .at = from_seconds(5)}};
  return scenario;
}

bool is_down(int64_t second) { return second >= 35 && (second - 35) % 20 >= 5 && (second - 35) % 20 < 8; }

void add_second(Timeline& timeline, int64_t second, StageId stage, Rng& rng) {
  Cell cell;
  const uint64_t arrivals = 490 + rng.below(21);
  for (uint64_t i = 0; i < arrivals; ++i) {
    const bool down = is_down(second);
    const Outcome outcome = down ? Outcome::refused : Outcome::ok;
    ++cell.counts[static_cast<std::size_t>(outcome)];
    const double latency = (down ? 0.0002 : 0.0015) + 0.0012 * rng.exponential();
    cell.latency[static_cast<std::size_t>(outcome)].add(from_seconds(latency));
  }
  Snapshot snapshot;
  snapshot.from = at(static_cast<double>(second));
  snapshot.to = at(static_cast<double>(second + 1));
  snapshot.offered[stage] = arrivals;
  snapshot.cells[{second, stage, OperationId(0)}] = cell;
  timeline.apply(snapshot);
}

std::unique_ptr<Timeline> drill(const Scenario& scenario, int64_t length) {
  auto timeline = std::make_unique<Timeline>(scenario);
  const int64_t starts[] = {0, 5, 35, 55, 75, 95};
  Rng rng(7);
  for (uint32_t i = 0; i < 5; ++i) {
    if (starts[i] >= length) break;
    const RunTime from = at(static_cast<double>(starts[i])), to = at(static_cast<double>(starts[i + 1]));
    const PhaseId phase(std::min<uint32_t>(i, 2));
    const uint32_t iteration = i < 2 ? 0 : i - 2;
    timeline->apply(Event(StageEvent{StageEvent::Kind::planned, StageId(i), phase, iteration, from, to, ""}));
    for (int64_t second = starts[i]; second < std::min(starts[i + 1], length); ++second)
      add_second(*timeline, second, StageId(i), rng);
    timeline->apply(Event(StageEvent{StageEvent::Kind::ended, StageId(i), phase, iteration, from, to, ""}));
  }
  return timeline;
}

// As much text as anybody may write, in every row.
const std::string kWords = "a fairly long text of many words that somebody typed in a hurry and never read again ";

std::vector<AreaSummary> summarise(const std::vector<ScoredRequirement>& rows) {
  std::vector<AreaSummary> areas;
  for (const Area area : kAreas) {
    AreaSummary summary{.area = area, .worst = VerdictState::pass};
    const auto worse = [&](VerdictState state) {
      if (summary.worst != VerdictState::fail) summary.worst = state;
    };
    for (const ScoredRequirement& row : rows) {
      if (row.requirement.area != area) continue;
      summary.declared = true;
      switch (row.verdict.state) {
        case VerdictState::pass: ++summary.pass; break;
        case VerdictState::fail:
          ++summary.fail;
          worse(VerdictState::fail);
          break;
        case VerdictState::not_proven:
          ++summary.not_proven;
          worse(VerdictState::not_proven);
          break;
        case VerdictState::unknown:
          ++summary.unknown;
          worse(VerdictState::unknown);
          break;
      }
    }
    if (!summary.declared) summary.worst = VerdictState::unknown;
    areas.push_back(summary);
  }
  return areas;
}

void add_faults(Scorecard& card) {
  for (uint32_t n = 1; n <= 3; ++n) {
    const double start = 20.0 + 20 * n;
    card.faults.push_back({.name = "kill-checkout",
                           .component = "checkout",
                           .injection = n,
                           .state = FaultState::clean,
                           .injected_at = at(start),
                           .effective_at = at(start + 0.001),
                           .undone_at = at(start + 3.1),
                           .ended_by = "recovery",
                           .bite = "pid 4711 is gone",
                           .predicted_monthly_failed = 3012.5,
                           .load_rate = 500,
                           .measured = true});
    card.outages.push_back(
        {"front-door", at(start + 0.004), 2.98 + 0.005 * n, 3.02 + 0.007 * n, "kill-checkout", {1496, 12.5, 11 + n, 1.0}});
  }
}

Example checkout() {
  Example example;
  example.scenario = checkout_scenario();
  example.timeline = drill(*example.scenario, 95);
  Scorecard& card = example.card;
  card.scenario = "checkout-launch";
  card.service = "Checkout";
  card.owner = "payments";
  card.launch = "2026-12-15";
  card.launch_in_days = 23;
  card.decision_makers = {"dana@example.com", "vp@example.com", {"sre@example.com"}, {"support@example.com"}};
  card.environment = {"staging", "1/4 of the replicas"};
  card.manifest = {.run_id = "2026-11-22T14-05-09Z-9f2c1e",
                   .tool_version = "0.1.0",
                   .started = parse_wall("2026-11-22T14:05:09Z").value(),
                   .finished = parse_wall("2026-11-22T14:06:54Z").value(),
                   .state = RunState::completed,
                   .scenario_sha256 = std::string(64, 'a'),
                   .seed = 42,
                   .release_start = "9f2c1e",
                   .release_end = "9f2c1e"};
  card.manifest.controller = {.hostname = "bench-1", .kernel = "6.1.0", .cpu_model = "x86-64", .cores = 2};
  card.valid = true;
  card.agents = {{"local", "0.1.0", "bench-1", false, 0, 0.000071, 0.11}};
  card.accounting = {.offered = 47500, .ok = 43001, .refused = 4499};
  return example;
}

void finish(Example& example, std::vector<ScoredRequirement> rows, DecisionState decision, std::vector<Told> tldr) {
  Scorecard& card = example.card;
  for (uint32_t i = 0; i < rows.size(); ++i) rows[i].verdict.requirement = RequirementId(i);
  card.requirements = std::move(rows);
  card.areas = summarise(card.requirements);
  std::size_t declared = 0;
  for (const AreaSummary& area : card.areas) declared += area.declared ? 1 : 0;
  card.covers = std::to_string(declared) + " of 11 areas";
  card.decision = decision;
  card.tldr = std::move(tldr);
}

Happening the_process_dies() { return {"kill", {}, false, "kill-checkout"}; }

Told back() {
  told::Recovery out;
  out.row = 2;
  out.happening = the_process_dies();
  out.most = 3.1;
  out.injections = out.keeping = 3;
  return out;
}

Told lost() {
  told::Loss out;
  out.row = 3;
  out.happening = the_process_dies();
  out.noun = "order";
  out.least = 12;
  out.most = 14;
  out.seconds_least = 0.1;
  out.seconds_most = 0.16;
  out.tries = out.losing = out.injections = 3;
  out.our_rate = 100;
  return out;
}

Example go() {
  Example example = checkout();
  add_faults(example.card);
  finish(example, {availability(), latency(), recovery_time()}, DecisionState::go, {told::LoadHolds{500, {}}, back()});
  return example;
}

Example no_go() {
  Example example = checkout();
  add_faults(example.card);
  finish(example, {availability(), latency(), recovery_time(), lost_entries()}, DecisionState::no_go,
         {lost(), told::LoadHolds{500, {}}});
  ScoredLedger ledger{.name = "entries", .noun = "entry", .acked = 9461, .lost = 39};
  for (uint32_t n = 1; n <= 3; ++n) ledger.injections.push_back({"kill-checkout", n, 11 + n, 0, 0, 0.1, 0.16, 0.14});
  ledger.lost_ids = {501, 502, 503};
  example.card.ledgers = {ledger};
  example.card.reasons = {{Signal::cpu, "the agent used 93% of one core for 2 s (warning above 90%)", false}};
  return example;
}

Example not_proven() {
  Example example = checkout();
  auto open = availability();
  measure(open, VerdictState::not_proven, 0.9995, 0.99863, 0.99985, 10000,
          "5 of 10000 failed: the limit lies between the bounds.");
  open.verdict.needed = "about 1000 more requests without a failure";
  open.verdict.watermelon = Watermelon::unverifiable;
  auto close = latency();
  close.verdict.at_risk = true;
  auto optional = recovery_time();
  optional.requirement.must = false;
  optional.verdict.state = VerdictState::not_proven;
  optional.verdict.injections.resize(1);
  finish(example, {open, close, optional}, DecisionState::not_proven, {told::Undecided{1}});
  return example;
}

Example unknown() {
  Example example = checkout();
  example.timeline = std::make_unique<Timeline>(*example.scenario);
  std::vector<ScoredRequirement> rows = {availability(), latency(), recovery_time(), lost_entries()};
  for (ScoredRequirement& row : rows) {
    row.verdict.state = VerdictState::unknown;
    row.verdict.measured = {.unit = unit_of(row.requirement.sli)};
    row.verdict.supportable.reset();
    row.verdict.reason = "No data: the target refused every connection before the first phase.";
    row.verdict.needed = "a run against a target that answers";
    row.verdict.watermelon = Watermelon::unverifiable;
    row.verdict.injections.clear();
    row.verdict.untouched = false;
  }
  finish(example, rows, DecisionState::not_proven, {told::Undecided{4}});
  example.card.manifest.state = RunState::aborted;
  example.card.manifest.ended_by = "target not ready within 30s";
  example.card.accounting = {};
  example.card.valid = false;
  return example;
}

Example interrupted() {
  Example example = checkout();
  example.timeline = drill(*example.scenario, 44);
  auto lost = lost_entries();
  lost.verdict.state = VerdictState::unknown;
  lost.verdict.measured = {.unit = Unit::writes};
  lost.verdict.reason = "The only injection was not verified.";
  lost.verdict.needed = "three drills that run to their end";
  lost.verdict.watermelon = Watermelon::unverifiable;
  lost.verdict.injections = {{InjectionId(0), 1, false, "not verified: the run was interrupted", 0, kInfinite, {}}};
  finish(example, {availability(), lost}, DecisionState::not_proven, {told::Unreliable{}, told::Undecided{1}});
  example.card.manifest.state = RunState::interrupted;
  example.card.manifest.ended_by = "SIGINT";
  example.card.manifest.teardown_failures = {"stop checkout: still running after 10s"};
  example.card.valid = false;
  example.card.reasons = {
      {Signal::leftover, "component checkout: process group 4711 is still stopped", true, "kill-checkout", 1}};
  example.card.faults = {{.name = "kill-checkout",
                          .component = "checkout",
                          .injection = 1,
                          .state = FaultState::leftover,
                          .injected_at = at(40),
                          .ended_by = "undo",
                          .bite = "not proven",
                          .leftovers = {"process group 4711 is still stopped"}}};
  example.card.outages = {{"front-door", at(40.2), 3.7, kInfinite, "kill-checkout", {1800, 0, 0, 1}}};
  return example;
}

Example scalability() {
  Example example = no_go();
  finish(example, scalability_rows(), DecisionState::no_go,
         {told::Failure{0}, told::Carries{0, 2500, {}}, told::Dependency{0, {}}});
  add_scalability_parts(example.card);
  return example;
}

ScoredRequirement wordy(Area area, int number) {
  auto one = lost_entries();
  one.requirement.id = std::string(to_string(area)) + "-" + std::to_string(number);
  one.requirement.area = area;
  one.requirement.title = one.requirement.means = kWords + kWords;
  one.requirement.fix = one.verdict.needed = kWords + kWords + kWords;
  one.requirement.owner = "somebody.with.a.long.name@department.example.com";
  one.requirement.declared->value_text = kWords;
  one.verdict.reason = kWords + kWords;
  one.requirement.fix_by = "2026-12-04";
  one.reported = ScoredReported{.watermelon = Watermelon::optimistic,
                                .value = 1,
                                .outage_proof = ScoredReported::Proof::unmoved,
                                .alert = kWords,
                                .alert_in_time = false};
  one.options = some_options(one.requirement.owner);
  for (TradeOff& option : one.options) option.way = FallsShort{kWords, kWords + kWords, 1, 2, 1};
  return one;
}

// reds and opens: whether every area has red rows, and rows that are not proven or unknown.
Example crowded(bool reds, bool opens, bool alarms) {
  Example example = no_go();
  std::vector<ScoredRequirement> rows;
  for (const Area area : kAreas) {
    for (int i = 0; i < 4; ++i) {
      auto one = wordy(area, i);
      one.requirement.must = i != 3;
      if (i == 2 || !reds) one.verdict.state = area == Area::availability ? VerdictState::not_proven : VerdictState::unknown;
      if (i != 2 || opens) rows.push_back(one);
    }
  }
  for (int i = 0; i < 3; ++i) {
    rows.push_back(scalability_rows()[8]);  // vouched for
    rows.back().requirement.title = kWords;
  }
  finish(example, rows, reds ? DecisionState::no_go : DecisionState::not_proven, std::vector<Told>(9, told::Failure{0}));
  Scorecard& card = example.card;
  add_scalability_parts(card);
  card.downstream[0].name = card.downstream[0].owner = kWords;
  card.service = card.environment.name = card.environment.differs = card.decision_makers.approver = kWords;
  card.manifest.release_start = card.manifest.ended_by = kWords;
  if (!alarms) return example;
  card.manifest.state = RunState::stopped;
  card.valid = false;
  for (const Signal signal : {Signal::lag, Signal::lost_agent, Signal::clock_offset, Signal::accounting_identity})
    card.reasons.push_back({signal, kWords, true});
  for (ScoredFault& fault : card.faults) fault.leftovers = {kWords + kWords, kWords + kWords};
  return example;
}

}  // namespace

const std::vector<std::string>& example_names() {
  static const std::vector<std::string> names = {"go",          "no-go",        "not-proven", "unknown",
                                                 "interrupted", "scalability",  "crowded",    "crowded-calm",
                                                 "crowded-red", "crowded-open", "empty",      "planted"};
  return names;
}

Example example(const std::string& name) {
  static const std::map<std::string, std::function<Example()>> kExamples = {
      {"go", go},
      {"no-go", no_go},
      {"not-proven", not_proven},
      {"unknown", unknown},
      {"interrupted", interrupted},
      {"scalability", scalability},
      {"crowded", [] { return crowded(true, true, true); }},
      {"crowded-calm", [] { return crowded(true, true, false); }},
      {"crowded-red", [] { return crowded(true, false, false); }},
      {"crowded-open", [] { return crowded(false, true, false); }},
  };
  if (const auto found = kExamples.find(name); found != kExamples.end()) return found->second();
  if (name == "empty") {
    Example empty;
    empty.scenario = std::make_unique<Scenario>();
    empty.timeline = std::make_unique<Timeline>(*empty.scenario);
    return empty;
  }
  if (name == "planted") {
    Example planted = scalability();
    plant(planted, hostile_text());
    return planted;
  }
  std::abort();
}

}  // namespace shakedown::testing
