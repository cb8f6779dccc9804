#include <gtest/gtest.h>

#include "controller/readings/prometheus.h"

namespace shakedown {
namespace {

TEST(FirstSelector, IsWhatIsScraped) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"up", "up"},
      {"up{job=\"a\"}", "up{job=\"a\"}"},
      {"sum(increase(http_requests_total{code=~\"2..\"}[$window])) / sum(x)", "http_requests_total{code=~\"2..\"}"},
      {"sum by (le, job) (rate(bucket[5m]))", "bucket"},
      {"sum without(job)(rate(bucket[5m]))", "bucket"},
      {"histogram_quantile(0.9, sum by (le) (rate(x_bucket{a=\"}\"}[30s])))", "x_bucket{a=\"}\"}"},
      {"1 - job:errors:rate5m offset 5m", "job:errors:rate5m"},
      {"label_replace(foo, \"up\", \"$1\", \"bar\", \"(.*)\")", "foo"},
      {"{__name__=\"up\"}", "{__name__=\"up\"}"},
      {"1e3 * 0x1f + foo_total", "foo_total"},
      {"vector(1)", ""},
      {"time() - 5m", ""},
      {"\"unclosed", ""},
      {"", ""},
  };
  for (const auto& [query, selector] : cases) EXPECT_EQ(first_selector(query), selector) << query;
}

TEST(Retention, IsTheTimeAndNotTheSize) {
  EXPECT_EQ(parse_retention("15d"), 15 * 86400.0);
  EXPECT_EQ(parse_retention("30d or 10GiB"), 30 * 86400.0);
  EXPECT_EQ(parse_retention("1w2h30m"), 7 * 86400.0 + 7200 + 1800);
  EXPECT_EQ(parse_retention("100ms"), 0.1);
  EXPECT_FALSE(parse_retention("10GiB"));
  EXPECT_FALSE(parse_retention(""));
  EXPECT_FALSE(parse_retention("forever"));
}

}  // namespace
}  // namespace shakedown
