// Bytes to and from a target without a driver: for checks of what happens before, or instead of, an HTTP answer.
// Ownership: the socket is the caller's. Threads: the check thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "agent/check/checking.h"
#include "core/runtime/file_descriptor.h"

namespace shakedown {

struct Reached {
  FileDescriptor socket;  // connected, non-blocking; invalid when there is none
  int error = 0;          // why not: an errno, ETIMEDOUT at the deadline, ECANCELED when the agent stops
  std::string why() const;
  bool nobody() const;  // refused, or no route from here
};
Task<Reached> reach(const Checking& look, Endpoint endpoint);
// The first of the addresses that can be reached, else the last one's reason.
Task<Reached> reach_any(const Checking& look, const std::vector<Endpoint>& endpoints);

// False when the peer took no more of it.
Task<bool> send_all(const Checking& look, const FileDescriptor& socket, std::string_view bytes);

struct Received {
  std::string bytes;    // empty: nothing more comes, or nothing came
  bool closed = false;  // the peer closed or reset
  Woken woken = Woken::readable;
};
// What has come, at most 16 KiB; waits for it.
Task<Received> receive(const Checking& look, const FileDescriptor& socket);

}  // namespace shakedown
