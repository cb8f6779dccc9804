#include "agent/load/protocols/connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "agent/load/protocols/pool.h"
#include "core/base/clock.h"

namespace shakedown {
namespace {

// Between a target's choice to close and its close: a turn of its loop.
constexpr Duration kCloseRace = std::chrono::milliseconds(10);

}  // namespace

Outcome outcome_of_connect(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
    case EADDRNOTAVAIL:
    case EADDRINUSE:
    case ENOBUFS:
    case ENOMEM:
    case EACCES:
    case EPERM: return Outcome::client_error;
    case ECONNRESET:
    case EPIPE: return Outcome::reset;
    default: return Outcome::refused;  // and unreachable, and the kernel's own connect timeout
  }
}

void Connection::came_back() {
  if (--pending_ == 0 && state_ == State::closed) pool_.freed(*this);
}

void Connection::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  call_ = nullptr;
  tls_.reset();
  ErrorCode ignored;
  socket_.close(ignored);
  if (pending_ == 0) pool_.freed(*this);
}

Outcome Connection::connect(MonoTime now) {
  opened_ = now;
  served_ = refused_ = 0;
  tail_.clear();
  writing_ = reading_ = false;
  addresses_ = pool_.addresses(now);
  if (addresses_) return begin();
  state_ = State::connecting;
  arrival_ = StampedReads{-1, {}, 0};
  ++pending_;
  pool_.look_up(*this);
  return Outcome::ok;
}

// A name that nobody can tell is a target that is away.
void Connection::looked_up(Result<KnownAddresses> found) {
  const Running running(*this);
  if (state_ == State::closed) return;
  const MonoTime now = mono_now();
  Outcome outcome = Outcome::refused;
  if (found) {
    addresses_ = found.value();
    pool_.found(std::move(found.value()));
    outcome = begin();
  } else {
    close();
  }
  if (outcome != Outcome::ok) pool_.connect_failed(*this, outcome, now);
}

Outcome Connection::begin() {
  endpoint_ = pool_.next_address();
  const Outcome outcome = try_endpoint();
  if (outcome != Outcome::ok) close();
  return outcome;
}

Outcome Connection::open_socket(const boost::asio::ip::tcp::endpoint& endpoint) {
  ErrorCode error;
  socket_.open(endpoint.protocol(), error);
  if (error) return Outcome::client_error;
  ErrorCode ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  arrival_ = StampedReads{socket_.native_handle(), {}, 0};
  stamp_arrivals(arrival_.socket);
  // A closed load connection leaves no TIME_WAIT behind.
  socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  return Outcome::ok;
}

Outcome Connection::try_endpoint() {
  const auto& endpoint = (*addresses_)[endpoint_];
  state_ = State::connecting;
  const Outcome outcome = open_socket(endpoint);
  if (outcome != Outcome::ok) return outcome;
  ++pending_;
  socket_.async_connect(endpoint, member_handler<&Connection::on_connect>(*this, read_memory_));
  return Outcome::ok;
}

void Connection::on_connect(ErrorCode error) {
  const Running running(*this);
  if (state_ == State::closed) return;
  const MonoTime now = mono_now();
  if (!error) forget_writability(error);
  if (error) {
    fail_connect(error, now);
  } else if (pool_.target().tls) {
    state_ = State::handshaking;
    tls_ = pool_.target().tls->session(arrival_);
    handshake(now);
  } else {
    open(now - since_last_segment(arrival_.socket), now);
  }
}

// The reactor would go on telling with each wait for an answer that the socket is writable, which
// costs a turn for every request: registered anew it waits for reading alone.
void Connection::forget_writability(ErrorCode& error) {
  const auto protocol = (*addresses_)[endpoint_].protocol();
  const int socket = socket_.release(error);
  if (error) return;
  socket_.assign(protocol, socket, error);
  if (error) ::close(socket);
}

void Connection::fail_connect(ErrorCode error, MonoTime now) {
  const Outcome outcome = outcome_of_connect(error.value());
  const std::size_t addresses = addresses_->size();
  if (outcome == Outcome::refused && ++refused_ < addresses) {
    ErrorCode ignored;
    socket_.close(ignored);
    endpoint_ = static_cast<uint16_t>((endpoint_ + 1U) % addresses);
    if (try_endpoint() == Outcome::ok) return;
  }
  close();
  pool_.connect_failed(*this, outcome, now);
}

void Connection::handshake(MonoTime now) {
  const TlsStep step = tls_ ? tls_handshake(*tls_) : TlsStep::broken;
  switch (step) {
    case TlsStep::done:
      note_arrival();
      open(came_.value_or(opened_), now);
      return;
    case TlsStep::want_read: wait(true); return;
    case TlsStep::want_write: wait(false); return;
    case TlsStep::closed:
    case TlsStep::broken: break;
  }
  const std::string distrust = tls_ ? tls_distrust(*tls_) : std::string();
  if (!distrust.empty()) pool_.log_distrust(distrust);
  close();
  pool_.connect_failed(*this, distrust.empty() ? Outcome::reset : Outcome::failed, now);
}

