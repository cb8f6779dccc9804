#include "agent/fault/undo/standing.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>

#include <fcntl.h>
#include <unistd.h>

#include "agent/audit/audit.h"
#include "agent/fault/mechanisms/process/component_lock.h"
#include "agent/fault/undo/halt_mark.h"
#include "agent/fault/undo/state_folders.h"
#include "agent/fault/undo/undo.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/printable.h"
#include "core/base/units.h"

namespace shakedown {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> searched(const std::string& named) { return named.empty() ? state_dirs() : std::vector{named}; }

// The state_dir that holds this folder of records.
std::string state_dir_of(const std::string& folder) { return fs::path(folder).parent_path().parent_path().string(); }

// The run whose folder of records this is: PID-START-RUN-AGENT-HASH (records_folder, file_name_for).
std::string run_of(const std::string& folder) {
  std::string name = fs::path(folder).filename().string();
  for (int dashes = 0; dashes < 2; ++dashes) name.erase(0, std::min(name.find('-'), name.size() - 1) + 1);
  for (int dashes = 0; dashes < 2; ++dashes) name.erase(std::min(name.rfind('-'), name.size()));
  return name;
}

Standing standing_of(const std::string& folder, const std::string& record) {
  Standing one;
  one.folder = folder;
  one.record = record;
  one.id = fs::path(folder).filename().string() + "/" + record;
  one.what.owner.run_id = run_of(folder);  // where the record does not tell it
  const Result<std::string> text = read_file(folder + "/" + record + ".undo");
  if (!text) one.trouble = text.error().message;
  if (!text) return one;
  Result<UndoRecord> what = decode_undo_record(text.value());
  if (!what) one.trouble = what.error().message;
  if (!what) return one;
  one.what = std::move(what.value());
  one.alive = owner_alive(folder, one.what.owner);
  return one;
}

// Commands that their dead owner left running.
std::vector<Standing> commands_of(const std::string& folder) {
  std::vector<Standing> out;
  for (const std::string& note : abandoned_commands(folder)) {
    Standing one;
    one.folder = folder;
    one.record = note;
    one.id = fs::path(folder).filename().string() + "/" + note;
    one.command = true;
    one.what.owner.run_id = run_of(folder);
    out.push_back(std::move(one));
  }
  return out;
}

std::string lock_key_of(const UndoRecord& record) {
  const ProcessSpec* process = record.component.component.process();
  return process ? process->pidfile : record.component.folder + ":" + record.component.component.name;
}

// Held while records are taken back, so that no drill begins on the same component.
Result<std::vector<ComponentLock>> lock_components_of(const std::vector<Standing>& records) {
  std::vector<ComponentLock> locks;
  std::set<std::string> held;
  for (const Standing& one : records) {
    if (one.command) continue;
    const std::string key = lock_key_of(one.what);
    if (!held.insert(lock_name(key)).second) continue;
    const LockHolder holder{Owner{one.what.owner.run_id, own_process(), boot_id()}, state_dir_of(one.folder)};
    const std::string& dir = one.what.component.lock_dir;
    SHAKEDOWN_TRY(auto lock, ComponentLock::acquire(dir.empty() ? default_state_dir() : dir, key,
                                                    one.what.component.component.name, holder, LockFor::undo));
    locks.push_back(std::move(lock));
  }
  return locks;
}

// One line, appended and synced.
Result<void> note_forgotten(const std::string& path, const std::string& line) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return fail(errno_error(path + " cannot be written", errno));
  int problem = ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) ? 0 : EIO;
  if (problem == 0 && ::fsync(fd) != 0) problem = errno;
  ::close(fd);
  if (problem != 0) return fail(errno_error(path + " cannot be written", problem));
  return ok();
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

// A folder in which there may be records that we cannot see.
Standing not_listed(const std::string& folder, const std::error_code& error) {
  Standing one;
  one.folder = one.id = folder;
  one.trouble = "the folder cannot be listed: " + error.message();
  return one;
}

// Ours may not have been made yet; one that somebody names is there, and no link leads nowhere: a mistake would read as
// "nothing stands".
std::error_code why_no_folder(const std::string& dir, bool named) {
  std::error_code error;
  const bool absent = fs::symlink_status(dir, error).type() == fs::file_type::not_found;
  if (absent && !named) return {};
  const fs::file_type type = fs::status(dir, error).type();
  if (type == fs::file_type::not_found) return std::make_error_code(std::errc::no_such_file_or_directory);
  if (type != fs::file_type::directory && !error) return std::make_error_code(std::errc::not_a_directory);
  return type == fs::file_type::directory ? std::error_code() : error;
}

// Its entries of which `wanted` is true, ascending. One that is not there has none.
template <class Wanted>
std::vector<fs::path> entries_of(const std::string& folder, std::vector<Standing>& trouble, const Wanted& wanted) {
  std::vector<fs::path> out;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (wanted(*it)) out.push_back(it->path());
  }
  if (error && error != std::errc::no_such_file_or_directory) trouble.push_back(not_listed(folder, error));
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

