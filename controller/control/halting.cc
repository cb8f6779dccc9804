#include "controller/control/halting.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>

#include "controller/control/control_socket.h"
#include "controller/control/near_address.h"
#include "core/base/clock.h"
#include "core/base/printable.h"
#include "core/base/regular_file.h"
#include "core/base/units.h"

namespace shakedown {
namespace {

constexpr std::size_t kLongestListed = 64 * 1024;  // a path

namespace fs = std::filesystem;

Result<FileDescriptor> connect_to(const std::string& folder) {
  SHAKEDOWN_TRY(const NearAddress near, NearAddress::in(folder, "control"));
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.valid() && ::connect(socket.get(), near.address(), near.size()) == 0) return socket;
  return fail(errno_error("no controller can be reached in " + folder, errno, ErrorKind::unavailable));
}

// One line, without its end; nothing at the end of the stream or at the limit.
class Lines {
 public:
  Lines(int socket, MonoTime limit) : socket_(socket), limit_(limit) {}

  std::optional<std::string> next() {
    for (;;) {
      const std::size_t end = received_.find('\n');
      if (end != std::string::npos) {
        std::string line = received_.substr(0, end);
        received_.erase(0, end + 1);
        return line;
      }
      const Duration left = limit_ - mono_now();
      pollfd waiting{socket_, POLLIN, 0};
      if (left <= Duration{} || ::poll(&waiting, 1, static_cast<int>(left.count() / 1'000'000) + 1) <= 0) return std::nullopt;
      char buffer[4096];
      const ssize_t got = ::read(socket_, buffer, sizeof buffer);
      if (got <= 0) return std::nullopt;
      received_.append(buffer, static_cast<std::size_t>(got));
    }
  }

 private:
  const int socket_;
  const MonoTime limit_;
  std::string received_;
};

}  // namespace

std::vector<std::string> running(const std::string& listing) {
  std::vector<std::string> folders;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(listing, error)) {
    const Result<std::string> text = read_regular_file(entry.path().string(), kLongestListed);
    const std::string folder = text ? text.value().substr(0, text.value().find('\n')) : "";
    if (connect_to(folder)) {
      folders.push_back(folder);
    } else {
      fs::remove(entry.path(), error);
    }
  }
  return folders;
}

Result<HaltAnswer> halt_run(const std::string& folder, const std::string& why, Duration limit) {
  SHAKEDOWN_TRY(const FileDescriptor socket, connect_to(folder));
  Lines lines(socket.get(), mono_now() + limit);
  const std::optional<std::string> greeting = lines.next();
  const std::string hello = kControlGreeting;
  if (!greeting || !greeting->starts_with(hello)) {
    return fail(ErrorKind::unavailable,
                "what answers in " + folder + " is no controller of this release: " + clean(greeting.value_or("nothing")));
  }
  HaltAnswer halted{greeting->substr(hello.size()), "", ""};
  const std::string order = "halt " + clean(why) + "\n";
  if (::send(socket.get(), order.data(), order.size(), MSG_NOSIGNAL) < 0) halted.trouble = "it went away before it was told";
  while (const std::optional<std::string> line = lines.next()) {
    if (line->starts_with("over ")) halted.state = line->substr(5);
    if (line->starts_with("error ")) halted.trouble = clean(line->substr(6));
  }
  if (halted.state.empty() && halted.trouble.empty()) {
    halted.trouble = "it has not said within " + format_duration(limit) + " that it is over";
  }
  return halted;
}

}  // namespace shakedown
