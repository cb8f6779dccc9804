#include "core/runtime/worker.h"

#include <algorithm>
#include <csignal>
#include <functional>
#include <future>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <pthread.h>

namespace shakedown {
namespace {

TEST(Worker, RunsWhatIsPostedOnItsOwnThread) {
  Worker worker("one");
  std::promise<std::thread::id> ran;
  worker.post([&] { ran.set_value(std::this_thread::get_id()); });
  EXPECT_NE(ran.get_future().get(), std::this_thread::get_id());
}

TEST(Worker, KeepsTheOrderOfPosts) {
  Worker worker("order");
  std::vector<int> seen;
  for (int i = 0; i < 100; ++i) worker.post([&seen, i] { seen.push_back(i); });
  worker.finish();
  ASSERT_EQ(seen.size(), 100u);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST(Worker, FinishWaitsForWorkThatPostsMoreWork) {
  Worker worker("chain");
  int depth = 0;
  std::function<void()> deeper = [&] {
    if (++depth < 50) worker.post(deeper);
  };
  worker.post(deeper);
  worker.finish();
  EXPECT_EQ(depth, 50);
}

TEST(Worker, BlocksSignalsOnItsThread) {
  Worker worker("signals");
  sigset_t blocked;
  sigemptyset(&blocked);
  worker.post([&] { pthread_sigmask(SIG_BLOCK, nullptr, &blocked); });
  worker.finish();
  EXPECT_TRUE(sigismember(&blocked, SIGINT));
  EXPECT_TRUE(sigismember(&blocked, SIGPIPE));
}

}  // namespace
}  // namespace shakedown
