// Our lateness is not the target's: what came in time and was read late came in time.
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <optional>

#include <gtest/gtest.h>

#include "agent/load/schedule/arrival_clock.h"
#include "agent/load/stage_load.h"
#include "agent/load/watch/ledger.h"
#include "agent/load/watch/probe.h"
#include "core/base/clock.h"
#include "tests/component/load/rig/drill.h"
#include "tests/component/load/rig/driver_rig.h"
#include "tests/component/load/rig/server.h"
#include "tests/component/load/rig/tls_server.h"
#include "tests/support/http_documents.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

using Rig = DriverRig;
constexpr Duration kTimeout = Rig::kTimeout;

// Answers each request and counts its answers once they are sent.
TestServer::Script counting(std::atomic<int>& answers, std::string body = "x") {
  return [&answers, body = std::move(body)](Peer& peer) {
    while (peer.request() && peer.answer(200, body)) ++answers;
  };
}

TEST(TruthLateTurn, AnAnswerThatCameInTimeIsNoTimeoutThoughWeReadItLate) {
  std::atomic<int> answers = 0;
  TestServer server(counting(answers));
  Rig rig(one_operation(server.port(), kTimeout));
  rig.warm_up();
  const MonoTime sent = mono_now();
  rig.submit(sent);
  stall(sent, [&] { return answers == 2; });
  const Duration truth = mono_now() - sent;
  stall(sent + 2 * kTimeout, [] { return true; });
  rig.until([&] { return rig.ends == 1; });
  EXPECT_EQ(rig.outcome, Outcome::ok);
  EXPECT_LE(rig.latency, truth + kOnTime);
}

TEST(TruthLateTurn, AnAnswerReadLateButBeforeItsDeadlineHasItsTrueLength) {
  std::atomic<int> answers = 0;
  TestServer server(counting(answers));
  Rig rig(one_operation(server.port(), kTimeout));
  rig.warm_up();
  const MonoTime sent = mono_now();
  rig.submit(sent);
  stall(sent, [&] { return answers == 2; });
  const Duration truth = mono_now() - sent;
  stall(sent + kTimeout / 2, [] { return true; });
  rig.until([&] { return rig.ends == 1; });
  EXPECT_EQ(rig.outcome, Outcome::ok);
  EXPECT_LE(rig.latency, truth + kOnTime);
}

TEST(TruthLateTurn, AnAnswerThatCameAfterItsDeadlineIsATimeoutThoughWeAreLate) {
  std::atomic<int> answers = 0;
  std::atomic<bool> may_answer = true;
  TestServer server([&](Peer& peer) {
    while (peer.request()) {
      while (!may_answer) ::poll(nullptr, 0, 1);
      if (!peer.answer(200, "x")) return;
      ++answers;
    }
  });
  Rig rig(one_operation(server.port(), kTimeout));
  rig.warm_up();
  may_answer = false;
  const MonoTime sent = mono_now();
  rig.submit(sent);
  stall(sent + kTimeout + milliseconds(5), [] { return true; });
  may_answer = true;
  stall(sent, [&] { return answers == 2; });
  rig.until([&] { return rig.ends == 1; });
  EXPECT_EQ(rig.outcome, Outcome::timeout);
  EXPECT_EQ(rig.latency, kTimeout);
}

TEST(TruthLateTurn, ATlsAnswerThatCameInTimeIsNoTimeout) {
  std::string dir = ::testing::TempDir() + "/shakedown-late-XXXXXX";
  ASSERT_NE(mkdtemp(dir.data()), nullptr);
  {
    const TestCa ca(dir, "ca");
    TlsServer server(ca.issue("server", "IP:127.0.0.1"), "", "x");
    DrillPlan scenario = one_operation(server.port(), kTimeout);
    scenario.targets[0].scheme = "https";
    scenario.targets[0].tls.ca_file = ca.certificate_file();
    Rig rig(scenario);
    rig.warm_up();
    const MonoTime sent = mono_now();
    rig.submit(sent);
    stall(sent, [&] { return server.answers() == 2; });
    const Duration truth = mono_now() - sent;
    stall(sent + 2 * kTimeout, [] { return true; });
    rig.until([&] { return rig.ends == 1; });
    EXPECT_EQ(rig.outcome, Outcome::ok);
    EXPECT_LE(rig.latency, truth + kOnTime);
  }
  std::filesystem::remove_all(dir);
}

