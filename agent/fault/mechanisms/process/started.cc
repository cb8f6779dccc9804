#include "agent/fault/mechanisms/process/started.h"

#include <algorithm>
#include <utility>

#include "agent/fault/mechanisms/process/payload.h"
#include "agent/fault/mechanisms/process/pidfile.h"
#include "core/base/clock.h"
#include "core/base/log.h"

namespace shakedown {
namespace {

constexpr Duration kPatience = std::chrono::seconds(1);

bool is_of(const Result<UndoRecord>& record, const std::string& component) {
  return record.has_value() && record.value().kind == "started" && record.value().component.component.name == component;
}

std::vector<ProcessRef> running_now(const UndoRecord& record) {
  std::vector<ProcessRef> out;
  const ProcessSpec* spec = record.component.component.process();
  if (!spec) return out;
  const Result<Sighting> sighting = look(*spec);
  if (sighting.has_error() || sighting.value().presence != Presence::running) return out;
  const auto members = scope_members(*spec, *sighting.value().process, ScopeUse::whole);
  if (members.has_error()) return out;
  for (const ProcessHandle& member : members.value()) out.push_back(member.ref());
  return out;
}

// left: of a start that failed; nullptr = it succeeded.
Task<void> note(UndoJournal& journal, std::string component, const StartLeft* left) {
  for (const std::string& id : journal.list()) {
    if (!is_of(journal.read(id), component)) continue;
    RecordLock lock;
    const MonoTime limit = mono_now() + kPatience;
    const LockOutcome locked = co_await journal.lock(id, limit, lock);
    if (locked != LockOutcome::held) continue;
    Result<UndoRecord> record = journal.read(id);
    if (record.has_error()) continue;
    std::vector<ProcessRef> now = left != nullptr ? left->standing : running_now(record.value());
    Result<ProcessPayload> payload = process_payload(record.value().payload);
    if (payload.has_error()) continue;
    const bool nothing_new = now.empty() || now == payload.value().targets;
    if (nothing_new && (left == nullptr || left->suspects.empty())) continue;
    if (!now.empty()) payload.value().targets = std::move(now);
    if (left != nullptr) payload.value().suspects = left->suspects;
    record.value().payload = document_of(payload.value());
    const Result<void> updated = journal.update(record.value(), lock);
    if (updated.has_error()) log::warning("not noted what runs", {{"component", component}, {"why", updated.error().text()}});
  }
}

}  // namespace

Task<void> note_started(UndoJournal& journal, std::string component) { co_await note(journal, std::move(component), nullptr); }

Task<void> note_left(UndoJournal& journal, std::string component, StartLeft left) {
  co_await note(journal, std::move(component), &left);
}

bool has_suspects(const UndoRecord& record) {
  const Result<ProcessPayload> payload = process_payload(record.payload);
  if (payload.has_error() || record.owner.boot != boot_id()) return false;
  const std::vector<ProcessRef>& suspects = payload.value().suspects;
  return std::any_of(suspects.begin(), suspects.end(), [](const ProcessRef& one) { return is_running(one); });
}

std::vector<ProcessRef> noted_processes(const UndoJournal& journal, const std::string& component) {
  for (const std::string& id : journal.list()) {
    const Result<UndoRecord> record = journal.read(id);
    if (!is_of(record, component) || record.value().owner.boot != boot_id()) continue;
    const Result<ProcessPayload> payload = process_payload(record.value().payload);
    if (payload.has_value()) return payload.value().targets;
  }
  return {};
}

}  // namespace shakedown
