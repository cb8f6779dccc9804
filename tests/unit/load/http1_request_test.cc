#include "agent/load/protocols/http1/request.h"

#include <gtest/gtest.h>

namespace shakedown {
namespace {

Target target(std::string host = "example.com", uint16_t port = 8080) {
  Target made;
  made.name = "api";
  made.scheme = "http";
  made.host = std::move(host);
  made.port = port;
  return made;
}

std::string render(const HttpRequest& http, const Holes& holes = {}, const Target& to = target(), const Secrets& secrets = {},
                   uint64_t value_size = 0) {
  auto made = Http1Request::make(http, to, secrets, value_size);
  if (!made) return made.assume_error().message;
  std::string scratch;
  return std::string(made.assume_value().render(holes, scratch));
}

Text text(std::vector<TextPiece> pieces) {
  Text made;
  made.pieces = std::move(pieces);
  return made;
}

TEST(Http1Request, PlainGet) {
  HttpRequest http;
  http.path = Text::literal("/");
  EXPECT_EQ(render(http), "GET / HTTP/1.1\r\nHost: example.com:8080\r\n\r\n");
}

TEST(Http1Request, HostHeaderKnowsUsualPortsAndIpv6) {
  EXPECT_EQ(host_header(target("a", 80)), "a");
  EXPECT_EQ(host_header(target("::1", 8080)), "[::1]:8080");
  Target tls = target("a", 443);
  tls.scheme = "https";
  EXPECT_EQ(host_header(tls), "a");
}

TEST(Http1Request, HolesBasePathAndBody) {
  HttpRequest http;
  http.method = "PUT";
  http.path = text({{HoleKind::literal, "/entries/"}, {HoleKind::key, ""}});
  http.headers = {{"X-Id", text({{HoleKind::id, ""}})}};
  http.body =
      text({{HoleKind::literal, "{\"v\":\""}, {HoleKind::payload, ""}, {HoleKind::checksum, ""}, {HoleKind::literal, "\"}"}});
  Target to = target();
  to.base_path = "/v1";
  Holes holes;
  holes.key = 1234567;
  holes.id = "id-9";
  holes.payload = "pay";
  holes.checksum = "sum";
  EXPECT_EQ(render(http, holes, to),
            "PUT /v1/entries/1234567 HTTP/1.1\r\nHost: example.com:8080\r\nX-Id: "
            "id-9\r\nContent-Length: 14\r\n\r\n"
            "{\"v\":\"paysum\"}");
}

TEST(Http1Request, CarriesTheRunsMark) {
  HttpRequest http;
  http.path = text({{HoleKind::literal, "/"}, {HoleKind::run, ""}});
  Target to = target();
  to.mark = "X-Shakedown-Run";
  const Result<Http1Request> made = Http1Request::make(http, to, {{kRunText, "run-7"}}, 0);
  ASSERT_TRUE(made);
  std::string scratch;
  EXPECT_EQ(made.value().render(Holes{}, scratch),
            "GET /run-7 HTTP/1.1\r\nHost: example.com:8080\r\nX-Shakedown-Run: run-7\r\n\r\n");
}

TEST(Http1Request, ContentLengthIsTheBodyForEveryKey) {
  HttpRequest http;
  http.method = "POST";
  http.path = Text::literal("/");
  http.body = text({{HoleKind::key, ""}});
  auto made = Http1Request::make(http, target(), {}, 0);
  ASSERT_TRUE(made.has_value());
  std::string scratch;
  for (const uint64_t key : {0ull, 9ull, 10ull, 999ull, 1000ull, 18446744073709551615ull}) {
    Holes holes;
    holes.key = key;
    const std::string request(made.assume_value().render(holes, scratch));
    const std::size_t at = request.find("Content-Length: ") + 16;
    const std::string body = request.substr(request.find("\r\n\r\n") + 4);
    EXPECT_EQ(body, std::to_string(key));
    EXPECT_EQ(std::stoul(request.substr(at)), body.size());
  }
}

TEST(Http1Request, EmptyPostSaysLengthZero) {
  HttpRequest http;
  http.method = "POST";
  http.path = Text::literal("/");
  EXPECT_NE(render(http).find("Content-Length: 0\r\n"), std::string::npos);
}

TEST(Http1Request, ValuesHaveTheirSizeAndDifferBySeed) {
  HttpRequest http;
  http.method = "PUT";
  http.path = Text::literal("/");
  http.body = text({{HoleKind::value, ""}});
  for (const uint64_t size : {1u, 15u, 16u, 17u, 512u}) {
    Holes one, two;
    one.value_seed = 0x123456789abcdef0;
    two.value_seed = 0x023456789abcdef0;
    const std::string a = render(http, one, target(), {}, size), b = render(http, two, target(), {}, size);
    EXPECT_EQ(a.size() - a.find("\r\n\r\n") - 4, size);
    EXPECT_NE(a, b);
  }
}

TEST(Http1Request, SecretsAreFilledInOrAnError) {
  HttpRequest http;
  http.path = Text::literal("/");
  http.headers = {{"Authorization", text({{HoleKind::literal, "Bearer "}, {HoleKind::secret, "token"}})}};
  EXPECT_NE(render(http, {}, target(), {{"token", "s3cr3t"}}).find("Authorization: Bearer s3cr3t\r\n"), std::string::npos);
  EXPECT_NE(render(http).find("`token`, which is not declared"), std::string::npos);
}

TEST(Http1Request, OwnHostReplacesOursAndContentLengthIsAlwaysOurs) {
  HttpRequest http;
  http.method = "POST";
  http.path = Text::literal("/");
  http.headers = {{"host", Text::literal("other")}, {"Content-Length", Text::literal("7")}};
  http.body = Text::literal("abc");
  EXPECT_EQ(render(http), "POST / HTTP/1.1\r\nhost: other\r\nContent-Length: 3\r\n\r\nabc");
}

TEST(Http1Request, LineBreaksAreRefused) {
  HttpRequest http;
  http.path = Text::literal("/ HTTP/1.1\r\nEvil: 1");
  EXPECT_FALSE(Http1Request::make(http, target(), {}, 0).has_value());
  http.path = Text::literal("/");
  http.headers = {{"A", Text::literal("b\r\nEvil: 1")}};
  EXPECT_FALSE(Http1Request::make(http, target(), {}, 0).has_value());
  http.headers = {{"A: b\r\nEvil", Text::literal("1")}};
  EXPECT_FALSE(Http1Request::make(http, target(), {}, 0).has_value());
}

}  // namespace
}  // namespace shakedown
