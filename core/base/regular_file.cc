#include "core/base/regular_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <fstream>

namespace shakedown {

Result<void> require_regular_file(const std::string& path, ErrorKind kind) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return fail(errno_error("the file " + path + " cannot be read", errno, kind));
  if (S_ISREG(found.st_mode)) return ok();
  return fail(kind, "the file " + path + " cannot be read: it is no regular file but a folder, a pipe or a device");
}

Result<std::string> read_regular_file(const std::string& path, std::size_t limit, ErrorKind kind) {
  SHAKEDOWN_TRY(require_regular_file(path, kind));
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(errno_error("the file " + path + " cannot be read", errno, kind));
  std::string text;
  char piece[4096];
  while (text.size() <= limit && (file.read(piece, sizeof piece) || file.gcount() > 0)) {
    text.append(piece, static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) return fail(kind, "the file " + path + " cannot be read to its end");
  if (text.size() > limit) return fail(kind, "the file " + path + " is longer than " + std::to_string(limit) + " bytes");
  return text;
}

}  // namespace shakedown