TEST(TruthLateTurn, ACallThatOurLateConnectKeptFromBeingSentIsOurs) {
  TestServer server(always("x"));
  Rig rig(one_operation(server.port(), kTimeout));
  const MonoTime began = mono_now();
  rig.submit(began);
  stall(began + 2 * kTimeout, [&] { return server.connections() == 1; });
  rig.until([&] { return rig.ends == 1; });
  EXPECT_EQ(rig.outcome, Outcome::dropped_by_us);
}

TEST(TruthLateTurn, TheTimeThatOurLateConnectTookIsLagOfOurs) {
  TestServer server(always("x"));
  Rig rig(one_operation(server.port(), kTimeout));
  const MonoTime began = mono_now();
  rig.submit(began);
  stall(began + kTimeout / 2, [&] { return server.connections() == 1; });
  rig.until([&] { return rig.ends == 1; });
  EXPECT_EQ(rig.outcome, Outcome::ok);
  EXPECT_GE(rig.lag, kTimeout / 4);
}

TEST(TruthLateTurn, AFullReceiveBufferLeavesTheEndUnknown) {
  std::atomic<int> answers = 0;
  TestServer server(counting(answers, std::string(1'000'000, 'x')));
  Rig rig(one_operation(server.port(), kTimeout));
  const MonoTime sent = mono_now();
  rig.submit(sent);
  rig.until([&] { return rig.driver->open_connections() == 1; });
  stall(sent + kTimeout / 2, [] { return true; });
  rig.until([&] { return rig.ends == 1; });
  EXPECT_EQ(rig.outcome, Outcome::dropped_by_us);
}

TEST(TruthLateTurn, AHangingTargetIsATimeoutThoughWeAreLate) {
  TestServer server([](Peer& peer) { peer.wait_for_end(); });
  Rig rig(one_operation(server.port(), kTimeout));
  const MonoTime began = mono_now();
  rig.submit(began);
  rig.until([&] { return rig.driver->open_connections() == 1; });
  stall(began + 2 * kTimeout, [] { return true; });
  rig.until([&] { return rig.ends == 1; });
  EXPECT_EQ(rig.outcome, Outcome::timeout);
}

// Released late, answered after its deadline, but within its timeout from then on: on time, it would
// have been answered in time.
TEST(TruthLateTurn, AnArrivalReleasedLateAndAnsweredWithinItsTimeoutIsOurs) {
  std::atomic<MonoTime> answer_at = MonoTime::max();
  TestServer server([&](Peer& peer) {
    while (peer.request()) {
      while (mono_now() < answer_at.load()) ::poll(nullptr, 0, 1);
      if (!peer.answer(200, "x")) return;
    }
  });
  Rig rig(one_operation(server.port(), kTimeout));
  const MonoTime now = mono_now();
  rig.submit(now, kTimeout * 4 / 5);
  answer_at = now + kTimeout * 2 / 5;
  rig.until([&] { return rig.ends == 1; });
  EXPECT_EQ(rig.outcome, Outcome::dropped_by_us);
}

TEST(TruthLateTurn, AnArrivalReleasedLateThatHangsForItsWholeTimeoutIsATimeout) {
  TestServer server([](Peer& peer) { peer.wait_for_end(); });
  Rig rig(one_operation(server.port(), kTimeout));
  const MonoTime now = mono_now();
  rig.submit(now, kTimeout / 2);
  rig.until([&] { return rig.ends == 1; });
  EXPECT_EQ(rig.outcome, Outcome::timeout);
  EXPECT_EQ(rig.latency, kTimeout);
  EXPECT_GE(mono_now(), now + kTimeout) << "it had its whole time";
}

