#include "agent/fault/undo/watchdog_process.h"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include "core/base/log.h"

namespace shakedown {

Result<WatchdogProcess> WatchdogProcess::spawn(const std::string& program, const std::string& folder,
                                               const std::string& log_file) {
  int orders[2], answers[2];
  // Not a pipe: a write to a dead watchdog's pipe would be a SIGPIPE for the whole agent.
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, orders) != 0) {
    return fail(errno_error("cannot make a socket for the watchdog", errno));
  }
  const FileDescriptor orders_read(orders[0]);
  FileDescriptor orders_write(orders[1]);
  if (::pipe2(answers, O_CLOEXEC) != 0) return fail(errno_error("cannot make a pipe for the watchdog", errno));
  FileDescriptor answers_read(answers[0]);
  const FileDescriptor answers_write(answers[1]);
  Command command;
  command.argv = {program, "watch", folder};
  command.input = orders_read.get();
  command.output = answers_write.get();
  command.error_file = log_file;
  Result<ChildProcess> child = shakedown::spawn(command);
  if (child.has_error()) {
    return fail(child.error().kind, "cannot start the watchdog: " + child.error().message);
  }
  return WatchdogProcess(std::move(child.value()), std::move(orders_write), std::move(answers_read));
}

WatchdogProcess::~WatchdogProcess() {
  if (!child_.valid()) return;
  orders_.reset();
  wake();
  pollfd entry{child_.pidfd(), POLLIN, 0};
  ::poll(&entry, 1, 1000);
  child_.poll();
}

bool WatchdogProcess::has_said(const std::string& line) {
  pollfd entry{answers_.get(), POLLIN, 0};
  char buffer[512];
  ssize_t got = 0;
  while (::poll(&entry, 1, 0) > 0 && (got = ::read(answers_.get(), buffer, sizeof buffer)) > 0) {
    said_.append(buffer, static_cast<size_t>(got));
  }
  return said_.find("\n" + line + "\n") != std::string::npos;
}

bool WatchdogProcess::ready() {
  pollfd entry{child_.pidfd(), POLLIN, 0};
  return has_said("ready") && ::poll(&entry, 1, 0) == 0;
}

void WatchdogProcess::renew(Duration lease) { send("lease " + std::to_string(lease.count())); }

void WatchdogProcess::wake() const {
  if (child_.valid()) ::kill(child_.pid(), SIGCONT);  // ours and unreaped: no other process has its number
}

void WatchdogProcess::send(const std::string& order) {
  wake();
  const std::string line = order + "\n";
  // A full socket holds many renewals that a stopped watchdog has not read; a closed one is noticed by its pidfd.
  const ssize_t sent = ::send(orders_.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN && errno != EPIPE && errno != ECONNRESET) {
    log::warning("cannot reach the watchdog", {{"pid", std::to_string(child_.pid())}});
  }
}

}  // namespace shakedown
