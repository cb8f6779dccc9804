// The agent's small parts: clock comparison, outbox, release.
#include <gtest/gtest.h>

#include "agent/clock_estimate.h"
#include "agent/outbox.h"
#include "agent/release.h"
#include "core/base/rng.h"
#include "core/runtime/host_facts.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;

MonoTime at(Duration d) { return MonoTime(d); }

TEST(ClockEstimate, TrustsTheShortestTrip) {
  ClockEstimate clock;
  EXPECT_EQ(clock.offset(at(0us)), Duration{});
  clock.add(at(0us), at(1500us), at(1000us));     // offset 1000 us, half trip 500 us
  clock.add(at(2000us), at(3010us), at(2020us));  // offset 1000 us, half trip 10 us
  EXPECT_EQ(clock.offset(at(2010us)), 1000us);
  EXPECT_EQ(clock.half_trip(at(2010us)), 10us);
  EXPECT_EQ(clock.fix(at(5000us), at(2010us)), at(4000us));
  EXPECT_EQ(clock.bound(at(2010us)), 10us);
  EXPECT_EQ(clock.bound(at(2010us + 1s)), 210us) << "200 parts per million may have come to it";
}

TEST(ClockEstimate, TheBoundHoldsForAnyDelays) {
  Rng rng(3);
  for (int trial = 0; trial < 500; ++trial) {
    const Duration truth(static_cast<int64_t>(rng.below(2'000'000)) - 1'000'000);
    ClockEstimate clock;
    MonoTime now = at(1h);
    for (int i = 0; i < 16; ++i) {
      const Duration there(static_cast<int64_t>(rng.exponential() * 50'000));
      const Duration back(static_cast<int64_t>(rng.exponential() * 50'000));
      clock.add(now, now + there + truth, now + there + back);
      now += 1ms;
    }
    ASSERT_LE(std::chrono::abs(clock.offset(now) - truth), clock.half_trip(now));
  }
}

// Two clocks that run apart, and a shortest trip that was long ago: what was said at each ping holds until the next one. 100
// hosts with a planted error of up to 3 s and up to 190 parts per million, for ten minutes each.
TEST(ClockEstimate, TheBoundHoldsThePlantedErrorOf100Hosts) {
  Rng rng(5);
  int held = 0;
  for (int host = 0; host < 100; ++host) {
    const Duration planted(static_cast<int64_t>(rng.below(6'000'000'000)) - 3'000'000'000);
    const int64_t drift = static_cast<int64_t>(rng.below(381)) - 190;  // parts per million
    const auto controllers = [&](MonoTime own) {
      return own + planted + Duration(static_cast<int64_t>((own - at(1h)).count() / 1'000'000 * drift));
    };
    ClockEstimate clock;
    MonoTime now = at(1h), zero{}, controllers_zero{};
    bool holds = true;
    for (int i = 0; i < 316; ++i) {
      // The first trip is by far the shortest, and soon the oldest.
      const double slower = i == 0 ? 0.01 : 1;
      const Duration there(static_cast<int64_t>(slower * (1 + rng.exponential()) * 200'000));
      const Duration back(static_cast<int64_t>(slower * (1 + rng.exponential()) * 200'000));
      clock.add(now, controllers(now + there), now + there + back);
      now += there + back;
      if (i == 15) {
        controllers_zero = controllers(now);
        zero = clock.fix(controllers_zero, now);
      }
      for (const Duration later : {0s, 1s, 2s}) {
        const Duration off = ((now + later) - zero) - (controllers(now + later) - controllers_zero);
        holds = holds && (i < 15 || std::chrono::abs(off) <= clock.bound(now + 2s));
      }
      now += 2s;
    }
    held += holds ? 1 : 0;
  }
  EXPECT_EQ(held, 100);
}

// One of the clocks is set by 10 s in the run, as where a virtual machine is moved: the next round trip tells, however short
// one of before the step was.
TEST(ClockEstimate, TheBoundHoldsAStepOfAnyHost) {
  Rng rng(6);
  int held = 0;
  for (int host = 0; host < 100; ++host) {
    const Duration step = host % 2 == 0 ? 10s : -10s;
    Duration planted{};
    ClockEstimate clock;
    MonoTime now = at(1h), zero{}, controllers_zero{};
    bool holds = true;
    for (int i = 0; i < 60; ++i) {
      if (i == 40) planted = step;
      const Duration there(static_cast<int64_t>((1 + rng.exponential()) * 5'000'000));
      const Duration back(static_cast<int64_t>((1 + rng.exponential()) * 5'000'000));
      clock.add(now, now + there + planted, now + there + back);
      now += there + back;
      if (i == 15) controllers_zero = now;
      if (i == 15) zero = clock.fix(controllers_zero, now);
      const Duration off = (now - zero) - (now + planted - controllers_zero);
      holds = holds && (i < 15 || std::chrono::abs(off) <= clock.bound(now));
      now += 2s;
    }
    held += holds ? 1 : 0;
  }
  EXPECT_EQ(held, 100);
}

TEST(ClockEstimate, ADriftShowsInTheBound) {
  ClockEstimate clock;
  clock.add(at(0us), at(10us), at(20us));
  clock.fix(at(100us), at(10us));
  EXPECT_EQ(clock.bound(at(10us)), 10us);
  for (int i = 0; i < 16; ++i) clock.add(at(1s), at(1s + 310us), at(1s + 20us));  // the clocks are 300 us apart now
  EXPECT_EQ(clock.bound(at(1s + 10us)), 310us);
}

class CountingLink final : public AgentLink {
 public:
  void open(Handlers) override {}
  void send(ToController message) override { sent.push_back(std::get<Snapshot>(std::move(message))); }
  void close() override {}
  std::size_t unacknowledged() const override { return waiting; }
  std::vector<Snapshot> sent;
  std::size_t waiting = 0;
};

TEST(Outbox, MergesWhileNothingIsTakenAndSkipsNoNumber) {
  CountingLink link;
  Outbox outbox(link, AgentId(3));
  const auto add = [&](uint64_t arrivals) {
    Snapshot s;
    s.offered[StageId(0)] = arrivals;
    outbox.add(std::move(s));
  };
  add(1);
  link.waiting = Outbox::kMostUnacknowledged;
  add(2);
  add(4);
  EXPECT_EQ(link.sent.size(), 1u);
  link.waiting = 0;
  add(8);
  ASSERT_EQ(link.sent.size(), 2u);
  EXPECT_EQ(link.sent[0].seq, 1u);
  EXPECT_EQ(link.sent[1].seq, 2u);
  EXPECT_EQ(link.sent[1].agent, AgentId(3));
  EXPECT_EQ(link.sent[1].offered.at(StageId(0)), 14u);
  outbox.flush();
  EXPECT_EQ(link.sent.size(), 2u) << "nothing waits";
}

TEST(Release, IsTheJsonValueOrTheTrimmedBody) {
  ReleaseSource source;
  EXPECT_EQ(release_text(source, "  v1.2\n").value(), "v1.2");
  EXPECT_FALSE(release_text(source, " \n"));
  source.json_pointer = "/a/b";
  EXPECT_EQ(release_text(source, R"({"a": {"b": "9f2c1e"}})").value(), "9f2c1e");
  EXPECT_EQ(release_text(source, R"({"a": {"b": 7}})").value(), "7");
  EXPECT_FALSE(release_text(source, R"({"a": {}})"));
  EXPECT_FALSE(release_text(source, R"([1])"));
  EXPECT_FALSE(release_text(source, "<html>"));
}

TEST(HostFacts, DescribeThisHost) {
  const HostFacts facts = read_host_facts();
  EXPECT_FALSE(facts.hostname.empty());
  EXPECT_EQ(facts.kernel.rfind("Linux ", 0), 0u) << facts.kernel;
  EXPECT_GE(facts.cores, 1u);
  EXPECT_GT(facts.memory_bytes, 16u << 20);
  EXPECT_EQ(facts.boot_id_hash, read_host_facts().boot_id_hash);
}

}  // namespace
}  // namespace shakedown
