// What long and wide runs cost: 24 h of 10 operations from 10 agents with a 10 ms probe, and 1 000 agents for an hour. Each
// part runs in a process of its own, whose largest resident memory is what the kernel says. Journals are written, replayed
// and judged; then the day is lived through once more beside /metrics without a journal, at full speed, so that the judge's
// thread is always busy: the longest turn of the run loop. Time is wall time.
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <vector>

#include "controller/judge/judge.h"
#include "controller/metrics/publisher.h"
#include "controller/record/chronicle.h"
#include "core/base/clock.h"
#include "tests/bench/simulated.h"

namespace {

using namespace shakedown;
using namespace std::chrono_literals;
using bench::SimulatedDrill;

constexpr uint32_t kPool = 64;  // contents of a second, dealt out again and again
const SimulatedDrill kDay{.agents = 10, .operations = 10, .phases = 1, .seconds = 86'400, .samples = 5};
const SimulatedDrill kCrowd{.agents = 1000, .operations = 10, .phases = 1, .seconds = 3600, .samples = 1};
const SimulatedDrill kAlone{.agents = 1, .operations = 10, .phases = 1, .seconds = 120, .samples = 50};

Scenario scenario_of(const SimulatedDrill& drill) {
  Scenario scenario = drill.scenario();
  Probe probe;
  probe.name = "front-door";
  probe.operation = OperationId(0);
  probe.every = 10ms;
  probe.timeout = 200ms;
  scenario.probes.push_back(probe);
  const auto require = [&](std::string id, Sli sli, Comparison comparison, double limit) {
    Requirement row;
    row.id = std::move(id);
    row.sli = std::move(sli);
    row.objective.comparison = comparison;
    row.objective.limit = limit;
    scenario.requirements.push_back(std::move(row));
  };
  for (uint32_t i = 1; i < drill.operations; ++i) {
    require("PE-" + std::to_string(i), LatencySli{OperationId(i), 0.99, {}}, Comparison::at_most, 0.02);
  }
  require("AV", AvailabilitySli{}, Comparison::at_least, 0.999);
  require("ER", ErrorRatioSli{{}, Duration{}, {}}, Comparison::at_most, 0.01);
  require("DE", DegradationSli{}, Comparison::at_most, 0.05);
  return scenario;
}

// One agent's seconds, drawn once.
class Deck {
 public:
  explicit Deck(const SimulatedDrill& drill) : drill_(drill) {
    for (uint32_t i = 0; i < kPool; ++i) drawn_.push_back(drill.snapshot(AgentId(0), 0, rng_));
  }
  Snapshot deal(AgentId agent, int64_t second) {
    const Snapshot& one = drawn_[rng_.below(kPool)];
    Snapshot out;
    out.agent = agent;
    out.seq = static_cast<uint64_t>(second) + 1;
    out.from = run_time(std::chrono::seconds(second));
    out.to = out.from + 1s;
    out.offered = one.offered;
    out.health = one.health;
    for (const auto& [key, cell] : one.cells) out.cells[{second, key.stage, key.operation}] = cell;
    for (int i = 0; agent == AgentId(0) && i < 100; ++i) {
      const RunTime start = out.from + 10ms * i + from_seconds(1e-4 * rng_.uniform());
      out.probes[ProbeId(0)].push_back({start, start + from_seconds(5e-4 + 1e-3 * rng_.uniform()), true});
    }
    return out;
  }

 private:
  const SimulatedDrill& drill_;
  Rng rng_{1};
  std::vector<Snapshot> drawn_;
};

// Lives through the drill; each_second after each of them.
Result<void> live(const SimulatedDrill& drill, const Scenario& scenario, std::unique_ptr<JournalWriter> journal,
                  const std::function<void(Chronicle&, int64_t)>& each_second, const std::function<void()>& begin_second) {
  Chronicle chronicle(scenario, std::move(journal));
  Manifest manifest;
  manifest.run_id = "bench";
  manifest.started = WallTime(std::chrono::seconds(1'700'000'000));
  manifest.finished = manifest.started + std::chrono::seconds(drill.seconds);
  chronicle.record(manifest);
  chronicle.record(Event(drill.planned(0)));
  Deck deck(drill);
  for (int64_t second = 0; second < drill.seconds; ++second) {
    std::vector<Snapshot> told;
    for (uint32_t a = 0; a < drill.agents; ++a) told.push_back(deck.deal(AgentId(a), second));
    begin_second();
    for (Snapshot& one : told) chronicle.add(std::move(one));
    chronicle.flush();
    each_second(chronicle, second);
  }
  chronicle.record(Event(drill.ended(0)));
  manifest.state = RunState::completed;
  chronicle.close(manifest);
  if (chronicle.trouble()) return fail(*chronicle.trouble());
  return ok();
}

Result<void> write(const SimulatedDrill& drill, const std::string& path) {
  SHAKEDOWN_TRY(auto journal, JournalWriter::create(path));
  return live(
      drill, scenario_of(drill), std::move(journal), [](Chronicle&, int64_t) {}, [] {});
}

double megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void print(const std::string& figure, double value, double bar, const char* unit) {
  bench::print({{"figure", figure}, {"bar", bar}, {"unit", unit}}, value, value, value, 1);
  std::fflush(stdout);
}

Result<void> judge_journal(const SimulatedDrill& drill, const std::string& path, const std::string& name) {
  const MonoTime began = mono_now();
  const Scenario scenario = scenario_of(drill);
  Timeline timeline(scenario);
  SHAKEDOWN_TRY(auto replayed, replay(path, timeline));
  const double replay_seconds = seconds(mono_now() - began);
  const Scorecard card = judge(scenario, timeline, replayed.manifest, replayed.manifest.finished);
  if (!replayed.summary.complete || card.requirements.front().verdict.state == VerdictState::unknown) {
    return fail(ErrorKind::bug, name + " was not judged: " + card.requirements.front().verdict.reason);
  }
  std::fprintf(stderr, "%s: replay %.2f s, sealed seconds %.0f MB\n", name.c_str(), replay_seconds,
               static_cast<double>(timeline.seconds().sealed_bytes()) / 1e6);
  print(name + "_judged", seconds(mono_now() - began), 10, "seconds");
  print(name + "_judged_memory", megabytes(), 300, "MB");
  return ok();
}

Result<void> live_beside_metrics(const SimulatedDrill& drill) {
  const Scenario scenario = scenario_of(drill);
  SHAKEDOWN_TRY(auto metrics, RunMetrics::serve("127.0.0.1:0"));
  Manifest manifest;
  manifest.run_id = "bench";
  manifest.started = WallTime(std::chrono::seconds(1'700'000'000));
  MonoTime began;
  std::vector<double> turns;
  const auto each_second = [&](Chronicle& chronicle, int64_t second) {
    const bool shown = second % 60 == 0 || second >= drill.seconds - 600;
    if (shown) metrics->each_second(chronicle.timeline(), manifest, run_time(std::chrono::seconds(second + 1)));
    turns.push_back(seconds(mono_now() - began) * 1e3);
  };
  SHAKEDOWN_TRY(live(drill, scenario, nullptr, each_second, [&] { began = mono_now(); }));
  std::sort(turns.begin(), turns.end());
  std::fprintf(stderr, "turns: median %.2f ms, 99.9 %% %.2f ms\n", turns[turns.size() / 2], turns[turns.size() * 999 / 1000]);
  print("day_longest_turn_with_metrics", turns.back(), 50, "ms");
  print("day_controller_memory_with_metrics", megabytes(), 300, "MB");
  return ok();
}

// In a process of its own.
bool apart(const std::function<Result<void>()>& part) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    const Result<void> done = part();
    if (!done) std::fprintf(stderr, "%s\n", done.error().text().c_str());
    std::fflush(stdout);
    ::_exit(done ? 0 : 1);
  }
  int status = 1;
  return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

int main() {
  std::string folder = (std::filesystem::temp_directory_path() / "shakedown-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  const std::string path = folder + "/journal.shk";
  const auto next = [&] { return std::filesystem::remove(path); };
  bool good = apart([&] { return write(kAlone, path); });
  if (good)
    print("journal_of_ten_operations_and_a_probe",
          static_cast<double>(std::filesystem::file_size(path)) / 1e3 / static_cast<double>(kAlone.seconds), 4, "kB a second");
  next();
  good = good && apart([&] { return write(kDay, path); }) && apart([&] { return judge_journal(kDay, path, "day"); });
  next();
  good = good && apart([&] { return write(kCrowd, path); }) &&
         apart([&] { return judge_journal(kCrowd, path, "1_000_agents_for_an_hour"); });
  good = good && apart([&] { return live_beside_metrics(kDay); });
  std::filesystem::remove_all(folder);
  return good ? 0 : 1;
}
