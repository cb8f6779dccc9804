#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/units.h"

namespace shakedown {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using ::testing::HasSubstr;

Duration duration(std::string_view text) {
  const auto parsed = parse_duration(text);
  EXPECT_TRUE(parsed.has_value()) << text << ": " << parsed.error().text();
  return parsed.has_value() ? parsed.value() : Duration(-1);
}

template <typename T>
std::string problem(const Result<T>& parsed) {
  EXPECT_TRUE(parsed.has_error());
  if (!parsed.has_error()) return "";
  EXPECT_EQ(parsed.error().kind, ErrorKind::scenario);
  return parsed.error().message;
}

TEST(ParseDuration, EveryUnit) {
  EXPECT_EQ(duration("7ns"), nanoseconds(7));
  EXPECT_EQ(duration("3us"), nanoseconds(3'000));
  EXPECT_EQ(duration("10ms"), nanoseconds(10'000'000));
  EXPECT_EQ(duration("1.5s"), nanoseconds(1'500'000'000));
  EXPECT_EQ(duration("2m"), minutes(2));
  EXPECT_EQ(duration("2min"), minutes(2));
  EXPECT_EQ(duration("3h"), hours(3));
  EXPECT_EQ(duration("30d"), hours(720));
  EXPECT_EQ(duration("0s"), Duration::zero());
}

TEST(ParseDuration, SumsOfParts) {
  EXPECT_EQ(duration("1h30m"), minutes(90));
  EXPECT_EQ(duration("1d2h3m4s5ms6us7ns"), nanoseconds(93'784'005'006'007));
  EXPECT_EQ(duration("1m0.5s"), nanoseconds(60'500'000'000));
}

TEST(ParseDuration, FractionsAreRoundedToTheNearestNanosecond) {
  EXPECT_EQ(duration("0.1s").count(), 100'000'000);
  EXPECT_EQ(duration("0.0000000016s").count(), 2);
  EXPECT_EQ(duration("1.0000000014s").count(), 1'000'000'001);
}

TEST(ParseDuration, AMissingUnitIsExplained) {
  EXPECT_EQ(problem(parse_duration("5")), "\"5\": a duration needs a unit; write 5s, 5ms or 5m");
  EXPECT_THAT(problem(parse_duration("1h30")), HasSubstr("write 30s, 30ms or 30m"));
}

TEST(ParseDuration, Rejects) {
  EXPECT_THAT(problem(parse_duration("")), HasSubstr("missing"));
  EXPECT_THAT(problem(parse_duration("-5s")), HasSubstr("negative"));
  EXPECT_THAT(problem(parse_duration("5 s")), HasSubstr("unknown unit \" s\""));
  EXPECT_EQ(problem(parse_duration("5sec")), "\"5sec\": unknown unit \"sec\"; write 5s; units are ns us ms s m min h d");
  EXPECT_THAT(problem(parse_duration("14 sec")), HasSubstr("write 14s;"));
  EXPECT_THAT(problem(parse_duration("2 minutes")), HasSubstr("write 2m;"));
  EXPECT_EQ(problem(parse_duration("5x")), "\"5x\": unknown unit \"x\"; units are ns us ms s m min h d");
  EXPECT_THAT(problem(parse_duration("5s ")), HasSubstr("unknown unit"));
  EXPECT_THAT(problem(parse_duration("s")), HasSubstr("expected a duration"));
  EXPECT_THAT(problem(parse_duration("1.s")), HasSubstr("unknown unit \".s\""));
  EXPECT_THAT(problem(parse_duration("1e3s")), HasSubstr("unknown unit \"e\""));
  EXPECT_THAT(problem(parse_duration("0x1s")), HasSubstr("unknown unit \"x\""));
  EXPECT_THAT(problem(parse_duration("inf")), HasSubstr("expected a duration"));
  EXPECT_THAT(problem(parse_duration("30m1h")), HasSubstr("larger units first"));
  EXPECT_THAT(problem(parse_duration("1s1s")), HasSubstr("each once"));
  EXPECT_THAT(problem(parse_duration("200000d")), HasSubstr("292 years"));
  EXPECT_THAT(problem(parse_duration("1" + std::string(400, '0') + "s")), HasSubstr("292 years"));
}

TEST(ParseRate, EveryUnit) {
  EXPECT_DOUBLE_EQ(parse_rate("500/s").value().per_second, 500);
  EXPECT_DOUBLE_EQ(parse_rate("30/min").value().per_second, 0.5);
  EXPECT_DOUBLE_EQ(parse_rate("2/h").value().per_second, 2.0 / 3600);
  EXPECT_DOUBLE_EQ(parse_rate("2/d").value().per_second, 2.0 / 86400);
  EXPECT_DOUBLE_EQ(parse_rate("2/week").value().per_second, 2.0 / 604800);
  EXPECT_DOUBLE_EQ(parse_rate("2/month").value().per_second, 2.0 / (30 * 86400));
}

TEST(ParseRate, Rejects) {
  EXPECT_THAT(problem(parse_rate("500")), HasSubstr("write 500/s"));
  EXPECT_THAT(problem(parse_rate("1.5k/s")), HasSubstr("unknown unit \"k/s\""));
  EXPECT_THAT(problem(parse_rate("5/y")), HasSubstr("/month"));
  EXPECT_THAT(problem(parse_rate("5/")), HasSubstr("unknown unit"));
  EXPECT_THAT(problem(parse_rate("0/s")), HasSubstr("above zero"));
  EXPECT_THAT(problem(parse_rate("-1/s")), HasSubstr("expected a rate"));
  EXPECT_THAT(problem(parse_rate("1" + std::string(400, '0') + "/s")), HasSubstr("finite"));
}

TEST(ParseShare, IsTheNearestDouble) {
  EXPECT_EQ(parse_share("99.9%").value().value, 0.999);
  EXPECT_EQ(parse_share("99.99%").value().value, 0.9999);
  EXPECT_EQ(parse_share("0%").value().value, 0.0);
  EXPECT_EQ(parse_share("100%").value().value, 1.0);
}

TEST(ParseShare, Rejects) {
  EXPECT_THAT(problem(parse_share("99.9")), HasSubstr("write 99.9%"));
  EXPECT_THAT(problem(parse_share("100.1%")), HasSubstr("between 0% and 100%"));
  EXPECT_THAT(problem(parse_share("5%%")), HasSubstr("only %"));
  EXPECT_THAT(problem(parse_share("%")), HasSubstr("expected a share"));
}

TEST(ParseBytes, EveryUnit) {
  EXPECT_EQ(parse_bytes("512B").value().count, 512U);
  EXPECT_EQ(parse_bytes("16KiB").value().count, 16384U);
  EXPECT_EQ(parse_bytes("2MiB").value().count, 2097152U);
  EXPECT_EQ(parse_bytes("1GB").value().count, 1'000'000'000U);
  EXPECT_EQ(parse_bytes("1.5KiB").value().count, 1536U);
}

TEST(ParseBytes, Rejects) {
  EXPECT_THAT(problem(parse_bytes("512")), HasSubstr("write 512B or 512KiB"));
  EXPECT_THAT(problem(parse_bytes("1.5B")), HasSubstr("whole number"));
  EXPECT_THAT(problem(parse_bytes("1kb")), HasSubstr("unknown unit"));
  EXPECT_THAT(problem(parse_bytes("99999TiB")), HasSubstr("too large"));
}

TEST(ParseWall, DatesAndTimes) {
  EXPECT_EQ(parse_wall("1970-01-01").value().time_since_epoch().count(), 0);
  EXPECT_EQ(parse_wall("2026-12-15T08:30:00Z").value().time_since_epoch(), std::chrono::seconds(1797323400));
  EXPECT_EQ(parse_wall("2024-02-29").value().time_since_epoch(), std::chrono::seconds(1709164800));
}

TEST(ParseWall, Rejects) {
  for (const char* text : {"2026-13-01", "2026-02-29", "2026-04-31"}) {
    EXPECT_THAT(problem(parse_wall(text)), HasSubstr("no such day")) << text;
  }
  EXPECT_THAT(problem(parse_wall("2026-12-15T24:00:00Z")), HasSubstr("no such time"));
  for (const char* text : {"", "15.12.2026", "2026-12-15 08:30:00", "2026-12-15T08:30:00", "2026-12-1"}) {
    EXPECT_THAT(problem(parse_wall(text)), HasSubstr("expected a date")) << text;
  }
}

}  // namespace
}  // namespace shakedown
