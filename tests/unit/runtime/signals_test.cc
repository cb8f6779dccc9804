#include "core/runtime/signals.h"

#include <csignal>
#include <vector>

#include <gtest/gtest.h>

namespace shakedown {
namespace {

TEST(Signals, DeliversEachSignalUntilDestruction) {
  boost::asio::io_context loop(1);
  std::vector<int> received;
  {
    Signals signals(loop, {SIGUSR1, SIGUSR2}, [&](int signal) { received.push_back(signal); });
    std::raise(SIGUSR1);
    while (received.empty()) loop.run_one();
    std::raise(SIGUSR2);
    while (received.size() < 2) loop.run_one();
  }
  loop.restart();
  loop.run();
  EXPECT_EQ(received, (std::vector<int>{SIGUSR1, SIGUSR2}));
}

}  // namespace
}  // namespace shakedown
