// Stands before a TLS server and lets through only who offers TLS 1.3: gRPC 1.51 would agree on 1.2, and has no way to say no
// (its server chooses the highest version that is offered, so that whoever comes through speaks 1.3). Others get TLS's own
// alert, `protocol_version`, and whoever says nothing for 5 s is closed.
// Memory: at most 256 wait, 16 KiB each; one more, and who waited longest goes.
// Ownership: owns the sockets that wait and a thread. Threads: `add` anywhere; `Take` is called on the gate's thread; destroy
// anywhere but there.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/base/time.h"

namespace shakedown::wire {

enum class FirstWords { incomplete, tls1_3, other };
// What the first bytes of a connection say; `other`: no TLS, or not 1.3, or a ClientHello in more than one record.
FirstWords look_at(std::string_view bytes);

class TlsGate {
 public:
  // The socket is the taker's; `read` are the bytes that came before.
  using Take = std::function<void(int socket, std::string read)>;
  explicit TlsGate(Take take);
  ~TlsGate();
  TlsGate(const TlsGate&) = delete;
  TlsGate& operator=(const TlsGate&) = delete;

  void add(int socket);

 private:
  struct Guest {
    int socket;
    MonoTime until;
    std::string read;
  };
  void run();
  void fetch_new();
  // False: the guest has left the list.
  bool hear(Guest& guest);
  void wake() const;

  const Take take_;
  const int alarm_;  // an eventfd
  std::mutex mutex_;
  std::vector<int> new_;  // guarded
  bool ending_ = false;   // guarded
  std::list<Guest> guests_;
  std::thread thread_;
};

}  // namespace shakedown::wire
