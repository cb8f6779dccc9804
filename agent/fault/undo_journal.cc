#include "agent/fault/undo_journal.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/fault/state_folders.h"
#include "core/base/clock.h"

namespace shakedown {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSuffix = ".undo";
constexpr const char* kCommandSuffix = ".command";
constexpr Duration kRecordPoll = std::chrono::milliseconds(5);

std::vector<std::string> names_with(const std::string& folder, const std::string& suffix) {
  std::vector<std::string> out;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.ends_with(suffix)) out.push_back(name.substr(0, name.size() - suffix.size()));
  }
  std::sort(out.rbegin(), out.rend());
  return out;
}

uint64_t sequence_of(const std::string& id) {
  uint64_t sequence = 0;
  std::from_chars(id.data(), id.data() + id.size(), sequence);
  return sequence;
}

// The file at the path is the one that is open: nobody has replaced or removed it.
bool is_current(int file, const std::string& path) {
  struct stat opened {}, named {};
  return ::fstat(file, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

}  // namespace

Result<UndoJournal> UndoJournal::open(std::string folder) {
  SHAKEDOWN_TRY(prepare_private_folder(folder));
  SHAKEDOWN_TRY(sync_folder(fs::path(folder).parent_path().string()));
  return UndoJournal(std::move(folder));
}

std::string UndoJournal::path(const std::string& id) const { return folder_ + "/" + id + kSuffix; }

Result<void> UndoJournal::add(UndoRecord& record) {
  const std::vector<std::string> standing = list();
  record.sequence = std::max(record.sequence, standing.empty() ? 0 : sequence_of(standing.front())) + 1;
  char number[24];
  std::snprintf(number, sizeof number, "%08llu", static_cast<unsigned long long>(record.sequence));
  record.id = std::string(number) + "-" + record.kind;
  const Result<void> written = write_durably(path(record.id), encode(record));
  if (written.has_error()) {
    ::unlink(path(record.id).c_str());
    return fail(written.error());
  }
  return ok();
}

Result<void> UndoJournal::update(const UndoRecord& record, RecordLock& lock) {
  SHAKEDOWN_TRY(const int file, write_durably_locked(path(record.id), encode(record)));
  lock = RecordLock(FileDescriptor(file));
  return ok();
}

Result<UndoRecord> UndoJournal::read(const std::string& id) const {
  SHAKEDOWN_TRY(const std::string text, read_file(path(id)));
  Result<UndoRecord> record = decode_undo_record(text);
  if (record.has_error()) return fail(record.error().kind, path(id) + ": " + record.error().message);
  return record;
}

bool UndoJournal::contains(const std::string& id) const { return ::access(path(id).c_str(), F_OK) == 0; }

std::vector<std::string> UndoJournal::list() const { return names_with(folder_, kSuffix); }

Result<void> UndoJournal::remove(const std::string& id) {
  if (::unlink(path(id).c_str()) != 0 && errno != ENOENT) {
    return fail(errno_error("cannot remove the undo record " + path(id), errno));
  }
  return sync_folder(folder_);
}

Task<LockOutcome> UndoJournal::lock(std::string id, MonoTime limit, RecordLock& lock) const {
  const std::string name = path(id);
  while (true) {
    FileDescriptor file(::open(name.c_str(), O_RDWR | O_CLOEXEC));
    if (!file.valid() && errno == ENOENT) co_return LockOutcome::removed;
    if (file.valid() && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0 && is_current(file.get(), name)) {
      lock = RecordLock(std::move(file));
      co_return LockOutcome::held;
    }
    if (mono_now() >= limit) co_return LockOutcome::busy;
    const MonoTime next = std::min(limit, mono_now() + kRecordPoll);
    co_await wait_until(next);
  }
}

void UndoJournal::remove_if_empty() {
  if (!list().empty()) return;
  for (const char* suffix : {kCommandSuffix, ".new", ".log"}) {
    for (const std::string& name : names_with(folder_, suffix)) ::unlink((folder_ + "/" + name + suffix).c_str());
  }
  ::rmdir(folder_.c_str());
}

std::string UndoJournal::command_file(const std::string& id) const {
  return folder_ + "/" + id + "." + std::to_string(::getpid()) + "-" + std::to_string(++commands_) + kCommandSuffix;
}

Task<void> end_commands(const UndoJournal& journal, std::string id) {
  for (const std::string& name : names_with(journal.folder(), kCommandSuffix)) {
    if (!name.starts_with(id + ".")) continue;
    const std::string file = journal.folder() + "/" + name + kCommandSuffix;
    const Result<std::string> text = read_file(file);
    const auto stat = text.has_value() ? parse_process_stat(text.value()) : std::nullopt;
    if (stat && is_running(stat->ref)) {
      Result<ProcessHandle> leader = ProcessHandle::open(stat->ref);
      if (leader.has_value()) {
        ::kill(-stat->ref.pid, SIGKILL);  // it leads its group, and it is still there
        const MonoTime limit = mono_now() + std::chrono::seconds(2);
        co_await wait_readable(leader.value().pidfd(), limit);
      }
    }
    ::unlink(file.c_str());
  }
}

}  // namespace shakedown
