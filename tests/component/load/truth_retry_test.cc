// A connection that the target closes as we send is no failure; everything that only looks like it is.
#include <atomic>

#include "agent/load/watch/ledger.h"
#include "tests/component/load/rig/driver_rig.h"
#include "tests/component/load/rig/server.h"
#include "tests/support/http_documents.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

constexpr Duration kWhole = DriverRig::kTimeout;

// The first connection answers once and does `second` with its second request; later ones do
// `later` with each.
struct KeptConnection {
  using Act = std::function<bool(Peer&)>;
  Act second, later;
  std::atomic<int> connections = 0, requests = 0;
  TestServer server{[this](Peer& peer) {
    const bool first = connections++ == 0;
    for (int n = 0; peer.request(); ++n) {
      ++requests;
      const bool fine = first ? (n == 0 ? peer.answer(200, "x") : second(peer)) : later(peer);
      if (!fine) return;
    }
  }};
  KeptConnection(Act s, Act l) : second(std::move(s)), later(std::move(l)) {}
};

bool answers(Peer& peer) { return peer.answer(200, "x"); }
bool closes(Peer&) { return false; }
bool hangs(Peer& peer) {
  peer.wait_for_end();
  return false;
}
KeptConnection::Act after(Duration time, KeptConnection::Act act) {
  return [time, act = std::move(act)](Peer& peer) {
    const MonoTime until = mono_now() + time;
    while (mono_now() < until) ::poll(nullptr, 0, 1);
    return act(peer);
  };
}

Outcome second_call(DriverRig& rig) {
  rig.warm_up();
  rig.submit(mono_now());
  rig.until([&] { return rig.ends == 1; });
  return rig.outcome.value();
}

TEST(TruthRetry, AKeptConnectionClosedAsWeSendIsNoFailure) {
  KeptConnection target(closes, after(milliseconds(40), answers));
  DriverRig rig(one_operation(target.server.port(), kWhole));
  EXPECT_EQ(second_call(rig), Outcome::ok);
  EXPECT_TRUE(rig.retried);
  EXPECT_EQ(target.connections, 2);
  EXPECT_GE(rig.latency, milliseconds(40)) << "from its first sending on";
}

TEST(TruthRetry, ATargetThatClosesEveryFreshConnectionIsNotHidden) {
  KeptConnection target(closes, closes);
  DriverRig rig(one_operation(target.server.port(), kWhole));
  EXPECT_EQ(second_call(rig), Outcome::reset);
  EXPECT_EQ(target.requests, 3) << "once more, not again and again";
  rig.submit(mono_now());
  rig.until([&] { return rig.ends == 2; });
  EXPECT_EQ(rig.outcome, Outcome::reset);
  EXPECT_FALSE(rig.retried) << "a fresh connection gives no right to another";
  EXPECT_EQ(target.requests, 4);
}

TEST(TruthRetry, APostIsNeverSentTwice) {
  KeptConnection target(closes, answers);
  DrillPlan scenario = one_operation(target.server.port(), kWhole);
  http::put(scenario.operations[0].request.document, "method", text_document("POST"));
  DriverRig rig(scenario);
  EXPECT_EQ(second_call(rig), Outcome::reset);
  EXPECT_EQ(target.requests, 2);
}

TEST(TruthRetry, ARequestThatTheTargetWorkedOnAndDroppedIsAReset) {
  KeptConnection target(after(milliseconds(100), closes), answers);
  DriverRig rig(one_operation(target.server.port(), kWhole));
  EXPECT_EQ(second_call(rig), Outcome::reset);
  EXPECT_EQ(target.requests, 2);
}

TEST(TruthRetry, AnAnswerThatBeganIsNotAskedForAgain) {
  KeptConnection target([](Peer& peer) { return peer.send("HTTP/1.1 200 OK\r\nConte") && false; }, answers);
  DriverRig rig(one_operation(target.server.port(), kWhole));
  EXPECT_EQ(second_call(rig), Outcome::reset);
  EXPECT_EQ(target.requests, 2);
}

TEST(TruthRetry, TheTimeoutIsForBothTogether) {
  KeptConnection target(closes, hangs);
  DriverRig rig(one_operation(target.server.port(), kWhole));
  EXPECT_EQ(second_call(rig), Outcome::timeout);
  EXPECT_EQ(rig.latency, kWhole);
  EXPECT_TRUE(rig.retried);
}

TEST(TruthRetry, ATargetThatWentDownWithItsConnectionsIsRefused) {
  std::optional<TestServer> server;
  server.emplace(always("x"));
  DriverRig rig(one_operation(server->port(), kWhole));
  rig.warm_up();
  server->kill();
  rig.submit(mono_now());
  rig.until([&] { return rig.ends == 1; });
  EXPECT_EQ(rig.outcome, Outcome::refused);
}

TEST(TruthRetry, ALedgersWriteIsNeverSentTwice) {
  KeptConnection target(closes, answers);
  DrillPlan scenario = one_operation(target.server.port(), kWhole);
  Ledger ledger;
  ledger.name = "orders";
  ledger.write = ledger.read = http::get("/");
  http::put(ledger.write.document, "method", text_document("PUT"));
  ledger.rate = Rate{50};
  ledger.timeout = kWhole;
  scenario.ledgers.push_back(ledger);
  scenario.connections.max = 1;
  Drill drill(scenario);
  drill.runner().start_ledgers();
  EXPECT_TRUE(drill.wait([&] { return target.requests >= 5; }));
  drill.stop();
  const auto& writes = drill.collected().writes.at(LedgerId(0));
  ASSERT_GE(writes.size(), 2u);
  EXPECT_EQ(writes[1].outcome, WriteClass::unknown);
  EXPECT_EQ(static_cast<std::size_t>(target.requests), writes.size());
}

TEST(TruthRetry, WhatWasSentTwiceIsCountedOnceAndSaid) {
  std::atomic<int> requests = 0;
  TestServer server([&](Peer& peer) {
    while (peer.request() && ++requests % 5 != 0 && peer.answer(200, "x")) {
    }
  });
  DrillPlan scenario = one_operation(server.port());
  scenario.connections.max = 1;
  scenario.phases = {phase_with(open_rate(100), milliseconds(500))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_TRUE(balanced(s));
  EXPECT_EQ(total(s, Outcome::ok), 50u);
  EXPECT_GE(whole(s).retried, 8u);
  EXPECT_EQ(total_offered(s) + whole(s).retried, static_cast<uint64_t>(requests));
}

}  // namespace
}  // namespace shakedown
