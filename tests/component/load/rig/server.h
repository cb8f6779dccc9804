// A small HTTP server for tests: a thread for each connection, and a script that decides what to
// answer.
// Ownership: owns its threads and sockets. Threads: the script runs on many; its own state needs
// its own lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace shakedown {

class Peer;

class TestServer {
 public:
  using Script = std::function<void(Peer&)>;

  // Listens on a loopback port of the kernel's choice, or on the given one; on 127.0.0.1 or another address of loopback.
  explicit TestServer(Script script, uint16_t port = 0, const char* address = "127.0.0.1");
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  uint16_t port() const { return port_; }
  uint64_t connections() const { return connections_; }
  // Connections and listener are gone at once, as after SIGKILL.
  void kill();

 private:
  void accept_all();
  const Script script_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<uint64_t> connections_ = 0;
  std::atomic<bool> ending_ = false;
  std::mutex mutex_;
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

// One accepted connection, as the script sees it.
class Peer {
 public:
  explicit Peer(int socket) : socket_(socket) {}
  // The next request with its body; nullopt when the client has gone.
  std::optional<std::string> request();
  // The next line, without its end; nullopt when the client has gone.
  std::optional<std::string> line();
  // False when the client has gone.
  bool send(const std::string& bytes);
  bool answer(int status, const std::string& body, const std::string& headers = "");
  // No more bytes will be sent, but the connection is still read.
  void half_close();
  // Blocks until the client goes.
  void wait_for_end();
  int socket() const { return socket_; }

 private:
  int socket_;
  std::string pending_;
};

// A port on which nobody listens.
uint16_t free_port();

// Answers every request with 200 and this body.
TestServer::Script always(std::string body);

}  // namespace shakedown
