#include "core/runtime/worker.h"

#include <csignal>
#include <cstdlib>
#include <exception>

#include <pthread.h>

#include "core/base/log.h"

namespace shakedown {
namespace {

void block_all_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

void run(boost::asio::io_context& loop, const std::string& name) {
  block_all_signals();
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
  try {
    loop.run();
  } catch (const std::exception& broken) {
    log::error("a handler threw, which no handler may", {{"worker", name}, {"what", broken.what()}});
    std::abort();
  }
}

}  // namespace

Worker::Worker(std::string name)
    : work_(boost::asio::make_work_guard(loop_)), thread_([this, name = std::move(name)] { run(loop_, name); }) {}

Worker::~Worker() { finish(); }

void Worker::finish() {
  work_.reset();
  if (thread_.joinable()) thread_.join();
}

}  // namespace shakedown
