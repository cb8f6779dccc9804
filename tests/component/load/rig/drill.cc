#include "tests/component/load/rig/drill.h"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "tests/support/http_documents.h"

namespace shakedown {

DrillPlan one_operation(uint16_t port, Duration timeout) {
  DrillPlan scenario;
  scenario.agents.push_back({"local", true, true, true});
  Target target;
  target.name = "api";
  target.scheme = "http";
  target.host = "127.0.0.1";
  target.port = port;
  scenario.targets.push_back(target);
  Operation operation;
  operation.name = "read";
  operation.request = http::get("/");
  operation.timeout = timeout;
  scenario.operations.push_back(operation);
  scenario.connections.backoff = std::chrono::milliseconds(5);
  scenario.connections.backoff_max = std::chrono::milliseconds(20);
  return scenario;
}

Phase phase_with(std::variant<OpenLoad, ClosedLoad> kind, Duration duration, uint32_t max_outstanding) {
  Phase phase;
  phase.name = "load";
  phase.duration = duration;
  phase.load.emplace();
  phase.load->kind = std::move(kind);
  phase.load->mix = {{OperationId(0), 1}};
  phase.load->max_outstanding = max_outstanding;
  return phase;
}

OpenLoad open_rate(double per_second, Arrivals arrivals) { return {ConstantRate{{per_second}}, arrivals}; }

Drill::Drill(DrillPlan scenario, LoadOptions options, Lane lane)
    : work_(loop_.get_executor()), clock_(mono_now()), scenario_(std::move(scenario)) {
  std::string pattern = ::testing::TempDir() + "/shakedown-drill-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
  work_dir_ = pattern;
  Assignment assignment;
  assignment.run_id = "test-run";
  assignment.self = AgentId(0);
  assignment.lane = lane;
  assignment.plan = scenario_;
  options.work_dir = work_dir_;
  auto made = make_load_runner(assignment, options, loop_);
  if (!made) throw std::runtime_error(made.assume_error().text());
  runner_ = std::move(made).assume_value();
  runner_->go(clock_);
}

Drill::~Drill() {
  runner_.reset();
  std::filesystem::remove_all(work_dir_);
}

void Drill::begin_stage(uint32_t phase) {
  const RunTime start = clock_.now() + std::chrono::milliseconds(20);
  stage_end_ = start + scenario_.phases[phase].duration;
  runner_->start_stage(StageId(phase), PhaseId(phase), start, stage_end_, 0);
}

void Drill::run_until(RunTime until) {
  while (clock_.now() < until) {
    loop_.run_until(to_steady(clock_.mono(std::min(until, clock_.now() + std::chrono::milliseconds(100)))));
    collect();
  }
}

Snapshot Drill::collect() {
  bool done = false;
  Snapshot part;
  runner_->collect([&](Snapshot s) {
    part = std::move(s);
    done = true;
  });
  if (!wait([&] { return done; })) throw std::runtime_error("collect never answered");
  Snapshot copy = part;
  all_.merge(std::move(part));
  return copy;
}

void Drill::stop() {
  if (std::exchange(stopped_, true)) return;
  bool done = false;
  runner_->stop([&] { done = true; });
  if (!wait([&] { return done; })) throw std::runtime_error("stop never answered");
  collect();
}

bool Drill::wait(const std::function<bool()>& condition) {
  const MonoTime limit = mono_now() + std::chrono::seconds(20);
  while (!condition()) {
    if (mono_now() > limit) return false;
    loop_.run_one_for(std::chrono::milliseconds(50));
  }
  return true;
}

Snapshot Drill::run() {
  for (uint32_t phase = 0; phase < scenario_.phases.size(); ++phase) {
    begin_stage(phase);
    run_until(stage_end_);
  }
  stop();
  return all_;
}

uint64_t total_offered(const Snapshot& s) {
  uint64_t sum = 0;
  for (const auto& [stage, offered] : s.offered) sum += offered;
  return sum;
}

Cell whole(const Snapshot& s) {
  Cell all;
  for (const auto& [key, cell] : s.cells) all.merge(cell);
  return all;
}

uint64_t total(const Snapshot& s, Outcome outcome) { return whole(s).count(outcome); }

uint64_t total_outcomes(const Snapshot& s) { return whole(s).offered(); }

::testing::AssertionResult balanced(const Snapshot& s) {
  std::map<StageId, uint64_t> outcomes;
  for (const auto& [key, cell] : s.cells) outcomes[key.stage] += cell.offered();
  for (const auto& [stage, offered] : s.offered) {
    if (outcomes[stage] != offered) {
      return ::testing::AssertionFailure() << "stage " << stage.value << ": offered " << offered << ", outcomes "
                                           << outcomes[stage];
    }
  }
  if (outcomes.size() != s.offered.size()) return ::testing::AssertionFailure() << "outcomes of a stage never offered";
  return ::testing::AssertionSuccess();
}

}  // namespace shakedown
