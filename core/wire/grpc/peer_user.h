// Who on this host stands at the other end of a TCP connection, by the kernel's own word (sock_diag(7)).
// Threads: a value for one thread.
#pragma once

#include <optional>

#include <sys/types.h>

namespace shakedown::wire {

class PeerUsers {
 public:
  PeerUsers();
  ~PeerUsers();
  PeerUsers(const PeerUsers&) = delete;
  PeerUsers& operator=(const PeerUsers&) = delete;

  // The user that made the peer's socket. Nullopt: it is closed already, not on this host, or the kernel does not tell.
  std::optional<uid_t> of(int socket) const;

 private:
  const int kernel_;
};

}  // namespace shakedown::wire
