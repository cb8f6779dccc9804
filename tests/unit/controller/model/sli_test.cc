#include "controller/model/sli.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace shakedown {
namespace {

TEST(UnitOf, EveryKind) {
  EXPECT_EQ(unit_of(AvailabilitySli{}), Unit::ratio);
  EXPECT_EQ(unit_of(UptimeSli{}), Unit::ratio);
  EXPECT_EQ(unit_of(LatencySli{}), Unit::seconds);
  EXPECT_EQ(unit_of(ThroughputSli{}), Unit::per_second);
  EXPECT_EQ(unit_of(ErrorRatioSli{}), Unit::ratio);
  EXPECT_EQ(unit_of(MtbfSli{}), Unit::seconds);
  EXPECT_EQ(unit_of(MtbrSli{}), Unit::seconds);
  EXPECT_EQ(unit_of(MttrSli{}), Unit::seconds);
  EXPECT_EQ(unit_of(OutagesSli{}), Unit::count);
  EXPECT_EQ(unit_of(ImpactSli{}), Unit::count);
  EXPECT_EQ(unit_of(ImpactSli{.unit = ImpactUnit::delayed_seconds}), Unit::seconds);
  EXPECT_EQ(unit_of(ImpactSli{.unit = ImpactUnit::lost_writes}), Unit::writes);
  EXPECT_EQ(unit_of(ToleratedSli{}), Unit::ratio);
  EXPECT_EQ(unit_of(RtoSli{}), Unit::seconds);
  EXPECT_EQ(unit_of(RpoSli{}), Unit::writes);
  EXPECT_EQ(unit_of(DurabilitySli{}), Unit::writes);
  EXPECT_EQ(unit_of(RpoSli{.unit = RpoUnit::time}), Unit::seconds);
}

TEST(KindName, IsTheWordOfTheScenario) {
  EXPECT_STREQ(kind_name(AvailabilitySli{}), "availability");
  EXPECT_STREQ(kind_name(UptimeSli{}), "availability");
  EXPECT_STREQ(kind_name(ErrorRatioSli{}), "error_ratio");
  EXPECT_STREQ(kind_name(ToleratedSli{}), "tolerated");
  EXPECT_STREQ(kind_name(RpoSli{}), "rpo");
  EXPECT_STREQ(kind_name(DurabilitySli{}), "durability");
}

TEST(FormatValue, EveryUnit) {
  EXPECT_EQ(format_value(0.9995, Unit::ratio), "99.95%");
  EXPECT_EQ(format_value(0.0124, Unit::seconds), "12.4ms");
  EXPECT_EQ(format_value(4.095, Unit::seconds), "4.095s");
  EXPECT_EQ(format_value(0, Unit::seconds), "0s");
  EXPECT_EQ(format_value(500, Unit::per_second), "500/s");
  EXPECT_EQ(format_value(3, Unit::count), "3");
  EXPECT_EQ(format_value(1234567, Unit::count), "1234567");
  EXPECT_EQ(format_value(2.5, Unit::count), "2.5");
  EXPECT_EQ(format_value(14, Unit::writes), "14 writes");
  EXPECT_EQ(format_value(1, Unit::writes), "1 write");
  EXPECT_EQ(format_value(0, Unit::writes), "0 writes");
}

TEST(FormatValue, Extremes) {
  for (const Unit unit : {Unit::ratio, Unit::seconds, Unit::per_second, Unit::count, Unit::writes}) {
    EXPECT_EQ(format_value(std::numeric_limits<double>::infinity(), unit), "unbounded");
    EXPECT_EQ(format_value(std::nan(""), unit), "nan");
  }
  EXPECT_EQ(format_value(8.64e10, Unit::seconds), "1000000d");
  EXPECT_EQ(format_value(1e300, Unit::seconds), "1.15741e+295d");
  EXPECT_EQ(format_value(1e300, Unit::count), "1e+300");
}

}  // namespace
}  // namespace shakedown
