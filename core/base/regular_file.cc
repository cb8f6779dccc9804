#include "core/base/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace shakedown {
namespace {

constexpr const char* kNotRegular = "it is no regular file but a folder, a pipe or a device";

std::string reason(int error) { return std::generic_category().message(error); }

}  // namespace

// Looked at before it is opened, as opening alone sets some devices going; and after, as somebody may have put another there.
OpenFile open_regular_file(const std::string& path, std::string& why_not) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    why_not = reason(errno);
    return nullptr;
  }
  if (!S_ISREG(found.st_mode)) {
    why_not = kNotRegular;
    return nullptr;
  }
  const int opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (opened < 0 || ::fstat(opened, &found) != 0 || !S_ISREG(found.st_mode)) {
    why_not = opened < 0 ? reason(errno) : kNotRegular;
    if (opened >= 0) ::close(opened);
    return nullptr;
  }
  OpenFile file(::fdopen(opened, "rb"));
  if (!file) {
    why_not = reason(errno);
    ::close(opened);
  }
  return file;
}

Result<OpenFile> open_regular_file(const std::string& path, ErrorKind kind) {
  std::string why_not;
  OpenFile file = open_regular_file(path, why_not);
  if (!file) return fail(kind, "the file " + path + " cannot be read: " + why_not);
  return file;
}

Result<std::string> read_to_end(std::FILE* file, const std::string& path, std::size_t limit, ErrorKind kind) {
  std::string text;
  char piece[4096];
  errno = 0;
  while (text.size() <= limit) {
    const std::size_t got = std::fread(piece, 1, sizeof piece, file);
    if (got == 0) break;
    text.append(piece, got);
  }
  if (text.size() > limit) return fail(kind, "the file " + path + " is longer than " + std::to_string(limit) + " bytes");
  if (std::ferror(file) != 0) {
    const std::string why = errno == EAGAIN ? "it is one that is waited for" : reason(errno);
    return fail(kind, "the file " + path + " cannot be read to its end: " + why);
  }
  return text;
}

Result<std::string> read_regular_file(const std::string& path, std::size_t limit, ErrorKind kind) {
  SHAKEDOWN_TRY(const OpenFile file, open_regular_file(path, kind));
  return read_to_end(file.get(), path, limit, kind);
}

}  // namespace shakedown
