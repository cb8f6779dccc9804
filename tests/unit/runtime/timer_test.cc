#include "core/runtime/timer.h"

#include <vector>

#include <gtest/gtest.h>

namespace shakedown {
namespace {

using std::chrono::milliseconds;

TEST(Alarm, CallsOnceAtOrAfterItsInstant) {
  boost::asio::io_context loop(1);
  Alarm alarm(loop);
  const MonoTime due = mono_now() + milliseconds(2);
  std::vector<MonoTime> called;
  alarm.at(due, [&] { called.push_back(mono_now()); });
  loop.run();
  ASSERT_EQ(called.size(), 1u);
  EXPECT_GE(called[0], due);
}

TEST(Alarm, SettingAgainReplaces) {
  boost::asio::io_context loop(1);
  Alarm alarm(loop);
  int first = 0, second = 0;
  alarm.after(milliseconds(1), [&] { ++first; });
  alarm.after(milliseconds(1), [&] { ++second; });
  loop.run();
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 1);
}

TEST(Alarm, NotCalledAfterCancelOrDestruction) {
  boost::asio::io_context loop(1);
  int called = 0;
  Alarm cancelled(loop);
  cancelled.after(Duration::zero(), [&] { ++called; });
  cancelled.cancel();
  std::optional<Alarm> destroyed;
  destroyed.emplace(loop);
  destroyed->after(Duration::zero(), [&] { ++called; });
  destroyed.reset();
  loop.run();
  EXPECT_EQ(called, 0);
}

TEST(Alarm, MaySetItselfAgain) {
  boost::asio::io_context loop(1);
  Alarm alarm(loop);
  int called = 0;
  std::function<void()> again = [&] {
    if (++called < 3) alarm.after(Duration::zero(), again);
  };
  alarm.after(Duration::zero(), again);
  loop.run();
  EXPECT_EQ(called, 3);
}

}  // namespace
}  // namespace shakedown
