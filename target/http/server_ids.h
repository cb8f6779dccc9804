// What the loop's events and timers carry beside the numbers of connections. Private to server*.cc.
#pragma once

#include <cstdint>

namespace practice {

inline constexpr std::uint64_t kSignals = 1;
inline constexpr std::uint64_t kCommits = 2;
inline constexpr std::uint64_t kCalls = 3;
inline constexpr std::uint64_t kFirstDoor = 4;
inline constexpr std::uint64_t kFirstConnection = 16;
inline constexpr std::uint64_t kLingerSlot = UINT64_MAX;

}  // namespace practice
