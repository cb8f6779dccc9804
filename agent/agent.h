// One agent from Hello to Goodbye, the same in shakedown-agent and inside a local run. However it ends, load stops and
// every fault is undone before it says Goodbye.
// Ownership: owns its link, engine and timers. Threads: everything on the loop's thread; interrupt too.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>

#include "agent/agent_options.h"
#include "agent/redacted_link.h"
#include "agent/session.h"
#include "core/runtime/timer.h"
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
  // we did still stands, 3 when interrupted or when the controller was lost, 69 when it was lost before the plan came,
  // 77 when it refused us, else the code of the plan's problem.
  // The Agent may be destroyed inside done.
  void start(std::function<void(int exit)> done);
  // A signal: stop, undo, leave. A second one does not wait for requests that are out or for the controller.
  void interrupt();

 private:
  void end(SessionEnd end);
  void closed(const std::string& reason);
  void load_stopped();
  void undone(bool clean, std::string detail);
  void undo();
  void say_goodbye();
  void leave();
  int exit_code_now() const;

  const AgentOptions options_;
  boost::asio::io_context& loop_;
  std::unique_ptr<RedactedLink> link_;
  std::unique_ptr<Session> session_;
  std::function<void(int)> done_;
  std::optional<SessionEnd> end_;
  Alarm patience_;
  bool connected_ = true;
  bool load_over_ = false;
  bool undo_begun_ = false;
  bool undo_over_ = false;
  bool hurried_ = false;
  bool clean_ = true;
  bool said_goodbye_ = false;
  std::string leftovers_;
};

}  // namespace shakedown
