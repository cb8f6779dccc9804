// What a frame holds is counted before it is taken apart.
#include "core/wire/codec/frame_parts.h"

#include <gtest/gtest.h>

#include "shakedown/v1/session.pb.h"

namespace shakedown::wire {
namespace {

bool within(const std::string& bytes, std::size_t most) { return has_at_most(*v1::SessionRequest::descriptor(), bytes, most); }

v1::SessionRequest with_cells(int count) {
  v1::SessionRequest frame;
  frame.set_seq(7);
  for (int i = 0; i < count; ++i) {
    v1::Cell& cell = *frame.mutable_snapshot()->add_cells();
    cell.set_second(i);
    cell.mutable_lag()->set_packed("ab");
  }
  return frame;
}

TEST(FrameParts, AreMessagesAndTextsAtAnyDepth) {
  const std::string frame = with_cells(10).SerializeAsString();
  EXPECT_TRUE(within(frame, 1 + 10 * 3));
  EXPECT_FALSE(within(frame, 10 * 3));
}

TEST(FrameParts, ARowOfNumbersIsOne) {
  v1::SessionRequest frame;
  v1::ProbeResults& row = *frame.mutable_snapshot()->add_probes();
  for (int i = 0; i < 1000; ++i) row.add_took_ns(1);
  EXPECT_TRUE(within(frame.SerializeAsString(), 3));
}

// Two million of them are 4 MB on the wire and more than 400 MB once parsed.
TEST(FrameParts, OfTheLargestFrameAreFarTooMany) {
  std::string cells(2 * 2'000'000, '\0');
  for (std::size_t i = 0; i < cells.size(); i += 2) cells[i] = '\x32';  // cells = 6, of no bytes
  v1::SessionRequest one;
  one.mutable_snapshot();
  const std::string tag = one.SerializeAsString().substr(0, 1);
  std::string length;
  for (std::size_t left = cells.size(); left > 0; left >>= 7) length += static_cast<char>((left & 127) | (left > 127 ? 128 : 0));
  EXPECT_FALSE(within(tag + length + cells, kMostParts));
  ASSERT_TRUE(one.ParseFromString(tag + length + cells)) << "and it is such a frame";
  EXPECT_EQ(one.snapshot().cells_size(), 2'000'000);
}

// Cut or damaged, it ends; the parser says what is wrong.
TEST(FrameParts, OfWhatIsNoFrameEnd) {
  const std::string frame = with_cells(3).SerializeAsString();
  for (std::size_t size = 0; size < frame.size(); ++size) EXPECT_TRUE(within(frame.substr(0, size), 100));
  for (std::size_t at = 0; at < frame.size(); ++at) {
    std::string damaged = frame;
    damaged[at] = static_cast<char>(damaged[at] ^ '\xff');
    EXPECT_TRUE(within(damaged, 100));
  }
}

}  // namespace
}  // namespace shakedown::wire
