#include "core/form/url.h"

#include <gtest/gtest.h>

namespace shakedown {
namespace {

TEST(Url, IsTakenApart) {
  const auto url = parse_url("http://127.0.0.1:18080/v1/");
  ASSERT_TRUE(url);
  EXPECT_EQ(url.value().scheme, "http");
  EXPECT_EQ(url.value().host, "127.0.0.1");
  EXPECT_EQ(url.value().port, 18080);
  EXPECT_EQ(url.value().path, "/v1");
}

TEST(Url, HasDefaultPortsAndNoPath) {
  EXPECT_EQ(parse_url("http://example.com").value().port, 80);
  EXPECT_EQ(parse_url("https://example.com/").value().port, 443);
  EXPECT_EQ(parse_url("https://example.com/").value().path, "");
}

TEST(Url, ReadsIpv6) {
  const auto url = parse_url("http://[::1]:8080");
  ASSERT_TRUE(url);
  EXPECT_EQ(url.value().host, "::1");
  EXPECT_EQ(url.value().port, 8080);
  EXPECT_EQ(parse_url("http://[::1]").value().port, 80);
}

TEST(Url, RefusesTheRest) {
  for (const char* bad :
       {"", "example.com", "ftp://x", "http://", "http://:80", "http://x:0", "http://x:65536", "http://x:", "http://x:8a",
        "http://u:p@x", "http://x/?q", "http://x#f", "http://[::1", "http://x y", "http://[::1]80", "http://x/{key}"}) {
    EXPECT_FALSE(parse_url(bad)) << bad;
  }
}

}  // namespace
}  // namespace shakedown
