#include "controller/measure/windows.h"

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "tests/support/instants.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

Scenario two_probes() {
  Scenario out;
  Probe probe;
  probe.every = milliseconds(100);
  probe.timeout = milliseconds(500);
  probe.down_after = 3;
  probe.up_after = 5;
  out.probes = {probe, probe};
  return out;
}

class WindowsTest : public ::testing::Test {
 protected:
  const Scenario scenario_ = two_probes();
  Timeline timeline_{scenario_};

  void fault(FaultState state, double earliest, double latest, int injection = 0) {
    timeline_.apply(Event(FaultEvent{.injection = InjectionId(injection),
                                     .fault = FaultId(0),
                                     .state = state,
                                     .earliest = at(earliest),
                                     .latest = at(latest)}));
  }
  // Checks every 100 ms over [0, 20), failing within [down, up).
  void probe(int id, double down, double up) {
    Snapshot s;
    for (int i = 0; i < 200; ++i) {
      const double t = 0.1 * i;
      s.probes[ProbeId(id)].push_back({at(t), at(t + 0.01), !(t >= down - 1e-9 && t < up - 1e-9)});
    }
    s.to = at(20);
    timeline_.apply(s);
  }
  TimeRange only_window() const {
    const std::vector<FaultWindow> windows = fault_windows(timeline_);
    EXPECT_EQ(windows.size(), 1U);
    return windows.empty() ? TimeRange{} : windows[0].range;
  }
};

TEST_F(WindowsTest, EndsWithTheSlowestProbesSustainedRecovery) {
  probe(0, 5, 7);
  probe(1, 5, 9);
  fault(FaultState::injected, 4.9, 4.95);
  fault(FaultState::clean, 6, 6.1);
  EXPECT_EQ(only_window(), (TimeRange{at(4.9), at(9.01)}));
}

TEST_F(WindowsTest, EndsWithCleanWhenNothingWasFelt) {
  probe(0, 30, 30);
  fault(FaultState::injected, 4.9, 4.95);
  fault(FaultState::clean, 6, 6.1);
  EXPECT_EQ(only_window(), (TimeRange{at(4.9), at(6.1)}));
}

TEST_F(WindowsTest, OutagesBeforeAndAfterTheFaultAreNotItsOwn) {
  probe(0, 1, 2);
  probe(1, 12, 14);
  fault(FaultState::injected, 4.9, 4.95);
  fault(FaultState::clean, 6, 6.1);
  EXPECT_EQ(only_window(), (TimeRange{at(4.9), at(6.1)}));
}

TEST_F(WindowsTest, AnOutageThatNeverEndsKeepsItOpen) {
  probe(0, 5, 100);
  fault(FaultState::injected, 4.9, 4.95);
  fault(FaultState::clean, 6, 6.1);
  EXPECT_EQ(only_window().to, timeline_.last());
}

// What it is charged with hangs on no instant of ours: when `clean` was said is a matter of when checks came in.
TEST_F(WindowsTest, ARelapseIsTheFaultsWheneverItWasCalledClean) {
  for (const double clean : {6.1, 6.9, 7.5}) {
    Timeline timeline(scenario_);
    Snapshot s;
    for (int i = 0; i < 200; ++i) {
      const bool down = (i >= 50 && i < 60) || (i >= 70 && i < 80) || (i >= 100 && i < 105) || (i >= 150 && i < 160);
      s.probes[ProbeId(0)].push_back({at(0.1 * i), at(0.1 * i + 0.01), !down});
      s.probes[ProbeId(1)].push_back({at(0.1 * i), at(0.1 * i + 0.01), i < 120 || i >= 125});  // of its own
    }
    s.to = at(20);
    timeline.apply(s);
    const auto told = [&](FaultState state, double t) {
      timeline.apply(Event(
          FaultEvent{.injection = InjectionId(0), .fault = FaultId(0), .state = state, .earliest = at(t), .latest = at(t)}));
    };
    told(FaultState::injected, 4.9);
    told(FaultState::clean, clean);
    const std::vector<FaultWindow> windows = fault_windows(timeline);
    ASSERT_EQ(windows.size(), 1U);
    EXPECT_EQ(windows[0].range, (TimeRange{at(4.9), at(10.51)})) << clean;
  }
}

TEST_F(WindowsTest, WhatTheNextFaultTakesDownIsNoRelapse) {
  Snapshot s;
  for (int i = 0; i < 200; ++i)
    s.probes[ProbeId(0)].push_back({at(0.1 * i), at(0.1 * i + 0.01), (i < 50 || i >= 60) && (i < 80 || i >= 90)});
  s.to = at(20);
  timeline_.apply(s);
  fault(FaultState::injected, 5, 5);
  fault(FaultState::clean, 6.5, 6.5);
  fault(FaultState::injected, 7.95, 7.95, 1);
  fault(FaultState::clean, 9.5, 9.5, 1);
  const std::vector<FaultWindow> windows = fault_windows(timeline_);
  ASSERT_EQ(windows.size(), 2U);
  EXPECT_EQ(windows[0].range, (TimeRange{at(5), at(6.5)}));
  EXPECT_EQ(windows[1].range, (TimeRange{at(7.95), at(9.5)}));
}

TEST_F(WindowsTest, AFaultThatIsNotCleanKeepsItOpen) {
  probe(0, 5, 7);
  fault(FaultState::injected, 4.9, 4.95);
  EXPECT_EQ(only_window(), (TimeRange{at(4.9), timeline_.last()}));
}

TEST_F(WindowsTest, NothingInjectedNoWindow) {
  fault(FaultState::armed, 1, 1);
  fault(FaultState::not_run, 2, 2, 1);
  EXPECT_TRUE(fault_windows(timeline_).empty());
}

