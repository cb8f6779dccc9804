#include "core/runtime/process/child_process.h"

#include <cerrno>
#include <csignal>
#include <exception>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "core/base/clock.h"
#include "core/runtime/open_files.h"
#include "tests/support/no_room.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Result<CommandResult> run(Command command, Duration limit = seconds(20), OneShot* end = nullptr,
                          LeftBehind left_behind = LeftBehind::kept) {
  boost::asio::io_context loop;
  std::optional<Result<CommandResult>> result;
  auto task = [](Command what, Duration within, OneShot* stop, LeftBehind left) -> Task<Result<CommandResult>> {
    co_return co_await run_command(std::move(what), within, stop, left);
  };
  // The completion handler needs a default value for a task that threw; there is none for a Result.
  auto wrapped = [](Task<Result<CommandResult>> inner, std::optional<Result<CommandResult>>* out) -> Task<void> {
    out->emplace(co_await std::move(inner));
  };
  auto looked_at = [](std::exception_ptr broken) { EXPECT_FALSE(broken); };
  boost::asio::co_spawn(loop, wrapped(task(std::move(command), limit, end, left_behind), &result), std::move(looked_at));
  loop.run();
  return std::move(*result);
}

Command shell(const std::string& script) {
  Command command;
  command.argv = {"/bin/sh", "-c", script};
  return command;
}

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// More connections are ours; a target that a step starts keeps the limit that it always has.
TEST(ChildProcess, TruthAProgramKeepsTheLimitOfFilesThatWeWereStartedWith) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit low{256, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  raise_open_files();
  rlimit raised{};
  ::getrlimit(RLIMIT_NOFILE, &raised);
  const auto result = run(shell("ulimit -Sn; ulimit -Hn"));
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(raised.rlim_cur, before.rlim_max);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result.value().output.substr(0, 4), "256\n");
}

TEST(ChildProcess, ExitCodeSignalAndOutput) {
  const auto good = run(shell("echo out; echo err >&2"));
  ASSERT_TRUE(good.has_value());
  EXPECT_TRUE(good.value().ok());
  EXPECT_EQ(good.value().output, "out\nerr");
  const auto bad = run(shell("exit 3"));
  EXPECT_FALSE(bad.value().ok());
  EXPECT_EQ(bad.value().status.code, 3);
  EXPECT_EQ(bad.value().text(), "exit code 3");
  const auto killed = run(shell("kill -9 $$"));
  EXPECT_EQ(killed.value().status.signal, SIGKILL);
  EXPECT_FALSE(killed.value().ok());
}

TEST(ChildProcess, NoShellTouchesTheArguments) {
  Command command;
  command.argv = {"/bin/echo", "$HOME; `ls` * |"};
  EXPECT_EQ(run(std::move(command)).value().output, "$HOME; `ls` * |");
}

TEST(ChildProcess, OnlyTheEndOfLongOutputIsKept) {
  const auto result = run(shell("i=0; while [ $i -lt 20000 ]; do echo line-$i; i=$((i+1)); done"));
  EXPECT_LE(result.value().output.size(), 4096U + 3);
  EXPECT_TRUE(result.value().output.starts_with("..."));
  EXPECT_TRUE(result.value().output.ends_with("line-19999"));
}

TEST(ChildProcess, ItsLimitKillsTheWholeGroup) {
  const auto result = run(shell("sleep 1000 & echo $!; wait"), milliseconds(300));
  ASSERT_TRUE(result.value().timed_out);
  EXPECT_FALSE(result.value().ok());
  const pid_t grandchild = std::stoi(result.value().output);
  const MonoTime limit = mono_now() + seconds(10);
  // Gone, or a zombie that init has not reaped yet.
  const auto gone = [&] {
    const std::string stat = text_of("/proc/" + std::to_string(grandchild) + "/stat");
    return stat.empty() || stat.find(") Z ") != std::string::npos;
  };
  while (!gone() && mono_now() < limit) {
  }
  EXPECT_TRUE(gone());
}

TEST(ChildProcess, AFiredEndCancels) {
  OneShot end;
  end.fire();
  const auto result = run(shell("sleep 1000"), seconds(100), &end);
  EXPECT_TRUE(result.value().cancelled);
  EXPECT_FALSE(result.value().timed_out);
}

