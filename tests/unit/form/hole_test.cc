#include <gtest/gtest.h>

#include "core/form/holes.h"

namespace shakedown {
namespace {

const std::vector<std::string> kWords = {"key", "value"};

TEST(Holes, SplitATextIntoPieces) {
  const HoleText parsed = parse_holes("/a/{key}?t={token}&{value}", kWords, {"token"});
  const std::vector<TextPiece> expected = {{HoleKind::literal, "/a/"},  {HoleKind::key, ""},      {HoleKind::literal, "?t="},
                                           {HoleKind::secret, "token"}, {HoleKind::literal, "&"}, {HoleKind::value, ""}};
  EXPECT_EQ(parsed.text.pieces, expected);
  EXPECT_TRUE(parsed.unknown.empty());
}

TEST(Holes, TheRunIsKnownEverywhere) {
  const HoleText parsed = parse_holes("/{run}", {}, {});
  EXPECT_TRUE(parsed.text.uses(HoleKind::run));
  EXPECT_TRUE(parsed.unknown.empty());
  EXPECT_EQ(parsed.text.display(), "/{run}");
}

TEST(Holes, LeaveJsonAlone) {
  const std::string json = R"({"a": {"b": [{}, { }]}, "c": "{1}", "d": {"e": 1}})";
  const HoleText parsed = parse_holes(json, kWords, {});
  EXPECT_EQ(parsed.text, Text::literal(json));
  EXPECT_TRUE(parsed.unknown.empty());
}

TEST(Holes, AreFoundInsideBraces) {
  const HoleText parsed = parse_holes(R"({"v": "{value}", "k": {{key}}})", kWords, {});
  EXPECT_EQ(parsed.text.display(), R"({"v": "{value}", "k": {{key}}})");
  EXPECT_TRUE(parsed.text.uses(HoleKind::value));
  EXPECT_TRUE(parsed.text.uses(HoleKind::key));
  EXPECT_EQ(parsed.text.pieces.size(), 5U);
}

TEST(Holes, ReportUnknownWordsAndKeepThemAsText) {
  const HoleText parsed = parse_holes("{kye}{id}{", kWords, {});
  EXPECT_EQ(parsed.unknown, (std::vector<std::string>{"kye", "id"}));
  EXPECT_EQ(parsed.text, Text::literal("{kye}{id}{"));
}

TEST(Holes, AnEmptyTextHasNoPieces) { EXPECT_TRUE(parse_holes("", kWords, {}).text.empty()); }

}  // namespace
}  // namespace shakedown