TEST_F(WindowsTest, EveryInjectionHasItsOwn) {
  probe(0, 5, 7);
  fault(FaultState::injected, 5, 5);
  fault(FaultState::clean, 6, 6);
  fault(FaultState::injected, 12, 12, 1);
  fault(FaultState::clean, 13, 13, 1);
  const std::vector<FaultWindow> windows = fault_windows(timeline_);
  ASSERT_EQ(windows.size(), 2U);
  EXPECT_EQ(windows[0].range, (TimeRange{at(5), at(7.01)}));
  EXPECT_EQ(windows[1].range, (TimeRange{at(12), at(13)}));
}

// The running drill asks each second: it must not walk over all checks of a day, nor find another window for that.
TEST_F(WindowsTest, TheWindowsOfTheLastSecondsAreThoseOfTheWholeRun) {
  Rng rng(5);
  for (int round = 0; round < 10; ++round) {
    Timeline timeline(scenario_);
    Snapshot s;
    s.to = at(120);
    for (uint32_t id = 0; id < 2; ++id) {
      bool good = true;
      for (double t = 0; t < 120; t += 0.1 + (rng.below(200) == 0 ? 0.7 : 0)) {
        if (rng.below(25) == 0) good = !good;
        s.probes[ProbeId(id)].push_back({at(t), at(t + 0.3 * rng.uniform() * rng.uniform()), good});
      }
    }
    timeline.apply(s);
    for (int i = 0; i < 4; ++i) {
      const double from = 25.0 * i + 20 * rng.uniform(), to = from + 5 * rng.uniform();
      const auto told = [&](FaultState state, double t) {
        timeline.apply(Event(
            FaultEvent{.injection = InjectionId(i), .fault = FaultId(0), .state = state, .earliest = at(t), .latest = at(t)}));
      };
      told(FaultState::injected, from);
      told(FaultState::clean, to);
    }
    const std::vector<FaultWindow> all = fault_windows(timeline);
    for (double from = 0; from < 121; from += 1) {
      std::vector<FaultWindow> expected = all;
      std::erase_if(expected, [&](const FaultWindow& window) { return window.range.to < at(from); });
      const std::vector<FaultWindow> found = fault_windows(timeline, at(from));
      ASSERT_EQ(found.size(), expected.size()) << "round " << round << " from " << from;
      for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].range, expected[i].range);
    }
  }
}

TEST_F(WindowsTest, AnOutageThatStoodBeforeTheFaultDoesNotLengthenIt) {
  probe(0, 4, 9);
  fault(FaultState::injected, 4.9, 4.95);
  fault(FaultState::clean, 6, 6.1);
  EXPECT_EQ(only_window(), (TimeRange{at(4.9), at(6.1)}));
}

// What nobody's fault took down is no time of a harmless fault that strikes meanwhile, however long we wait to end that.
TEST_F(WindowsTest, TimeInAnOutageOfNoFaultIsNotTheFaults) {
  probe(0, 4, 9);
  probe(1, 30, 30);
  fault(FaultState::injected, 5.9, 5.95);
  fault(FaultState::clean, 10.5, 10.6);
  const std::vector<FaultWindow> windows = fault_windows(timeline_);
  ASSERT_EQ(windows.size(), 1U);
  EXPECT_EQ(windows[0].range, (TimeRange{at(5.9), at(10.6)}));
  EXPECT_EQ(own_time(windows[0]), (std::vector<TimeRange>{{at(9.01), at(10.6)}}));
  for (int64_t s = 5; s < 12; ++s) EXPECT_EQ(in_window(s, windows), s == 9 || s == 10) << s;
}

TEST_F(WindowsTest, WhereTheFaultTookSomethingDownItsTimeStaysItsOwn) {
  probe(0, 4, 9);
  probe(1, 6, 8);
  fault(FaultState::injected, 5.9, 5.95);
  fault(FaultState::clean, 9.5, 9.6);
  const std::vector<FaultWindow> windows = fault_windows(timeline_);
  ASSERT_EQ(windows.size(), 1U);
  EXPECT_EQ(own_time(windows[0]), (std::vector<TimeRange>{{at(6), at(8.01)}, {at(9.01), at(9.6)}}));
}

// A healthy service of slow answers: what was out when teardown stopped it was broken off by us.
TEST_F(WindowsTest, ChecksThatTeardownBrokeOffAreNoFailures) {
  Snapshot s;
  for (int i = 0; i < 100; ++i)
    s.probes[ProbeId(0)].push_back({at(0.1 * i), at(std::min(0.1 * i + 0.4, 9.75)), 0.1 * i + 0.4 < 9.71});
  s.to = at(10);
  timeline_.apply(s);
  StepEvent teardown;
  teardown.kind = StepEvent::Kind::teardown;
  teardown.started = at(9.7);
  teardown.ended = at(9.8);
  timeline_.apply(Event(teardown));
  for (const ProbeResult& one : checks_that_count(timeline_, ProbeId(0))) EXPECT_TRUE(one.good) << seconds(one.start);
}

TEST(InWindow, WholeSecondsThatMeetAWindow) {
  const std::vector<FaultWindow> windows = {{InjectionId(0), FaultId(0), {at(4.9), at(7)}},
                                            {InjectionId(1), FaultId(0), {at(9.5), at(9.5)}}};
  std::vector<int64_t> met;
  for (int64_t s = 0; s < 12; ++s) {
    if (in_window(s, windows)) met.push_back(s);
  }
  EXPECT_EQ(met, (std::vector<int64_t>{4, 5, 6, 9}));
  EXPECT_FALSE(in_window(4, {}));
}

}  // namespace
}  // namespace shakedown
