#include "agent/fault/undo/undo.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "agent/audit/audit.h"
#include "agent/fault/undo/owner_lock.h"
#include "agent/fault/undo/state_folders.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/faults/fault_form.h"

namespace shakedown {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

constexpr Duration kCleanAfterUndo = std::chrono::seconds(5);
constexpr Duration kSweepPatience = std::chrono::minutes(5);
constexpr Duration kForever = std::chrono::hours(24 * 365);

// One attempt: the change is taken back and compared within `limit_to_clean`; the record is not touched.
Task<std::vector<std::string>> take_back(UndoJournal& journal, UndoRecord& record, RecordLock& lock, ActionRunner& actions,
                                         UndoObserver& observer, Duration limit_to_clean) {
  std::vector<std::string> trouble;
  // Its numbers are others' here: what they name must not be touched, and what is not found is not thereby undone.
  if (!record.owner.is_of_our_namespace() && record.owner.boot == boot_id() && record.component.component.process()) {
    trouble.emplace_back(
        "it was changed in another pid namespace, where alone its processes can be told; run `undo` there, or "
        "forget it once that namespace is gone");
    co_return trouble;
  }
  MechanismContext context{record, journal, lock, actions, nullptr, nullptr};
  context.undo_step = [&](const BoundAction& action, const StepResult& step) {
    if (observer.step) observer.step(record, action, step);
  };
  const auto mechanism = make_mechanism(context);
  if (mechanism.has_error()) {
    trouble.push_back(mechanism.error().text());
    co_return trouble;
  }
  co_await end_commands(journal, &record);
  const Result<void> undone = co_await mechanism.value()->undo();
  const MonoTime limit = mono_now() + (undone.has_error() ? Duration(0) : limit_to_clean);
  trouble = co_await await_clean(*mechanism.value(), limit);
  if (undone.has_error()) trouble.insert(trouble.begin(), undone.error().text());
  co_return trouble;
}

// The record is gone though nobody of this process removed it: another undoer was here, or the folder was taken away. Only
// the state itself tells.
Task<bool> is_taken_back(UndoJournal& journal, UndoRecord& record, ActionRunner& actions) {
  if (!record.touched) co_return true;
  RecordLock none;
  MechanismContext context{record, journal, none, actions, nullptr, nullptr};
  const auto mechanism = make_mechanism(context);
  if (mechanism.has_error() || !mechanism.value()->compare_is_complete()) co_return false;
  const MonoTime now = mono_now();
  const std::vector<std::string> differing = co_await await_clean(*mechanism.value(), now);
  co_return differing.empty();
}

}  // namespace

Task<UndoOutcome> undo_record(UndoJournal& journal, std::string id, ActionRunner& actions, UndoObserver observer,
                              Duration patience) {
  UndoOutcome outcome;
  RecordLock lock;
  bool first = true;
  while (true) {
    const MonoTime limit = mono_now() + (first ? patience : kForever);
    LockOutcome locked = co_await journal.lock(id, limit, lock);
    if (locked == LockOutcome::removed) {
      std::optional<UndoRecord> remembered = journal.remembered(id);
      const bool back = !remembered || journal.taken_back(id) || co_await is_taken_back(journal, *remembered, actions);
      if (back) {
        (void)journal.remove(id);  // from memory: there is no file
        outcome.end = UndoEnd::already;
        co_return outcome;
      }
      if (journal.restore(id).has_value()) continue;
      locked = LockOutcome::held;  // from memory, and nobody else can know of it
    }
    Result<UndoRecord> record = journal.read(id);
    if (record.has_error()) {
      outcome.end = UndoEnd::leftover;
      outcome.leftovers.push_back(record.error().text());
      co_return outcome;
    }
    const bool unable = locked == LockOutcome::unable;  // what can be done without it is done; the record stays
    outcome.record = std::move(record.value());
    outcome.leftovers.clear();
    if (outcome.record.touched) {
      if (first && observer.begins) observer.begins(outcome.record);
      const Duration limit_to_clean = unable ? Duration(0) : kCleanAfterUndo;
      outcome.leftovers = co_await take_back(journal, outcome.record, lock, actions, observer, limit_to_clean);
    }
    if (unable) outcome.leftovers.push_back("the undo record " + id + " cannot be opened");
    if (locked == LockOutcome::held || unable) break;
    first = false;
  }
  if (outcome.leftovers.empty()) {
    const Result<void> removed = journal.remove(id);
    if (removed.has_error()) outcome.leftovers.push_back(removed.error().text());
  }
  outcome.end = outcome.leftovers.empty() ? UndoEnd::clean : UndoEnd::leftover;
  co_return outcome;
}

bool is_stopped_again(const UndoOutcome& outcome) { return outcome.end == UndoEnd::clean && outcome.record.kind == "started"; }

Task<std::vector<std::string>> dissolve_faults(UndoJournal& journal, std::string component, Duration patience) {
  std::vector<std::string> gone;
  for (const std::string& id : journal.list()) {
    RecordLock lock;
    const MonoTime limit = mono_now() + patience;
    const LockOutcome locked = co_await journal.lock(id, limit, lock);
    if (locked == LockOutcome::busy || locked == LockOutcome::unable) continue;
    const Result<UndoRecord> record = journal.read(id);
    const FaultForm* form = record.has_value() ? find_fault_form(record.value().kind) : nullptr;
    if (form == nullptr || !form->on_process || record.value().component.component.name != component) continue;
    if (journal.remove(id).has_value()) gone.push_back(id);
  }
  co_return gone;
}

