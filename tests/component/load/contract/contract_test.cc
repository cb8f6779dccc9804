// What every driver that is built in must do, over real sockets.
#include <atomic>
#include <set>

#include <gtest/gtest.h>

#include "agent/load/protocols/protocol.h"
#include "core/protocols/protocol.h"
#include "tests/component/load/contract/contract.h"
#include "tests/component/load/rig/driver_rig.h"

namespace shakedown {
namespace {

using contract::Dialogue;

TEST(DriverContractList, HoldsEveryProtocolThatIsBuiltIn) {
  std::set<std::string> spoken, formed, tested;
  for (const Protocol& protocol : protocols()) spoken.insert(protocol.name);
  for (const ProtocolForm& form : protocol_forms()) formed.insert(form.name);
  for (const Dialogue& dialogue : contract::dialogues()) tested.insert(dialogue.protocol);
  EXPECT_EQ(spoken, formed);
  EXPECT_EQ(spoken, tested);
}

class DriverContract : public ::testing::TestWithParam<Dialogue> {
 protected:
  const Dialogue& said() const { return GetParam(); }

  DrillPlan scenario(uint16_t port) const {
    DrillPlan made = one_operation(port);
    made.targets[0].scheme = said().scheme;
    made.operations[0].request = {TargetId(0), said().protocol, said().request};
    return made;
  }
  // Answers every request.
  TestServer::Script good() const {
    return [this](Peer& peer) {
      while (said().hear(peer) && peer.send(said().answer)) {
      }
    };
  }
  // Hears one request, and then does this.
  TestServer::Script once(std::function<void(Peer&)> then) const {
    return [this, then = std::move(then)](Peer& peer) {
      if (said().hear(peer)) then(peer);
    };
  }
  // A busy machine is no reason for another outcome.
  static constexpr Duration kPatient = std::chrono::seconds(15);
  static void one_call(DriverRig& rig, Duration timeout = kPatient) {
    rig.timeout = timeout;
    rig.ends = 0;
    rig.submit(mono_now());
    rig.until([&] { return rig.ends == 1; });
  }
};

TEST_P(DriverContract, AnswersAreCompleteAndTheConnectionIsUsedAgain) {
  TestServer server(good());
  DriverRig rig(scenario(server.port()));
  for (int i = 0; i < 5; ++i) {
    one_call(rig);
    ASSERT_EQ(rig.outcome, Outcome::ok);
    EXPECT_FALSE(rig.certainly_not_done);
  }
  EXPECT_EQ(server.connections(), 1u);
  EXPECT_EQ(rig.driver->open_connections(), 1u);
}

TEST_P(DriverContract, ACallWithoutAnAnswerTimesOutAtItsDeadline) {
  TestServer server(once([](Peer& peer) { peer.wait_for_end(); }));
  DriverRig rig(scenario(server.port()));
  one_call(rig, DriverRig::kTimeout);
  EXPECT_EQ(rig.outcome, Outcome::timeout);
  EXPECT_EQ(rig.latency, DriverRig::kTimeout);
  EXPECT_FALSE(rig.certainly_not_done) << "it was sent";
  EXPECT_EQ(rig.driver->open_connections(), 0u) << "its answer could come for the next one";
}

TEST_P(DriverContract, ARefusedCallWasCertainlyNotDone) {
  DriverRig rig(scenario(free_port()));
  one_call(rig);
  EXPECT_EQ(rig.outcome, Outcome::refused);
  EXPECT_TRUE(rig.certainly_not_done);
}

TEST_P(DriverContract, AnAnswerThatComesTooLateIsNoAnswerToTheNextCall) {
  std::atomic<bool> over = false;
  std::atomic<int> connections = 0;
  TestServer server([&](Peer& peer) {
    const bool first = connections++ == 0;
    if (!said().hear(peer)) return;
    while (first && !over) ::poll(nullptr, 0, 1);
    do {
      if (!peer.send(said().answer)) return;
    } while (said().hear(peer));
  });
  DriverRig rig(scenario(server.port()));
  one_call(rig, DriverRig::kTimeout);
  EXPECT_EQ(rig.outcome, Outcome::timeout);
  over = true;
  one_call(rig);
  EXPECT_EQ(rig.outcome, Outcome::ok);
  EXPECT_EQ(connections, 2);
}

TEST_P(DriverContract, AnAnswerInPiecesIsOne) {
  TestServer server([this](Peer& peer) {
    while (said().hear(peer)) {
      for (const char c : said().answer) {
        if (!peer.send(std::string(1, c))) return;
      }
    }
  });
  DriverRig rig(scenario(server.port()));
  for (int i = 0; i < 3; ++i) one_call(rig);
  EXPECT_EQ(rig.outcomes, std::vector<Outcome>(3, Outcome::ok));
}

TEST_P(DriverContract, AHalfCloseInsteadOfAnAnswerIsAReset) {
  TestServer server(once([](Peer& peer) {
    peer.half_close();
    peer.wait_for_end();
  }));
  DriverRig rig(scenario(server.port()));
  one_call(rig);
  EXPECT_EQ(rig.outcome, Outcome::reset);
  EXPECT_FALSE(rig.certainly_not_done);
}

TEST_P(DriverContract, AnAnswerThatBreaksOffIsAReset) {
  TestServer server(once([this](Peer& peer) { peer.send(said().begun); }));
  DriverRig rig(scenario(server.port()));
  one_call(rig);
  EXPECT_EQ(rig.outcome, Outcome::reset);
}

TEST_P(DriverContract, GarbageIsNoAnswerAndTheConnectionIsNotUsedAgain) {
  std::atomic<int> connections = 0;
  TestServer server([&](Peer& peer) {
    const bool first = connections++ == 0;
    while (said().hear(peer) && peer.send(first ? said().garbage : said().answer)) {
      if (first) peer.half_close();
    }
  });
  DriverRig rig(scenario(server.port()));
  one_call(rig);
  EXPECT_EQ(rig.outcome, Outcome::reset);
  one_call(rig);
  EXPECT_EQ(rig.outcome, Outcome::ok);
  EXPECT_EQ(connections, 2);
}

TEST_P(DriverContract, WhatComesBeyondAnAnswerIsNotTheNextOne) {
  std::atomic<int> connections = 0;
  TestServer server([&](Peer& peer) {
    ++connections;
    while (said().hear(peer) && peer.send(said().answer + said().answer)) {
    }
  });
  DriverRig rig(scenario(server.port()));
  one_call(rig);
  one_call(rig);
  EXPECT_EQ(connections, 2) << "each on a connection of its own";
}

TEST_P(DriverContract, AnAbandonedCallIsNotToldAndItsConnectionIsGone) {
  std::atomic<bool> heard = false, gone = false;
  std::atomic<int> connections = 0;
  TestServer server([&](Peer& peer) {
    const bool first = connections++ == 0;
    while (said().hear(peer)) {
      if (first) {
        heard = true;
        peer.wait_for_end();
        gone = true;
        return;
      }
      if (!peer.send(said().answer)) return;
    }
  });
  DriverRig rig(scenario(server.port()));
  rig.timeout = kPatient;
  Call& call = rig.submit(mono_now());
  rig.until([&] { return heard.load(); });
  rig.abandon(call);
  rig.until([&] { return gone.load(); });
  EXPECT_EQ(rig.ends, 0);
  EXPECT_EQ(rig.driver->open_connections(), 0u);
  one_call(rig);
  EXPECT_EQ(rig.outcome, Outcome::ok);
}

TEST_P(DriverContract, AThousandAbandonedCallsLeaveNothingBehind) {
  TestServer server(good());
  DrillPlan made = scenario(server.port());
  made.connections.max = 4;
  DriverRig rig(made);
  rig.timeout = kPatient;
  uint64_t abandoned = 0;
  for (int round = 0; round < 50; ++round) {
    std::vector<Call*> out;
    for (int i = 0; i < 20; ++i) out.push_back(&rig.submit(mono_now()));
    if (round % 5 == 0) rig.loop.restart(), rig.loop.poll();
    for (Call* call : out) {
      if (!rig.is_out(*call)) continue;
      rig.abandon(*call);
      ++abandoned;
    }
    EXPECT_LE(rig.driver->open_connections(), 4u);
  }
  EXPECT_EQ(rig.deadlines.size(), 0u);
  EXPECT_EQ(abandoned + static_cast<uint64_t>(rig.ends), 1000u);
  rig.loop.restart();
  rig.loop.poll();
  one_call(rig);
  EXPECT_EQ(rig.outcome, Outcome::ok);
}

INSTANTIATE_TEST_SUITE_P(BuiltIn, DriverContract, ::testing::ValuesIn(contract::dialogues()),
                         [](const auto& named) { return named.param.protocol; });

}  // namespace
}  // namespace shakedown
