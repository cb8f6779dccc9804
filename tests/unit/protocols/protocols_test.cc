// What holds of the form of every protocol.
#include <set>

#include <gtest/gtest.h>

#include "core/form/holes.h"
#include "core/protocols/protocol.h"

namespace shakedown {
namespace {

TEST(Protocols, EachHasANameSchemesAndWords) {
  std::set<std::string> names, schemes;
  ASSERT_FALSE(protocol_forms().empty());
  for (const ProtocolForm& form : protocol_forms()) {
    EXPECT_TRUE(names.insert(form.name).second) << form.name;
    EXPECT_EQ(find_protocol_form(form.name), &form);
    EXPECT_FALSE(form.schemes.empty()) << form.name;
    for (const Scheme& scheme : form.schemes) EXPECT_TRUE(schemes.insert(scheme.name).second) << scheme.name;
    for (const char* text : {form.expect_default, form.carry_hint, form.prove_hint}) {
      ASSERT_NE(text, nullptr) << form.name;
      EXPECT_NE(std::string(text), "") << form.name;
    }
    EXPECT_NE(form.check, nullptr);
    EXPECT_NE(form.words, nullptr);
  }
  EXPECT_EQ(find_protocol_form("gopher"), nullptr);
  EXPECT_EQ(find_scheme("gopher"), nullptr);
}

// Sections of the reference and definitions of the schema are found by their titles.
TEST(Protocols, TheFormsAreMappingsWithTitlesOfTheirOwn) {
  std::set<std::string> titles;
  for (const ProtocolForm& form : protocol_forms()) {
    for (const Shape& shape : {form.request(reserved_holes()), form.expect(reserved_holes())}) {
      EXPECT_EQ(shape.form, Form::mapping) << form.name;
      EXPECT_TRUE(titles.insert(shape.title).second) << shape.title;
      EXPECT_EQ(shape.find("target"), nullptr) << "every request has one; it is added where requests are written";
    }
  }
}

}  // namespace
}  // namespace shakedown
