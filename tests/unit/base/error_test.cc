#include "core/base/error.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "core/base/result.h"

namespace shakedown {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return fail(ErrorKind::usage, "expected an even number, found " + std::to_string(n));
  return n / 2;
}

Result<int> quarter(int n) {
  SHAKEDOWN_TRY(const int h, half(n));
  return half(h);
}

TEST(Error, TextListsItsNotes) {
  const Error error(ErrorKind::io, "cannot write", {"disk full", "free some space"});
  EXPECT_EQ(error.text(), "cannot write\n  disk full\n  free some space");
}

TEST(Error, ErrnoIsSpelledOut) {
  EXPECT_EQ(errno_error("open x", ENOENT).message, "open x: No such file or directory");
  EXPECT_EQ(errno_error("open x", EACCES, ErrorKind::refused).kind, ErrorKind::refused);
}

// Design section 4.
TEST(Error, ExitCodes) {
  EXPECT_EQ(exit_code(ErrorKind::usage), 64);
  EXPECT_EQ(exit_code(ErrorKind::scenario), 65);
  EXPECT_EQ(exit_code(ErrorKind::unavailable), 69);
  EXPECT_EQ(exit_code(ErrorKind::bug), 70);
  EXPECT_EQ(exit_code(ErrorKind::output), 73);
  EXPECT_EQ(exit_code(ErrorKind::io), 74);
  EXPECT_EQ(exit_code(ErrorKind::locked), 75);
  EXPECT_EQ(exit_code(ErrorKind::refused), 77);
}

TEST(Result, TryPassesTheFirstErrorOn) {
  EXPECT_EQ(quarter(12).value(), 3);
  EXPECT_EQ(quarter(6).error().message, "expected an even number, found 3");
  EXPECT_EQ(quarter(5).error().message, "expected an even number, found 5");
}

TEST(ResultDeathTest, ReadingAValueThatIsNotThereAborts) { EXPECT_DEATH((void)half(3).value(), ""); }

}  // namespace
}  // namespace shakedown
