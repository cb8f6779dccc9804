// Connections go round the addresses of a name: a bad one gets its share of the requests, and shows.
#include <memory>
#include <stdexcept>

#include "tests/component/load/rig/driver_rig.h"
#include "tests/component/load/rig/names.h"

namespace shakedown {
namespace {

TestServer::Script says(int status) {
  return [status](Peer& peer) {
    while (peer.request()) peer.answer(status, "x");
  };
}

// Servers on the first addresses of a name, all at one port.
struct Servers {
  std::vector<std::unique_ptr<TestServer>> at;
  explicit Servers(const std::vector<TestServer::Script>& scripts) {
    static constexpr const char* kAddresses[] = {"127.0.0.1", "127.0.0.2", "127.0.0.3"};
    for (int tries = 0; tries < 50 && at.size() < scripts.size(); ++tries) {
      at.clear();
      try {
        for (std::size_t i = 0; i < scripts.size(); ++i)
          at.push_back(std::make_unique<TestServer>(scripts[i], at.empty() ? 0 : at[0]->port(), kAddresses[i]));
      } catch (const std::runtime_error&) {  // somebody else has that port there
      }
    }
  }
  DrillPlan drill(const char* name) const {
    DrillPlan made = one_operation(at[0]->port());
    made.targets[0].host = name;
    return made;
  }
};

// One after another, on connections that are kept.
std::vector<Outcome> ask(DriverRig& rig, int times) {
  for (int i = 0; i < times; ++i) {
    const int before = rig.ends;
    rig.submit(mono_now());
    rig.until([&] { return rig.ends > before; });
  }
  return rig.outcomes;
}

uint64_t bad(const Snapshot& s) { return total(s, Outcome::failed); }

TEST(TruthAddresses, KeptConnectionsGoRoundTheAddresses) {
  const Servers three({says(200), says(200), says(200)});
  DriverRig rig(three.drill(three_addresses()));
  ASSERT_EQ(rig.prepared->targets[0].endpoints.size(), 3U);
  ask(rig, 30);
  for (const auto& server : three.at) EXPECT_EQ(server->connections(), 1U);
  EXPECT_EQ(rig.driver->open_connections(), 3U);
  EXPECT_EQ(Drill(three.drill(three_addresses())).runner().addresses(),
            std::vector<std::string>{"api: 127.0.0.1, 127.0.0.2, 127.0.0.3"});
}

TEST(TruthAddresses, EachAddressGetsItsShareOfTheLoad) {
  const Servers half({says(200), says(500)});
  for (const bool open : {true, false}) {
    DrillPlan scenario = half.drill(two_addresses());
    if (open) {
      scenario.phases = {phase_with(open_rate(200), std::chrono::milliseconds(400))};
    } else {
      scenario.phases = {phase_with(ClosedLoad{1, {}}, std::chrono::milliseconds(400))};
    }
    Drill drill(scenario);
    const Snapshot s = drill.run();
    EXPECT_TRUE(balanced(s));
    EXPECT_GE(3 * bad(s), total(s, Outcome::ok)) << "about half, " << (open ? "open" : "closed");
    EXPECT_GE(3 * total(s, Outcome::ok), bad(s)) << (open ? "open" : "closed");
  }
}

TEST(TruthAddresses, AProbeSeesTheBadAddressWhetherItKeepsItsConnectionOrNot) {
  const Servers half({says(200), says(500)});
  for (const ProbeConnection kind : {ProbeConnection::fresh, ProbeConnection::reuse}) {
    DrillPlan scenario = half.drill(two_addresses());
    scenario.probes.push_back({"front", OperationId(0), std::chrono::milliseconds(20), std::chrono::seconds(5), 3, 3, kind, {}});
    Drill drill(scenario);
    drill.runner().start_probes();
    std::size_t good = 0, failed = 0;
    EXPECT_TRUE(drill.wait([&] {
      drill.collect();
      good = failed = 0;
      for (const ProbeResult& r : drill.collected().probes[ProbeId(0)]) ++(r.good ? good : failed);
      return good >= 3 && failed >= 3;
    })) << good
        << " good, " << failed << " failed";
    drill.stop();
  }
}

TEST(TruthAddresses, AnAddressWithoutARouteIsLeftOut) {
  const Servers one({says(200)});
  const DriverRig rig(one.drill(odd_addresses()));
  ASSERT_EQ(rig.prepared->targets[0].endpoints.size(), 1U);
  EXPECT_EQ(rig.prepared->targets[0].endpoints[0].address().to_string(), "127.0.0.1");
}

TEST(TruthAddresses, WhereAnAddressRefusesTheNextOneIsAsked) {
  Servers half({says(200), says(200)});
  half.at[1].reset();
  DriverRig rig(half.drill(two_addresses()));
  for (const Outcome outcome : ask(rig, 10)) EXPECT_EQ(outcome, Outcome::ok);
  const DrillPlan dead = half.drill(two_addresses());
  half.at[0].reset();
  DriverRig none(dead);
  EXPECT_EQ(ask(none, 1).front(), Outcome::refused);
}

DrillPlan moving(const Servers& servers, std::optional<Duration> resolve) {
  DrillPlan made = servers.drill(moving_name("127.0.0.1"));
  made.targets[0].resolve = resolve;
  moving_looked_up();
  return made;
}

// The first outcomes after the change may be those of the old address.
Outcome sooner_or_later(DriverRig& rig, Outcome wanted) {
  Outcome last = Outcome::unfinished;
  for (int i = 0; i < 200 && last != wanted; ++i) last = ask(rig, 1).back();
  return last;
}

TEST(TruthAddresses, ANameThatMovesIsFollowedByNewConnections) {
  Servers both({says(200), says(200)});
  DriverRig rig(moving(both, Duration{}));
  ask(rig, 3);
  EXPECT_EQ(moving_looked_up(), 2) << "at the start, and for the one connection";
  moving_name("127.0.0.2");
  ask(rig, 3);
  EXPECT_EQ(both.at[1]->connections(), 0U) << "a connection that is kept goes on to its address";
  both.at[0].reset();
  EXPECT_EQ(sooner_or_later(rig, Outcome::ok), Outcome::ok);
  EXPECT_EQ(both.at[1]->connections(), 1U);
  const Driver::AnswerCounts counts = rig.driver->take_answered();
  ASSERT_EQ(counts.size(), 2U);
  EXPECT_EQ(counts[0], (std::pair<std::string, uint64_t>{"127.0.0.1", 6}));
  EXPECT_EQ(counts[1].first, "127.0.0.2");
  EXPECT_GE(counts[1].second, 1U);
  EXPECT_TRUE(rig.driver->take_answered().empty()) << "taken";
}

TEST(TruthAddresses, ANameThatIsLookedUpOnceOrIsYoungEnoughIsNotFollowed) {
  for (const std::optional<Duration> resolve : {std::optional<Duration>(), std::optional<Duration>(std::chrono::hours(1))}) {
    Servers both({says(200), says(200)});
    DriverRig rig(moving(both, resolve));
    ask(rig, 1);
    moving_name("127.0.0.2");
    both.at[0].reset();
    EXPECT_EQ(sooner_or_later(rig, Outcome::refused), Outcome::refused);
    for (int i = 0; i < 10; ++i) EXPECT_NE(ask(rig, 1).back(), Outcome::ok);
    EXPECT_EQ(both.at[1]->connections(), 0U);
  }
}

TEST(TruthAddresses, ANameThatNobodyCanTellIsATargetThatIsAway) {
  Servers both({says(200), says(200)});
  DriverRig rig(moving(both, Duration{}));
  moving_name(nullptr);
  EXPECT_EQ(ask(rig, 1).back(), Outcome::refused);
  moving_name("127.0.0.2");
  EXPECT_EQ(sooner_or_later(rig, Outcome::ok), Outcome::ok);
}

TEST(TruthAddresses, AnAnswerThatDoesNotComeHoldsNobodyUp) {
  Servers both({says(200), says(200)});
  DriverRig rig(moving(both, Duration{}));
  hold_moving(true);
  EXPECT_EQ(ask(rig, 1).back(), Outcome::timeout);
  rig.driver->close();
  hold_moving(false);
}

}  // namespace
}  // namespace shakedown
