#include "agent/fault/undo/state_folders.h"

#include <filesystem>
#include <set>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/no_room.h"
#include "tests/unit/fault/temporary_folder.h"

namespace shakedown {
namespace {

TEST(StateFolders, TheEnvironmentNamesThePlaceOfTheRecordsAndNoOtherIsSearched) {
  const test::TemporaryFolder top;
  const char* before = ::getenv("SHAKEDOWN_STATE_DIR");
  const std::string kept = before != nullptr ? before : "";
  ::setenv("SHAKEDOWN_STATE_DIR", (top / "state").c_str(), 1);
  EXPECT_EQ(state_place().dir, top / "state");
  EXPECT_EQ(state_dirs(), std::vector<std::string>{top / "state"});
  EXPECT_NE(state_place_text().find(top / "state"), std::string::npos);
  ::setenv("SHAKEDOWN_STATE_DIR", "named/from/here", 1);
  EXPECT_EQ(state_place().dir, std::filesystem::current_path() / "named/from/here");
  EXPECT_EQ(state_dirs().size(), 1U);
  ::setenv("SHAKEDOWN_STATE_DIR", "/dev/shm/shakedown-test", 1);
  EXPECT_FALSE(state_place().durable) << "memory";
  EXPECT_NE(state_place_text().find("power loss"), std::string::npos);
  if (kept.empty())
    ::unsetenv("SHAKEDOWN_STATE_DIR");
  else
    ::setenv("SHAKEDOWN_STATE_DIR", kept.c_str(), 1);
}

TEST(StateFolders, APrivateFolderIsMadeForUsOnly) {
  const test::TemporaryFolder top;
  ASSERT_TRUE(prepare_private_folder(top / "a/b").has_value());
  struct stat info {};
  ASSERT_EQ(::stat((top / "a/b").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
  EXPECT_TRUE(prepare_private_folder(top / "a/b").has_value());
}

TEST(StateFolders, AFolderThatOthersMayChangeIsRefused) {
  const test::TemporaryFolder top;
  ASSERT_TRUE(prepare_private_folder(top / "a").has_value());
  ::chmod((top / "a").c_str(), 0770);
  EXPECT_EQ(prepare_private_folder(top / "a").error().kind, ErrorKind::refused);
  ::chmod((top / "a").c_str(), 0700);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown((top / "a").c_str(), 65534, 65534), 0);
    EXPECT_EQ(prepare_private_folder(top / "a").error().kind, ErrorKind::refused);
  }
}

TEST(StateFolders, AFileOrALinkInItsPlaceIsAnError) {
  const test::TemporaryFolder top;
  ASSERT_TRUE(write_durably(top / "file", "x").has_value());
  EXPECT_EQ(prepare_private_folder(top / "file").error().kind, ErrorKind::io);
  std::filesystem::create_directory_symlink("/", top / "link");
  EXPECT_TRUE(prepare_private_folder(top / "link").has_error());
}

TEST(StateFolders, AWriteReplacesWholeAndLeavesNoTemporaryFile) {
  const test::TemporaryFolder top;
  ASSERT_TRUE(write_durably(top / "f", "one").has_value());
  ASSERT_TRUE(write_durably(top / "f", "two").has_value());
  EXPECT_EQ(read_file(top / "f").value(), "two");
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(top.path)) files += entry.exists() ? 1 : 0;
  EXPECT_EQ(files, 1U);
}

TEST(StateFolders, AFailedWriteKeepsTheOldText) {
  const test::TemporaryFolder top;
  ASSERT_TRUE(write_durably(top / "f", "old").has_value());
  {
    const test::NoRoom full;
    const auto written = write_durably(top / "f", "new");
    ASSERT_TRUE(written.has_error());
    EXPECT_NE(written.error().message.find("File too large"), std::string::npos) << written.error().message;
  }
  EXPECT_EQ(read_file(top / "f").value(), "old");
  EXPECT_EQ(read_file(top / "none").error().kind, ErrorKind::unavailable);
}

TEST(StateFolders, AWriteDoesNotFollowALinkThatSomebodyPlanted) {
  const test::TemporaryFolder top;
  ASSERT_TRUE(write_durably(top / "precious", "keep").has_value());
  std::filesystem::create_symlink(top / "precious", top / "f.new");
  EXPECT_TRUE(write_durably(top / "f", "new").has_value());
  EXPECT_EQ(read_file(top / "precious").value(), "keep");
  EXPECT_EQ(read_file(top / "f").value(), "new");
}

TEST(StateFolders, ALockedWriteAppearsLocked) {
  const test::TemporaryFolder top;
  const auto file = write_durably_locked(top / "f", "x");
  ASSERT_TRUE(file.has_value());
  const int other = ::open((top / "f").c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_NE(::flock(other, LOCK_EX | LOCK_NB), 0);
  ::close(file.value());
  EXPECT_EQ(::flock(other, LOCK_EX | LOCK_NB), 0);
  ::close(other);
}

TEST(StateFolders, NamesAreSafeAndDistinct) {
  std::set<std::string> names;
  for (const char* text : {"", "/run/a.pid", "/run/a/pid", "../../etc/passwd", "/run/a.pid ", "..", "."}) {
    const std::string name = file_name_for(text);
    EXPECT_EQ(name.find('/'), std::string::npos);
    EXPECT_NE(name[0], '.');
    EXPECT_LT(name.size(), 100U);
    names.insert(name);
  }
  EXPECT_EQ(names.size(), 7U);
}

}  // namespace
}  // namespace shakedown
