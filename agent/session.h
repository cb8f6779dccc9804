// The talk with the controller: Hello, clock comparison, plan and its answer, Go, then the orders for the Engine.
// Ownership: the Agent owns it; it owns the Engine. Threads: the agent's loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/agent_options.h"
#include "agent/clock_estimate.h"
#include "agent/engine.h"
#include "agent/lease.h"
#include "agent/redacted_link.h"

namespace shakedown {

// Why a session ends.
struct SessionEnd {
  enum class Kind {
    shutdown,   // the controller said so
    refused,    // the controller has no place for us
    unable,     // the plan cannot be executed here
    lease,      // the controller does not renew
    lost,       // the stream is gone
    interrupt,  // a signal
    halted,     // somebody has halted this host
  } kind = Kind::shutdown;
  std::string reason;
  ErrorKind problem = ErrorKind::unavailable;  // unable

  // By its own word or by our answer to the plan: no Goodbye is needed.
  bool known_to_controller() const { return kind == Kind::refused || kind == Kind::unable; }
};

class Session {
 public:
  // ended: at once when there is a reason to; the first one counts, and what follows is the Agent's business.
  Session(boost::asio::io_context& loop, const AgentOptions& options, RedactedLink& link, std::function<void(SessionEnd)> ended);

  // Says Hello.
  void begin();
  void received(ToAgent message);
  // No more pings and no lease from now on; orders are declined.
  void finish();
  // After finish: one last comparison of the clocks, since one of them may have been set after the latest. done: the controller
  // has been told, or there is nothing to compare; never, where the controller does not answer.
  void compare_clocks_again(std::function<void()> done);
  bool planned() const { return engine_.planned(); }
  Engine& engine() { return engine_; }

 private:
  void ping();
  void on_pong(const ClockPong& pong);
  void on_last_pong(const ClockPong& pong);
  void on_plan(Plan plan);
  void answer_plan();
  void on_go(const Go& go);

  const AgentOptions& options_;
  RedactedLink& link_;
  std::function<void(SessionEnd)> ended_;
  Engine engine_;
  Lease lease_;
  ClockEstimate clock_;
  Alarm ping_alarm_;
  uint64_t pings_ = 0;
  std::function<void()> compared_again_;  // while the last pong is awaited
  enum class State { joining, ready, over } state_ = State::joining;
};

}  // namespace shakedown
