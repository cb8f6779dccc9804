#include "agent/fault/undo/halt_mark.h"

#include <cerrno>
#include <cstdlib>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/fault/undo/state_folders.h"
#include "core/base/clock.h"
#include "core/base/printable.h"
#include "core/base/units.h"

namespace shakedown {
namespace {

// Root's word to every user of the host. A folder that somebody names is looked at alone.
constexpr const char* kOfRoot = "/run/shakedown.halt";

bool whole_host(const std::string& state_dir) {
  const char* named = ::getenv("SHAKEDOWN_STATE_DIR");
  return state_dir.empty() && (named == nullptr || *named == '\0');
}

std::vector<std::string> places(const std::string& state_dir) {
  std::vector<std::string> files{(state_dir.empty() ? default_state_dir() : state_dir) + "/halt"};
  if (whole_host(state_dir)) files.emplace_back(kOfRoot);
  return files;
}

bool stands(const std::string& file) {
  struct stat info {};
  if (::lstat(file.c_str(), &info) != 0) return errno != ENOENT && errno != ENOTDIR;  // who cannot look must not go on
  return info.st_uid == 0 || info.st_uid == ::geteuid();
}

Result<void> write_mark(const std::string& file, const std::string& text, bool readable_by_all) {
  SHAKEDOWN_TRY(write_durably(file, text));
  if (readable_by_all && ::chmod(file.c_str(), 0644) != 0) return fail(errno_error("cannot let others read " + file, errno));
  return ok();
}

}  // namespace

std::string user_name(unsigned uid) {
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  const bool known = ::getpwuid_r(uid, &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr;
  return (known ? clean(found->pw_name) : "user") + " (uid " + std::to_string(uid) + ")";
}

std::optional<HaltMark> halt_mark(const std::string& state_dir) {
  for (const std::string& file : places(state_dir)) {
    if (!stands(file)) continue;
    const Result<std::string> text = read_file(file);
    return HaltMark{file, text && !text.value().empty() ? clean(text.value()) : "halted: the mark " + file + " stands"};
  }
  return std::nullopt;
}

Result<HaltMark> set_halt_mark(const std::string& why, const std::string& state_dir) {
  const std::string text =
      "halted by " + user_name(::getuid()) + " at " + format_wall(system_clock().wall()) + (why.empty() ? "" : ": " + clean(why));
  SHAKEDOWN_TRY(prepare_private_folder(state_dir.empty() ? default_state_dir() : state_dir));
  const std::vector<std::string> files = places(state_dir);
  SHAKEDOWN_TRY(write_mark(files.front(), text, false));
  if (files.size() > 1 && ::geteuid() == 0) {
    SHAKEDOWN_TRY(write_mark(files.back(), text, true));
  }
  return HaltMark{files.front(), text};
}

Result<std::vector<HaltMark>> clear_halt_marks(const std::string& state_dir) {
  std::vector<HaltMark> stood;
  while (const std::optional<HaltMark> mark = halt_mark(state_dir)) {
    if (::unlink(mark->file.c_str()) != 0) return fail(errno_error("cannot remove the mark " + mark->file, errno));
    SHAKEDOWN_TRY(sync_folder(mark->file.substr(0, mark->file.rfind('/'))));
    stood.push_back(*mark);
  }
  return stood;
}

}  // namespace shakedown
