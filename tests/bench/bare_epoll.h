// The least that a closed loop can cost: one epoll loop, fixed request bytes, answers found by
// their length alone.
#pragma once

#include <chrono>
#include <cstdint>

namespace shakedown {

// Requests answered by a server on 127.0.0.1 within the time, over so many connections.
uint64_t bare_epoll(uint16_t port, int connections, std::chrono::nanoseconds length);

}  // namespace shakedown
