#include "core/wire/grpc/resumable.h"

#include <gtest/gtest.h>

#include "core/base/rng.h"

namespace shakedown {
namespace {

struct Letter {
  uint64_t seq = 0;
  int text = 0;
  void set_seq(uint64_t s) { seq = s; }
  std::size_t ByteSizeLong() const { return 10; }
};

TEST(Resumable, NumbersFromOneAndKeepsUntilAcknowledged) {
  Resumable<Letter> r;
  r.push({0, 7});
  r.push({0, 8});
  ASSERT_NE(r.next(), nullptr);
  EXPECT_EQ(r.next()->seq, 1u);
  r.wrote();
  EXPECT_EQ(r.next()->seq, 2u);
  EXPECT_EQ(r.bytes(), 20u);
  EXPECT_TRUE(r.acknowledge(1));
  EXPECT_EQ(r.unacknowledged(), 1u);
  EXPECT_EQ(r.bytes(), 10u);
  EXPECT_FALSE(r.acknowledge(2)) << "never written";
  EXPECT_EQ(r.next()->seq, 2u);
}

TEST(Resumable, RepeatsWhatThePeerHasNotHeard) {
  Resumable<Letter> r;
  for (int i = 0; i < 5; ++i) r.push({0, i});
  for (int i = 0; i < 4; ++i) r.wrote();
  EXPECT_TRUE(r.acknowledge(1));
  EXPECT_TRUE(r.rewind(2));
  EXPECT_EQ(r.next()->seq, 3u);
  EXPECT_FALSE(r.rewind(1)) << "acknowledged already";
  EXPECT_FALSE(r.rewind(6)) << "never said";
}

TEST(Resumable, RefusesGapsAndIgnoresRepetitions) {
  Resumable<Letter> r;
  EXPECT_TRUE(r.hear(1).value());
  EXPECT_FALSE(r.hear(1).value());
  EXPECT_FALSE(r.hear(3));
  EXPECT_TRUE(r.hear(2).value());
  EXPECT_EQ(r.heard(), 2u);
}

TEST(Resumable, StopsAtTheWindow) {
  Resumable<Letter> r;
  for (std::size_t i = 0; i < kWindowFrames + 1; ++i) r.push({});
  for (std::size_t i = 0; i < kWindowFrames; ++i) r.wrote();
  EXPECT_EQ(r.next(), nullptr);
  EXPECT_TRUE(r.acknowledge(1));
  ASSERT_NE(r.next(), nullptr);
  EXPECT_EQ(r.next()->seq, kWindowFrames + 1);
}

// Two ends over a stream that loses its tail at random instants: everything arrives once and in order.
TEST(Resumable, LosesAndDoublesNothingOverBreaks) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    Rng rng(seed);
    Resumable<Letter> from, to;
    std::deque<Letter> wire;
    std::vector<int> arrived;
    int said = 0;
    while (arrived.size() < 200) {
      if (said < 200 && rng.below(2)) from.push({0, said++});
      if (const Letter* next = from.next(); next && rng.below(2)) {
        wire.push_back(*next);
        from.wrote();
      }
      if (!wire.empty() && rng.below(2)) {
        const auto fresh = to.hear(wire.front().seq);
        ASSERT_TRUE(fresh);
        if (fresh.value()) arrived.push_back(wire.front().text);
        to.handled();
        wire.pop_front();
        if (rng.below(3) == 0) {
          ASSERT_TRUE(from.acknowledge(to.heard()));
        }
      }
      if (rng.below(20) == 0) {
        wire.clear();
        ASSERT_TRUE(from.rewind(to.heard()));
      }
    }
    for (int i = 0; i < 200; ++i) ASSERT_EQ(arrived[i], i) << "seed " << seed;
  }
}

}  // namespace
}  // namespace shakedown