std::string Standing::text() const {
  if (command) return one_line(id + ": a command of run " + what.owner.run_id + " still runs, though its agent has ended");
  if (record.empty() && !trouble.empty()) return one_line(id + ": " + trouble + "; what stands is not known");
  if (!trouble.empty()) return id + ": the record cannot be read: " + one_line(trouble);
  std::string out = id + ": " + what.what() + ", run " + what.owner.run_id;
  if (alive) return one_line(out + ", which still runs (process " + std::to_string(what.owner.process.pid) + ")");
  if (!what.touched) return one_line(out + ", recorded but not changed");
  out += what.undo.empty() ? "; it comes back by itself" : "; undo:";
  for (const BoundAction& action : what.undo) out += " " + action.action.describe + ",";
  if (out.ends_with(',')) out.pop_back();
  return one_line(out);
}

std::vector<Standing> standing(const std::string& state_dir) {
  std::vector<Standing> out;
  std::vector<fs::path> folders;
  for (const std::string& dir : searched(state_dir)) {
    std::error_code no_folder = why_no_folder(dir, !state_dir.empty());
    if (!no_folder) no_folder = why_no_folder(dir + "/undo", false);
    if (no_folder) out.push_back(not_listed(dir, no_folder));
    if (no_folder) continue;
    const auto is_folder = [](const fs::directory_entry& entry) {
      std::error_code unknown;  // listing it tells then why
      return entry.is_directory(unknown) || (unknown && unknown != std::errc::no_such_file_or_directory);
    };
    for (fs::path& folder : entries_of(dir + "/undo", out, is_folder)) folders.push_back(std::move(folder));
  }
  std::sort(folders.begin(), folders.end());
  for (const fs::path& folder : folders) {
    const auto is_record = [](const fs::directory_entry& entry) { return entry.path().extension() == ".undo"; };
    for (const fs::path& record : entries_of(folder.string(), out, is_record))
      out.push_back(standing_of(folder.string(), record.stem().string()));
    for (Standing& one : commands_of(folder.string())) out.push_back(std::move(one));
  }
  return out;
}

namespace {

// Takes back all of one run; the records are what stands of it, its commands included.
Result<std::vector<std::string>> take_back_records(const std::string& run_id, std::vector<Standing> records) {
  std::vector<std::string> left;
  for (const Standing& one : records) {
    if (!one.trouble.empty()) left.push_back(one.text() + "; take it back by hand, then `undo --forget`");
  }
  std::erase_if(records, [](const Standing& one) { return !one.trouble.empty(); });
  for (const Standing& one : records) {
    if (!one.alive) continue;
    return fail(ErrorKind::locked, "run " + run_id + " is not over: its agent, process " +
                                       std::to_string(one.what.owner.process.pid) +
                                       ", still runs; end the run (Ctrl-C undoes everything)");
  }
  SHAKEDOWN_TRY(auto locks, lock_components_of(records));
  HostLocks host;
  for (const Standing& one : records) {
    if (one.command) continue;
    SHAKEDOWN_TRY(host.hold(lock_key_of(one.what), one.what.component.component));
  }
  std::vector<UndoOutcome> outcomes;
  std::set<std::string> folders;
  for (const Standing& one : records) {
    if (folders.insert(one.folder).second) sweep_folder(one.folder, "local user " + user_name(::getuid()), outcomes);
  }
  for (std::string& one : leftovers_of(outcomes)) left.push_back(std::move(one));
  if (left.empty()) {
    for (ComponentLock& lock : locks) lock.leave_in_order();
  }
  return left;
}

bool of_no_run(const Standing& one) { return one.record.empty() && !one.command; }

}  // namespace

Result<std::vector<std::string>> take_back_run(const std::string& run_id, const std::string& state_dir) {
  std::vector<Standing> records = standing(state_dir);
  const auto unknown = std::find_if(records.begin(), records.end(), [](const Standing& one) { return one.record.empty(); });
  if (unknown != records.end()) return fail(ErrorKind::io, unknown->text());
  std::erase_if(records, [&](const Standing& one) { return one.what.owner.run_id != run_id; });
  if (records.empty()) {
    return fail(ErrorKind::usage, "nothing of run " + run_id + " stands on this host; `undo --list` shows what does");
  }
  return take_back_records(run_id, std::move(records));
}

std::vector<std::string> take_back_all(const std::string& state_dir) {
  std::map<std::string, std::vector<Standing>> runs;
  std::vector<std::string> left;
  for (Standing& one : standing(state_dir)) {
    if (of_no_run(one)) {
      left.push_back(one.text());
    } else {
      runs[one.what.owner.run_id].push_back(std::move(one));
    }
  }
  for (auto& [run, records] : runs) {
    if (std::any_of(records.begin(), records.end(), [](const Standing& one) { return one.alive; })) continue;
    const auto still = take_back_records(run, std::move(records));
    if (still) {
      left.insert(left.end(), still.value().begin(), still.value().end());
    } else {
      left.push_back("run " + run + ": " + still.error().text());
    }
  }
  return left;
}

