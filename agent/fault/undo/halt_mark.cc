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

// Where nobody names a folder: in every one in which an agent of this user may look, the default one first.
std::vector<std::string> places(const std::string& state_dir) {
  std::vector<std::string> files;
  for (const std::string& folder : state_dir.empty() ? state_dirs() : std::vector<std::string>{state_dir}) {
    files.push_back(folder + "/halt");
  }
  if (whole_host(state_dir)) files.emplace_back(kOfRoot);
  return files;
}

std::string folder_of(const std::string& file) { return file.substr(0, file.rfind('/')); }

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
  for (const std::string& file : files) {
    if (file == kOfRoot && ::geteuid() != 0) continue;
    // A folder of another time that is not there has no agent.
    if (file != files.front() && file != kOfRoot && ::access(folder_of(file).c_str(), W_OK) != 0) continue;
    SHAKEDOWN_TRY(write_mark(file, text, file == kOfRoot));
  }
  return HaltMark{files.front(), text};
}

Result<std::vector<HaltMark>> clear_halt_marks(const std::string& state_dir) {
  std::vector<HaltMark> stood;
  while (const std::optional<HaltMark> mark = halt_mark(state_dir)) {
    if (::unlink(mark->file.c_str()) != 0) return fail(errno_error("cannot remove the mark " + mark->file, errno));
    SHAKEDOWN_TRY(sync_folder(folder_of(mark->file)));
    stood.push_back(*mark);
  }
  return stood;
}

}  // namespace shakedown
