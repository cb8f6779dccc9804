#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

#include "core/base/rng.h"
#include "core/base/units.h"

namespace shakedown {
namespace {

TEST(FormatNumber, SixSignificantDigits) {
  EXPECT_EQ(format_number(0.998123456), "0.998123");
  EXPECT_EQ(format_number(123.4567), "123.457");
  EXPECT_EQ(format_number(999999.4), "999999");
  EXPECT_EQ(format_number(999999.5), "1000000");
  EXPECT_EQ(format_number(1234567), "1234570");
  EXPECT_EQ(format_number(42), "42");
  EXPECT_EQ(format_number(-1.5), "-1.5");
  EXPECT_EQ(format_number(0.1 + 0.2), "0.3");
}

TEST(FormatNumber, NoExponentBetweenOneMillionthAndOneQuadrillion) {
  EXPECT_EQ(format_number(1e-6), "0.000001");
  EXPECT_EQ(format_number(0.0000123456789), "0.0000123457");
  EXPECT_EQ(format_number(123456789012345.0), "123457000000000");
  EXPECT_EQ(format_number(9.99999e14), "999999000000000");
  EXPECT_EQ(format_number(1e15), "1e+15");
  EXPECT_EQ(format_number(9.9e-7), "9.9e-07");
  EXPECT_EQ(format_number(2.5e300), "2.5e+300");
}

TEST(FormatNumber, SpecialValues) {
  EXPECT_EQ(format_number(0.0), "0");
  EXPECT_EQ(format_number(-0.0), "0");
  EXPECT_EQ(format_number(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(format_number(-std::numeric_limits<double>::infinity()), "-inf");
  EXPECT_EQ(format_number(std::nan("")), "nan");
}

TEST(FormatNumber, ReadsBackToSixDigits) {
  Rng rng(7);
  for (int i = 0; i < 20'000; ++i) {
    const double value = std::exp((rng.uniform() - 0.5) * 80) * (rng.below(2) == 0 ? 1 : -1);
    const std::string text = format_number(value);
    EXPECT_LE(std::fabs(std::strtod(text.c_str(), nullptr) - value), std::fabs(value) * 5.0001e-6) << text;
    const double size = std::fabs(value);
    if (size > 1.1e-6 && size < 9e14) {
      EXPECT_EQ(text.find('e'), std::string::npos) << text;
    }
  }
}

TEST(FormatDuration, ShortestText) {
  EXPECT_EQ(format_duration(Duration(0)), "0s");
  EXPECT_EQ(format_duration(Duration(7)), "7ns");
  EXPECT_EQ(format_duration(Duration(1'500)), "1.5us");
  EXPECT_EQ(format_duration(std::chrono::milliseconds(10)), "10ms");
  EXPECT_EQ(format_duration(std::chrono::milliseconds(1500)), "1.5s");
  EXPECT_EQ(format_duration(std::chrono::seconds(150)), "2m30s");
  EXPECT_EQ(format_duration(std::chrono::seconds(3600)), "1h");
  EXPECT_EQ(format_duration(std::chrono::hours(720)), "30d");
  EXPECT_EQ(format_duration(std::chrono::seconds(90061)), "1d1h1m1s");
  EXPECT_EQ(format_duration(std::chrono::milliseconds(-20)), "-20ms");
  EXPECT_EQ(format_duration(std::chrono::milliseconds(60'500)), "1m0.5s");
}

TEST(FormatDuration, RoundingReachesTheNextUnit) {
  EXPECT_EQ(format_duration(Duration(999'999'999)), "1s");
  EXPECT_EQ(format_duration(Duration(59'999'999'999)), "1m");
  EXPECT_EQ(format_duration(Duration(3'599'999'999'999)), "1h");
  EXPECT_EQ(format_duration(Duration(999'999'600)), "1s");
  EXPECT_EQ(format_duration(Duration(999'999'400)), "999.999ms");
  EXPECT_FALSE(format_duration(Duration::max()).empty());
  EXPECT_EQ(format_duration(Duration::min())[0], '-');
}

TEST(FormatDuration, IsReadBack) {
  Rng rng(8);
  for (int i = 0; i < 20'000; ++i) {
    const Duration d(static_cast<int64_t>(std::exp(rng.uniform() * 42)));
    const auto back = parse_duration(format_duration(d));
    ASSERT_TRUE(back.has_value()) << format_duration(d);
    EXPECT_LE(std::fabs(seconds(back.value() - d)), seconds(d) * 1.4e-4) << format_duration(d);
    if (d < std::chrono::minutes(1)) {
      EXPECT_LE(std::fabs(seconds(back.value() - d)), seconds(d) * 5.0001e-6);
    }
  }
}

TEST(FormatRate, TakesTheUnitThatReadsBest) {
  EXPECT_EQ(format_rate({500}), "500/s");
  EXPECT_EQ(format_rate({1.5}), "1.5/s");
  EXPECT_EQ(format_rate({0.5}), "30/min");
  EXPECT_EQ(format_rate({2.0 / (30 * 86400)}), "2/month");
  EXPECT_EQ(format_rate({10.0 / 604800}), "10/week");
  EXPECT_EQ(format_rate({0.5 / (30 * 86400)}), "0.5/month");
  EXPECT_EQ(format_rate({0}), "0/s");
  for (const char* text : {"500/s", "30/min", "7/h", "5/d", "2/week", "3/month"}) {
    EXPECT_EQ(format_rate(parse_rate(text).value()), text);
  }
}

TEST(FormatShare, NeverClaimsAHundredPercentThatIsNot) {
  EXPECT_EQ(format_share({0.9995}), "99.95%");
  EXPECT_EQ(format_share({1}), "100%");
  EXPECT_EQ(format_share({0}), "0%");
  EXPECT_EQ(format_share({0.99999996}), "99.999996%");
  EXPECT_EQ(format_share({1 - 1e-12}), "99.9999999999%");
  EXPECT_EQ(format_share({0.9999999}), "99.99999%");
}

TEST(FormatBytes, IsExactForSmallAndRoundSizes) {
  for (const char* text : {"0B", "512B", "1536B", "16KiB", "2MiB", "1GB", "1KB", "1GiB", "5000MiB"}) {
    EXPECT_EQ(parse_bytes(format_bytes(parse_bytes(text).value())).value(), parse_bytes(text).value());
  }
  EXPECT_EQ(format_bytes({512}), "512B");
  EXPECT_EQ(format_bytes({16384}), "16KiB");
  EXPECT_EQ(format_bytes({1'000'000'000}), "1GB");
  EXPECT_EQ(format_bytes({123'456'789}), "117.738MiB");
}

TEST(FormatWall, IsReadBack) {
  EXPECT_EQ(format_wall(WallTime{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_wall(WallTime(Duration(-1))), "1969-12-31T23:59:59Z");
  for (const char* text : {"2026-12-15T08:30:00Z", "2024-02-29T23:59:59Z", "1999-12-31T00:00:00Z"}) {
    EXPECT_EQ(format_wall(parse_wall(text).value()), text);
  }
}

}  // namespace
}  // namespace shakedown
