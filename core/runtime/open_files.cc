#include "core/runtime/open_files.h"

#include <sys/resource.h>

#include <mutex>

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

void restore_open_files() {
  if (before.rlim_max != 0) ::setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace shakedown
