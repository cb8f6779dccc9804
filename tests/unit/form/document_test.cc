#include "core/form/document.h"

#include <gtest/gtest.h>

#include "core/form/check.h"

namespace shakedown {
namespace {

Shape letter() {
  return mapping("letter", "",
                 {need("to", one_or_list_of(text()), ""), may("weight", integer(1, 9), "3", ""), may("text", holes({"key"}), ""),
                  may("stamps",
                      beside({may("text", mapping("post", "", {may("count", integer(1, 9), "2", "")}), ""),
                              may("weight", mapping("parcel", "", {may("class", text(), "")}), "")}),
                      "")});
}

Document said(const char* to) { return mapping_document({{"to", text_document(to)}}); }

TEST(Document, SaysDefaultsAndListsInOneWayOfWriting) {
  const Shape shape = letter();
  const Document one = document_of(view_of(said("ann"), shape));
  Document written = mapping_document({{"to", list_document({text_document("ann")})}, {"weight", integer_document(3)}});
  EXPECT_EQ(text_of(one), text_of(document_of(view_of(written, shape))));
  ASSERT_NE(one.find("weight"), nullptr);
  EXPECT_EQ(one.find("weight")->value.type, NodeType::integer);
  EXPECT_EQ(text_of(document_of(view_of(one, shape))), text_of(one)) << "a document of a document is the same";
}

TEST(Document, OfNothingIsNull) { EXPECT_EQ(document_of(view_of({}, letter())).type, NodeType::null); }

TEST(Document, FitsOrTellsEveryDifference) {
  EXPECT_TRUE(fits(said("ann"), letter(), Names(), "a letter"));
  Document bad = mapping_document({{"weight", integer_document(10)}, {"colour", text_document("red")}});
  const auto fine = fits(bad, letter(), Names(), "a letter");
  ASSERT_FALSE(fine);
  for (const char* part : {"unknown key `colour` in a letter", "at most 9", "without `to`"}) {
    EXPECT_NE(fine.error().message.find(part), std::string::npos) << fine.error().message;
  }
  EXPECT_FALSE(fits(text_document("x"), letter(), Names(), "a letter"));
}

// The key beside it says which form a value has.
TEST(Document, AValueHasTheFormThatStandsBeside) {
  const Shape shape = letter();
  Document post =
      mapping_document({{"to", text_document("ann")}, {"text", text_document("hi")}, {"stamps", mapping_document({})}});
  EXPECT_TRUE(fits(post, shape, Names(), "a letter"));
  EXPECT_EQ(view_of(post, shape)["stamps"]["count"].number(), 2);
  Document parcel = mapping_document({{"to", text_document("ann")},
                                      {"weight", integer_document(9)},
                                      {"stamps", mapping_document({{"count", integer_document(1)}})}});
  const auto fine = fits(parcel, shape, Names(), "a letter");
  ASSERT_FALSE(fine);
  EXPECT_NE(fine.error().message.find("unknown key `count` in a parcel"), std::string::npos) << fine.error().message;
}

TEST(Document, UsesAreFoundInEveryPart) {
  Document letter_with = said("ann");
  letter_with.entries.push_back({"text", {}, text_document("dear {key}")});
  EXPECT_TRUE(uses(view_of(letter_with, letter()), HoleKind::key, {}));
  EXPECT_FALSE(uses(view_of(letter_with, letter()), HoleKind::value, {}));
  EXPECT_FALSE(uses(view_of(said("{key}"), letter()), HoleKind::key, {})) << "not in a text without holes";
}

TEST(Document, TwoThatSayDifferentThingsAreTold) {
  const Document a = mapping_document({{"ab", text_document("c")}}), b = mapping_document({{"a", text_document("bc")}});
  EXPECT_NE(text_of(a), text_of(b));
  EXPECT_NE(text_of(text_document("3")), text_of(integer_document(3)));
}

TEST(Text, ShowsHolesByName) {
  const Text text{{{HoleKind::literal, "/entries/"},
                   {HoleKind::key, ""},
                   {HoleKind::literal, "?t={x}&s="},
                   {HoleKind::secret, "token"},
                   {HoleKind::value, ""},
                   {HoleKind::id, ""},
                   {HoleKind::payload, ""},
                   {HoleKind::checksum, ""}}};
  EXPECT_EQ(text.display(), "/entries/{key}?t={x}&s={token}{value}{id}{payload}{checksum}");
  EXPECT_TRUE(text.uses(HoleKind::secret));
  EXPECT_FALSE(Text::literal("{key}").uses(HoleKind::key));
}

TEST(Text, ALiteralOfNothingIsEmpty) {
  EXPECT_TRUE(Text::literal("").empty());
  EXPECT_EQ(Text::literal("a b").display(), "a b");
}

TEST(Document, TellsWhichSecretsItsTextsName) {
  const Document one =
      mapping_document({{"to", list_document({text_document("{key} of {B}")})}, {"text", text_document("{A}{C}")}});
  EXPECT_EQ(secrets_named(one, {"A", "B", "D"}), (std::vector<std::string>{"A", "B"}));
  EXPECT_TRUE(secrets_named(said("ann"), {"A"}).empty());
}

}  // namespace
}  // namespace shakedown
