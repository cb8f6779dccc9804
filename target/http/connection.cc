#include "target/http/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace practice {

std::uint64_t Connection::push(Slot slot) {
  slots_.push_back(std::move(slot));
  return first_ + slots_.size() - 1;
}

Slot* Connection::slot(std::uint64_t number) {
  const bool there = number >= first_ && number - first_ < slots_.size();
  return there ? &slots_[number - first_] : nullptr;
}

Slot* Connection::next_due(std::uint64_t& number) {
  next_run_ = std::max(next_run_, first_);
  for (;;) {
    number = next_run_;
    Slot* next = slot(number);
    if (next == nullptr || next->state == Slot::State::kWaiting) return nullptr;
    ++next_run_;
    if (next->state == Slot::State::kDue) return next;
  }
}

void Connection::finish(Slot& slot, std::string answer) {
  slot.answer = std::move(answer);
  slot.state = Slot::State::kReady;
}

ssize_t Connection::receive(char* to, std::size_t size) { return tls_ ? tls_->read(to, size) : ::recv(fd(), to, size, 0); }

ssize_t Connection::put(std::string_view bytes) {
  return tls_ ? tls_->write(bytes) : ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

bool Connection::send() {
  while (!slots_.empty() && slots_.front().state == Slot::State::kReady && !sent_last_) {
    out_ += slots_.front().answer;
    sent_last_ = slots_.front().close_after;
    slots_.pop_front();
    ++first_;
  }
  while (sending()) {
    const ssize_t count = put(std::string_view(out_).substr(sent_));
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN || errno == EWOULDBLOCK;
    }
    sent_ += static_cast<std::size_t>(count);
  }
  out_.clear();
  sent_ = 0;
  return true;
}

void Connection::silence() {
  silent = true;
  first_ += slots_.size();
  slots_.clear();
  input.clear();
}

void Connection::half_close() {
  lingering = true;
  if (tls_) tls_->close();
  ::shutdown(fd(), SHUT_WR);
}

void Connection::make_close_a_reset() {
  const linger now{1, 0};
  ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace practice
