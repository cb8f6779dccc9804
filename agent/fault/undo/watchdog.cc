// The watchdog's own program: nothing but waiting and undoing.
#include <charconv>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "agent/fault/fault_runner.h"
#include "agent/fault/undo/undo.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/runtime/signals.h"
#include "core/runtime/waiting.h"

namespace shakedown {
namespace {

constexpr int kClean = 0;
constexpr int kLeftovers = 4;
// A living agent holds a record's lock for as long as its own change or undo takes; a dead one holds none.
constexpr Duration kPatienceWithAgent = std::chrono::seconds(15);
constexpr Duration kPatienceWithUndoers = std::chrono::minutes(5);

void say(const std::string& line) {
  if (::write(STDOUT_FILENO, (line + "\n").data(), line.size() + 1) < 0) log::info("nobody reads the watchdog's answers");
}

// Whole lines: "lease NANOSECONDS" (the last one counts), "look" (the records have changed), "clean" (nothing stands, and the
// folder may go), "undo ID" (the agent is not able to; answered by "tried ID"). Returns the new deadline, or the old one; adds to
// the ids.
MonoTime obey(std::string& received, MonoTime deadline, UndoJournal& journal, std::vector<std::string>& ids) {
  for (size_t end = received.find('\n'); end != std::string::npos; end = received.find('\n')) {
    int64_t lease = 0;
    const std::string line = received.substr(0, end);
    received.erase(0, end + 1);
    if (line == "clean") journal.forget_all();
    if (line.starts_with("undo ")) ids.push_back(line.substr(5));
    if (!line.starts_with("lease ")) continue;
    const auto [stop, error] = std::from_chars(line.data() + 6, line.data() + line.size(), lease);
    if (error == std::errc() && stop == line.data() + line.size()) deadline = mono_now() + Duration(lease);
  }
  return deadline;
}

UndoObserver logged(const char* reason) {
  UndoObserver observer;
  observer.begins = [reason](const UndoRecord& record) {
    log::warning("undoing", {{"what", record.what()}, {"reason", reason}});
  };
  return observer;
}

// Returns true when the agent is gone, false when its lease has ended.
Task<bool> watch_agent(UndoJournal& journal, ActionRunner& actions) {
  MonoTime deadline = kNever;
  std::string received;
  while (true) {
    const Woken woken = co_await wait_readable(STDIN_FILENO, deadline);
    if (woken == Woken::due) co_return false;
    char buffer[4096];
    const ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (got <= 0) co_return true;
    received.append(buffer, static_cast<size_t>(got));
    journal.remember_standing();
    std::vector<std::string> ids;
    deadline = obey(received, deadline, journal, ids);
    for (const std::string& id : ids) {
      const UndoObserver observer = logged("the agent is not able to");
      const UndoOutcome one = co_await undo_record(journal, id, actions, observer, kPatienceWithAgent);
      note_undone(journal.folder(), "the watchdog: the agent is not able to", one);
      for (const std::string& left : one.leftovers) log::error("not taken back", {{"what", one.record.what()}, {"why", left}});
      say("tried " + id);
    }
  }
}

Task<int> watch_and_undo(UndoJournal& journal, ActionRunner& actions) {
  const bool gone = co_await watch_agent(journal, actions);
  journal.remember_standing();
  const char* reason = gone ? "the agent is gone" : "the lease has ended";
  const UndoObserver observer = logged(reason);
  const Duration patience = gone ? kPatienceWithUndoers : kPatienceWithAgent;
  const std::vector<UndoOutcome> outcomes = co_await undo_folder(journal, actions, observer, patience);
  for (const UndoOutcome& one : outcomes) note_undone(journal.folder(), std::string("the watchdog: ") + reason, one);
  const std::vector<std::string> leftovers = leftovers_of(outcomes);
  for (const std::string& one : leftovers) log::error("left behind", {{"what", one}});
  if (gone) journal.remove_if_empty();
  co_return leftovers.empty() ? kClean : kLeftovers;
}

}  // namespace

int watchdog_main(const std::string& dir) {
  errors_instead_of_signals();
  Result<UndoJournal> journal = UndoJournal::open(dir);
  if (journal.has_error()) {
    log::error("watchdog cannot work", {{"folder", dir}, {"why", journal.error().text()}});
    return exit_code(journal.error().kind);
  }
  int status = kLeftovers;
  boost::asio::io_context loop;
  ActionRunner actions;
  // A terminal's Ctrl-C or a careless kill must not leave a fault standing.
  Signals signals(loop, {SIGINT, SIGTERM, SIGHUP, SIGQUIT}, [&](int) {
    if (!journal.value().list().empty()) return;
    status = kClean;
    loop.stop();
  });
  auto done = [&](std::exception_ptr broken, int result) {
    if (broken)
      log::error("the watchdog threw");
    else
      status = result;
    loop.stop();
  };
  boost::asio::co_spawn(loop, watch_and_undo(journal.value(), actions), std::move(done));
  say("ready");
  loop.run();
  return status;
}

}  // namespace shakedown
