#include "agent/fault/undo/record.h"

#include <gtest/gtest.h>

#include "agent/fault/builtin.h"
#include "agent/fault/mechanisms/process/payload.h"
#include "agent/fault/undo/owner_lock.h"
#include "tests/unit/fault/temporary_folder.h"

namespace shakedown {
namespace {

UndoRecord full_record() {
  UndoRecord record;
  record.id = "00000007-pause";
  record.sequence = 7;
  record.owner = Owner{"run-1", ProcessRef{42, 4242}, "boot"};
  record.expires = WallTime(Duration(1'800'000'000'000'000'000));
  record.kind = "pause";
  record.fault = "pause \"it\"\n";
  record.injection = 3;
  record.component.component.name = "ledger";
  record.component.component.selector = ProcessSpec{"/run/ledger.pid", "ledger", "svc", ProcessScope::group};
  record.component.component.start = {"ledger", "--port", "1"};
  record.component.component.stop = {"ledgerctl", "stop"};
  record.component.component.stop_limit = std::chrono::seconds(3);
  record.component.folder = "/srv";
  record.component.environment.secrets = {{"token", {SecretSource::Kind::file, "/run/secret"}}};
  record.component.environment.declared = {{"URL", Text{{{HoleKind::literal, "u:"}, {HoleKind::secret, "token"}}}}};
  record.component.lock_dir = "/run/locks";
  record.component.log_dir = "/run/logs";
  record.hold = std::chrono::seconds(5);
  BoundAction action;
  action.action.kind = Action::Kind::exec;
  action.action.argv = {"undo", "it"};
  action.action.limit = std::chrono::seconds(2);
  action.action.describe = "exec undo it";
  action.component = record.component;
  record.undo = {action};
  record.touched = true;
  ProcessPayload payload;
  payload.signal = 9;
  payload.limit = std::chrono::seconds(11);
  payload.before.running = true;
  payload.before.leader = ProcessRef{5, 6};
  payload.before.group = 5;
  payload.before.members = {ProcessRef{5, 6}, ProcessRef{7, 8}};
  payload.targets = {ProcessRef{7, 8}};
  record.payload = document_of(payload);
  return record;
}

TEST(UndoRecord, ComesBackWhole) {
  const UndoRecord record = full_record();
  const std::string text = encode(record);
  const auto back = decode_undo_record(text);
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ(encode(back.value()), text);
  EXPECT_EQ(back.value().fault, record.fault);
  const auto payload = process_payload(back.value().payload);
  ASSERT_TRUE(payload.has_value()) << payload.error().message;
  EXPECT_EQ(payload.value().targets, std::vector<ProcessRef>{(ProcessRef{7, 8})});
  EXPECT_EQ(payload.value().before.members.size(), 2U);
  EXPECT_EQ(payload.value().limit, std::chrono::seconds(11));
  EXPECT_EQ(back.value().undo.at(0).action.argv, record.undo.at(0).action.argv);
  EXPECT_EQ(back.value().component.component.process()->scope, ProcessScope::group);
  EXPECT_EQ(back.value().hold, record.hold);
  EXPECT_EQ(back.value().expires, record.expires);
  const CommandEnvironment& environment = back.value().undo.at(0).component.environment;
  EXPECT_EQ(environment.declared.at(0).value, record.component.environment.declared.at(0).value);
  EXPECT_EQ(environment.secrets.at(0).source.where, "/run/secret");
}

TEST(UndoRecord, EveryCutIsDamagedAndNoneCrashes) {
  const std::string text = encode(full_record());
  for (size_t length = 0; length + 2 < text.size(); ++length) {
    const auto back = decode_undo_record(text.substr(0, length));
    ASSERT_TRUE(back.has_error()) << length;
    EXPECT_EQ(back.error().kind, ErrorKind::io);
  }
}

TEST(UndoRecord, ANewerVersionIsNotGuessedAt) {
  std::string text = encode(full_record());
  text.replace(text.find("\"version\": 2"), 12, "\"version\": 9");
  const auto back = decode_undo_record(text);
  ASSERT_TRUE(back.has_error());
  EXPECT_NE(back.error().message.find("version 9"), std::string::npos);
}

TEST(UndoRecord, TextThatIsNoUtf8DoesNotKeepAFaultFromBeingRecorded) {
  UndoRecord record = full_record();
  record.undo[0].action.argv = {"\xff\xfe"};
  record.payload = mapping_document({{"argv", list_document({text_document("\xff\xfe")})}});
  EXPECT_TRUE(decode_undo_record(encode(record)).has_value());
}

// As the release before wrote it.
std::string of_version_1(const std::string& kind) {
  std::string text =
      R"({"version": 1, "id": "00000001-KIND", "sequence": 1, "owner": {"run": "r", "process": {"pid": 42, "start": 7}, "boot": "b"},
"expires": 0, "expires_text": "", "kind": "KIND", "fault": "break-it", "injection": 0, "component": {"name": "ledger", "start": ["l"],
"stop": [], "stop_limit": 1000, "folder": "/", "environment": {"declared": [], "secrets": []}, "lock_dir": "", "log_dir": "",
"process": {"pidfile": "/run/l.pid", "exe": "l", "user": "", "scope": 2, "processes": 3}},
"signal": 9, "hold": 4000, "argv": ["break", "it"], "effect": ["test"], "limit": 11000, "undo": [], "touched": true,
"before": {"running": true, "why": "", "leader": {"pid": 5, "start": 6}, "group": 5, "members": [{"pid": 5, "start": 6}], "stopped": 0},
"targets": [{"pid": 7, "start": 8}]})";
  for (size_t at = text.find("KIND"); at != std::string::npos; at = text.find("KIND")) text.replace(at, 4, kind);
  return text;
}

