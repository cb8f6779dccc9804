#include "agent/audit/audit.h"

#include <cerrno>
#include <fstream>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/audit/lines.h"
#include "core/base/clock.h"
#include "core/base/printable.h"
#include "core/base/units.h"
#include "core/runtime/file_descriptor.h"

namespace shakedown {
namespace {

constexpr std::size_t kLongestText = 4096;

struct Head {
  uint64_t number = 0;
  std::string chain = audit::kBeginning;
};

std::string head_file(const std::string& folder) { return folder + "/audit.head"; }

// What the last whole line says; the head file only vouches for it.
Head last_of(int file, uint64_t size) {
  std::string tail(std::min<uint64_t>(size, 4 * kLongestText), '\0');
  const ssize_t got = ::pread(file, tail.data(), tail.size(), static_cast<off_t>(size - tail.size()));
  tail.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  while (!tail.empty() && tail.back() == '\n') tail.pop_back();
  const std::size_t begin = tail.rfind('\n');
  const auto line = audit::parse(begin == std::string::npos ? tail : tail.substr(begin + 1));
  return line ? Head{line->number, line->chain} : Head{};
}

Head head_of(const std::string& folder) {
  Head head;
  std::ifstream file(head_file(folder));
  if (!(file >> head.number >> head.chain)) return {};
  return head;
}

Result<void> write_head(const std::string& folder, const Head& head) {
  const std::string path = head_file(folder), fresh = path + ".new";
  const std::string text = std::to_string(head.number) + " " + head.chain + "\n";
  FileDescriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  const bool written = file.valid() && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(file.get()) == 0 && ::rename(fresh.c_str(), path.c_str()) == 0;
  if (written) return ok();
  return fail(errno_error("the audit " + path + " cannot be written", errno));
}

void rotate(const std::string& file, int files) {
  const auto name = [&](int i) { return i == 0 ? file : file + "." + std::to_string(i); };
  ::unlink(name(files).c_str());
  for (int i = files - 1; i >= 0; --i) ::rename(name(i).c_str(), name(i + 1).c_str());
}

std::string shortened(const std::string& text) {
  std::string out = clean(text);
  if (out.size() > kLongestText) out.resize(kLongestText);
  return clean(out);  // a character may have been cut
}

audit::Json body_of(const AuditEntry& entry, uint64_t number, const std::string& before) {
  audit::Json body;
  body["n"] = number;
  body["at"] = format_wall(system_clock().wall());
  body["who"] = shortened(entry.who);
  if (!entry.run.empty()) body["run"] = shortened(entry.run);
  body["what"] = entry.what;
  body["text"] = shortened(entry.text);
  body["before"] = before;
  return body;
}

}  // namespace

std::optional<audit::Line> audit::parse(const std::string& text) {
  Json body = Json::parse(text, nullptr, false);
  if (!body.is_object() || !body.contains("chain") || !body["chain"].is_string() || !body.contains("n") ||
      !body["n"].is_number_unsigned()) {
    return std::nullopt;
  }
  Line line;
  line.chain = body["chain"];
  line.number = body["n"];
  body.erase("chain");
  line.body = std::move(body);
  return line;
}

// In turn: whoever holds the lock of the folder's lock file appends.
Result<void> Audit::append(const AuditEntry& entry) const {
  if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST) {
    return fail(errno_error("the folder " + folder_ + " of the audit cannot be made", errno));
  }
  const std::string lock_file = folder_ + "/audit.lock";
  const FileDescriptor lock(::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock.valid() || ::flock(lock.get(), LOCK_EX) != 0) {
    return fail(errno_error("the audit's lock " + lock_file + " cannot be taken", errno));
  }
  struct stat info {};
  if (::stat(file().c_str(), &info) == 0 && static_cast<uint64_t>(info.st_size) >= limits_.largest) rotate(file(), limits_.files);
  const FileDescriptor log(::open(file().c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!log.valid() || ::fstat(log.get(), &info) != 0)
    return fail(errno_error("the audit " + file() + " cannot be opened", errno));
  const auto size = static_cast<uint64_t>(info.st_size);
  const Head last = size > 0 ? last_of(log.get(), size) : head_of(folder_);
  audit::Json body = body_of(entry, last.number + 1, last.chain);
  const std::string chain = audit::link(last.chain, body);
  body["chain"] = chain;
  const std::string line = body.dump() + "\n";
  const bool whole = ::write(log.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(log.get()) == 0;
  if (!whole) {
    const int problem = errno;
    static_cast<void>(::ftruncate(log.get(), info.st_size));
    return fail(errno_error("the audit " + file() + " cannot be written", problem));
  }
  return write_head(folder_, {last.number + 1, chain});
}

}  // namespace shakedown
