// The wire's enums and the model's have the same members in the same order, plus "unspecified" at 0.
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include "core/wire/codec/enum_range.h"
#include "shakedown/v1/journal.pb.h"
#include "shakedown/v1/session.pb.h"

namespace shakedown {
namespace {

template <class Model, class Proto>
void expect_same_length() {
  const auto* proto = google::protobuf::GetEnumDescriptor<Proto>();
  const int first = static_cast<int>(wire::first_of<Model>());
  const int last = static_cast<int>(wire::last_of<Model>());
  EXPECT_EQ(proto->value_count(), last - first + 2) << proto->name();
  EXPECT_NE(proto->FindValueByNumber(first + 1), nullptr) << proto->name();
  EXPECT_NE(proto->FindValueByNumber(last + 1), nullptr) << proto->name();
}

TEST(Enums, HaveTheSameLength) {
  expect_same_length<StageEvent::Kind, v1::StageEventKind>();
  expect_same_length<StageRole, v1::StageRole>();
  expect_same_length<Reading::Kind, v1::ReadingKind>();
  expect_same_length<StepEvent::Kind, v1::StepEventKind>();
  expect_same_length<AgentEvent::Kind, v1::AgentEventKind>();
  expect_same_length<RunEvent::Kind, v1::RunEventKind>();
  expect_same_length<FaultState, v1::FaultState>();
  expect_same_length<RunState, v1::RunState>();
  expect_same_length<WriteClass, v1::WriteClass>();
  expect_same_length<ReadClass, v1::ReadClass>();
  expect_same_length<NodeType, v1::DocumentKind>();
  expect_same_length<HoleKind, v1::HoleKind>();
  expect_same_length<SecretSource::Kind, v1::SecretKind>();
  expect_same_length<TlsVersion, v1::TlsVersion>();
  expect_same_length<Arrivals, v1::Arrivals>();
  expect_same_length<ProbeConnection, v1::ProbeConnection>();
  expect_same_length<ProcessScope, v1::ProcessScope>();
  expect_same_length<Action::Kind, v1::ActionKind>();
  expect_same_length<ErrorKind, v1::ErrorKind>();
}

// "FAULT_STATE_NOT_RUN" of prefix "FAULT_STATE_" as "not_run".
template <class Proto>
std::string word(int number, std::size_t prefix) {
  std::string name = google::protobuf::GetEnumDescriptor<Proto>()->FindValueByNumber(number)->name().substr(prefix);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

TEST(Enums, AreNamedAlike) {
  for (int i = 0; i <= static_cast<int>(wire::last_of<FaultState>()); ++i) {
    EXPECT_EQ(word<v1::FaultState>(i + 1, std::size("FAULT_STATE_") - 1), to_string(static_cast<FaultState>(i)));
  }
  for (int i = 0; i <= static_cast<int>(wire::last_of<RunState>()); ++i) {
    EXPECT_EQ(word<v1::RunState>(i + 1, std::size("RUN_STATE_") - 1), to_string(static_cast<RunState>(i)));
  }
  for (int i = 0; i <= static_cast<int>(wire::last_of<ErrorKind>()); ++i) {
    EXPECT_EQ(word<v1::ErrorKind>(i + 1, std::size("ERROR_KIND_") - 1), to_string(static_cast<ErrorKind>(i)));
  }
}

}  // namespace
}  // namespace shakedown
