// A driver on a loop that turns only when the test says so: a stall of ours is time without turns.
// Ownership: owns loop, driver and calls. Threads: the test's own.
#pragma once

#include <poll.h>

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "agent/load/deadlines.h"
#include "agent/load/prepare.h"
#include "agent/load/schedule/arrival_clock.h"
#include "agent/load/stage_load.h"
#include "core/base/clock.h"
#include "tests/component/load/rig/drill.h"
#include "tests/component/load/rig/server.h"

namespace shakedown {

// The kernel stamps what it receives from now on.
inline bool stamps_are_on() {
  keep_stamps_on();
  TestServer server(always("x"));
  StampedReads reads;
  for (int tries = 1000; tries > 0 && !reads.stamp; --tries) {
    boost::asio::io_context loop;
    boost::asio::ip::tcp::socket socket(loop);
    socket.connect({boost::asio::ip::address_v4::loopback(), server.port()});
    reads.socket = socket.native_handle();
    stamp_arrivals(reads.socket);
    boost::asio::write(socket, boost::asio::buffer("GET / HTTP/1.1\r\n\r\n", 18));
    pollfd one{reads.socket, POLLIN, 0};
    ::poll(&one, 1, 1000);
    char room[256];
    receive_stamped(reads, room, sizeof room);
  }
  return reads.stamp.has_value();
}

class DriverRig : public CallSink {
 public:
  static constexpr Duration kTimeout = std::chrono::milliseconds(300);

  explicit DriverRig(const DrillPlan& scenario) {
    static const bool stamped = stamps_are_on();
    EXPECT_TRUE(stamped);
    Assignment assignment;
    assignment.run_id = "test-run";
    assignment.self = AgentId(0);
    assignment.plan = scenario;
    prepared = std::move(prepare(assignment).assume_value());
    DriverOptions options;
    options.max_connections = pool_share(scenario.connections, Lane{});
    driver = prepared->make_driver(prepared->routes[0], options, loop, deadlines);
  }
  ~DriverRig() override {
    deadlines.give_up(mono_now());
    deadlines.close();
    driver->close();
    run_out();
  }
  // late = how long ago it should have been released.
  Call& submit(MonoTime now, Duration late = {}) {
    Call& call = calls.take();
    prepare_call(call, *prepared, OperationId(0));
    call.sink = this;
    call.released = now;
    call.intended = now - late;
    call.deadline = call.intended + timeout;
    out_.insert(&call);
    driver->submit(call, now);
    return call;
  }
  bool is_out(const Call& call) const { return out_.count(&call) > 0; }
  // Its sink is not told.
  void abandon(Call& call) {
    deadlines.remove(call);
    driver->abandon(call, mono_now());
    out_.erase(&call);
    calls.give_back(call);
  }
  void finished(Call& call, const Answer& answer, MonoTime at) override {
    outcome = answer.outcome;
    outcomes.push_back(answer.outcome);
    latency = at - call.intended;
    lag = call.released - call.intended;
    retried = call.retried;
    queued += call.queued ? 1 : 0;
    certainly_not_done = answer.certainly_not_done;
    ++ends;
    out_.erase(&call);
    calls.give_back(call);
  }
  void run_out() {
    loop.restart();
    loop.run();
  }
  // Turns until the condition holds.
  template <typename Condition>
  void until(Condition condition) {
    const MonoTime limit = mono_now() + std::chrono::seconds(20);
    while (!condition() && mono_now() < limit) {
      loop.restart();
      loop.run_one_for(std::chrono::milliseconds(20));
    }
    ASSERT_TRUE(condition());
  }
  // One call that opens the connection.
  void warm_up() {
    submit(mono_now());
    until([&] { return ends == 1; });
    ASSERT_EQ(outcome, Outcome::ok);
    ends = 0;
    outcomes.clear();
  }

  std::unique_ptr<const Prepared> prepared;
  boost::asio::io_context loop{1};
  Deadlines deadlines{loop};
  CallPool calls;
  std::unique_ptr<Driver> driver;
  Duration timeout = kTimeout;
  int ends = 0;
  int queued = 0;
  bool retried = false;
  bool certainly_not_done = false;
  std::optional<Outcome> outcome;  // the last
  std::vector<Outcome> outcomes;
  Duration latency{}, lag{};

 private:
  std::set<const Call*> out_;
};

// Time without turns of the loop, until the condition holds and the instant has passed.
template <typename Condition>
void stall(MonoTime until, Condition condition) {
  while (mono_now() < until || !condition()) ::poll(nullptr, 0, 1);
}

}  // namespace shakedown
