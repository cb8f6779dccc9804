#include "agent/in_process.h"

#include <future>
#include <optional>

#include <unistd.h>

#include "agent/agent.h"
#include "agent/fault/undo/halt_mark.h"
#include "core/runtime/host_facts.h"
#include "core/runtime/worker.h"

namespace shakedown {

struct InProcessAgent::State {
  explicit State(AgentOptions chosen) : options(std::move(chosen)), worker("agent") {}

  AgentOptions options;
  std::optional<Agent> agent;  // the worker's thread only
  std::promise<void> ended;
  bool started = false;
  Worker worker;  // last: its thread ends first
};

InProcessAgent::InProcessAgent(std::string name, uint32_t workers, std::string work_dir) {
  AgentOptions options;
  options.name = std::move(name);
  options.workers = workers;
  options.work_dir = std::move(work_dir);
  options.host = read_host_facts();
  options.controllers_clock = true;
  options.orders_from = "local user " + user_name(::getuid());
  state_ = std::make_unique<State>(std::move(options));
}

InProcessAgent::~InProcessAgent() {
  if (!state_->started) return;
  state_->worker.post([state = state_.get()] {
    if (state->agent) state->agent->interrupt();
  });
  state_->ended.get_future().wait();
}

boost::asio::io_context& InProcessAgent::loop() { return state_->worker.loop(); }

void InProcessAgent::start(std::unique_ptr<AgentLink> link) {
  state_->started = true;
  auto shared = std::make_shared<std::unique_ptr<AgentLink>>(std::move(link));
  state_->worker.post([state = state_.get(), shared] {
    state->agent.emplace(std::move(*shared), state->options, state->worker.loop());
    state->agent->start([state](int) {
      state->agent.reset();
      state->worker.loop().stop();  // everything is undone: nothing that still waits has a purpose
      state->ended.set_value();
    });
  });
}

}  // namespace shakedown
