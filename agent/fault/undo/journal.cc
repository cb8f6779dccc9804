#include "agent/fault/undo/journal.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/fault/mechanisms/process/pidfile.h"
#include "agent/fault/mechanisms/process/scope.h"
#include "agent/fault/undo/owner_lock.h"
#include "agent/fault/undo/state_folders.h"
#include "core/base/clock.h"

namespace shakedown {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSuffix = ".undo";
constexpr const char* kDoneSuffix = ".done";
constexpr const char* kCommandSuffix = ".command";
constexpr const char* kUndoingSuffix = ".undoing";
const std::string kNoRecord = "step";
constexpr Duration kGroupEnds = std::chrono::seconds(2);
constexpr Duration kRecordPoll = std::chrono::milliseconds(5);
constexpr Duration kOpens = std::chrono::milliseconds(250);  // descriptors may be free again in a moment

// complete: false when there may be more.
std::vector<std::string> names_with(const std::string& folder, const std::string& suffix, bool* complete = nullptr) {
  std::vector<std::string> out;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.ends_with(suffix)) out.push_back(name.substr(0, name.size() - suffix.size()));
  }
  std::sort(out.rbegin(), out.rend());
  if (complete != nullptr) *complete = !error;
  return out;
}

// A process number means nothing after the next boot.
std::string this_boot() { return "-" + boot_id().substr(0, 8); }

bool is_gone(int error) { return error == ENOENT || error == ENOTDIR; }

uint64_t sequence_of(const std::string& id) {
  uint64_t sequence = 0;
  std::from_chars(id.data(), id.data() + id.size(), sequence);
  return sequence;
}