Task<std::vector<UndoOutcome>> undo_folder(UndoJournal& journal, ActionRunner& actions, UndoObserver observer,
                                           Duration patience) {
  std::vector<UndoOutcome> outcomes;
  co_await end_commands(journal, nullptr);
  for (const std::string& id : journal.list()) {
    UndoOutcome one = co_await undo_record(journal, id, actions, observer, patience);
    const std::string component = is_stopped_again(one) ? one.record.component.component.name : "";
    outcomes.push_back(std::move(one));
    if (component.empty()) continue;
    const std::vector<std::string> gone = co_await dissolve_faults(journal, component, patience);
    for (UndoOutcome& earlier : outcomes) {
      if (std::find(gone.begin(), gone.end(), earlier.record.id) == gone.end()) continue;
      earlier.leftovers.clear();
      earlier.end = UndoEnd::clean;
    }
  }
  co_return outcomes;
}

Task<Result<void>> renew_record(UndoJournal& journal, std::string id, ActionRunner& actions, const MechanismKind& kind,
                                Duration lease) {
  RecordLock lock;
  const MonoTime now = mono_now();
  const LockOutcome locked = co_await journal.lock(id, now, lock);
  if (locked != LockOutcome::held) co_return ok();
  Result<UndoRecord> record = journal.read(id);
  if (record.has_error()) co_return fail(record.error());
  if (!record.value().touched) co_return ok();
  MechanismContext context{record.value(), journal, lock, actions, nullptr, nullptr};
  co_return co_await kind.renew(context, lease);
}

std::vector<std::string> leftovers_of(const std::vector<UndoOutcome>& outcomes) {
  std::vector<std::string> out;
  for (const UndoOutcome& outcome : outcomes) {
    const std::string prefix = outcome.record.id.empty() ? "" : outcome.record.what() + ": ";
    for (const std::string& one : outcome.leftovers) out.push_back(prefix + one);
  }
  return out;
}

std::string records_folder(const std::string& state_dir, const ProcessRef& owner, const std::string& run_id) {
  return state_dir + "/undo/" + std::to_string(owner.pid) + "-" + std::to_string(owner.start) + "-" + file_name_for(run_id);
}

namespace {

// Nothing of a living owner is touched: its own watchdog looks after it.
bool has_living_owner(const UndoJournal& journal) {
  for (const std::string& id : journal.list()) {
    const Result<UndoRecord> record = journal.read(id);
    if (record.has_value()) return owner_alive(journal.folder(), record.value().owner);
  }
  return owner_alive(journal.folder(), Owner{"", folder_owner(journal.folder()), boot_id()});
}

}  // namespace

// What is done is done, whether or not it can be noted.
void note_undone(const std::string& folder, const std::string& who, const UndoOutcome& outcome) {
  if (!outcome.record.touched) return;
  const std::string state_dir = fs::path(folder).parent_path().parent_path().string();
  const bool clean = outcome.leftovers.empty();
  std::string text = outcome.record.what() + (clean ? ": taken back" : "");
  for (const std::string& left : outcome.leftovers) text += ": " + left;
  const Result<void> noted =
      Audit(state_dir + "/audit").append({who, outcome.record.owner.run_id, clean ? "undo" : "leftover", text});
  if (!noted) log::warning("not in the audit", {{"what", text}, {"why", noted.error().text()}});
}

void sweep_folder(const std::string& folder, const std::string& who, std::vector<UndoOutcome>& outcomes) {
  Result<UndoJournal> journal = UndoJournal::open(folder);
  if (journal.has_error()) {
    outcomes.push_back(UndoOutcome{UndoEnd::leftover, {}, {journal.error().text()}});
    return;
  }
  if (has_living_owner(journal.value())) return;
  asio::io_context loop;
  ActionRunner actions;
  auto done = [&](std::exception_ptr broken, std::vector<UndoOutcome> found) {
    if (broken) log::error("the sweep threw", {{"folder", folder}});
    for (const UndoOutcome& one : found) note_undone(folder, who, one);
    outcomes.insert(outcomes.end(), found.begin(), found.end());
    loop.stop();
  };
  asio::co_spawn(loop, undo_folder(journal.value(), actions, UndoObserver{}, kSweepPatience), std::move(done));
  loop.run();
  journal.value().remove_if_empty();
}

std::vector<UndoOutcome> sweep(const std::string& state_dir, const std::string& who) {
  std::vector<UndoOutcome> outcomes;
  std::error_code error;
  for (fs::directory_iterator it(state_dir + "/undo", error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored)) sweep_folder(it->path().string(), who, outcomes);
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    outcomes.push_back(
        UndoOutcome{UndoEnd::leftover, {}, {"cannot look for undo records in " + state_dir + ": " + error.message()}});
  }
  return outcomes;
}

}  // namespace shakedown
