// A LoadRunner and a FaultRunner that write down what they are told and answer when the test says so.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/agent_options.h"

namespace shakedown::test {

// What all runners of one test saw, in order, and what they answer.
struct Script {
  std::vector<std::string> calls;
  Result<void> load_check = ok();
  Result<void> fault_check = ok();
  int loads_made = 0, faults_made = 0;
  std::optional<RunClock> clock;  // of Go
  bool clean = true;              // undo_all's answer
  std::string wrong_process;      // what a look at the processes finds
  bool hold_stop = false;         // LoadRunner::stop waits for release_stop
  std::function<void()> release_stop;
  Result<std::string> release_body = std::string("{\"sha\": \"abc\"}");
  std::function<void(Event)> report;               // FaultRunner's way to tell
  bool report_when_made = false;                   // a leftover found at the start
  std::string output;                              // what every command and check has printed
  bool started = false;                            // setup has started every component
  bool stopped = false;                            // a step has stopped every component
  FaultState injected_as = FaultState::effective;  // what an injection is told as
  uint64_t arrivals = 0;                           // what the next collect finds

  bool called(const std::string& what) const { return std::find(calls.begin(), calls.end(), what) != calls.end(); }
  std::size_t position(const std::string& what) const {
    return static_cast<std::size_t>(std::find(calls.begin(), calls.end(), what) - calls.begin());
  }
};

class FakeLoad final : public LoadRunner {
 public:
  explicit FakeLoad(Script& script) : s_(script) {}
  void go(RunClock clock) override { s_.clock = clock; }
  void start_probes() override { s_.calls.push_back("start_probes"); }
  void start_ledgers() override { s_.calls.push_back("start_ledgers"); }
  void start_stage(StageId stage, PhaseId phase, RunTime, RunTime, double) override {
    s_.calls.push_back("start_stage " + std::to_string(stage.value) + " phase " + std::to_string(phase.value));
  }
  void stop_stage(StageId stage, RunTime) override { s_.calls.push_back("stop_stage " + std::to_string(stage.value)); }
  void verify(LedgerId, uint32_t pass, InjectionId injection, uint64_t first_id, std::function<void(LedgerPass)> done) override {
    s_.calls.push_back("verify");
    reads_ = true;
    LedgerPass finished;
    finished.pass = pass;
    finished.injection = injection;
    finished.first_id = first_id;
    finished.end_id = first_id + 1;
    finished.complete = true;
    done(finished);
  }
  void fetch(const Request&, Duration, std::function<void(Result<std::string>)> done) override {
    s_.calls.push_back("fetch");
    done(s_.release_body);
  }
  void collect(std::function<void(Snapshot)> done) override {
    s_.calls.push_back("collect");
    Snapshot snapshot;
    snapshot.offered[StageId(0)] = std::exchange(s_.arrivals, 0);
    if (std::exchange(reads_, false)) snapshot.reads[LedgerId(0)].push_back({});
    done(std::move(snapshot));
  }
  void stop(std::function<void()> done) override {
    s_.calls.push_back("stop");
    if (s_.hold_stop) {
      s_.release_stop = std::move(done);
    } else {
      done();
    }
  }

 private:
  Script& s_;
  bool reads_ = false;
};

class FakeFault final : public FaultRunner {
 public:
  explicit FakeFault(Script& script) : s_(script) {}
  void go(RunClock) override { s_.calls.push_back("go"); }
  void run_step(StepEvent::Kind kind, const Action& action, std::function<void(StepEvent)> done) override {
    s_.calls.push_back("run_step " + action.describe);
    StepEvent event;
    event.kind = kind;
    event.what = action.describe;
    event.ok = action.describe != "fails";
    event.detail = event.ok ? "" : "exit code 3" + s_.output;
    done(event);
  }
  Result<void> look_at_started() override { return ok(); }
  bool has_started(ComponentId) const override { return s_.started; }
  bool has_stopped(ComponentId) const override { return s_.stopped; }
  Result<void> look_at_processes() override {
    s_.calls.push_back("look at processes");
    if (!s_.wrong_process.empty()) return fail(ErrorKind::refused, s_.wrong_process);
    return ok();
  }
  void inject(InjectionId, FaultId fault, StageId stage, RunTime at) override {
    s_.calls.push_back("inject");
    s_.report(FaultEvent{InjectionId(0), fault, stage, s_.injected_as, at, at, "gone" + s_.output, false});
  }
  void finish(InjectionId, bool undo, std::string, std::function<void(bool, std::string)> done) override {
    s_.calls.push_back(undo ? "finish with undo" : "finish");
    done(true, "same as before" + s_.output);
  }
  void look(InjectionId, std::function<void(bool, std::string)> done) override {
    s_.calls.push_back("look");
    done(false, "not as before" + s_.output);
  }
  void renew(Duration) override { s_.calls.push_back("renew"); }
  void undo_all(std::string, std::function<void(bool, std::string)> done) override {
    s_.calls.push_back("undo_all");
    done(s_.clean, s_.clean ? "" : "pid 7 is still stopped" + s_.output);
  }

 private:
  Script& s_;
};

class FakeCheck final : public CheckRunner {
 public:
  explicit FakeCheck(Script& script) : s_(script) {}
  void run(std::function<void(CheckResult)> each, std::function<void(bool, std::string)> done) override {
    s_.calls.push_back("run checks");
    CheckResult result;
    result.check = CheckId(0);
    result.done = result.holds = true;
    result.detail = "seen" + s_.output;
    each(result);
    done(true, "");
  }
  void clean(std::size_t, std::function<void(StepEvent)> done) override {
    StepEvent event;
    event.kind = StepEvent::Kind::cleanup;
    done(event);
  }
  void cancel() override { s_.calls.push_back("cancel checks"); }

 private:
  Script& s_;
};

inline AgentOptions options_with(Script& script) {
  AgentOptions options;
  options.name = "local";
  options.farewell = std::chrono::milliseconds(500);
  options.make_load = [&script](const Assignment&, LoadOptions, boost::asio::io_context&) -> Result<std::unique_ptr<LoadRunner>> {
    SHAKEDOWN_TRY(script.load_check);
    ++script.loads_made;
    return std::unique_ptr<LoadRunner>(std::make_unique<FakeLoad>(script));
  };
  options.make_fault = [&script](const Assignment&, FaultOptions fault,
                                 boost::asio::io_context&) -> Result<std::unique_ptr<FaultRunner>> {
    SHAKEDOWN_TRY(script.fault_check);
    ++script.faults_made;
    script.report = fault.report;
    if (std::exchange(script.report_when_made, false)) {
      fault.report(AgentEvent{AgentEvent::Kind::leftover, AgentId(), RunTime{}, "swept" + script.output});
    }
    return std::unique_ptr<FaultRunner>(std::make_unique<FakeFault>(script));
  };
  options.make_check = [&script](const Assignment&, RunClock, boost::asio::io_context&, const std::string&,
                                 const AddressRanges&) -> std::unique_ptr<CheckRunner> {
    return std::make_unique<FakeCheck>(script);
  };
  return options;
}

}  // namespace shakedown::test
