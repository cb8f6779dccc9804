#include "target/null_server.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

namespace practice {
namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr std::string_view kHeadAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::size_t kBufferSize = 16 * 1024;
constexpr std::size_t kMaxOut = 256 * 1024;
constexpr int kAcceptPauseMs = 50;
constexpr std::size_t kMostDescriptors = 1 << 20;

std::size_t descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return std::min<std::size_t>(limit.rlim_cur, kMostDescriptors);
}

bool watch(int poll, int fd, std::uint32_t events, int operation) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  return ::epoll_ctl(poll, operation, fd, &event) == 0;
}

}  // namespace

struct NullServer::Connection {
  explicit Connection(Fd from) : socket(std::move(from)) {}
  Fd socket;
  std::string input;  // the beginning of a request that is not complete yet
  std::string unsent;
  RequestParser parser;  // for what has a body
  bool parsing = false;
};

NullServer::NullServer(unsigned threads, Listener& listener, int signals)
    : listener_(listener),
      signals_(signals),
      stop_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      connections_(descriptor_limit()) {
  for (unsigned i = 0; i < threads; ++i) {
    polls_.emplace_back(::epoll_create1(EPOLL_CLOEXEC));
    watch(polls_[i].get(), stop_.get(), EPOLLIN, EPOLL_CTL_ADD);
  }
  watch(polls_[0].get(), signals_, EPOLLIN, EPOLL_CTL_ADD);
  watch(polls_[0].get(), listener_.fd(), EPOLLIN, EPOLL_CTL_ADD);
}

NullServer::~NullServer() = default;

void NullServer::run() {
  std::vector<std::thread> others;
  for (unsigned i = 1; i < polls_.size(); ++i) others.emplace_back([this, i] { loop(i); });
  loop(0);
  for (std::thread& other : others) other.join();
}

void NullServer::loop(unsigned index) {
  const int poll = polls_[index].get();
  std::array<epoll_event, 256> events;
  for (;;) {
    const bool waits = index == 0 && !accepting_;
    const int count = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()),
                                   waits ? kAcceptPauseMs : -1);
    if (waits) accepting_ = watch(poll, listener_.fd(), EPOLLIN, EPOLL_CTL_MOD);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      const int fd = event.data.fd;
      if (fd == stop_.get()) return;
      if (fd == signals_) {
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t put = ::write(stop_.get(), &one, sizeof one);
      } else if (fd == listener_.fd()) {
        accept_some();
      } else {
        serve(index, *connections_[static_cast<std::size_t>(fd)], event.events);
      }
    }
  }
}

void NullServer::accept_some() {
  for (int i = 0; i < 64; ++i) {
    Fd socket;
    const Listener::Result result = listener_.accept(socket);
    if (result == Listener::Result::kNothing) return;
    if (result == Listener::Result::kNoRoom) {
      accepting_ = false;
      watch(polls_[0].get(), listener_.fd(), 0, EPOLL_CTL_MOD);
      return;
    }
    const int fd = socket.get();
    if (static_cast<std::size_t>(fd) >= connections_.size()) continue;
    connections_[static_cast<std::size_t>(fd)] = std::make_unique<Connection>(std::move(socket));
    watch(polls_[next_].get(), fd, EPOLLIN, EPOLL_CTL_ADD);
    next_ = (next_ + 1) % static_cast<unsigned>(polls_.size());
  }
}

void NullServer::serve(unsigned index, Connection& connection, std::uint32_t events) {
  thread_local std::array<char, kBufferSize> buffer;
  thread_local std::string out;
  out.clear();
  bool open = (events & (EPOLLERR | EPOLLHUP)) == 0;
  if (open && (events & EPOLLIN) != 0) {
    const ssize_t got = ::recv(connection.socket.get(), buffer.data(), buffer.size(), 0);
    if (got > 0) {
      const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
      if (connection.input.empty() && !connection.parsing && bytes.substr(0, 4) == "GET " &&
          bytes.find(kHeadEnd) == bytes.size() - kHeadEnd.size()) {
        out = kAnswer;  // one whole request: by far the most frequent case
      } else {
        connection.input += bytes;
        open = answer_all(connection, out);
      }
    } else {
      open = got < 0 && (errno == EAGAIN || errno == EINTR);
    }
  }
  if (!send(index, connection, out) || !open) {
    // The socket outlives its slot: once it is closed, the number may come back from accept at
    // once.
    const Fd last = std::move(connection.socket);
    connections_[static_cast<std::size_t>(last.get())].reset();
  }
}

bool NullServer::answer_all(Connection& connection, std::string& out) {
  std::string_view rest = connection.input;
  bool sound = true;
  while (!rest.empty()) {
    if (!connection.parsing && rest.substr(0, 4) == "GET ") {
      const std::size_t end = rest.find(kHeadEnd);
      sound = end != std::string_view::npos || rest.size() <= kMaxHead;
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + kHeadEnd.size());
      out += kAnswer;
      continue;
    }
    const RequestParser::Result result = connection.parser.feed(rest);
    connection.parsing = result == RequestParser::Result::kMore;
    sound = result != RequestParser::Result::kBad;
    if (!sound) out += render({connection.parser.status(), "", "text/plain"}, false, true);
    if (result != RequestParser::Result::kRequest) break;
    out += connection.parser.request().method == Method::kHead ? kHeadAnswer : kAnswer;
  }
  connection.input.erase(0, connection.input.size() - rest.size());
  return sound;
}

bool NullServer::send(unsigned index, Connection& connection, std::string& out) {
  const bool waited = !connection.unsent.empty();
  if (waited) {
    connection.unsent += out;
    out.swap(connection.unsent);
    connection.unsent.clear();
  }
  std::string_view rest = out;
  while (!rest.empty()) {
    const ssize_t put = ::send(connection.socket.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return false;
    if (put < 0) break;
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
  if (rest.empty() && !waited) return true;
  connection.unsent = rest;
  const std::uint32_t reads = rest.size() < kMaxOut ? EPOLLIN : 0U;
  const std::uint32_t writes = rest.empty() ? 0U : EPOLLOUT;
  watch(polls_[index].get(), connection.socket.get(), reads | writes, EPOLL_CTL_MOD);
  return true;
}

}  // namespace practice
