#include "controller/control/control_socket.h"

#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <list>
#include <vector>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include "controller/control/near_address.h"
#include "core/base/printable.h"
#include "core/runtime/file_descriptor.h"

namespace shakedown {
namespace asio = boost::asio;
using Stream = asio::local::stream_protocol;

namespace {

constexpr std::size_t kLongestLine = 4096;
constexpr std::size_t kMostConnections = 16;

struct Caller {
  explicit Caller(Stream::socket connected) : socket(std::move(connected)) {}
  Stream::socket socket;
  std::string received;
  bool asked = false;  // wants to hear when the run is over
};

std::string who_calls(Stream::socket& socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return "somebody of this host";
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  const bool known = ::getpwuid_r(peer.uid, &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr;
  return "local user " + (known ? clean(found->pw_name) : "") + (known ? " " : "") + "(uid " + std::to_string(peer.uid) + ")";
}

// Nobody but the owner can connect at any instant: before listen() nobody can at all.
Result<FileDescriptor> listen_at(const std::string& folder) {
  SHAKEDOWN_TRY(const NearAddress near, NearAddress::in(folder, "control"));
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  ::unlink(near.path().c_str());
  const bool made = socket.valid() && ::bind(socket.get(), near.address(), near.size()) == 0 &&
                    ::chmod(near.path().c_str(), 0600) == 0 && ::listen(socket.get(), 16) == 0;
  if (made) return socket;
  return fail(errno_error("the control socket of " + folder + " cannot be made", errno, ErrorKind::output));
}

}  // namespace

struct ControlSocket::Door : std::enable_shared_from_this<Door> {
  Door(ControlOptions chosen, asio::io_context& loop) : options(std::move(chosen)), acceptor(loop) {}

  void accept() {
    acceptor.async_accept([self = shared_from_this()](boost::system::error_code error, Stream::socket socket) {
      if (error || self->closed) return;
      if (self->make_room()) {
        self->callers.push_back(std::make_shared<Caller>(std::move(socket)));
        self->say(*self->callers.back(), kControlGreeting + self->options.run_id);
        self->hear(self->callers.back());
      }
      self->accept();
    });
  }

  // Who has been here longest without asking for anything leaves.
  bool make_room() {
    if (callers.size() < kMostConnections) return true;
    const auto idle = std::find_if(callers.begin(), callers.end(), [](const auto& caller) { return !caller->asked; });
    if (idle == callers.end()) return false;
    boost::system::error_code ignored;
    (*idle)->socket.close(ignored);
    callers.erase(idle);
    return true;
  }

  void hear(const std::shared_ptr<Caller>& caller) {
    asio::async_read_until(caller->socket, asio::dynamic_buffer(caller->received, kLongestLine), '\n',
                           [self = shared_from_this(), caller](boost::system::error_code error, std::size_t length) {
                             if (self->closed) return;
                             if (error) return self->forget(caller);
                             const std::string line = caller->received.substr(0, length - 1);
                             caller->received.erase(0, length);
                             self->obey(*caller, line);
                             self->hear(caller);
                           });
  }

  void obey(Caller& caller, const std::string& line) {
    if (line == "halt" || line.starts_with("halt ")) {
      caller.asked = true;
      say(caller, "halting");
      return options.halt(who_calls(caller.socket), line.size() > 5 ? clean(line.substr(5)) : "");
    }
    say(caller, "error expected `halt WHY`, found " + clean(line.substr(0, 100)));
  }

  // A few short lines always fit into the socket's buffer; who does not read them misses them.
  void say(Caller& caller, const std::string& line) {
    const std::string text = line + "\n";
    static_cast<void>(::send(caller.socket.native_handle(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
  }

  void forget(const std::shared_ptr<Caller>& caller) { std::erase(callers, caller); }

  std::string listed() const { return options.listing + "/" + options.run_id; }

  ControlOptions options;
  Stream::acceptor acceptor;
  std::vector<std::shared_ptr<Caller>> callers;  // shared with their handlers
  bool closed = false;
};

namespace {

// What is not listed can still be halted by its folder: no reason not to run.
void write_listing(const std::string& listing, const std::string& run_id, const std::string& folder) {
  std::error_code error;
  const std::filesystem::path state_dir = std::filesystem::path(listing).parent_path();
  std::filesystem::create_directories(state_dir.parent_path(), error);
  if (::mkdir(state_dir.c_str(), 0700) != 0 && errno != EEXIST) return;  // ours alone, whatever the umask is
  if (::mkdir(listing.c_str(), 0700) != 0 && errno != EEXIST) return;
  std::ofstream file(listing + "/" + run_id);
  file << std::filesystem::absolute(folder, error).lexically_normal().string() << "\n";
}

}  // namespace

Result<std::unique_ptr<ControlSocket>> ControlSocket::open(ControlOptions options, asio::io_context& loop) {
  SHAKEDOWN_TRY(FileDescriptor socket, listen_at(options.folder));
  auto door = std::make_shared<Door>(std::move(options), loop);
  door->acceptor.assign(Stream(), socket.release());
  if (!door->options.listing.empty()) write_listing(door->options.listing, door->options.run_id, door->options.folder);
  door->accept();
  return std::unique_ptr<ControlSocket>(new ControlSocket(std::move(door)));
}

ControlSocket::~ControlSocket() {
  door_->closed = true;
  boost::system::error_code ignored;
  door_->acceptor.close(ignored);
  door_->callers.clear();
  ::unlink((door_->options.folder + "/control").c_str());
  if (!door_->options.listing.empty()) ::unlink(door_->listed().c_str());
}

void ControlSocket::over(const std::string& state) {
  for (const auto& caller : door_->callers) {
    if (caller->asked) door_->say(*caller, "over " + state);
  }
}

}  // namespace shakedown
