#include <gtest/gtest.h>
#include <unistd.h>

#include "agent/fault/mechanisms/process/identity.h"

namespace shakedown {
namespace {

constexpr const char* kTail =
    " S 7 42 40 0 -1 4194304 1262 0 1 0 5 6 0 0 20 0 4 0 385814 240840704 2187 18446744073709551615 0 0";

TEST(ProcessStat, FieldsAreReadBehindTheName) {
  const auto stat = parse_process_stat(std::string("42 (sleep)") + kTail);
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->ref, (ProcessRef{42, 385814}));
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->parent, 7);
  EXPECT_EQ(stat->group, 42);
  EXPECT_EQ(stat->session, 40);
  EXPECT_FALSE(stat->gone());
  EXPECT_FALSE(stat->kernel_thread());
}

TEST(ProcessStat, ANameCannotForgeFields) {
  const auto stat = parse_process_stat(std::string("42 (evil) R 1 1 (x)") + kTail);
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->parent, 7);
}

TEST(ProcessStat, ZombiesAreGoneAndKernelThreadsAreKnown) {
  std::string text = std::string("42 (x)") + kTail;
  text[7] = 'Z';
  EXPECT_TRUE(parse_process_stat(text)->gone());
  EXPECT_TRUE(parse_process_stat("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0")->kernel_thread());
}

TEST(ProcessStat, TextThatIsNoStatIsNothing) {
  for (const char* text : {"", "42", "42 (sleep)", "42 (sleep) S 1", "x (sleep) S 1 2 3"}) {
    EXPECT_FALSE(parse_process_stat(text)) << text;
  }
}

TEST(ProcessStat, WeRunAndOurPidWithAnotherStartDoesNot) {
  const ProcessRef self = own_process();
  EXPECT_EQ(self.pid, ::getpid());
  EXPECT_TRUE(is_running(self));
  EXPECT_FALSE(is_running(ProcessRef{self.pid, self.start + 1}));
  EXPECT_TRUE(check_pidfd_support().has_value());
}

TEST(ProcessStat, WhatMustNotBeTouched) {
  for (const pid_t pid : {::getpid(), ::getppid(), pid_t(1)}) EXPECT_NE(why_protected(*look_at(pid).value()), "") << pid;
}

}  // namespace
}  // namespace shakedown
