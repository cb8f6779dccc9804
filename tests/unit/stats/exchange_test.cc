#include "core/stats/exchange.h"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include "core/base/rng.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

// Few different instants and lengths, so that ties are common.
Exchange random_exchange(Rng& rng) {
  constexpr Outcome kOutcome[] = {Outcome::ok, Outcome::failed, Outcome::refused, Outcome::reset, Outcome::timeout};
  Exchange one;
  one.intended = run_time(milliseconds(rng.below(8)));
  one.latency = milliseconds(rng.below(6));
  one.outcome = kOutcome[rng.below(5)];
  if (one.outcome == Outcome::failed) one.wrong = Mismatch::status, one.status = 404, one.answer = std::string(rng.below(3), 'x');
  one.trace[15] = static_cast<uint8_t>(rng.below(4));
  return one;
}

template <class Items>
Witnesses of(const Items& items) {
  Witnesses out;
  for (const Exchange& one : items) out.add(one);
  return out;
}

TEST(Witnesses, AnyOrderAndAnyGroupingGiveTheSame) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Rng rng(seed);
    std::vector<Exchange> all(rng.below(40));
    for (Exchange& one : all) one = random_exchange(rng);
    const Witnesses whole = of(all);
    std::vector<Exchange> shuffled = all;
    for (std::size_t i = shuffled.size(); i > 1; --i) std::swap(shuffled[i - 1], shuffled[rng.below(i)]);
    EXPECT_EQ(of(shuffled), whole) << "order, seed " << seed;
    std::vector<Witnesses> parts(1 + rng.below(5));
    for (const Exchange& one : shuffled) parts[rng.below(parts.size())].add(one);
    Witnesses left, right, pairs;
    for (const Witnesses& part : parts) left.merge(part);
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
      Witnesses folded = *part;
      folded.merge(right);
      right = folded;
    }
    EXPECT_EQ(left, whole) << "grouping, seed " << seed;
    EXPECT_EQ(right, whole) << "grouping, seed " << seed;
    left.merge(whole);
    EXPECT_EQ(left, whole) << "twice, seed " << seed;
  }
}

TEST(Witnesses, AreTheFirstAndTheSlowestOfEachKind) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    std::vector<Exchange> all(1 + rng.below(60));
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = random_exchange(rng), all[i].trace[0] = static_cast<uint8_t>(i);
    const Witnesses found = of(all);
    std::vector<Exchange> bad;
    for (const Exchange& one : all) {
      if (one.outcome != Outcome::ok) bad.push_back(one);
    }
    std::sort(bad.begin(), bad.end());
    const auto first = found.first_bad();
    ASSERT_EQ(first.size(), std::min(bad.size(), kWitnesses));
    for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(*first[i], bad[i]);
    std::stable_sort(bad.begin(), bad.end(), [](const auto& a, const auto& b) { return a.latency > b.latency; });
    const auto slowest = found.slowest_bad();
    for (std::size_t i = 0; i < slowest.size(); ++i) EXPECT_EQ(*slowest[i], bad[i]);
    EXPECT_LE(found.all().size(), 3 * kWitnesses);
  }
}

TEST(Witnesses, DropsAreNone) {
  Witnesses found;
  for (const Outcome outcome : {Outcome::dropped_by_target, Outcome::dropped_by_us, Outcome::client_error, Outcome::unfinished}) {
    Exchange one;
    one.outcome = outcome;
    EXPECT_FALSE(found.add(one));
  }
  EXPECT_TRUE(found.empty());
}

TEST(Answers, AreCountedOnceAPairInOrder) {
  std::vector<AnswerCount> counts;
  count_answer(counts, 404, Mismatch::status, 2);
  count_answer(counts, 200, Mismatch::body, 1);
  count_answer(counts, 201, Mismatch::none, 5);
  count_answer(counts, 404, Mismatch::status, 3);
  EXPECT_EQ(counts, (std::vector<AnswerCount>{{200, Mismatch::body, 1}, {201, Mismatch::none, 5}, {404, Mismatch::status, 5}}));
  EXPECT_EQ(sum_of(counts, true), 5u);
  EXPECT_EQ(sum_of(counts, false), 6u);
}

}  // namespace
}  // namespace shakedown
