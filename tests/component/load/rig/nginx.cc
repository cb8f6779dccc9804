#include "tests/component/load/rig/nginx.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/component/load/rig/server.h"

namespace shakedown {
namespace {

constexpr const char* kNginx = "/usr/sbin/nginx";

bool listens(uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool connected = ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return connected;
}

}  // namespace

bool Nginx::installed() { return ::access(kNginx, X_OK) == 0; }

Nginx::Nginx(const std::string& server_block, int cpu) {
  std::string pattern = std::filesystem::temp_directory_path() / "shakedown-nginx-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
  dir_ = pattern;
  port_ = free_port();
  write_configuration(server_block);
  const std::string configuration = dir_ + "/nginx.conf", errors = dir_ + "/error.log";
  group_ = ::fork();
  if (group_ == 0) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // a test that crashes leaves no server behind
    if (cpu >= 0) {
      cpu_set_t set;
      CPU_ZERO(&set);
      CPU_SET(cpu, &set);
      ::sched_setaffinity(0, sizeof set, &set);
    }
    ::execl(kNginx, kNginx, "-p", dir_.c_str(), "-c", configuration.c_str(), "-e", errors.c_str(), nullptr);
    ::_exit(127);
  }
  ::setpgid(group_, group_);
  wait_until_it_listens();
}

Nginx::~Nginx() {
  ::kill(-group_, SIGCONT);
  ::kill(-group_, SIGKILL);
  ::waitpid(group_, nullptr, 0);
  std::filesystem::remove_all(dir_);
}

void Nginx::write_configuration(const std::string& server_block) const {
  std::ofstream file(dir_ + "/nginx.conf");
  file << "daemon off;\nworker_processes 1;\npid " << dir_ << "/nginx.pid;\nworker_rlimit_nofile 20000;\n"
       << (::geteuid() == 0 ? "user root;\n" : "") << "events { worker_connections 10000; }\n"
       << "http {\n  access_log off;\n  keepalive_requests 1000000000;\n  keepalive_timeout 600s;\n"
       << "  default_type text/plain;\n";
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    file << "  " << kind << "_temp_path " << dir_ << "/" << kind << ";\n";
  }
  file << "  server {\n    listen 127.0.0.1:" << port_ << " backlog=8192;\n    location / { return 200 \"hello\\n\"; }\n"
       << server_block << "\n  }\n}\n";
}

void Nginx::wait_until_it_listens() const {
  for (int i = 0; i < 1000; ++i) {
    if (listens(port_)) return;
    ::poll(nullptr, 0, 10);
  }
  throw std::runtime_error("nginx does not answer, see " + dir_ + "/error.log");
}

void Nginx::signal(int number) const { ::kill(-group_, number); }

}  // namespace shakedown
