// What `buf lint` demands of the protocol's files by its default rules, as far as descriptors show it.
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <cctype>
#include <string>

#include "shakedown/v1/journal.pb.h"
#include "shakedown/v1/session.pb.h"

namespace shakedown {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::FileDescriptor;

// "FaultState" as "FAULT_STATE_"; "TlsVersion" as "TLS_VERSION_".
std::string prefix_of(const std::string& name) {
  std::string out;
  for (const char c : name) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && !out.empty()) out += '_';
    out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return out + '_';
}

void expect_rules(const EnumDescriptor& type) {
  const std::string prefix = prefix_of(type.name());
  EXPECT_EQ(type.FindValueByNumber(0)->name(), prefix + "UNSPECIFIED");
  for (int i = 0; i < type.value_count(); ++i) EXPECT_EQ(type.value(i)->name().rfind(prefix, 0), 0U) << type.value(i)->name();
}

void expect_rules(const FileDescriptor& file) {
  SCOPED_TRACE(file.name());
  EXPECT_EQ(file.package(), "shakedown.v1");
  for (int i = 0; i < file.enum_type_count(); ++i) expect_rules(*file.enum_type(i));
  for (int i = 0; i < file.service_count(); ++i) {
    const auto& service = *file.service(i);
    EXPECT_EQ(service.name(), "DrillService");
    for (int k = 0; k < service.method_count(); ++k) {
      const auto& method = *service.method(k);
      EXPECT_EQ(method.input_type()->name(), method.name() + "Request");
      EXPECT_EQ(method.output_type()->name(), method.name() + "Response");
    }
  }
  for (int i = 0; i < file.dependency_count(); ++i) expect_rules(*file.dependency(i));
}

TEST(Proto, FollowsTheDefaultRulesOfBufLint) {
  expect_rules(*v1::SessionRequest::descriptor()->file());
  expect_rules(*v1::JournalRecord::descriptor()->file());
}

}  // namespace
}  // namespace shakedown
