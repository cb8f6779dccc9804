// Signals as callbacks on a loop.
// Ownership: the caller keeps the object as long as it wants signals. Threads: the loop's thread;
// one object per process and signal.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>

#include <boost/asio/io_context.hpp>

namespace shakedown {

class Signals {
 public:
  // received(signal) for each delivery until destruction, for example {SIGINT, SIGTERM}.
  Signals(boost::asio::io_context& loop, std::initializer_list<int> signals, std::function<void(int)> received);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  struct State;
  static void wait(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  // shared with the handler that Asio keeps
};

// A write to a closed pipe or socket, or beyond the limit of a file's size, becomes an error code in the whole process.
void errors_instead_of_signals();

}  // namespace shakedown
