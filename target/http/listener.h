// The listening socket, on 127.0.0.1 unless another address is asked for, which can close and open again on the same port.
// Ownership: owns its sockets. Threads: one.
#pragma once

#include <cstdint>
#include <string>

#include "target/base.h"

namespace practice {

class Listener {
 public:
  // Takes the port (0: any free one) without listening yet; ends the process if another one listens
  // there. `flag` is what messages name.
  Listener(const char* flag, std::uint16_t port, const std::string& address = "127.0.0.1");

  std::uint16_t port() const { return port_; }
  const std::string& address() const { return address_; }
  int fd() const { return socket_.get(); }
  void open();
  void close() { socket_.reset(); }

  enum class Result { kConnection, kNothing, kNoRoom };
  // kNoRoom: out of descriptors or memory; the caller has to wait before it tries again.
  Result accept(Fd& connection);

 private:
  const char* flag_;
  std::string address_;
  std::uint16_t port_ = 0;
  Fd guard_;  // bound, never listening: keeps the port ours while socket_ is closed
  Fd socket_;
};

}  // namespace practice
