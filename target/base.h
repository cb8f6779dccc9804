// What every file here needs: time in nanoseconds, a closing descriptor, and the way out on
// trouble. Ownership: Fd owns its descriptor. Threads: everything here may be called from any
// thread.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace practice {

using Nanos = std::int64_t;

inline constexpr Nanos kMillisecond = 1'000'000;
inline constexpr Nanos kSecond = 1'000'000'000;
inline constexpr Nanos kNever = INT64_MAX;

enum ExitCode : int {
  kExitUsage = 64,
  kExitUnavailable = 69,  // the port is taken
  kExitIo = 74,           // disk full, not writable
  kExitLocked = 75,       // another process uses the data folder
};

Nanos mono_now();
Nanos wall_now();
std::string boot_id();

// One line on stderr, then the process ends at once, without unwinding.
[[noreturn]] void fail(ExitCode code, const std::string& text);
// The same for a failed system call: adds what errno says.
[[noreturn]] void fail_errno(ExitCode code, const std::string& text);
void warn(const std::string& text);

// Writes all of it or fails with kExitIo, naming `path`.
void write_all(int fd, std::string_view bytes, const std::string& path);

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { reset(); }
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  void reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

}  // namespace practice
