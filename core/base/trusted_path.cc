#include "core/base/trusted_path.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "core/base/regular_file.h"

namespace shakedown {
namespace {

bool private_group(gid_t group) {
  char group_buffer[16384], user_buffer[16384];
  struct group entry {};
  struct group* found = nullptr;
  passwd user{};
  passwd* owner = nullptr;
  if (::getgrgid_r(group, &entry, group_buffer, sizeof group_buffer, &found) != 0 || found == nullptr) return false;
  if (::getpwuid_r(::geteuid(), &user, user_buffer, sizeof user_buffer, &owner) != 0 || owner == nullptr) return false;
  return found->gr_mem[0] == nullptr && owner->pw_gid == group && std::string(found->gr_name) == owner->pw_name;
}

Result<void> require_above(const std::string& path, const std::string& named) {
  SHAKEDOWN_TRY(const auto found, exchangeable_above(path, Sticky::keeps_what_is_ours));
  if (!found) return ok();
  return fail(ErrorKind::refused, found->folder + " " + found->why + ", so that somebody else could exchange " + named +
                                      "; chmod go-w it, or move the file");
}

}  // namespace

bool others_may_write(const struct stat& info) {
  return (info.st_mode & S_IWOTH) != 0 || ((info.st_mode & S_IWGRP) != 0 && info.st_gid != 0 && !private_group(info.st_gid));
}

bool trusted_owner(uid_t owner, std::optional<uid_t> also) { return owner == 0 || owner == ::geteuid() || owner == also; }

Result<std::optional<Exchangeable>> exchangeable_above(const std::string& path, Sticky sticky, std::optional<uid_t> also) {
  std::string folder = path.substr(0, path.rfind('/'));
  for (bool nearest = true;; nearest = false) {
    const std::string shown = folder.empty() ? "/" : folder;
    struct stat info {};
    if (::stat(shown.c_str(), &info) != 0) return fail(errno_error("cannot examine " + shown, errno));
    if (!trusted_owner(info.st_uid, also)) {
      return std::optional(Exchangeable{shown, "belongs to user " + std::to_string(info.st_uid)});
    }
    const bool kept = (info.st_mode & S_ISVTX) != 0 && (!nearest || sticky == Sticky::keeps_what_is_ours);
    if (others_may_write(info) && !kept) return std::optional(Exchangeable{shown, "can be changed by others"});
    if (folder.empty()) return std::optional<Exchangeable>();
    folder.erase(folder.rfind('/'));
  }
}

Result<std::string> read_trusted_file(const std::string& path, const std::string& what, std::size_t limit) {
  const std::string named = "the " + what + " " + path;
  SHAKEDOWN_TRY(const OpenFile file, open_regular_file(path));
  struct stat info {};
  if (::fstat(::fileno(file.get()), &info) != 0) return fail(errno_error(named + " cannot be examined", errno));
  if (!trusted_owner(info.st_uid) || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return fail(ErrorKind::refused, "others may write " + named +
                                        ", so that it says nothing; let it belong to root or to this user, and chmod go-w it");
  }
  std::error_code error;
  const std::string as_named = std::filesystem::absolute(path, error).lexically_normal().string();
  const std::string led_to =
      std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(::fileno(file.get())), error).string();
  if (error) return fail(errno_error(named + " cannot be examined", error.value()));
  SHAKEDOWN_TRY(require_above(as_named, named));
  SHAKEDOWN_TRY(require_above(led_to, named));
  return read_to_end(file.get(), path, limit);
}

}  // namespace shakedown
