#include "controller/record/run_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/base/printable.h"
#include "core/base/regular_file.h"
#include "core/base/units.h"
#include "core/runtime/file_descriptor.h"

namespace shakedown {
namespace fs = std::filesystem;

Result<RunFolder> RunFolder::create(const std::string& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  RunFolder folder(absolute.lexically_normal().string());
  if (fs::exists(folder.journal(), error) || fs::exists(folder.file("scorecard.json"), error)) {
    return fail(ErrorKind::output, "the output folder " + folder.path_ +
                                       " already holds a run; name another one with --out, runs are never overwritten");
  }
  return reopen(folder.path_);
}

Result<void> require_own_folder(const std::string& path, bool ours_alone) {
  struct stat named {
  }, meant{};
  if (::lstat(path.c_str(), &named) != 0 || ::stat(path.c_str(), &meant) != 0)
    return fail(errno_error("the folder " + path + " cannot be used", errno, ErrorKind::output));
  const bool link = S_ISLNK(named.st_mode);
  const uid_t owner = named.st_uid != ::geteuid() ? named.st_uid : meant.st_uid;
  std::string why;
  if (!S_ISDIR(meant.st_mode)) {
    why = "it is none";
  } else if (owner != ::geteuid()) {
    why = std::string(link ? "that link or what it names" : "it") + " is of another user (" + std::to_string(owner) +
          "), who could lead elsewhere what is written there";
  } else if (ours_alone && (link || (meant.st_mode & S_IWOTH) != 0)) {
    why = link ? "it is a link, which leads elsewhere what is written there" : "everybody may write there";
  }
  if (why.empty()) return ok();
  return fail(ErrorKind::output, "expected a folder of our own at " + path + ", but " + why + "; name another one with --out");
}

Result<RunFolder> RunFolder::reopen(const std::string& path) {
  std::error_code error;
  RunFolder folder(fs::absolute(path, error).lexically_normal().string());
  fs::create_directories(folder.path_, error);
  if (error || ::access(folder.path_.c_str(), W_OK | X_OK) != 0) {
    const int code = error ? error.value() : errno;
    return fail(errno_error("the output folder " + folder.path_ + " cannot be written", code, ErrorKind::output));
  }
  SHAKEDOWN_TRY(require_own_folder(folder.path_));
  return folder;
}

Result<RunFolder> RunFolder::open(const std::string& path) {
  std::error_code error;
  RunFolder folder(fs::absolute(path, error).lexically_normal().string());
  if (!fs::exists(folder.journal(), error)) {
    return fail(ErrorKind::usage, "expected a run folder, but " + folder.path_ +
                                      " holds no journal.shk; give the folder that `shakedown run` printed");
  }
  return folder;
}

Result<void> RunFolder::write(std::string_view name, std::string_view content) const {
  const std::string target = file(name);
  const std::string beside = target + ".part";
  FileDescriptor opened = create_anew(beside, 0644);
  if (!opened.valid()) return fail(errno_error(beside + " cannot be written", errno));
  const int fd = opened.get();
  int problem = 0;
  while (!content.empty() && problem == 0) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno != EINTR) problem = errno;
    if (n > 0) content.remove_prefix(static_cast<std::size_t>(n));
  }
  if (problem == 0 && ::fsync(fd) != 0) problem = errno;
  opened.reset();
  if (problem == 0 && ::rename(beside.c_str(), target.c_str()) != 0) problem = errno;
  if (problem == 0) return ok();
  ::unlink(beside.c_str());
  return fail(errno_error(target + " cannot be written", problem));
}

Result<std::string> RunFolder::read(std::string_view name) const { return file_content(file(name)); }

Result<std::string> file_content(const std::string& path) {
  constexpr std::size_t kLargest = 256 << 20;  // no report of ours is nearly as long
  return read_regular_file(path, kLargest);
}

std::string manifest_json(const Manifest& manifest) {
  using nlohmann::ordered_json;
  ordered_json agents = ordered_json::array();
  for (const AgentFacts& agent : manifest.agents) {
    agents.push_back({{"name", agent.name},
                      {"version", agent.version},
                      {"hostname", agent.host.hostname},
                      {"kernel", agent.host.kernel},
                      {"cpu", agent.host.cpu_model},
                      {"cores", agent.host.cores},
                      {"clock_bound_seconds", seconds(agent.clock_bound)}});
  }
  const ordered_json out = {{"run_id", manifest.run_id},
                            {"tool_version", manifest.tool_version},
                            {"started", format_wall(manifest.started)},
                            {"finished", format_wall(manifest.finished)},
                            {"state", to_string(manifest.state)},
                            {"ended_by", manifest.ended_by},
                            {"scenario_sha256", manifest.scenario_sha256},
                            {"seed", manifest.seed},
                            {"release_start", manifest.release_start},
                            {"release_end", manifest.release_end},
                            {"teardown_failures", manifest.teardown_failures},
                            {"controller",
                             {{"hostname", manifest.controller.hostname},
                              {"kernel", manifest.controller.kernel},
                              {"cores", manifest.controller.cores}}},
                            {"agents", agents}};
  return json_visible(out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace)) + "\n";
}

}  // namespace shakedown
