#pragma once

namespace shakedown {

// Semantic version of the programs; the wire and journal formats carry their own.
inline constexpr const char* kVersion = "0.1.0";

}  // namespace shakedown
