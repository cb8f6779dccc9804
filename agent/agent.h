// One agent from Hello to Goodbye, the same in shakedown-agent and inside a local run. However it ends, it goes one way out:
// load stops, every fault is undone, Goodbye, done.
// Ownership: owns its link, engine and timers. Threads: everything on the loop's thread; interrupt too.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>

#include "agent/agent_options.h"
#include "agent/halt_watch.h"
#include "agent/redacted_link.h"
#include "agent/session.h"
#include "core/runtime/waiting.h"
#include "core/wire/link.h"

namespace shakedown {

class Agent {
 public:
  // The loop outlives the Agent.
  Agent(std::unique_ptr<AgentLink> link, AgentOptions options, boost::asio::io_context& loop);
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  // Begins. done is called once, last, with the exit code of design section 4: 0 after an orderly end, 4 when something
  // we did still stands, 3 when interrupted or halted, or when the controller was lost, 69 when it was lost before the plan came,
  // 77 when it refused us, else the code of the plan's problem.
  // The Agent may be destroyed inside done.
  void start(std::function<void(int exit)> done);
  // A signal: stop, undo, leave. A second one does not wait for requests that are out or for the controller.
  void interrupt();

 private:
  struct Turns;
  static Task<void> live(std::shared_ptr<Turns> turns);
  void end(SessionEnd why);
  void halt(const std::string& why);
  void closed(const std::string& reason);
  void hurry();
  void stop_load();
  void undo();
  Duration say_goodbye();
  int exit_code_now() const;

  const AgentOptions options_;
  boost::asio::io_context& loop_;
  std::unique_ptr<RedactedLink> link_;
  std::unique_ptr<Session> session_;
  std::optional<HaltWatch> halt_watch_;
  std::string halted_;  // why; empty = nobody has halted this host
  Alarm patience_;      // once halted: for the controller's teardown
  std::function<void(int)> done_;
  std::function<void()> on_interrupt_;  // what a signal means now; empty before the start
  std::optional<SessionEnd> end_;
  std::optional<std::string> leftover_;  // what the undo could not take back
  std::shared_ptr<Turns> turns_;         // shared with the coroutine, which may still wait when the Agent is gone
};

}  // namespace shakedown
