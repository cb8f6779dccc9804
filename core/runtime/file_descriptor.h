// An owned file descriptor. Ownership: move-only, closes on destruction. Threads: one at a time.
#pragma once

#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace shakedown {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~FileDescriptor() { reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

// A new file to write, of its own: what stands at the path (a leftover, or a link that somebody planted) is removed, never
// opened. Invalid, with errno, when it cannot be made.
inline FileDescriptor create_anew(const std::string& path, mode_t mode, int flags = 0) {
  ::unlink(path.c_str());
  return FileDescriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | flags, mode));
}

}  // namespace shakedown
