// How large a snapshot will be on the wire and in the journal. Pure; threads: safe everywhere.
#pragma once

#include <cstddef>

#include "core/stats/snapshot.h"

namespace shakedown {

// Bytes that its wire form will hardly exceed.
std::size_t size_hint(const Snapshot& snapshot);

}  // namespace shakedown