// A zombie has ended, too.
bool ends_within(pid_t pid, int milliseconds);

TEST(ChildProcess, WhatACommandLeavesInItsGroupIsKeptOrEndedWithIt) {
  for (const LeftBehind left : {LeftBehind::kept, LeftBehind::killed}) {
    const auto result = run(shell("sleep 1000 >/dev/null 2>&1 & echo $!; exit 3"), seconds(20), nullptr, left);
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result.value().status.code, 3) << "its own end is its own";
    const pid_t background = std::stoi(result.value().output);
    const bool ended = ends_within(background, left == LeftBehind::killed ? 10'000 : 0);
    EXPECT_EQ(ended, left == LeftBehind::killed);
    if (!ended) ::kill(background, SIGKILL);
  }
}

// The pid of a program started by a process that is killed once it runs.
pid_t survivor_of_a_kill(bool ends_with_us) {
  int report[2];
  EXPECT_EQ(::pipe2(report, O_CLOEXEC), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    Command command;
    command.argv = {"/bin/sleep", "1000"};
    command.ends_with_us = ends_with_us;
    const Result<ChildProcess> child = spawn(command);
    const pid_t pid = child ? child.value().pid() : 0;
    if (::write(report[1], &pid, sizeof pid) < 0) ::_exit(1);
    for (;;) ::pause();
  }
  pid_t started = 0;
  EXPECT_EQ(::read(report[0], &started, sizeof started), static_cast<ssize_t>(sizeof started));
  ::close(report[0]);
  ::close(report[1]);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  return started;
}

bool ends_within(pid_t pid, int milliseconds) {
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) return errno == ESRCH;
  pollfd one{pidfd, POLLIN, 0};
  const bool ended = ::poll(&one, 1, milliseconds) == 1;
  ::close(pidfd);
  return ended;
}

