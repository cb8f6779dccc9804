// A small agent for the crash tests: it makes a FaultRunner, injects one fault into an existing process and runs until
// it is killed. Started as `fault_agent watch DIR` it is the watchdog; as `fault_agent sweep ...` it only starts and ends.
// `contract` injects the kind's case of fault_cases.cc. The other modes run --script in one way each: as a setup command, as
// setup's start of the component, as an effect, as an undo; with --secret it is handed one in $TOKEN. `hold` is as `undo`, but
// leaves the undo to others.
#include <cstdio>
#include <cstdlib>
#include <string>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "agent/fault/fault_runner.h"
#include "core/base/clock.h"
#include "tests/component/fault/fault_cases.h"
#include "tests/support/faults.h"

namespace shakedown {
namespace {

std::string argument(int count, char** values, const std::string& name, const std::string& otherwise = "") {
  for (int i = 2; i + 1 < count; i += 2) {
    if (values[i] == "--" + name) return values[i + 1];
  }
  return otherwise;
}

void print(const Event& event) {
  if (const auto* fault = std::get_if<FaultEvent>(&event)) {
    std::printf("%s %s\n", to_string(fault->state), fault->detail.c_str());
  } else if (const auto* agent = std::get_if<AgentEvent>(&event)) {
    const char* kind = agent->kind == AgentEvent::Kind::leftover    ? "agent-leftover"
                       : agent->kind == AgentEvent::Kind::inherited ? "agent-inherited"
                                                                    : "agent-warning";
    std::printf("%s %s\n", kind, agent->detail.c_str());
  } else if (const auto* step = std::get_if<StepEvent>(&event)) {
    std::printf("step %s %d %s\n", step->what.c_str(), step->ok ? 1 : 0, step->detail.c_str());
  }
  std::fflush(stdout);
}

Assignment assignment_of(int count, char** values) {
  Assignment plan;
  plan.run_id = "crash";
  plan.self = AgentId(0);
  plan.plan.folder = argument(count, values, "folder", "/");
  plan.plan.agents.push_back(AgentSpec{"local", true, true, true});
  // By which the tests find what runs for them.
  for (const char* mark : {"SHAKEDOWN_COMMANDS_OF", "SHAKEDOWN_VICTIM_OF"}) {
    if (const char* value = std::getenv(mark)) plan.plan.env.push_back({mark, Text::literal(value)});
  }
  if (const std::string secret = argument(count, values, "secret"); !secret.empty()) {
    plan.plan.secrets.push_back({"token", {SecretSource::Kind::file, secret}});
    plan.plan.env.push_back({"TOKEN", Text{{{HoleKind::secret, "token"}}}});
  }
  Component component;
  component.name = "victim";
  component.agent = AgentId(0);
  const std::string mode = values[1], script = argument(count, values, "script");
  component.start = {"sleep", "1000"};
  if (mode == "start-step") component.start = {"sh", "-c", script};
  ProcessSpec process;
  process.pidfile = argument(count, values, "pidfile");
  process.exe = mode == "start-step" ? "no-such-program" : "sleep";
  component.selector = process;
  plan.plan.components.push_back(component);

  Action start;
  start.kind = Action::Kind::start;
  start.component = ComponentId(0);
  start.describe = "start victim";
  start.after = std::chrono::milliseconds(30);
  Fault fault;
  fault.name = "break-victim";
  const std::string kind = argument(count, values, "kind", "kill");
  const std::vector<std::string> shell{"sh", "-c", script};
  if (mode == "effect" || mode == "undo" || mode == "hold") {
    fault.kind = faults::exec(ComponentId(0), {"touch", "broken"},
                              mode == "effect" ? shell : std::vector<std::string>{"test", "-e", "broken"});
    Action undo;
    undo.kind = Action::Kind::exec;
    undo.argv = mode != "effect" ? shell : std::vector<std::string>{"rm", "-f", "broken"};
    undo.describe = "take it back";
    fault.undo.push_back(undo);
    plan.plan.components[0].selector = {};
  } else if (mode == "contract") {
    const test::FaultCase& one = *test::find_fault_case(kind);
    fault.kind = one.fault(plan.plan.folder, ComponentId(0));
    if (one.undo != nullptr) fault.undo = one.undo(plan.plan.folder);
  } else if (kind == "pause" || kind == "long-pause") {
    fault.kind = faults::pause(ComponentId(0), std::chrono::milliseconds(kind == "pause" ? 150 : 600'000));
  } else {
    fault.kind = faults::kill(ComponentId(0), 9);
    fault.recover.push_back(start);
  }
  plan.plan.faults.push_back(fault);
  return plan;
}

// Injects again and again, so that a random instant hits every step.
struct Cycle {
  FaultRunner& runner;
  RunClock clock;
  uint32_t number = 0;

  void next() {
    const InjectionId injection(number++);
    runner.inject(injection, FaultId(0), StageId(0), clock.now() + std::chrono::milliseconds(20));
    runner.finish(injection, number % 3 == 0, "cycle", [this](bool clean, const std::string& detail) {
      std::printf("cycle %d %s\n", clean ? 1 : 0, detail.c_str());
      std::fflush(stdout);
      next();
    });
  }
};

int run(int count, char** values) {
  const std::string mode = values[1];
  boost::asio::io_context loop;
  const auto work = boost::asio::make_work_guard(loop);
  const RunClock clock(mono_now());
  FaultOptions options;
  options.state_dir = argument(count, values, "state");
  options.lock_dir = argument(count, values, "locks");
  options.lease = from_seconds(std::atof(argument(count, values, "lease", "60").c_str()));
  Result<std::unique_ptr<FaultRunner>> runner = std::unique_ptr<FaultRunner>();
  options.report = [&](Event event) {
    print(event);
    const auto* fault = std::get_if<FaultEvent>(&event);
    if (mode != "undo" || fault == nullptr || fault->state != FaultState::effective) return;
    runner.value()->finish(InjectionId(0), true, "test", [](bool, const std::string&) {});
  };
  runner = make_fault_runner(assignment_of(count, values), options, loop);
  if (runner.has_error()) {
    std::printf("error %s\n", runner.error().text().c_str());
    return exit_code(runner.error().kind);
  }
  runner.value()->go(clock);
  Cycle cycle{*runner.value(), clock};
  if (mode == "sweep") {
    runner.value()->undo_all("sweep only", [&loop](bool clean, const std::string& detail) {
      std::printf("undone %d %s\n", clean ? 1 : 0, detail.c_str());
      loop.stop();
    });
  } else if (mode.ends_with("-step")) {
    Action step;
    step.kind = mode == "exec-step" ? Action::Kind::exec : Action::Kind::start;
    step.component = ComponentId(0);
    step.argv = {"sh", "-c", argument(count, values, "script")};
    step.limit = std::chrono::hours(1);
    runner.value()->run_step(StepEvent::Kind::setup, step, [](StepEvent event) { print(Event(std::move(event))); });
  } else if (mode == "once" || mode == "contract" || mode == "effect" || mode == "undo" || mode == "hold") {
    runner.value()->inject(InjectionId(0), FaultId(0), StageId(0), clock.now());
  } else {
    cycle.next();
  }
  loop.run();
  return 0;
}

}  // namespace
}  // namespace shakedown

int main(int count, char** values) {
  if (count == 3 && std::string(values[1]) == "watch") return shakedown::watchdog_main(values[2]);
  if (count < 2) return 64;
  return shakedown::run(count, values);
}
