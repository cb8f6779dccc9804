#include "core/runtime/signals.h"

#include <csignal>
#include <utility>

#include <boost/asio/signal_set.hpp>

namespace shakedown {

struct Signals::State {
  explicit State(boost::asio::io_context& loop) : set(loop) {}
  boost::asio::signal_set set;
  std::function<void(int)> received;  // empty once the owner is gone
};

Signals::Signals(boost::asio::io_context& loop, std::initializer_list<int> signals, std::function<void(int)> received)
    : state_(std::make_shared<State>(loop)) {
  for (const int signal : signals) {
    boost::system::error_code ignored;
    state_->set.add(signal, ignored);
  }
  state_->received = std::move(received);
  wait(state_);
}

Signals::~Signals() {
  state_->received = nullptr;
  boost::system::error_code ignored;
  state_->set.cancel(ignored);
}

void Signals::wait(std::shared_ptr<State> state) {
  State& waiting = *state;
  waiting.set.async_wait([state = std::move(state)](boost::system::error_code error, int signal) {
    if (error || !state->received) return;
    const auto received = state->received;
    received(signal);
    if (state->received) wait(state);
  });
}

void errors_instead_of_signals() {
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
}

}  // namespace shakedown
