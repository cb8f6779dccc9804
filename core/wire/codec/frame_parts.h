// Whether a frame is small enough in memory to be taken apart. An empty part of it, such as a cell, is two bytes on the wire and
// two hundred once parsed: so they are counted before. Pure; threads: free functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace google::protobuf {
class Descriptor;
}

namespace shakedown::wire {

// Far more than an honest frame has: its parts are mostly numbers in rows, which count as one.
inline constexpr std::size_t kMostParts = std::size_t{1} << 17;

// Whether a message of this type has at most so many messages and texts, at whatever depth. What is no message at all has as many
// as can be read of it.
bool has_at_most(const google::protobuf::Descriptor& type, std::string_view bytes, std::size_t most);

}  // namespace shakedown::wire
