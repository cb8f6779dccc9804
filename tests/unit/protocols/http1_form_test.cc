#include <gtest/gtest.h>

#include "core/form/check.h"
#include "core/protocols/http1.h"
#include "tests/support/http_documents.h"

namespace shakedown {
namespace {

TEST(Expect, TwoHundredsUnlessSaidOtherwise) {
  const HttpExpect expect;
  EXPECT_TRUE(expect.status_ok(200));
  EXPECT_TRUE(expect.status_ok(299));
  EXPECT_FALSE(expect.status_ok(199));
  EXPECT_FALSE(expect.status_ok(301));
  EXPECT_FALSE(expect.needs_body());
}

TEST(Expect, RangesAreInclusive) {
  HttpExpect expect;
  expect.status = {{200, 204}, {404, 404}};
  EXPECT_TRUE(expect.status_ok(204));
  EXPECT_TRUE(expect.status_ok(404));
  EXPECT_FALSE(expect.status_ok(205));
  EXPECT_FALSE(expect.status_ok(403));
}

// What goes out by one side's form comes back by the other's.
TEST(HttpDocument, SaysWhatWasSaid) {
  HttpRequest sent;
  sent.method = "PUT";
  sent.path = Text{{{HoleKind::literal, "/a/"}, {HoleKind::key, ""}}};
  sent.headers = {{"Authorization", Text{{{HoleKind::literal, "Bearer "}, {HoleKind::secret, "token"}}}}};
  sent.body = Text::literal(R"({"a": {}})");
  const HttpRequest came = http::said(http::request(sent), {"token"});
  EXPECT_EQ(came.method, sent.method);
  EXPECT_EQ(came.path, sent.path);
  EXPECT_EQ(came.headers, sent.headers);
  EXPECT_EQ(came.body, sent.body);
}

TEST(HttpDocument, AKeyOfANewerControllerIsNamed) {
  Request request = http::get("/");
  http::put(request.document, "push", text_document("x"));
  const auto fine = fits(request.document, http_request_shape({}), Names(), "operation `read`");
  ASSERT_FALSE(fine);
  EXPECT_NE(fine.error().message.find("unknown key `push` in a request"), std::string::npos) << fine.error().message;
}

}  // namespace
}  // namespace shakedown
