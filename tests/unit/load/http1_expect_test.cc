#include "agent/load/protocols/http1/expect.h"

#include <gtest/gtest.h>

namespace shakedown {
namespace {

bool holds(const HttpExpect& expect, const Answer& answer, const Holes& holes = {}) {
  auto made = Http1Check::make(expect);
  EXPECT_TRUE(made.has_value());
  return made.has_value() && made.assume_value().holds(answer, holes);
}

Answer answer(int status, std::string_view body = "", std::string_view head = "") {
  return {Outcome::ok, false, status, head, body, false};
}

TEST(Http1Check, StatusDefaultsTo2xx) {
  EXPECT_TRUE(holds({}, answer(204)));
  EXPECT_FALSE(holds({}, answer(301)));
  HttpExpect either;
  either.status = {{200, 200}, {404, 404}};
  EXPECT_TRUE(holds(either, answer(404)));
  EXPECT_FALSE(holds(either, answer(201)));
}

TEST(Http1Check, HeadersIgnoreCaseAndBlanks) {
  HttpExpect expect;
  expect.headers = {{"X-Release", "9f2c"}, {"etag", ""}};
  const std::string_view head = "x-release:\t9f2c \r\nETag: \"1\"\r\n";
  EXPECT_TRUE(holds(expect, answer(200, "", head)));
  EXPECT_FALSE(holds(expect, answer(200, "", "X-Release: other\r\nETag: 1\r\n")));
  EXPECT_FALSE(holds(expect, answer(200, "", "X-Release: 9f2c\r\n")));
  EXPECT_FALSE(find_header("X-ReleaseD: 9f2c\r\n", "X-Release").has_value());
  EXPECT_EQ(find_header("A:\r\n", "a"), "");
}

TEST(Http1Check, TruthAHeaderMayBeSentInSeveralLines) {
  HttpExpect expect;
  expect.headers = {{"X-A", "1"}};
  EXPECT_TRUE(holds(expect, answer(200, "", "X-A: 0\r\nX-A: 1\r\n")));
  EXPECT_FALSE(holds(expect, answer(200, "", "X-A: 0\r\nX-B: 1\r\nX-A: 2\r\n")));
  EXPECT_FALSE(holds(expect, answer(200, "", "X-A:\r\nX-A:\r\n")));
  expect.headers = {{"X-A", "0, 1"}};
  EXPECT_TRUE(holds(expect, answer(200, "", "X-A: 0\r\nOther: 5\r\nX-A: 1\r\n"))) << "the lines together are one list";
}

TEST(Http1Check, TruthAnAnswerWithoutTheValueOrTheSecretIsNotGood) {
  HttpExpect value, secret;
  value.body_contains.emplace();
  value.body_contains->pieces = {{HoleKind::value, ""}};
  secret.body_contains.emplace();
  secret.body_contains->pieces = {{HoleKind::literal, "sid="}, {HoleKind::secret, "token"}};
  Holes holes;
  holes.value_seed = 0x0123456789abcdef;
  const auto of_value = Http1Check::make(value, {}, 8);
  EXPECT_FALSE(of_value.assume_value().holds(answer(200, "ok"), holes));
  EXPECT_TRUE(of_value.assume_value().holds(answer(200, "state=01234567;"), holes));
  const auto of_secret = Http1Check::make(secret, Secrets{{"token", "s3cret"}});
  EXPECT_FALSE(of_secret.assume_value().holds(answer(200, "sid="), holes));
  EXPECT_TRUE(of_secret.assume_value().holds(answer(200, "sid=s3cret"), holes));
  EXPECT_TRUE(Http1Check::make(secret).has_error()) << "nobody knows the secret";
}

TEST(Http1Check, BodyContainsFillsHoles) {
  HttpExpect expect;
  Text wanted;
  wanted.pieces = {{HoleKind::literal, "sum="}, {HoleKind::checksum, ""}};
  expect.body_contains = wanted;
  Holes holes;
  holes.checksum = "abc";
  EXPECT_TRUE(shakedown::Http1Check::make(expect).assume_value().holds(answer(200, "x sum=abc y"), holes));
  EXPECT_FALSE(shakedown::Http1Check::make(expect).assume_value().holds(answer(200, "sum=abd"), holes));
  EXPECT_EQ(Http1Check::make(expect).assume_value().times_contained(answer(200, "sum=abcsum=abc"), holes), 2u);
}

TEST(Http1Check, BodyRegexIsSearched) {
  HttpExpect expect;
  expect.body_regex = "\"state\": *\"(ok|fine)\"";
  EXPECT_TRUE(holds(expect, answer(200, "{\"state\":  \"fine\"}")));
  EXPECT_FALSE(holds(expect, answer(200, "{\"state\": \"bad\"}")));
}

TEST(Http1Check, AHostileBodyNeitherHangsASearchNorEndsItEarly) {
  HttpExpect expect;
  expect.body_regex = "(a*)*b$";
  EXPECT_FALSE(holds(expect, answer(200, std::string(200'000, 'a'))));
  EXPECT_TRUE(holds(expect, answer(200, std::string(200'000, 'a') + "b")));
}

TEST(Http1Check, ARegexReadsBytesAndLines) {
  HttpExpect expect;
  expect.body_regex = "^ok.\xff$";
  EXPECT_TRUE(holds(expect, answer(200, "first\nok\n\xff\nlast")));
  EXPECT_FALSE(holds(expect, answer(200, "not ok\n\xff")));
}

TEST(Http1Check, WhatRe2CannotDoIsSaid) {
  for (const std::string text : {"(?=a)b", "(a)\\1", "(?<!a)b"}) {
    HttpExpect expect;
    expect.body_regex = text;
    const auto made = Http1Check::make(expect);
    ASSERT_FALSE(made.has_value()) << text;
    EXPECT_NE(made.assume_error().message.find("look-around"), std::string::npos) << made.assume_error().message;
  }
}

TEST(Http1Check, JsonPointers) {
  HttpExpect expect;
  expect.json = {{"/state", "\"ok\""}, {"/items/1/n", "3"}};
  EXPECT_TRUE(holds(expect, answer(200, R"({"state":"ok","items":[{},{"n":3}]})")));
  EXPECT_FALSE(holds(expect, answer(200, R"({"state":"ok","items":[{},{"n":"3"}]})")));
  EXPECT_FALSE(holds(expect, answer(200, R"({"state":"ok"})")));
  EXPECT_FALSE(holds(expect, answer(200, "{not json")));
  EXPECT_FALSE(holds(expect, answer(200, "[]")));
}

TEST(Http1Check, WhatCannotBeParsedIsAnErrorWithItsText) {
  HttpExpect regex;
  regex.body_regex = "(open";
  const auto bad = Http1Check::make(regex);
  ASSERT_FALSE(bad.has_value());
  EXPECT_NE(bad.assume_error().message.find("(open"), std::string::npos);
  HttpExpect pointer;
  pointer.json = {{"no-slash", "1"}};
  EXPECT_FALSE(Http1Check::make(pointer).has_value());
  HttpExpect value;
  value.json = {{"/a", "ok"}};
  EXPECT_FALSE(Http1Check::make(value).has_value());
}

}  // namespace
}  // namespace shakedown
