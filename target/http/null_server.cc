#include "target/http/null_server.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace practice {
namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr std::string_view kHeadAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::size_t kBufferSize = 16 * 1024;
constexpr std::size_t kMaxOut = 256 * 1024;
constexpr int kAcceptsPerRound = 64;
constexpr int kAcceptPauseMs = 50;

bool watch(const Fd& poll, int fd, void* tag, std::uint32_t events, int operation) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = tag;
  return ::epoll_ctl(poll.get(), operation, fd, &event) == 0;
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

// Connections come in from the first thread and go by the worker's own.
struct NullServer::Worker {
  Fd poll{::epoll_create1(EPOLL_CLOEXEC)};
  std::mutex mutex;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections;
};

NullServer::NullServer(unsigned threads, Listener& listener, int signals)
    : listener_(listener), signals_(signals), stop_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  for (unsigned i = 0; i < threads; ++i) {
    workers_.push_back(std::make_unique<Worker>());
    watch(workers_[i]->poll, stop_.get(), &stop_, EPOLLIN, EPOLL_CTL_ADD);
  }
  watch(workers_[0]->poll, signals_, &signals_, EPOLLIN, EPOLL_CTL_ADD);
  watch(workers_[0]->poll, listener_.fd(), &listener_, EPOLLIN, EPOLL_CTL_ADD);
}

NullServer::~NullServer() = default;

void NullServer::run() {
  std::vector<std::thread> others;
  for (unsigned i = 1; i < workers_.size(); ++i) {
    others.emplace_back([this, i] { loop(*workers_[i], false); });
  }
  loop(*workers_[0], true);
  for (std::thread& other : others) other.join();
}

void NullServer::loop(Worker& worker, bool first) {
  std::array<epoll_event, 256> events;
  for (;;) {
    const bool waits = first && !accepting_;
    const int count =
        ::epoll_wait(worker.poll.get(), events.data(), static_cast<int>(events.size()), waits ? kAcceptPauseMs : -1);
    if (waits) {
      accepting_ = watch(worker.poll, listener_.fd(), &listener_, EPOLLIN, EPOLL_CTL_MOD);
    }
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      void* const tag = event.data.ptr;
      if (tag == &stop_) return;
      if (tag == &signals_) {
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t put = ::write(stop_.get(), &one, sizeof one);
      } else if (tag == &listener_) {
        accept_some();
      } else {
        serve(worker, *static_cast<Connection*>(tag), event.events);
      }
    }
  }
}

void NullServer::accept_some() {
  for (int i = 0; i < kAcceptsPerRound; ++i) {
    Fd socket;
    const Listener::Result result = listener_.accept(socket);
    if (result == Listener::Result::kNothing) return;
    if (result == Listener::Result::kNoRoom) {
      accepting_ = false;
      watch(workers_[0]->poll, listener_.fd(), &listener_, 0, EPOLL_CTL_MOD);
      return;
    }
    Worker& worker = *workers_[next_];
    next_ = (next_ + 1) % static_cast<unsigned>(workers_.size());
    auto connection = std::make_unique<Connection>(std::move(socket));
    Connection* const tag = connection.get();
    const std::lock_guard lock(worker.mutex);
    worker.connections.emplace(tag, std::move(connection));
    watch(worker.poll, tag->socket.get(), tag, EPOLLIN, EPOLL_CTL_ADD);
  }
}

void NullServer::serve(Worker& worker, Connection& connection, std::uint32_t events) {
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
  if (!send(worker, connection, out) || !open) {
    const std::lock_guard lock(worker.mutex);
    worker.connections.erase(&connection);
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

bool NullServer::send(Worker& worker, Connection& connection, std::string& out) {
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
  watch(worker.poll, connection.socket.get(), &connection, reads | writes, EPOLL_CTL_MOD);
  return true;
}

}  // namespace practice
