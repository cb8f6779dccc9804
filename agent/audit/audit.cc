#include "agent/audit/audit.h"

#include <cerrno>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/audit/lines.h"
#include "core/base/clock.h"
#include "core/base/printable.h"
#include "core/base/regular_file.h"
#include "core/base/units.h"
#include "core/runtime/file_descriptor.h"

namespace shakedown {
namespace {

constexpr std::size_t kLongestText = 4096;
constexpr Duration kPatience = std::chrono::milliseconds(500);

std::string head_file(const std::string& folder) { return folder + "/audit.head"; }

// The end of the log. A line without an end is what a crash cut; nobody was told that it is written.
std::string last_bytes(int log, uint64_t size) {
  std::string tail(std::min<uint64_t>(size, 8 * kLongestText), '\0');
  const ssize_t got = ::pread(log, tail.data(), tail.size(), static_cast<off_t>(size - tail.size()));
  tail.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return tail;
}

std::optional<audit::Line> last_line(std::string tail) {
  if (!tail.empty()) tail.pop_back();
  return audit::parse(tail.substr(tail.rfind('\n') + 1));  // npos + 1 = 0
}

// Which record the next one follows. The head is believed, not the log: else the next record would hide what was taken from the
// log's end. Without a head the chain breaks here, for the same reason.
audit::Head record_before(const std::string& folder, const std::string& tail) {
  const std::optional<audit::Line> line = last_line(tail);
  std::optional<audit::Head> head = audit::read_head(folder);
  if (!head && tail.empty()) return {};
  if (!head) return {line ? line->number : 0, "unknown", 1};
  const bool crashed_before_the_head = line && line->number == head->number + 1 && line->before() == head->chain;
  if (crashed_before_the_head) return {line->number, line->chain, head->oldest};
  return *head;
}

Result<void> write_head(const std::string& folder, const audit::Head& head) {
  const std::string path = head_file(folder), fresh = path + ".new";
  const std::string text = std::to_string(head.number) + " " + head.chain + " " + std::to_string(head.oldest) + "\n";
  FileDescriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  const bool written = file.valid() && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(file.get()) == 0 && ::rename(fresh.c_str(), path.c_str()) == 0;
  if (written) return ok();
  return fail(errno_error("the audit " + path + " cannot be written", errno));
}

// Returns the number of the oldest record that is left; 0 = it cannot be told.
uint64_t rotate(const std::string& file, int files) {
  const auto name = [&](int i) { return i == 0 ? file : file + "." + std::to_string(i); };
  ::unlink(name(files).c_str());
  for (int i = files - 1; i >= 0; --i) ::rename(name(i).c_str(), name(i + 1).c_str());
  int oldest = files;
  while (oldest > 1 && ::access(name(oldest).c_str(), F_OK) != 0) --oldest;
  std::ifstream kept(name(oldest));
  std::string text;
  const auto line = std::getline(kept, text) ? audit::parse(text) : std::nullopt;
  return line ? line->number : 0;
}

// For a short time: who holds it may be frozen, and an undo or a halt waits for nobody. errno says why not.
bool take_lock(int lock) {
  const MonoTime limit = mono_now() + kPatience;
  while (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return false;
    if (mono_now() >= limit) {
      errno = EBUSY;
      return false;
    }
    ::poll(nullptr, 0, 2);  // the kernel tells nobody that a lock has become free within a time
  }
  return true;
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
  if (!body.is_object() || body.dump() != text || !body.contains("chain") || !body["chain"].is_string() || !body.contains("n") ||
      !body["n"].is_number_unsigned() || !body.contains("before") || !body["before"].is_string()) {
    return std::nullopt;
  }
  Line line;
  line.chain = body["chain"];
  line.number = body["n"];
  body.erase("chain");
  line.body = std::move(body);
  return line;
}

std::optional<audit::Head> audit::read_head(const std::string& folder) {
  const auto text = read_regular_file(head_file(folder), 1024);
  Head head;
  std::istringstream words(text ? text.value() : "");
  if (!(words >> head.number >> head.chain >> head.oldest)) return std::nullopt;
  return head;
}

// In turn: whoever holds the lock of the folder's lock file appends.
Result<void> Audit::append(const AuditEntry& entry) const {
  if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST) {
    return fail(errno_error("the folder " + folder_ + " of the audit cannot be made", errno));
  }
  const std::string lock_file = folder_ + "/audit.lock";
  const FileDescriptor lock(::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock.valid() || !take_lock(lock.get())) {
    return fail(errno_error("the audit's lock " + lock_file + " cannot be taken", errno));
  }
  const auto open_log = [this] {
    return FileDescriptor(::open(file().c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  };
  FileDescriptor log = open_log();
  struct stat info {};
  if (!log.valid() || ::fstat(log.get(), &info) != 0)
    return fail(errno_error("the audit " + file() + " cannot be opened", errno));
  if (!S_ISREG(info.st_mode)) return fail(ErrorKind::io, "the audit " + file() + " is no regular file; remove it");
  auto size = static_cast<uint64_t>(info.st_size);
  std::string tail = last_bytes(log.get(), size);
  const std::size_t cut = tail.size() - (tail.rfind('\n') + 1);
  tail.resize(tail.size() - cut);
  if (cut > 0 && ::ftruncate(log.get(), static_cast<off_t>(size -= cut)) != 0) {
    return fail(errno_error("the audit " + file() + " cannot be written", errno));
  }
  audit::Head last = record_before(folder_, tail);
  if (size >= limits_.largest) {
    if (const uint64_t oldest = rotate(file(), limits_.files); oldest > 0) last.oldest = oldest;
    log = open_log();
    size = 0;
    if (!log.valid()) return fail(errno_error("the audit " + file() + " cannot be opened", errno));
  }
  audit::Json body = body_of(entry, last.number + 1, last.chain);
  const std::string chain = audit::link(last.chain, body);
  body["chain"] = chain;
  const std::string line = body.dump() + "\n";
  const bool whole = ::write(log.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(log.get()) == 0;
  if (!whole) {
    const int problem = errno;
    static_cast<void>(::ftruncate(log.get(), static_cast<off_t>(size)));
    return fail(errno_error("the audit " + file() + " cannot be written", problem));
  }
  return write_head(folder_, {last.number + 1, chain, last.oldest});
}

}  // namespace shakedown
