// How much of what one agent says is held: as much as the plan gives it to say, whatever it says.
#include <gtest/gtest.h>

#include "controller/agents/admission.h"
#include "controller/scenario/scenario.h"
#include "core/stats/snapshot_size.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;

constexpr const char* kFloodedScenario = R"(shakedown: v1
name: admission
targets: {api: {url: "http://127.0.0.1:1"}}
operations:
  read: {http: {target: api, path: /}, timeout: 100ms}
  list: {http: {target: api, path: /list}, timeout: 100ms}
probes: {front-door: {operation: read, every: 10ms, timeout: 50ms}}
ledgers:
  book:
    write: {http: {target: api, method: PUT, path: "/{id}", body: "{payload}"}}
    read: {http: {target: api, path: "/{id}"}}
    present: {body: {contains: "{checksum}"}}
    absent: {status: 404}
    rate: 50/s
phases: [{name: steady, duration: 60s, load: {open: {rate: 100/s}, mix: {read: 1, list: 1}}}]
requirements:
  - {id: AV, area: availability, title: It answers, sli: {availability: {phases: [steady]}}, objective: ">= 98%"}
)";

const RunTime kFloodedAt = run_time(10s);
constexpr int kFlood = 20'000;

// Of the flood, the agent's only one.
class Flooded : public ::testing::Test {
 protected:
  Flooded() {
    Decoded decoded = decode_scenario(kFloodedScenario, "admission.yaml", "/");
    for (const Diagnostic& one : decoded.diagnostics) ADD_FAILURE() << one.problem;
    scenario_ = std::move(*decoded.scenario);
    admission_.emplace(scenario_, AgentId(0));
    EXPECT_TRUE(admission_->admit(PlanReady{}, std::nullopt));
    for (const ToAgent& order : {ToAgent(Go{}), ToAgent(StartProbes{}), ToAgent(StartLedgers{}),
                                 ToAgent(StageStart{StageId(0), PhaseId(0), run_time(0s), run_time(60s)})}) {
      admission_->ordered(order, run_time(0s));
    }
  }
  // One more snapshot; what is admitted is held as the record and the Timeline hold it: merged.
  void say(Snapshot snapshot) {
    snapshot.seq = ++seq_;
    snapshot.from = snapshot.to = kFloodedAt;
    if (admission_->admit(snapshot, kFloodedAt)) held_.merge(std::move(snapshot));
  }
  Scenario scenario_;
  std::optional<Admission> admission_;
  Snapshot held_;
  uint64_t seq_ = 0;
};

TEST_F(Flooded, CellsAreThoseOfTheSecondsSoFar) {
  for (int i = 0; i < kFlood; ++i) {
    Snapshot one;
    for (const OperationId operation : {OperationId(0), OperationId(1)}) one.cells[{i % 1000 - 500, StageId(0), operation}];
    say(std::move(one));
  }
  EXPECT_GE(held_.cells.size(), 1U);
  EXPECT_LE(held_.cells.size(), 2U * (10 + 5 + 1)) << "two operations, and clocks 5 s apart";
  EXPECT_LE(memory_of(held_), 64U << 10);
}

TEST_F(Flooded, ProbesAndWritesAreThoseOfTheirCadence) {
  for (int i = 0; i < kFlood; ++i) {
    Snapshot probes, writes;
    probes.probes[ProbeId(0)].assign(3, {kFloodedAt, kFloodedAt, true});
    writes.writes[LedgerId(0)] = {{static_cast<uint64_t>(i), kFloodedAt, kFloodedAt, WriteClass::acked}};
    say(std::move(probes));
    say(std::move(writes));
  }
  EXPECT_GE(held_.probes[ProbeId(0)].size(), 100U);
  EXPECT_LE(held_.probes[ProbeId(0)].size(), 15U * 100 + 2);
  EXPECT_LE(held_.writes[LedgerId(0)].size(), 15U * 50 + 2);
  EXPECT_LE(memory_of(held_), 128U << 10);
}

TEST_F(Flooded, NotesAndComparisonsAreCounted) {
  std::size_t notes = 0, pings = 0;
  for (int i = 0; i < kFlood; ++i) {
    notes += admission_->admit(EventReport{Event(AgentEvent{AgentEvent::Kind::warning, AgentId(0), kFloodedAt, "x"})}, kFloodedAt)
                 ? 1
                 : 0;
    pings += admission_->admit(ClockPing{}, kFloodedAt) ? 1 : 0;
  }
  EXPECT_GE(notes, 1000U);
  EXPECT_LE(notes, 1024U + 8 * 10);
  EXPECT_LE(pings, 64U + 2 * 10);
}

}  // namespace
}  // namespace shakedown
