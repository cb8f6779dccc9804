// What the controller's record costs. A journal of one hour, 10 agents and 10 operations, is written, then replayed and
// judged (wall time). Beside it 1 000 agents send a snapshot a second: bytes parsed, checked, recorded and merged; seconds
// of CPU per second are the share of a core. What gRPC itself costs is not in it.
#include <stdlib.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "controller/judge/judge.h"
#include "controller/record/chronicle.h"
#include "core/base/clock.h"
#include "core/wire/codec/session.h"
#include "shakedown/v1/session.pb.h"
#include "tests/bench/simulated.h"

namespace {

using namespace shakedown;
using bench::SimulatedDrill;

const SimulatedDrill kHour{.agents = 10, .operations = 10, .phases = 1, .seconds = 3600};
const SimulatedDrill kCrowd{.agents = 1000, .operations = 10, .phases = 1, .seconds = 30};
constexpr int kReplays = 3;

Result<void> write_hour(const std::string& path) {
  SHAKEDOWN_TRY(auto journal, JournalWriter::create(path));
  const Scenario scenario = kHour.scenario();
  Chronicle chronicle(scenario, std::move(journal));
  Manifest manifest;
  manifest.run_id = "bench";
  manifest.started = WallTime(std::chrono::seconds(1'700'000'000));
  manifest.finished = manifest.started + std::chrono::seconds(kHour.seconds);
  chronicle.record(manifest);
  chronicle.record(Event(kHour.planned(0)));
  Rng rng(1);
  for (int64_t second = 0; second < kHour.seconds; ++second) {
    for (uint32_t a = 0; a < kHour.agents; ++a) chronicle.add(kHour.snapshot(AgentId(a), second, rng));
    chronicle.flush();
  }
  chronicle.record(Event(kHour.ended(0)));
  manifest.state = RunState::completed;
  chronicle.close(manifest);
  if (chronicle.trouble()) return fail(*chronicle.trouble());
  return ok();
}

// Seconds of a replay with its judgement.
Result<double> replay_hour(const std::string& path) {
  const MonoTime began = mono_now();
  const Scenario scenario = kHour.scenario();
  Timeline timeline(scenario);
  SHAKEDOWN_TRY(auto replayed, replay(path, timeline));
  const Scorecard card = judge(scenario, timeline, replayed.manifest, replayed.manifest.finished);
  if (!replayed.summary.complete || card.requirements.front().verdict.state == VerdictState::unknown) {
    return fail(ErrorKind::bug, "the hour was not judged: " + card.requirements.front().verdict.reason);
  }
  return seconds(mono_now() - began);
}

// CPU of each second with the whole crowd.
Result<std::vector<double>> record_crowd(const std::string& path) {
  SHAKEDOWN_TRY(auto journal, JournalWriter::create(path));
  const Scenario scenario = kCrowd.scenario();
  Chronicle chronicle(scenario, std::move(journal));
  chronicle.record(Event(kCrowd.planned(0)));
  Rng rng(1);
  std::vector<double> out;
  for (int64_t second = 0; second < kCrowd.seconds; ++second) {
    std::vector<std::string> frames;
    for (uint32_t a = 0; a < kCrowd.agents; ++a) {
      v1::SessionRequest frame;
      encode_body(ToController(kCrowd.snapshot(AgentId(a), second, rng)), frame);
      frames.push_back(frame.SerializeAsString());
    }
    const double before = bench::cpu_seconds();
    for (const std::string& bytes : frames) {
      v1::SessionRequest frame;
      if (!frame.ParseFromString(bytes)) return fail(ErrorKind::bug, "a frame cannot be parsed");
      SHAKEDOWN_TRY(auto message, decode_body(frame));
      chronicle.add(std::get<Snapshot>(std::move(message)));
    }
    chronicle.flush();
    out.push_back(bench::cpu_seconds() - before);
  }
  if (chronicle.trouble()) return fail(*chronicle.trouble());
  return out;
}

Result<void> measure(const std::string& folder) {
  SHAKEDOWN_TRY(write_hour(folder + "/hour.shk"));
  std::vector<double> replays;
  for (int i = 0; i < kReplays; ++i) {
    SHAKEDOWN_TRY(const double spent, replay_hour(folder + "/hour.shk"));
    replays.push_back(spent);
  }
  SHAKEDOWN_TRY(std::vector<double> crowd, record_crowd(folder + "/crowd.shk"));
  for (auto* values : {&replays, &crowd}) std::sort(values->begin(), values->end());
  bench::print({{"figure", "replay_of_a_one-hour_journal"}, {"bar", 5}, {"unit", "seconds"}}, replays[kReplays / 2],
               replays.front(), replays.back(), kReplays);
  bench::print({{"figure", "1_000_agents_recorded"}, {"bar", 0.3}, {"unit", "of a core, without gRPC"}}, crowd[crowd.size() / 2],
               crowd.front(), crowd.back(), kCrowd.seconds);
  return ok();
}

}  // namespace

int main() {
  std::string folder = (std::filesystem::temp_directory_path() / "shakedown-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  const Result<void> measured = measure(folder);
  std::filesystem::remove_all(folder);
  if (measured) return 0;
  std::fprintf(stderr, "%s\n", measured.error().text().c_str());
  return 1;
}