TEST(ChildProcess, AKilledStarterTakesWithItWhatIsToEndWithIt) {
  EXPECT_TRUE(ends_within(survivor_of_a_kill(true), 20'000));
  const pid_t other = survivor_of_a_kill(false);
  ASSERT_GT(other, 0) << "it could not be started";
  EXPECT_FALSE(ends_within(other, 0)) << "a component outlives its agent";
  ::kill(other, SIGKILL);
  EXPECT_TRUE(ends_within(other, 20'000));
}

TEST(ChildProcess, TheEndOfTheThreadThatStartedItIsNotTheEndOfTheProcess) {
  Result<ChildProcess> child = ChildProcess();
  std::thread([&child] {
    Command command;
    command.argv = {"/bin/sleep", "1000"};
    command.ends_with_us = true;
    child = spawn(command);
  }).join();
  ASSERT_TRUE(child.has_value()) << child.error().text();
  EXPECT_FALSE(ends_within(child.value().pid(), 200));
  child.value().kill_group(SIGKILL);
  EXPECT_TRUE(ends_within(child.value().pid(), 20'000));
}

TEST(ChildProcess, ItIsASessionWithoutOurDescriptorsAndSignals) {
  std::signal(SIGUSR1, SIG_IGN);
  const int leaked = ::open("/dev/null", O_RDONLY);
  const auto result = run(shell(
      "for f in /proc/$$/fd/*; do printf '%s ' \"${f##*/}\"; done; cut -d' ' -f1,6 /proc/$$/stat; grep SigIgn /proc/$$/status"));
  ::close(leaked);
  std::signal(SIGUSR1, SIG_DFL);
  std::istringstream in(result.value().output);
  std::string line;
  std::getline(in, line);
  std::istringstream words(line);
  std::vector<std::string> fds;
  for (std::string word; words >> word;) fds.push_back(word);
  ASSERT_GE(fds.size(), 5U);
  const std::string session = fds.back();
  fds.pop_back();
  EXPECT_EQ(fds.back(), session) << "it leads its session";
  fds.pop_back();
  for (const std::string& fd : fds) EXPECT_LE(std::stoi(fd), 2 + 1) << "inherited";
  std::getline(in, line);
  // Signals 32 and 33 belong to the C library: no program can reset them, and some parents hand them on ignored.
  constexpr unsigned long kLibrarys = (1UL << 31) | (1UL << 32);
  EXPECT_EQ(std::stoul(line.substr(line.find(':') + 1), nullptr, 16) & ~kLibrarys, 0U) << line;
}

TEST(ChildProcess, WhatCannotRunIsAnErrorWithItsReason) {
  Command command;
  command.argv = {"no-such-program-here"};
  EXPECT_EQ(run(command).error().kind, ErrorKind::unavailable);
  command.argv = {"/etc/passwd"};
  EXPECT_NE(run(command).error().message.find("Permission denied"), std::string::npos);
  command.argv = {"true"};
  command.folder = "/no/such/folder";
  EXPECT_NE(run(command).error().message.find("/no/such/folder"), std::string::npos);
  command.argv = {};
  EXPECT_TRUE(spawn(command).has_error());
}

TEST(ChildProcess, ThePidfileIsThereBeforeTheProgramAndNeverReplaced) {
  char folder[] = "/tmp/shakedown-spawn-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  Command command;
  command.pid_file = std::string(folder) + "/x.pid";
  command.argv = {"/bin/sh", "-c", "test \"$(cat " + command.pid_file + ")\" = $$"};
  EXPECT_TRUE(run(command).value().ok());
  const std::string first = text_of(command.pid_file);
  const auto second = run(command);
  ASSERT_TRUE(second.has_error());
  EXPECT_EQ(second.error().kind, ErrorKind::locked);
  EXPECT_EQ(text_of(command.pid_file), first);
  ::unlink(command.pid_file.c_str());
  command.argv = {"/etc/passwd"};
  EXPECT_TRUE(run(command).has_error());
  EXPECT_TRUE(text_of(command.pid_file).empty()) << "a program that could not run leaves no pidfile";
  EXPECT_EQ(::rmdir(folder), 0) << "no temporary file is left";
}

// The limit's signal would end the child without a word, and who asked would take that for the program's end.
TEST(ChildProcess, ANoteThatCannotBeWrittenIsAnErrorAndTheProgramHasItsSignalsAsEver) {
  Command command;
  command.argv = {"sh", "-c", "kill -XFSZ $$"};
  command.stat_file = "/tmp/shakedown-note-" + std::to_string(::getpid());
  {
    const test::NoRoom full;
    const Result<ChildProcess> child = spawn(command);
    ASSERT_TRUE(child.has_error());
    EXPECT_EQ(child.error().kind, ErrorKind::io);
    EXPECT_NE(child.error().message.find("File too large"), std::string::npos) << child.error().text();
  }
  ::unlink(command.stat_file.c_str());
  command.stat_file.clear();
  const auto result = run(command);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result.value().status.signal, SIGXFSZ);
}

TEST(Waiting, AReadableDescriptorALimitAndAnEnd) {
  boost::asio::io_context loop;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  OneShot shot;
  std::vector<Woken> woken;
  auto wait = [](int fd, MonoTime limit, OneShot* end, std::vector<Woken>* out) -> Task<void> {
    const Woken one = co_await wait_readable(fd, limit, end);
    out->push_back(one);
  };
  auto looked_at = [](std::exception_ptr broken) { EXPECT_FALSE(broken); };
  boost::asio::co_spawn(loop, wait(ends[0], mono_now() + milliseconds(20), nullptr, &woken), looked_at);
  loop.run();
  loop.restart();
  // Several waiters of one descriptor, ended together.
  for (int i = 0; i < 3; ++i) boost::asio::co_spawn(loop, wait(ends[0], kNever, &shot, &woken), looked_at);
  loop.poll();
  EXPECT_EQ(woken, std::vector<Woken>{Woken::due});
  shot.fire();
  loop.run();
  loop.restart();
  boost::asio::co_spawn(loop, wait(ends[0], kNever, nullptr, &woken), looked_at);
  loop.poll();
  EXPECT_EQ(::write(ends[1], "x", 1), 1);
  loop.run();
  EXPECT_EQ(woken, (std::vector<Woken>{Woken::due, Woken::ended, Woken::ended, Woken::ended, Woken::readable}));
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace shakedown
