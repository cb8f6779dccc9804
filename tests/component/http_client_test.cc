#include "core/runtime/http/client.h"

#include <gtest/gtest.h>

#include "tests/component/load/rig/server.h"

namespace shakedown {
namespace {

std::string at(uint16_t port, const std::string& path) { return "http://127.0.0.1:" + std::to_string(port) + path; }

TEST(HttpClient, BringsStatusHeadersAndBody) {
  TestServer server([](Peer& peer) {
    if (peer.request()) peer.answer(404, "none here", "X-Planted: one two\r\n");
  });
  const HttpCall call{.url = at(server.port(), "/x")};
  const auto reply = http_fetch(call);
  ASSERT_TRUE(reply) << reply.error().text();
  EXPECT_EQ(reply.value().status, 404);
  EXPECT_EQ(reply.value().body, "none here");
  const std::pair<std::string, std::string> planted("x-planted", "one two");
  const HttpHeaders& headers = reply.value().headers;
  EXPECT_NE(std::find(headers.begin(), headers.end(), planted), headers.end());
}

TEST(HttpClient, SendsMethodHeadersAndBody) {
  std::string seen;
  TestServer server([&](Peer& peer) {
    seen = peer.request().value_or("");
    peer.answer(200, "");
  });
  const HttpCall call{.method = "POST",
                      .url = at(server.port(), "/api?query=a"),
                      .body = "{\"a\":1}",
                      .headers = {{"Authorization", "Bearer secret"}, {"Content-Type", "application/json"}}};
  ASSERT_TRUE(http_fetch(call));
  EXPECT_TRUE(seen.starts_with("POST /api?query=a HTTP/1.1\r\n")) << seen;
  EXPECT_NE(seen.find("Authorization: Bearer secret\r\n"), seen.npos) << seen;
  EXPECT_NE(seen.find("Content-Type: application/json\r\n"), seen.npos) << seen;
  EXPECT_TRUE(seen.ends_with("\r\n\r\n{\"a\":1}")) << seen;
}

TEST(HttpClient, RefusalIsAnErrorThatHidesThePassword) {
  const std::string port = std::to_string(free_port());
  const HttpCall call{.url = "http://dana:hunter2@127.0.0.1:" + port + "/x"};
  const auto reply = http_fetch(call);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::unavailable);
  const std::string text = reply.error().text();
  EXPECT_NE(text.find("http://127.0.0.1:" + port + "/x"), text.npos) << text;
  EXPECT_EQ(text.find("hunter2"), text.npos) << text;
  EXPECT_EQ(text.find("dana"), text.npos) << text;
}

TEST(HttpClient, AnAnswerOverTheLimitIsRefused) {
  TestServer server(always(std::string(1025, 'x')));
  HttpCall call{.url = at(server.port(), "/"), .largest = 1024};
  const auto reply = http_fetch(call);
  ASSERT_FALSE(reply);
  EXPECT_NE(reply.error().text().find("at most 1024 bytes"), std::string::npos) << reply.error().text();
  call.largest = 1025;
  const auto whole = http_fetch(call);
  ASSERT_TRUE(whole) << whole.error().text();
  EXPECT_EQ(whole.value().body.size(), 1025U);
}

TEST(HttpClient, ASilentServerEndsInTheTimeout) {
  TestServer server([](Peer& peer) {
    if (peer.request()) peer.wait_for_end();
  });
  const HttpCall call{.url = at(server.port(), "/"), .timeout = std::chrono::milliseconds(50)};
  const auto reply = http_fetch(call);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::unavailable);
  EXPECT_NE(reply.error().text().find("within 50ms"), std::string::npos) << reply.error().text();
}

TEST(HttpClient, RedirectsAreNotFollowed) {
  TestServer server([](Peer& peer) {
    while (peer.request()) peer.answer(302, "", "Location: /elsewhere\r\n");
  });
  const HttpCall call{.url = at(server.port(), "/")};
  const auto reply = http_fetch(call);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply.value().status, 302);
}

TEST(HttpClient, OnlyHttp) {
  for (const std::string url : {"file:///etc/passwd", "gopher://127.0.0.1/", "not a url", ""}) {
    const HttpCall call{.url = url};
    EXPECT_FALSE(http_fetch(call)) << url;
  }
}

TEST(HttpClient, AHeaderCannotSmuggleAnother) {
  TestServer server(always("fine"));
  const HttpCall call{.url = at(server.port(), "/"), .headers = {{"A", "1\r\nB: 2"}}};
  const auto reply = http_fetch(call);
  ASSERT_FALSE(reply);
  EXPECT_EQ(server.connections(), 0U);
}

TEST(HttpClient, CredentialsAreStripped) {
  EXPECT_EQ(without_credentials("https://a:b@host:1/p?q=c@d"), "https://host:1/p?q=c@d");
  EXPECT_EQ(without_credentials("http://host/p@q"), "http://host/p@q");
  EXPECT_EQ(without_credentials("http://a@b@host"), "http://host");
}

TEST(HttpClient, LoopbackIsRecognised) {
  for (const std::string url : {"http://localhost", "http://127.0.0.1:80/x", "https://a:b@[::1]:3000/", "http://127.9.8.7?q"}) {
    EXPECT_TRUE(names_loopback(url)) << url;
  }
  for (const std::string url : {"http://127.example.com", "http://localhost.example.com", "http://127.0.0.1@example.com/",
                                "http://[::2]/", "http://example.com/127.0.0.1", "localhost"}) {
    EXPECT_FALSE(names_loopback(url)) << url;
  }
}

TEST(HttpClient, PercentEncoding) {
  EXPECT_EQ(percent_encoded("sum(rate(x[5m])) > 1"), "sum%28rate%28x%5B5m%5D%29%29%20%3E%201");
  EXPECT_EQ(percent_encoded("a-b_c.d~\xc3\xa9"), "a-b_c.d~%C3%A9");
}

}  // namespace
}  // namespace shakedown
