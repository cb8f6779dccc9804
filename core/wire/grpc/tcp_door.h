// Accepts TCP connections for a gRPC server and hands them to it. gRPC's own listener takes any number, and ends for good at the
// first one for which there is no descriptor (1.51, tcp_server_posix.cc, on_read). Here the last descriptors of this process stay
// free for what it has to do itself; a connection that would take one of them is closed at once, and that is told once. Other
// users of this host, who can read no token of ours, are let in a few a second: gRPC has no bound for those that break their
// stream, and thousands a second would keep it from everybody else.
// Ownership: owns the listening socket and a thread; each connection is given away. Threads: `take` is called on that thread;
// construct and destroy anywhere.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/wire/grpc/peer_user.h"

namespace shakedown::wire {

class TcpDoor {
 public:
  using Take = std::function<void(int socket)>;
  // address as "127.0.0.1:0". Error unavailable when it is in use or not allowed.
  static Result<std::unique_ptr<TcpDoor>> open(const std::string& address);
  ~TcpDoor();
  TcpDoor(const TcpDoor&) = delete;
  TcpDoor& operator=(const TcpDoor&) = delete;

  // With the port the kernel chose.
  const std::string& address() const { return address_; }
  // From here on connections are taken; once.
  void serve(Take take);

 private:
  explicit TcpDoor(int listener);
  void accept_all(const Take& take);
  // False when there is no descriptor for who stands before the door.
  bool accept_one(const Take& take);
  // Whether gRPC is to hear of it.
  bool may_enter(int socket);
  bool take_turn(MonoTime now);
  void tell_full();
  void tell_crowd();

  const int listener_;
  int ending_ = -1;  // an eventfd
  std::string address_;
  bool told_ = false, crowd_told_ = false;
  const PeerUsers users_;
  double turns_;  // of other users, left now
  MonoTime turns_at_{};
  std::thread thread_;
};

}  // namespace shakedown::wire