// The file at the path is the one that is open: nobody has replaced or removed it.
bool is_current(int file, const std::string& path) {
  struct stat opened {
  }, named{};
  return ::fstat(file, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

}  // namespace

ProcessRef folder_owner(const std::string& folder) {
  std::istringstream name(fs::path(folder).filename().string());
  ProcessRef owner;
  char dash = 0;
  name >> owner.pid >> dash >> owner.start;
  return owner;
}

Result<UndoJournal> UndoJournal::open(std::string folder) {
  SHAKEDOWN_TRY(prepare_private_folder(folder));
  SHAKEDOWN_TRY(sync_folder(fs::path(folder).parent_path().string()));
  return UndoJournal(std::move(folder));
}

Result<UndoJournal> UndoJournal::open_as_owner(std::string folder) {
  SHAKEDOWN_TRY(auto owner, OwnerLock::hold(folder));
  SHAKEDOWN_TRY(auto journal, open(std::move(folder)));
  journal.owner_ = std::move(owner);
  return journal;
}

std::string UndoJournal::path(const std::string& id) const { return folder_ + "/" + id + kSuffix; }

Result<void> UndoJournal::add(UndoRecord& record) {
  const std::vector<std::string> standing = list();
  record.sequence = std::max(record.sequence, standing.empty() ? 0 : sequence_of(standing.front())) + 1;
  char number[24];
  std::snprintf(number, sizeof number, "%08llu", static_cast<unsigned long long>(record.sequence));
  record.id = std::string(number) + "-" + record.kind;
  ::unlink(done(record.id).c_str());  // of an earlier one with this number
  const Result<void> written = write_durably(path(record.id), encode(record));
  if (written.has_error()) {
    ::unlink(path(record.id).c_str());
    return fail(written.error());
  }
  known_[record.id] = record;
  return ok();
}

Result<void> UndoJournal::update(const UndoRecord& record, RecordLock& lock) {
  SHAKEDOWN_TRY(const int file, write_durably_locked(path(record.id), encode(record)));
  lock = RecordLock(FileDescriptor(file));
  known_[record.id] = record;
  return ok();
}

Result<UndoRecord> UndoJournal::read(const std::string& id) const {
  const Result<std::string> text = read_file(path(id));
  const auto known = known_.find(id);
  if (!text && known != known_.end()) return known->second;
  if (!text) return fail(text.error());
  Result<UndoRecord> record = decode_undo_record(text.value());
  if (record.has_error()) return fail(record.error().kind, path(id) + ": " + record.error().message);
  return record;
}

std::string UndoJournal::done(const std::string& id) const { return folder_ + "/" + id + kDoneSuffix; }

bool UndoJournal::taken_back(const std::string& id) const { return ::access(done(id).c_str(), F_OK) == 0; }

bool UndoJournal::contains(const std::string& id) const { return ::access(path(id).c_str(), F_OK) == 0; }

std::vector<std::string> UndoJournal::list() const {
  std::vector<std::string> ids = names_with(folder_, kSuffix);
  for (const auto& [id, record] : known_) ids.push_back(id);
  std::sort(ids.rbegin(), ids.rend());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

Result<void> UndoJournal::remove(const std::string& id) {
  const int error = ::rename(path(id).c_str(), done(id).c_str()) == 0 ? 0 : errno;
  if (error != 0 && !is_gone(error)) return fail(errno_error("cannot remove the undo record " + path(id), error));
  known_.erase(id);
  return error == 0 ? sync_folder(folder_) : ok();
}

std::optional<UndoRecord> UndoJournal::remembered(const std::string& id) const {
  const auto known = known_.find(id);
  return known == known_.end() ? std::nullopt : std::optional(known->second);
}

std::vector<std::string> UndoJournal::missing() const {
  std::vector<std::string> ids;
  for (const auto& [id, record] : known_) {
    if (!contains(id) && !taken_back(id)) ids.push_back(id);
  }
  return ids;
}

Result<void> UndoJournal::restore(const std::string& id) {
  SHAKEDOWN_TRY(prepare_private_folder(folder_));
  return write_durably(path(id), encode(known_.at(id)));
}

void UndoJournal::remember_standing() {
  bool complete = false;
  std::map<std::string, UndoRecord> now;
  for (const std::string& id : names_with(folder_, kSuffix, &complete)) {
    Result<UndoRecord> record = read(id);
    if (record.has_value())
      now[id] = std::move(record.value());
    else
      complete = false;
  }
  if (!complete) now.merge(known_);
  known_ = std::move(now);
}

Task<LockOutcome> UndoJournal::lock(std::string id, MonoTime limit, RecordLock& lock) const {
  const std::string name = path(id);
  const MonoTime opens = mono_now() + kOpens;
  while (true) {
    FileDescriptor file(::open(name.c_str(), O_RDWR | O_CLOEXEC));
    // A disk that has turned read-only keeps nobody from taking the change back.
    if (!file.valid() && (errno == EROFS || errno == EIO)) file = FileDescriptor(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
    const int error = errno;
    const bool gone = ::access(name.c_str(), F_OK) != 0 && is_gone(errno);
    if (!file.valid() && (is_gone(error) || gone)) co_return LockOutcome::removed;
    if (file.valid() && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0 && is_current(file.get(), name)) {
      lock = RecordLock(std::move(file));
      co_return LockOutcome::held;
    }
    if (mono_now() >= limit) co_return LockOutcome::busy;
    if (!file.valid() && mono_now() >= opens) co_return LockOutcome::unable;
    const MonoTime next = std::min(limit, mono_now() + kRecordPoll);
    co_await wait_until(next);
  }
}

void UndoJournal::remove_if_empty() {
  owner_ = OwnerLock();
  if (!list().empty() || has_notes()) return;
  for (const char* suffix : {".new", ".log", kDoneSuffix}) {
    for (const std::string& name : names_with(folder_, suffix)) ::unlink((folder_ + "/" + name + suffix).c_str());
  }
  ::rmdir(folder_.c_str());
  if (::access(folder_.c_str(), F_OK) != 0) remove_owner_lock(folder_);
}

CommandNote UndoJournal::note(const std::string& id, bool undoing) const {
  if (::access(folder_.c_str(), W_OK) != 0) return {"", undoing, !undoing};  // taken away: an undo goes on all the same
  const std::string owner = std::to_string(::getpid()) + "-" + std::to_string(++commands_) + this_boot();
  return {folder_ + "/" + (id.empty() ? kNoRecord : id) + "." + owner + (undoing ? kUndoingSuffix : kCommandSuffix), undoing,
          !undoing};
}

bool UndoJournal::has_notes() const {
  return !names_with(folder_, kCommandSuffix).empty() || !names_with(folder_, kUndoingSuffix).empty();
}

namespace {

// The process group that a noted command leads, or led: while one of its members lives, no other can get its number.
Result<bool> group_lives(const ProcessStat& leader) {
  SHAKEDOWN_TRY(const auto now, look_at(leader.ref.pid));
  if (now && now->ref != leader.ref) return false;
  SHAKEDOWN_TRY(const auto members, group_members(leader.ref.pid, leader.ref.pid));
  return !members.empty();
}

Result<bool> holds_component(const ProcessStat& leader, const UndoRecord* record) {
  if (record == nullptr) return false;
  std::vector<const BoundComponent*> components{&record->component};
  for (const BoundAction& action : record->undo) components.push_back(&action.component);
  for (const BoundComponent* one : components) {
    if (!one->component.process()) continue;
    const Result<Sighting> seen = look(*one->component.process());
    if (seen.has_error() && seen.error().kind == ErrorKind::io) return fail(seen.error());
    if (seen.has_error() || seen.value().presence != Presence::running) continue;
    SHAKEDOWN_TRY(const auto stat, look_at(seen.value().process->pid()));
    if (stat && stat->group == leader.ref.pid) return true;
  }
  return false;
}

// Error: it could not be looked at, and may live.
Task<Result<void>> end_group(ProcessStat leader, const UndoRecord* record) {
  const Result<bool> holds = holds_component(leader, record);
  if (holds.has_error()) co_return fail(holds.error());
  const MonoTime limit = mono_now() + kGroupEnds;
  while (!holds.value() && mono_now() < limit) {
    const Result<bool> lives = group_lives(leader);
    if (lives.has_error()) co_return fail(lives.error());
    if (!lives.value()) break;
    ::kill(-leader.ref.pid, SIGKILL);
    const MonoTime next = mono_now() + kRecordPoll;
    co_await wait_until(next);
  }
  co_return ok();
}

// Two undo commands at once would undo each other. One that has not ended by its limit is ended alone.
Task<void> await_undo(ProcessStat leader, const UndoRecord* record) {
  Duration longest{};
  for (const BoundAction& action : record->undo) longest = std::max(longest, action.action.limit);
  const MonoTime limit = mono_now() + longest;
  while (is_running(leader.ref)) {
    const Result<bool> holds = holds_component(leader, record);
    if (holds.has_value() && holds.value()) co_return;
    if (mono_now() >= limit) {
      const Result<ProcessHandle> late = ProcessHandle::open(leader.ref);
      if (late.has_value()) (void)late.value().signal(SIGKILL);
      co_return;
    }
    const MonoTime next = mono_now() + kRecordPoll;
    co_await wait_until(next);
  }
}

}  // namespace

std::vector<std::string> abandoned_commands(const std::string& folder) {
  std::vector<std::string> out;
  if (owner_alive(folder, Owner{"", folder_owner(folder), boot_id()})) return out;
  for (const char* suffix : {kCommandSuffix, kUndoingSuffix}) {
    for (const std::string& name : names_with(folder, suffix)) {
      if (!name.ends_with(this_boot())) continue;
      const Result<std::string> text = read_file(folder + "/" + name + suffix);
      const auto leader = text.has_value() ? parse_process_stat(text.value()) : std::nullopt;
      const Result<bool> lives = leader ? group_lives(*leader) : Result<bool>(text.has_error());
      if (lives.has_error() || lives.value()) out.push_back(name + suffix);
    }
  }
  return out;
}

Task<void> end_commands(const UndoJournal& journal, const UndoRecord* record) {
  const std::string of = (record == nullptr ? kNoRecord : record->id) + ".";
  for (const char* suffix : {kCommandSuffix, kUndoingSuffix}) {
    for (const std::string& name : names_with(journal.folder(), suffix)) {
      if (!name.starts_with(of)) continue;
      const std::string file = journal.folder() + "/" + name + suffix;
      const Result<std::string> text = read_file(file);
      if (text.has_error() && text.error().kind == ErrorKind::io) continue;
      const auto leader = text.has_value() && name.ends_with(this_boot()) ? parse_process_stat(text.value()) : std::nullopt;
      if (leader && suffix == kUndoingSuffix) co_await await_undo(*leader, record);
      Result<void> ended = ok();
      if (leader && suffix == kCommandSuffix) ended = co_await end_group(*leader, record);
      if (ended.has_value()) ::unlink(file.c_str());
    }
  }
}

}  // namespace shakedown
