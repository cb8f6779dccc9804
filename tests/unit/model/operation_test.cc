#include "core/model/operation.h"

#include <gtest/gtest.h>

namespace shakedown {
namespace {

TEST(Expect, TwoHundredsUnlessSaidOtherwise) {
  const Expect expect;
  EXPECT_TRUE(expect.status_ok(200));
  EXPECT_TRUE(expect.status_ok(299));
  EXPECT_FALSE(expect.status_ok(199));
  EXPECT_FALSE(expect.status_ok(301));
  EXPECT_FALSE(expect.needs_body());
}

TEST(Expect, RangesAreInclusive) {
  Expect expect;
  expect.status = {{200, 204}, {404, 404}};
  EXPECT_TRUE(expect.status_ok(204));
  EXPECT_TRUE(expect.status_ok(404));
  EXPECT_FALSE(expect.status_ok(205));
  EXPECT_FALSE(expect.status_ok(403));
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

}  // namespace
}  // namespace shakedown