TEST(TruthLateTurn, AWaitBehindAHangingTargetIsATimeoutThoughWeAreLate) {
  TestServer server([](Peer& peer) { peer.wait_for_end(); });
  DrillPlan scenario = one_operation(server.port(), kTimeout);
  scenario.connections.max = 1;
  Rig rig(scenario);
  const MonoTime began = mono_now();
  rig.submit(began);
  rig.until([&] { return rig.driver->open_connections() == 1; });
  rig.submit(mono_now());
  stall(began + 2 * kTimeout, [] { return true; });
  rig.until([&] { return rig.ends == 2; });
  EXPECT_EQ(rig.outcomes, (std::vector<Outcome>{Outcome::timeout, Outcome::timeout}));
}

TEST(TruthLateTurn, AWaitBehindAnAnswerThatWeReadTooLateIsOurs) {
  std::atomic<int> answers = 0;
  TestServer server(counting(answers));
  DrillPlan scenario = one_operation(server.port(), kTimeout);
  scenario.connections.max = 1;
  Rig rig(scenario);
  rig.warm_up();
  const MonoTime began = mono_now();
  rig.submit(began);
  rig.submit(began);
  stall(began + 2 * kTimeout, [&] { return answers == 2; });
  rig.until([&] { return rig.ends == 2; });
  EXPECT_EQ(rig.outcomes, (std::vector<Outcome>{Outcome::ok, Outcome::dropped_by_us}));
}

TEST(TruthLateTurn, OverlappingProbesSeeNoOutageInAStallOfOurs) {
  std::atomic<int> answers = 0;
  TestServer server(counting(answers));
  DrillPlan scenario = one_operation(server.port(), kTimeout);
  scenario.probes.push_back({"front", OperationId(0), milliseconds(10), kTimeout, 3, 3, ProbeConnection::reuse, {}});
  Rig rig(scenario);
  Prober prober(*rig.prepared, RunClock(mono_now()), ProbeId(0), rig.loop, rig.deadlines, rig.calls);
  prober.begin();
  rig.until([&] { return answers >= 3; });
  stall(mono_now() + 2 * kTimeout, [] { return true; });
  const int before = answers;
  rig.until([&] { return answers >= before + 5; });
  prober.stop();
  rig.until([&] { return prober.over(); });
  for (const ProbeResult& check : prober.take()) {
    EXPECT_TRUE(check.good);
    EXPECT_LT(check.end - check.start, kTimeout);
  }
  prober.close();
  rig.run_out();
}

TEST(TruthLateTurn, AProbeWhoseConnectWeSawTooLateIsNoResult) {
  TestServer server(always("x"));
  DrillPlan scenario = one_operation(server.port(), kTimeout);
  scenario.probes.push_back({"front", OperationId(0), milliseconds(10), kTimeout, 3, 3, ProbeConnection::fresh, {}});
  Rig rig(scenario);
  Prober prober(*rig.prepared, RunClock(mono_now()), ProbeId(0), rig.loop, rig.deadlines, rig.calls);
  prober.begin();
  // The first turn that connects is the last before the stall.
  while (server.connections() == 0) rig.loop.run_one_for(milliseconds(20));
  stall(mono_now() + 2 * kTimeout, [] { return true; });
  const uint64_t before = server.connections();
  rig.until([&] { return server.connections() >= before + 5; });
  prober.stop();
  rig.until([&] { return prober.over(); });
  for (const ProbeResult& check : prober.take()) EXPECT_TRUE(check.good);
  prober.close();
  rig.run_out();
}