TEST(UndoRecord, OneThatTheReleaseBeforeWroteIsStillUndone) {
  const test::TemporaryFolder folder;
  for (const MechanismKind& kind : mechanism_kinds()) {
    auto record = decode_undo_record(of_version_1(kind.name));
    ASSERT_TRUE(record.has_value()) << kind.name << ": " << record.error().message;
    EXPECT_EQ(record.value().hold, Duration(4000));
    auto journal = UndoJournal::open(folder / kind.name);
    RecordLock lock;
    ActionRunner actions;
    MechanismContext context{record.value(), journal.value(), lock, actions, nullptr, nullptr};
    const auto mechanism = make_mechanism(context);
    EXPECT_TRUE(mechanism.has_value()) << kind.name << ": " << mechanism.error().message;
    if (std::string(kind.name) == "exec") continue;
    const auto payload = process_payload(record.value().payload);
    ASSERT_TRUE(payload.has_value());
    EXPECT_EQ(payload.value().signal, 9);
    EXPECT_EQ(payload.value().targets, std::vector<ProcessRef>{(ProcessRef{7, 8})});
    EXPECT_EQ(payload.value().before.leader, (ProcessRef{5, 6}));
  }
}

TEST(UndoRecord, APayloadThatIsNotOfItsKindIsDamageAndNoCrash) {
  const test::TemporaryFolder folder;
  for (const MechanismKind& kind : mechanism_kinds()) {
    UndoRecord record = full_record();
    record.kind = kind.name;
    record.payload = mapping_document({{"limit", text_document("soon")}});
    auto journal = UndoJournal::open(folder / kind.name);
    RecordLock lock;
    ActionRunner actions;
    MechanismContext context{record, journal.value(), lock, actions, nullptr, nullptr};
    const auto mechanism = make_mechanism(context);
    ASSERT_TRUE(mechanism.has_error()) << kind.name;
    EXPECT_EQ(mechanism.error().kind, ErrorKind::io);
    EXPECT_NE(mechanism.error().message.find("damaged undo record"), std::string::npos) << mechanism.error().message;
  }
}

TEST(UndoRecord, AnOwnerOfAnotherBootIsDead) {
  Owner owner{"run", own_process(), boot_id()};
  EXPECT_TRUE(owner.alive());
  owner.boot = "another";
  EXPECT_FALSE(owner.alive());
  owner = Owner{"run", ProcessRef{own_process().pid, own_process().start + 1}, boot_id()};
  EXPECT_FALSE(owner.alive());
}

// Its process number means nothing here: it is not said to be dead for that.
TEST(UndoRecord, AnOwnerOfAnotherPidNamespaceIsNotLookedForByItsNumber) {
  Owner owner{"run", ProcessRef{999'999'999, 1}, boot_id(), own_pid_namespace()};
  EXPECT_NE(owner.pid_namespace, 0U);
  EXPECT_FALSE(owner.alive());
  owner.pid_namespace += 1;
  EXPECT_TRUE(owner.alive());
  UndoRecord record;
  record.owner = owner;
  record.kind = "kill";
  const Result<UndoRecord> again = decode_undo_record(encode(record));
  ASSERT_TRUE(again);
  EXPECT_EQ(again.value().owner.pid_namespace, owner.pid_namespace);
}

TEST(OwnerLock, SaysWhoLivesWhateverTheNumbersSay) {
  const test::TemporaryFolder temporary;
  const std::string folder = temporary / "records";
  Owner foreign{"run", ProcessRef{999'999'999, 1}, boot_id(), own_pid_namespace() + 1};
  EXPECT_TRUE(owner_alive(folder, foreign)) << "nobody has made its lock";
  Result<OwnerLock> lock = OwnerLock::hold(folder);
  ASSERT_TRUE(lock) << lock.error().text();
  EXPECT_FALSE(OwnerLock::hold(folder)) << "twice";
  EXPECT_TRUE(owner_alive(folder, Owner{"run", ProcessRef{999'999'999, 1}, boot_id()}));
  remove_owner_lock(folder);
  EXPECT_TRUE(std::filesystem::exists(folder + ".owner")) << "it is held";
  lock.value() = OwnerLock();
  EXPECT_FALSE(owner_alive(folder, foreign));
  EXPECT_FALSE(owner_alive(folder, Owner{"run", own_process(), boot_id()})) << "it has let go";
  remove_owner_lock(folder);
  EXPECT_FALSE(std::filesystem::exists(folder + ".owner"));
}

}  // namespace
}  // namespace shakedown