Result<Standing> forget(const std::string& id, const std::string& why, const std::string& state_dir) {
  if (one_line(why).find_first_not_of(' ') == std::string::npos) {
    return fail(ErrorKind::usage, "--forget needs --why TEXT: it is kept beside what was forgotten");
  }
  std::vector<Standing> found = standing(state_dir);
  std::erase_if(found, [&](const Standing& one) { return one.record.empty() || !one.id.ends_with(id); });
  if (id.empty() || found.size() != 1) {
    return fail(ErrorKind::usage, "expected the id of one record, " + std::to_string(found.size()) + " end with \"" + id +
                                      "\"; `undo --list` shows them");
  }
  Standing& one = found.front();
  if (one.command)
    return fail(ErrorKind::usage, "that is a command, not a record; `undo --run " + one.what.owner.run_id + "` ends it");
  if (one.alive) return fail(ErrorKind::locked, "its agent still runs; end the run (Ctrl-C undoes everything)");
  const std::string line = format_wall(system_clock().wall()) + " uid " + std::to_string(::getuid()) + " forgot " + one.text() +
                           "; why: " + one_line(why) + "\n";
  SHAKEDOWN_TRY(note_forgotten(state_dir_of(one.folder) + "/forgotten.log", line));
  SHAKEDOWN_TRY(auto journal, UndoJournal::open(one.folder));
  SHAKEDOWN_TRY(journal.remove(one.record));
  journal.remove_if_empty();
  return one;
}

namespace {

int complain(const Error& error) {
  say(stderr, "shakedown: " + error.text() + "\n");
  return exit_code(error.kind);
}

constexpr int kStands = 4;

int list_all(const std::string& state_dir) {
  const std::vector<Standing> all = standing(state_dir);
  if (all.empty()) std::printf("nothing stands on this host\n");
  for (const Standing& one : all) say(stdout, clean(one.text()) + "\n");
  return all.empty() ? 0 : kStands;
}

// What an undo has tried in vain would be tried in vain again.
void tell_way_by_hand(const UndoCommand& command) {
  const std::string where = command.state_dir.empty() ? "" : " --state-dir " + command.state_dir;
  for (const Standing& one : standing(command.state_dir)) {
    if (one.what.owner.run_id != command.run || one.record.empty() || one.command) continue;
    const std::string& name = one.what.component.component.name;
    say(stdout, clean("put " + (name.empty() ? "it" : name) + " right by hand, then: shakedown undo" + where + " --forget " +
                      one.id + " --why \"what was done\"") +
                    "\n");
  }
}

// What was done is done, whether or not it can be noted.
void note_by_hand(const UndoCommand& command, const std::string& what, const std::string& text) {
  const std::string folder = command.state_dir.empty() ? default_state_dir() : command.state_dir;
  const Result<void> noted = Audit(folder + "/audit").append({"local user " + user_name(::getuid()), command.run, what, text});
  if (!noted) log::warning("not in the audit", {{"what", what}, {"why", noted.error().text()}});
}

int take_back(const UndoCommand& command) {
  const auto left = take_back_run(command.run, command.state_dir);
  if (!left) return complain(left.error());
  for (const std::string& one : left.value()) say(stdout, "still stands: " + clean(one) + "\n");
  if (!left.value().empty()) tell_way_by_hand(command);
  if (!left.value().empty()) return kStands;
  say(stdout, "everything of run " + command.run + " is taken back\n");
  return 0;
}

int take_back_everything(const UndoCommand& command) {
  const std::vector<std::string> left = take_back_all(command.state_dir);
  for (const std::string& one : left) say(stdout, "still stands: " + clean(one) + "\n");
  if (!left.empty()) return kStands;
  say(stdout, "nothing of a run that is over stands on this host\n");
  return 0;
}

}  // namespace

int undo_main(const UndoCommand& command) {
  const int asked =
      (command.list ? 1 : 0) + (command.all ? 1 : 0) + (command.run.empty() ? 0 : 1) + (command.forget.empty() ? 0 : 1);
  if (asked != 1) return complain(Error(ErrorKind::usage, "give one of --list, --all, --run ID and --forget ID --why TEXT"));
  if (command.list) return list_all(command.state_dir);
  if (command.all) return take_back_everything(command);
  if (!command.run.empty()) return take_back(command);
  const Result<Standing> gone = forget(command.forget, command.why, command.state_dir);
  if (!gone) return complain(gone.error());
  note_by_hand(command, "forget", gone.value().text() + "; why: " + command.why);
  say(stdout, "forgotten, not taken back: " + clean(gone.value().text()) + "\n");
  return 0;
}

}  // namespace shakedown
