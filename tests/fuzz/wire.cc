// What an agent's stream brings: frames, decoded and given to the roster, and what of it stands in the record, which must be
// readable again. Once the agent is ready the run begins, with orders for everything that it could report.
#include <cstdlib>

#include "controller/agents/roster.h"
#include "controller/scenario/scenario.h"
#include "core/base/log.h"
#include "core/wire/codec/frame_parts.h"
#include "core/wire/codec/journal.h"
#include "core/wire/codec/session.h"
#include "shakedown/v1/session.pb.h"
#include "tests/fuzz/fuzz.h"

namespace shakedown::fuzz {
namespace {

class Stream final : public ControllerLink {
 public:
  void open(Handlers handlers) override { handlers_ = std::move(handlers); }
  void send(ToAgent message) override {
    v1::SessionResponse frame;
    encode_body(message, frame);
    if (!decode_body(frame)) std::abort();
  }
  void close() override {}
  std::string peer() const override { return "fuzz"; }
  void say(ToController message) {
    if (handlers_.received) handlers_.received(std::move(message));
  }
  void end() {
    if (handlers_.closed) handlers_.closed("over");
  }

 private:
  Handlers handlers_;
};

std::string frame_of(const ToController& message) {
  v1::SessionRequest frame;
  encode_body(message, frame);
  return frame.SerializeAsString();
}

Scenario scenario_of(const char* name) {
  Decoded decoded = decode_scenario(repository_file(name), name, "/srv/drill");
  if (!decoded.scenario) std::abort();
  return std::move(*decoded.scenario);
}

Snapshot some_seconds() {
  Snapshot snapshot;
  snapshot.seq = 1;
  snapshot.from = RunTime(std::chrono::seconds(1));
  snapshot.to = RunTime(std::chrono::seconds(2));
  snapshot.offered[StageId(0)] = 10;
  Cell& cell = snapshot.cells[{1, StageId(0), OperationId(0)}];
  cell.counts[0] = 10;
  cell.latency[0].add(std::chrono::milliseconds(1), 10);
  const RunTime at = snapshot.from;
  snapshot.probes[ProbeId(0)] = {{at, at + std::chrono::milliseconds(1), true}};
  snapshot.writes[LedgerId(0)] = {{0, at, at + std::chrono::milliseconds(1), WriteClass::acked}};
  return snapshot;
}

}  // namespace

std::vector<std::string> seeds() {
  PlanReady ready;
  ready.addresses = {"api 127.0.0.1"};
  ready.ok = true;
  FaultEvent fault;
  fault.injection = InjectionId(0);
  fault.fault = FaultId(0);
  fault.stage = StageId(0);
  fault.state = FaultState::armed;
  StepEvent step;
  step.what = "start it";
  Hello named;
  named.name = "local";
  return {joined({frame_of(Hello{}), frame_of(ready), frame_of(some_seconds()), frame_of(EventReport{fault}),
                  frame_of(EventReport{step}), frame_of(Goodbye{})}),
          joined({frame_of(named), frame_of(ready), frame_of(ClockPing{}), frame_of(StepDone{1, true, "said", step}),
                  frame_of(EventReport{AgentEvent{AgentEvent::Kind::leftover, AgentId(0), {}, "it stands"}}),
                  frame_of(EventReport{StageEvent{}})})};
}

std::string mutated(std::string input, Rng& rng) {
  std::vector<std::string> pieces = split(input);
  if (pieces.empty() || rng.below(8) == 0) return bytes_mutated(std::move(input), rng);
  return joined_after_a_change(std::move(pieces), rng);
}

// Each step has its number.
void begin_run(Roster& roster) {
  const RunClock clock(mono_now() - std::chrono::seconds(2));
  const RunTime end = run_time(std::chrono::seconds(60));
  roster.set_clock(clock);
  roster.send_all(Go{clock.zero()});
  roster.send_all(StartProbes{});
  roster.send_all(StartLedgers{});
  roster.send_all(StageStart{StageId(0), PhaseId(0), RunTime{}, end});
  roster.send_all(Inject{InjectionId(0), FaultId(0), StageId(0), RunTime{}});
  VerifyLedger verify;
  verify.ledger = LedgerId(0);
  roster.order(AgentId(0), verify);
  roster.order(AgentId(0), RunChecks{});
}

void readable_again(const Event& event) {
  const std::string record = encode_journal(event, 1);
  if (!decode_journal(record)) std::abort();
}

}  // namespace shakedown::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace shakedown;
  static const Scenario scenario = fuzz::scenario_of("scenarios/04-ledger.yaml");
  log::set_level(log::Level::off);  // each refusal is told, which took most of the time
  Chronicle chronicle(scenario, nullptr);
  const auto progress = console_progress(false, true);
  RunEnd end(chronicle, *progress);
  boost::asio::io_context loop(1);
  Waiting waiting(loop, end);
  Roster roster(scenario, chronicle, waiting);
  auto owned = std::make_unique<fuzz::Stream>();
  fuzz::Stream& stream = *owned;
  roster.accept(std::move(owned));
  bool begun = false;
  for (const std::string& bytes : fuzz::split({reinterpret_cast<const char*>(data), size})) {
    v1::SessionRequest frame;
    if (!wire::has_at_most(*v1::SessionRequest::descriptor(), bytes, wire::kMostParts)) continue;
    if (!frame.ParseFromString(bytes)) continue;
    Result<ToController> message = decode_body(frame);
    if (!message) continue;
    if (const auto* report = std::get_if<EventReport>(&message.value())) fuzz::readable_again(report->event);
    stream.say(std::move(message.value()));
    if (begun || !roster.all_joined()) continue;
    begun = true;
    fuzz::begin_run(roster);
  }
  chronicle.flush();
  stream.end();
  return 0;
}
