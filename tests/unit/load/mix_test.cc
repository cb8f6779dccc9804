#include <array>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "agent/load/schedule/pacer.h"

namespace shakedown {
namespace {

TEST(Mix, FollowsTheWeights) {
  const Mix mix({{OperationId(0), 9}, {OperationId(1), 1}, {OperationId(2), 2.5}}, 5);
  std::array<int, 3> counts{};
  for (uint64_t i = 0; i < 125'000; ++i) ++counts[mix.operation(i).value];
  EXPECT_NEAR(counts[0], 90'000, 600);
  EXPECT_NEAR(counts[1], 10'000, 500);
  EXPECT_NEAR(counts[2], 25'000, 600);
}

TEST(Mix, IsAFunctionOfSeedAndIndexAlone) {
  const std::vector<MixEntry> entries = {{OperationId(0), 1}, {OperationId(1), 1}};
  const Mix one(entries, 5), same(entries, 5), other(entries, 6);
  const KeySpec keys = UniformKey{1, 1'000'000};
  int different = 0;
  for (uint64_t i = 0; i < 1000; ++i) {
    ASSERT_EQ(one.operation(i), same.operation(i));
    ASSERT_EQ(one.key(i, keys), same.key(i, keys));
    different += one.key(i, keys) != other.key(i, keys);
  }
  EXPECT_GT(different, 990);
}

TEST(Mix, UniformKeysCoverTheirRangeAndNothingElse) {
  const Mix mix({{OperationId(0), 1}}, 1);
  std::set<uint64_t> seen;
  for (uint64_t i = 0; i < 1000; ++i) seen.insert(mix.key(i, UniformKey{10, 19}));
  EXPECT_EQ(seen.size(), 10u);
  EXPECT_EQ(*seen.begin(), 10u);
  EXPECT_EQ(*seen.rbegin(), 19u);
  EXPECT_NO_FATAL_FAILURE(mix.key(1, UniformKey{0, UINT64_MAX}));
}

TEST(Mix, SequenceKeysCountArrivals) {
  const Mix mix({{OperationId(0), 1}}, 1);
  EXPECT_EQ(mix.key(0, SequenceKey{100}), 100u);
  EXPECT_EQ(mix.key(7, SequenceKey{100}), 107u);
}

}  // namespace
}  // namespace shakedown
