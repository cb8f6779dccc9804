#include "core/base/address_ranges.h"

#include <gtest/gtest.h>

namespace shakedown {
namespace {

AddressRanges ranges(const std::vector<std::string>& texts) {
  std::vector<AddressRange> all;
  for (const std::string& text : texts) all.push_back(AddressRange::parse(text).value());
  return AddressRanges(std::move(all));
}

TEST(AddressRangesTest, AnAddressIsInsideOrOutside) {
  const AddressRanges some = ranges({"10.1.0.0/16", "127.0.0.1", "fd00::/8"});
  for (const char* inside : {"10.1.0.0", "10.1.255.255", "127.0.0.1", "fd00::1", "fdff::1", "fd00::1%eth0"}) {
    EXPECT_TRUE(some.allows(inside)) << inside;
  }
  for (const char* outside : {"10.2.0.0", "10.0.255.255", "127.0.0.2", "fe80::1", "::1", "localhost", ""}) {
    EXPECT_FALSE(some.allows(outside)) << outside;
  }
  EXPECT_EQ(some.text(), "10.1.0.0/16, 127.0.0.1, fd00::/8");
}

TEST(AddressRangesTest, AnIpv4AddressInIpv6sFormIsTheSameAddress) {
  EXPECT_TRUE(ranges({"10.0.0.0/8"}).allows("::ffff:10.0.0.1"));
  EXPECT_FALSE(ranges({"10.0.0.0/8"}).allows("::10.0.0.1"));
  EXPECT_FALSE(ranges({"127.0.0.0/8"}).allows("::ffff:8.8.8.8"));
}

TEST(AddressRangesTest, WithoutAListEverywhereAndWithAnEmptyOneNowhere) {
  EXPECT_TRUE(AddressRanges().allows("8.8.8.8"));
  EXPECT_FALSE(ranges({}).allows("127.0.0.1"));
  EXPECT_TRUE(ranges({"0.0.0.0/0"}).allows("8.8.8.8"));
  EXPECT_FALSE(ranges({"0.0.0.0/0"}).allows("fd00::1"));
}

TEST(AddressRangesTest, WhatIsNoRangeIsAnError) {
  for (const char* bad : {"", "example.com", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.1/8", "fd00::1/8",
                          "::/129", "10.0.0/8"}) {
    EXPECT_TRUE(AddressRange::parse(bad).has_error()) << bad;
  }
}

}  // namespace
}  // namespace shakedown
