// What a run holds of a component is held until it lets go, and nothing else is.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include <sys/stat.h>
#include <unistd.h>

#include "agent/fault/mechanisms/process/component_lock.h"
#include "tests/unit/fault/temporary_folder.h"

namespace shakedown {
namespace {

namespace fs = std::filesystem;

ino_t inode_of(const fs::path& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

struct HostLocksTest : ::testing::Test {
  const test::TemporaryFolder folder;

  Component with_pidfile(const std::string& name) const {
    Component component;
    component.name = name;
    component.selector = ProcessSpec{};
    component.process()->pidfile = folder / (name + ".pid");
    std::ofstream(component.process()->pidfile) << "";
    return component;
  }
  static Result<void> hold(HostLocks& locks, const Component& component) {
    return locks.hold(component.process()->pidfile, component);
  }
};

TEST_F(HostLocksTest, TruthTheNumberOfAHeldPidfileThatWasRemovedLocksNobodyElsesPidfile) {
  const Component ours = with_pidfile("ours");
  HostLocks held;
  ASSERT_TRUE(hold(held, ours));
  const ino_t number = inode_of(ours.process()->pidfile);
  fs::remove(ours.process()->pidfile);
  for (int i = 0; i < 100; ++i) {
    const Component other = with_pidfile("other" + std::to_string(i));
    EXPECT_NE(inode_of(other.process()->pidfile), number);
    HostLocks others;
    EXPECT_TRUE(hold(others, other)) << i;
  }
}

TEST_F(HostLocksTest, AHardLinkToAHeldPidfileIsLockedUntilItIsLetGo) {
  const Component ours = with_pidfile("ours");
  std::optional<HostLocks> held(std::in_place);
  ASSERT_TRUE(hold(*held, ours));
  Component link = ours;
  link.name = "link";
  link.process()->pidfile = folder / "link.pid";
  fs::create_hard_link(ours.process()->pidfile, link.process()->pidfile);
  HostLocks others;
  const Result<void> refused = hold(others, link);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::locked);
  held.reset();
  EXPECT_TRUE(hold(others, link));
}

}  // namespace
}  // namespace shakedown
