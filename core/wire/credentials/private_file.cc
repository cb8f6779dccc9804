#include "core/wire/credentials/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "core/base/regular_file.h"

namespace shakedown {
namespace {

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

Result<void> create_file(const std::string& path, std::string_view content, unsigned mode) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (file.get() < 0) return fail(errno_error("cannot create " + path, errno, ErrorKind::output));
  while (!content.empty()) {
    const ssize_t size = ::write(file.get(), content.data(), content.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return fail(errno_error("cannot write " + path, errno, ErrorKind::output));
    content.remove_prefix(static_cast<std::size_t>(size));
  }
  if (::fsync(file.get()) != 0) return fail(errno_error("cannot write " + path, errno, ErrorKind::output));
  return ok();
}

Result<std::string> read_private_file(const std::string& path, const std::string& what) {
  const std::string named = "the " + what + " " + path;
  std::string why_not;
  const OpenFile file = open_regular_file(path, why_not);
  if (!file) {
    const bool there = ::access(path.c_str(), F_OK) == 0;
    return fail(there ? ErrorKind::refused : ErrorKind::unavailable, "cannot read " + named + ": " + why_not);
  }
  struct stat info {};
  if (::fstat(::fileno(file.get()), &info) != 0) return fail(errno_error("cannot inspect " + named, errno));
  if ((info.st_mode & 077) != 0 || (info.st_uid != ::geteuid() && ::geteuid() != 0)) {
    return fail(ErrorKind::refused,
                named + " must be readable by its owner only and be ours, but others may use it; run: chmod 600 " + path);
  }
  return read_to_end(file.get(), path, kLargestSecret, ErrorKind::refused);
}

}  // namespace shakedown
