#include "agent/policy/policy_file.h"

#include <sys/stat.h>

#include "agent/policy/admit.h"

namespace shakedown {

std::optional<PolicyFile::Stamp> PolicyFile::stamp() const {
  struct stat info {};
  if (::stat(policy_.file.c_str(), &info) != 0) return std::nullopt;
  return Stamp{static_cast<int64_t>(info.st_dev),
               static_cast<int64_t>(info.st_ino),
               info.st_size,
               info.st_mtim.tv_sec,
               info.st_mtim.tv_nsec,
               info.st_ctim.tv_sec,
               info.st_ctim.tv_nsec};
}

Result<void> PolicyFile::read() {
  if (policy_.kind != Policy::Kind::file) return ok();
  seen_ = stamp();  // before it is read: a change meanwhile is seen later
  SHAKEDOWN_TRY(policy_, load_policy(policy_.file));
  return ok();
}

Result<void> PolicyFile::check_unchanged() {
  if (policy_.kind != Policy::Kind::file) return ok();
  const std::optional<Stamp> now = stamp();
  if (now && now == seen_) return ok();
  const Result<Policy> read = load_policy(policy_.file);
  if (!read) {
    return fail(ErrorKind::refused,
                "the policy " + policy_.file + " can no longer be read, so that nothing is allowed: " + read.error().message);
  }
  if (rules_of(read.value()) != rules_of(policy_)) {
    return fail(ErrorKind::refused, "the policy " + policy_.file +
                                        " was changed after it allowed this plan, so that nothing new of it is done; the next "
                                        "plan is held against what it says now");
  }
  seen_ = now;
  return ok();
}

}  // namespace shakedown
