// One thread with one Asio loop. Everything that belongs to the thread is reached by posting to
// it.
// Ownership: the Worker owns loop and thread. Threads: construct, finish and destroy from one
// other thread; post from any.
#pragma once

#include <string>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace shakedown {

class Worker {
 public:
  // Starts the thread. Every signal is blocked on it, so that signals reach the main thread and a
  // write to a closed socket is an error code. The name shows in ps and gdb (15 characters).
  explicit Worker(std::string name);
  ~Worker();  // finish()
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  boost::asio::io_context& loop() { return loop_; }

  template <typename Function>
  void post(Function&& function) {
    boost::asio::post(loop_, std::forward<Function>(function));
  }

  // Lets the loop end once no operation is outstanding on it, and joins. What runs on the loop must
  // have been told to end before, or this waits for it.
  void finish();

 private:
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

}  // namespace shakedown
