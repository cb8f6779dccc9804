#include "core/runtime/open_files.h"

#include <sys/resource.h>

#include <mutex>
#include <vector>

#include "core/runtime/file_descriptor.h"

namespace shakedown {
namespace {

rlimit before{};  // written once, before any child that reads it

}  // namespace

void raise_open_files() {
  static std::once_flag once;
  std::call_once(once, [] {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
    before = limit;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) before = {};
  });
}

bool can_open_files(int count) {
  std::vector<FileDescriptor> opened;
  while (count-- > 0) {
    opened.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!opened.back().valid()) return false;
  }
  return true;
}

void restore_open_files() {
  if (before.rlim_max != 0) ::setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace shakedown
