#include "agent/fault/mechanisms/process/component_lock.h"

#include <gtest/gtest.h>

#include "tests/unit/fault/temporary_folder.h"

namespace shakedown {
namespace {

LockHolder holder(const std::string& run, const std::string& state_dir) {
  return LockHolder{Owner{run, own_process(), boot_id()}, state_dir};
}

TEST(ComponentLock, OneHolderAndTheOtherLearnsWho) {
  const test::TemporaryFolder top;
  const auto first = ComponentLock::acquire(top / "l", "/run/x.pid", "x", holder("run-a", "/state/a"));
  ASSERT_TRUE(first.has_value());
  const auto second = ComponentLock::acquire(top / "l", "/run/x.pid", "x", holder("run-b", "/state/b"));
  ASSERT_TRUE(second.has_error());
  EXPECT_EQ(second.error().kind, ErrorKind::locked);
  EXPECT_NE(second.error().message.find("run-a"), std::string::npos);
  EXPECT_TRUE(ComponentLock::acquire(top / "l", "/run/y.pid", "y", holder("run-b", "/state/b")).has_value());
}

TEST(ComponentLock, SpellingsOfOnePathAreOneLock) {
  const test::TemporaryFolder top;
  std::filesystem::create_directory(top / "run");
  std::filesystem::create_directory_symlink(top / "run", top / "var");
  EXPECT_EQ(lock_name(top / "run/x.pid"), lock_name(top / "var/x.pid"));
  EXPECT_EQ(lock_name(top / "run/x.pid"), lock_name(top / "run/../run/./x.pid"));
  EXPECT_NE(lock_name(top / "run/x.pid"), lock_name(top / "run/y.pid"));
}

TEST(ComponentLock, AHolderThatDiedIsRememberedUntilSwept) {
  const test::TemporaryFolder top;
  { const auto dead = ComponentLock::acquire(top / "l", "k", "x", holder("a", "/state/a")); }
  {
    const auto dies_too = ComponentLock::acquire(top / "l", "k", "x", holder("b", "/state/b"));
    EXPECT_EQ(dies_too.value().abandoned(), std::vector<std::string>{"/state/a"});
  }
  auto third = ComponentLock::acquire(top / "l", "k", "x", holder("c", "/state/c"));
  ASSERT_TRUE(third.has_value());
  EXPECT_EQ(third.value().abandoned(), (std::vector<std::string>{"/state/b", "/state/a"}));
  third.value().abandoned_swept();
  third.value().leave_in_order();
  third = fail(ErrorKind::io, "released");
  const auto fourth = ComponentLock::acquire(top / "l", "k", "x", holder("d", "/state/d"));
  EXPECT_TRUE(fourth.value().abandoned().empty());
}

}  // namespace
}  // namespace shakedown