void Connection::open(MonoTime ready, MonoTime now) {
  state_ = State::open;
  counter_ = pool_.counter_of((*addresses_)[endpoint_].address());
  codec_->opened();
  wait(true);
  pool_.connected(*this, ready, now);
}

void Connection::wait(bool for_reading) {
  bool& waiting = for_reading ? reading_ : writing_;
  if (waiting) return;
  waiting = true;
  ++pending_;
  if (for_reading) {
    socket_.async_wait(Socket::wait_read, member_handler<&Connection::on_readable>(*this, read_memory_));
  } else {
    socket_.async_wait(Socket::wait_write, member_handler<&Connection::on_writable>(*this, write_memory_));
  }
}

bool Connection::is_gone() const {
  char byte = 0;
  const ssize_t bytes = ::recv(arrival_.socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return bytes == 0 || (bytes < 0 && errno != EAGAIN && errno != EINTR);
}

pollfd Connection::look() const {
  if (state_ == State::connecting) return {arrival_.socket, POLLOUT, 0};
  const bool awaited = state_ == State::handshaking || (state_ == State::open && call_ != nullptr);
  return {awaited ? arrival_.socket : -1, POLLIN, 0};
}

void Connection::on_readable(ErrorCode) {
  const Running running(*this);
  reading_ = false;
  if (state_ == State::closed) return;
  const MonoTime now = mono_now();
  if (state_ == State::handshaking) {
    handshake(now);
    return;
  }
  drain(now, pool_.read_buffer().size());
}

void Connection::on_writable(ErrorCode) {
  const Running running(*this);
  writing_ = false;
  if (state_ == State::closed) return;
  const MonoTime now = mono_now();
  if (state_ == State::handshaking) {
    handshake(now);
  } else {
    send_tail(now);
  }
}

bool Connection::send(std::string_view bytes, std::size_t& sent) {
  sent = 0;
  if (bytes.empty()) return true;
  if (tls_) {
    const TlsStep step = tls_write(*tls_, bytes.data(), bytes.size(), sent);
    return step != TlsStep::closed && step != TlsStep::broken;
  }
  const ssize_t written = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (written < 0) return errno == EAGAIN || errno == EINTR || errno == ENOBUFS;
  sent = static_cast<std::size_t>(written);
  return true;
}

void Connection::start(Call& call, MonoTime now) {
  call_ = &call;
  call.connection = this;
  call.sent = now;
  call.was_sent = true;
  answering_ = false;
  answer_bytes_ = 0;
  held_until_ = now;
  const std::string_view bytes = codec_->begin(call, pool_.scratch());
  // What has come already is no answer to what is sent now. (In TLS it may be the session's own.)
  if (codec_->mistakes_greetings() && !tls_ && unread(arrival_.socket) > 0) {
    answered_unasked(now);
    return;
  }
  send_request(bytes, now);
}

void Connection::send_request(std::string_view bytes, MonoTime now) {
  std::size_t sent = 0;
  if (!send(bytes, sent)) {
    die(Outcome::reset, now);
  } else if (sent < bytes.size()) {
    tail_.assign(bytes.substr(sent));
    wait(false);
  }
}

void Connection::answered_unasked(MonoTime now) {
  pool_.log_unasked();
  call_->wrong = Mismatch::unasked;
  die(Outcome::failed, now);
}

void Connection::send_tail(MonoTime now) {
  while (!tail_.empty()) {
    std::size_t sent = 0;
    if (!send(tail_, sent)) {
      die(Outcome::reset, now);
      return;
    }
    if (sent == 0) {
      wait(false);
      return;
    }
    tail_.erase(0, sent);
  }
  tail_ = std::string();
}

// The target closed an idle connection while our request was on its way: it has seen nothing of it.
// An end that was sent before our request arrived comes within a round trip of our sending; a
// request that it has worked on for longer and then dropped is its failure.
bool Connection::closed_as_we_sent(MonoTime now) {
  if (served_ == 0 || answering_ || call_->retried) return false;
  if (call_->once || !codec_->repeatable(*call_)) return false;
  const Heard peer = heard(arrival_.socket);
  // After an orderly end the last segment is that end; a reset leaves no trace of its time.
  const MonoTime at = peer.established ? now - peer.segment_ago : now;
  return at - call_->sent <= 2 * peer.round_trip + kCloseRace;
}

void Connection::die(Outcome outcome, MonoTime now) {
  Call* call = call_;
  const bool again = call != nullptr && outcome == Outcome::reset && closed_as_we_sent(now);
  if (call != nullptr) call->connection = nullptr;
  close();
  pool_.died(*this, call, outcome, again, now);
}

}  // namespace shakedown
