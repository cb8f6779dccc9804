// How large a snapshot will be on the wire and in the journal, and is in memory. Pure; threads: safe everywhere.
#pragma once

#include <cstddef>

#include "core/stats/snapshot.h"

namespace shakedown {

// Bytes that its wire form will hardly exceed.
std::size_t size_hint(const Snapshot& snapshot);
// Bytes that it takes up, all but what the allocator adds.
std::size_t memory_of(const Snapshot& snapshot);

}  // namespace shakedown
