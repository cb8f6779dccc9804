#include "agent/fault/undo/record.h"

#include <gtest/gtest.h>

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
  record.component.component.process = ProcessSpec{"/run/ledger.pid", "ledger", "svc", ProcessScope::group};
  record.component.component.start = {"ledger", "--port", "1"};
  record.component.component.stop = {"ledgerctl", "stop"};
  record.component.component.stop_limit = std::chrono::seconds(3);
  record.component.folder = "/srv";
  record.component.environment.secrets = {{"token", {SecretSource::Kind::file, "/run/secret"}}};
  record.component.environment.declared = {{"URL", Text{{{HoleKind::literal, "u:"}, {HoleKind::secret, "token"}}}}};
  record.component.lock_dir = "/run/locks";
  record.component.log_dir = "/run/logs";
  record.signal = 9;
  record.hold = std::chrono::seconds(5);
  record.argv = {"a", "b c"};
  record.effect = {"test", "-e", "x"};
  record.limit = std::chrono::seconds(11);
  BoundAction action;
  action.action.kind = Action::Kind::exec;
  action.action.argv = {"undo", "it"};
  action.action.limit = std::chrono::seconds(2);
  action.action.describe = "exec undo it";
  action.component = record.component;
  record.undo = {action};
  record.touched = true;
  record.before.running = true;
  record.before.leader = ProcessRef{5, 6};
  record.before.group = 5;
  record.before.members = {ProcessRef{5, 6}, ProcessRef{7, 8}};
  record.targets = {ProcessRef{7, 8}};
  return record;
}

TEST(UndoRecord, ComesBackWhole) {
  const UndoRecord record = full_record();
  const std::string text = encode(record);
  const auto back = decode_undo_record(text);
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ(encode(back.value()), text);
  EXPECT_EQ(back.value().fault, record.fault);
  EXPECT_EQ(back.value().targets, record.targets);
  EXPECT_EQ(back.value().before.members, record.before.members);
  EXPECT_EQ(back.value().undo.at(0).action.argv, record.undo.at(0).action.argv);
  EXPECT_EQ(back.value().component.component.process->scope, ProcessScope::group);
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
  text.replace(text.find("\"version\": 1"), 12, "\"version\": 9");
  const auto back = decode_undo_record(text);
  ASSERT_TRUE(back.has_error());
  EXPECT_NE(back.error().message.find("version 9"), std::string::npos);
}

TEST(UndoRecord, TextThatIsNoUtf8DoesNotKeepAFaultFromBeingRecorded) {
  UndoRecord record = full_record();
  record.argv = {"\xff\xfe"};
  EXPECT_TRUE(decode_undo_record(encode(record)).has_value());
}

TEST(UndoRecord, AnOwnerOfAnotherBootIsDead) {
  Owner owner{"run", own_process(), boot_id()};
  EXPECT_TRUE(owner.alive());
  owner.boot = "another";
  EXPECT_FALSE(owner.alive());
  owner = Owner{"run", ProcessRef{own_process().pid, own_process().start + 1}, boot_id()};
  EXPECT_FALSE(owner.alive());
}

}  // namespace
}  // namespace shakedown
