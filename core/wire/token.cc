#include "core/wire/token.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "core/base/regular_file.h"

namespace shakedown {
namespace {

constexpr std::size_t kLongestToken = 4096;

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

std::string random_token() {
  std::array<unsigned char, 32> bits{};
  if (::getrandom(bits.data(), bits.size(), 0) != static_cast<ssize_t>(bits.size())) std::abort();
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bits) {
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

bool same_token(std::string_view a, std::string_view b) {
  volatile unsigned char different = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const unsigned char left = a.empty() ? 0 : static_cast<unsigned char>(a[i % a.size()]);
    const unsigned char right = b.empty() ? 0 : static_cast<unsigned char>(b[i % b.size()]);
    different = static_cast<unsigned char>(different | (left ^ right));
  }
  return different == 0;
}

Result<std::string> create_token_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) return fail(errno_error("cannot create the token file " + path, errno, ErrorKind::output));
  const std::string token = random_token();
  const std::string line = token + "\n";
  if (::write(file.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    return fail(errno_error("cannot write the token file " + path, errno, ErrorKind::output));
  }
  return token;
}

Result<std::string> read_token_file(const std::string& path) {
  std::string why_not;
  const OpenFile file = open_regular_file(path, why_not);
  if (!file) {
    const bool there = ::access(path.c_str(), F_OK) == 0;
    return fail(there ? ErrorKind::refused : ErrorKind::unavailable, "cannot read the token file " + path + ": " + why_not);
  }
  struct stat info {};
  if (::fstat(::fileno(file.get()), &info) != 0) return fail(errno_error("cannot inspect the token file " + path, errno));
  if ((info.st_mode & 077) != 0 || (info.st_uid != ::geteuid() && ::geteuid() != 0)) {
    return fail(ErrorKind::refused, "the token file " + path +
                                        " must be readable by its owner only and be ours, but "
                                        "others may use it; run: chmod 600 " +
                                        path);
  }
  SHAKEDOWN_TRY(std::string token, read_to_end(file.get(), path, kLongestToken, ErrorKind::refused));
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r' || token.back() == ' ')) token.pop_back();
  if (token.empty()) return fail(ErrorKind::unavailable, "the token file " + path + " is empty; a token was expected");
  return token;
}

}  // namespace shakedown
