#include "target/base.h"

#include <fcntl.h>
#include <time.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace practice {
namespace {

Nanos read_clock(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return now.tv_sec * kSecond + now.tv_nsec;
}

std::string reason(int error) { return std::generic_category().message(error); }

}  // namespace

Nanos mono_now() { return read_clock(CLOCK_MONOTONIC); }
Nanos wall_now() { return read_clock(CLOCK_REALTIME); }

std::string boot_id() {
  Fd file(::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  char text[36] = {};
  const ssize_t got = file.open() ? ::read(file.get(), text, sizeof text) : 0;
  return got > 0 ? std::string(text, static_cast<std::size_t>(got)) : std::string("unknown");
}

void warn(const std::string& text) {
  const std::string line = "shakedown-target: " + text + "\n";
  [[maybe_unused]] const ssize_t sent = ::write(STDERR_FILENO, line.data(), line.size());
}

void fail(ExitCode code, const std::string& text) {
  warn(text);
  std::_Exit(code);
}

void fail_errno(ExitCode code, const std::string& text) {
  const int error = errno;
  fail(code, text + ": " + reason(error));
}

void write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0) {
      if (errno == EINTR) continue;
      fail_errno(kExitIo, "cannot write to " + path);
    }
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

}  // namespace practice