TEST(TruthLateTurn, ALedgersWriteReadLateIsAckedWhenItCame) {
  std::atomic<int> answers = 0;
  TestServer server(counting(answers));
  DrillPlan scenario = one_operation(server.port(), kTimeout);
  Ledger ledger;
  ledger.name = "orders";
  ledger.write = ledger.read = http::get("/");
  http::put(ledger.write.document, "method", text_document("POST"));
  ledger.rate = Rate{100};
  ledger.timeout = kTimeout;
  scenario.ledgers.push_back(ledger);
  Rig rig(scenario);
  const std::string dir = ::testing::TempDir() + "/shakedown-late-ledger-" + std::to_string(server.port());
  LedgerKeeper keeper(*rig.prepared, RunClock(mono_now()), LedgerId(0),
                      std::move(LedgerFile::create(dir, "test-run", "orders").assume_value()), rig.loop, rig.deadlines,
                      rig.calls);
  keeper.begin();
  rig.until([&] { return answers >= 3; });
  stall(mono_now() + 2 * kTimeout, [] { return true; });
  const int before = answers;
  rig.until([&] { return answers >= before + 5; });
  keeper.stop();
  rig.until([&] { return keeper.over(); });
  Snapshot taken;
  keeper.take(taken);
  for (const LedgerWrite& write : taken.writes.at(LedgerId(0))) {
    EXPECT_EQ(write.outcome, WriteClass::acked);
    EXPECT_LT(write.completed - write.invoked, kTimeout);
  }
  keeper.close();
  rig.run_out();
  std::filesystem::remove_all(dir);
}

TEST(TruthLateTurn, WhatClosedWhileWeStoodStillIsNotUsed) {
  std::atomic<bool> closed = false;
  TestServer server([&](Peer& peer) {
    if (!peer.request() || !peer.answer(200, "x")) return;
    if (closed) return;
    peer.half_close();
    closed = true;
    peer.wait_for_end();
  });
  DrillPlan scenario = one_operation(server.port(), kTimeout);
  http::put(scenario.operations[0].request.document, "method", text_document("POST"));
  Rig rig(scenario);
  rig.submit(mono_now());
  while (rig.ends == 0) rig.loop.run_one_for(milliseconds(20));
  stall(mono_now(), [&] { return closed.load(); });
  rig.submit(mono_now(), kTimeout / 3);
  rig.until([&] { return rig.ends == 2; });
  EXPECT_EQ(rig.outcomes, (std::vector<Outcome>{Outcome::ok, Outcome::ok}));
  EXPECT_EQ(server.connections(), 2u);
}

TEST(TruthLateTurn, AWallClockThatWasSetLeavesTheEndUnknown) {
  const WallTime wall(std::chrono::hours(500'000));
  const MonoTime mono(std::chrono::hours(1));
  const auto pair = [&](Duration at, Duration step = {}) { return ClockPair{wall + at + step, mono + at}; };
  ArrivalClock clock(pair({}));
  EXPECT_EQ(clock.moved(wall + milliseconds(10), pair(milliseconds(760))), mono + milliseconds(10));
  const Duration step = std::chrono::seconds(-1);
  EXPECT_EQ(clock.moved(wall + milliseconds(800), pair(milliseconds(900), step)), std::nullopt);
  EXPECT_EQ(clock.moved(wall + milliseconds(850), pair(milliseconds(901), step)), std::nullopt)
      << "what else was stamped before is as doubtful";
  EXPECT_EQ(clock.moved(wall + step + milliseconds(910), pair(milliseconds(950), step)), mono + milliseconds(910));
  EXPECT_EQ(clock.moved(wall + step + milliseconds(960), pair(milliseconds(960) + kOnTime, step)),
            mono + milliseconds(960) + kOnTime)
      << "on time: our own stamp";
  const Duration ahead = milliseconds(500);
  EXPECT_EQ(clock.moved(wall + milliseconds(1000), pair(milliseconds(1100), ahead)), std::nullopt);
  EXPECT_EQ(clock.moved(wall + milliseconds(1001), pair(milliseconds(1101), ahead)), std::nullopt)
      << "it would seem to have come half a second earlier";
}

}  // namespace
}  // namespace shakedown
