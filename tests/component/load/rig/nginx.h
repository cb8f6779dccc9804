// Debian's nginx on a loopback port of the kernel's choice, with its own folder, for one test or
// benchmark.
// Ownership: stops it on destruction. Threads: one owner.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace shakedown {

class Nginx {
 public:
  // Extra text goes into the server block, for example "location /x { return 503; }". cpu >= 0 pins
  // it to one core. Throws when nginx does not answer within 10 s.
  explicit Nginx(const std::string& server_block = "", int cpu = -1);
  ~Nginx();
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  static bool installed();
  uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
  // To master and worker.
  void signal(int number) const;

 private:
  void write_configuration(const std::string& server_block) const;
  void wait_until_it_listens() const;
  std::string dir_;
  uint16_t port_ = 0;
  pid_t group_ = 0;
};

}  // namespace shakedown
