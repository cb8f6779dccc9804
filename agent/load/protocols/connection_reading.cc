// How a connection reads: what has come, when it came, and what of it is an answer.
#include <algorithm>
#include <cerrno>
#include <string_view>

#include "agent/load/protocols/pool.h"

namespace shakedown {

MonoTime Connection::read_what_came(MonoTime now) {
  if (state_ == State::closed || (state_ == State::open && call_ == nullptr)) return MonoTime::max();
  const Heard peer = heard(arrival_.socket);
  const MonoTime earliest = now - peer.segment_ago - kTick;
  if (state_ != State::open) return peer.established ? earliest : MonoTime::max();
  const uint64_t before = served_;
  ++pending_;
  const Running running(*this);
  // What comes after this instant came later.
  drain(now, unread(arrival_.socket) + pool_.read_buffer().size());
  return served_ != before || state_ == State::closed ? earliest : MonoTime::max();
}

void Connection::drain(MonoTime now, std::size_t budget) {
  arrival_.bytes = 0;
  turn_begins_ = true;
  if (tls_) {
    drain_tls(now, budget);
  } else {
    drain_plain(now, budget);
  }
}

void Connection::note_arrival() {
  const ClockPair pair = clock_pair();
  if (arrival_.stamp) {
    came_ = pool_.arrivals().moved(*arrival_.stamp, pair);
  } else {
    const Duration ago = heard(arrival_.socket).data_ago;  // no stamp: by the tick
    came_ = ago > kTick ? pair.mono - ago : pair.mono;
  }
  const Duration late = pair.mono - came_.value_or(pair.mono);
  if (late > kLateTurn) {
    if (turn_begins_ && call_ != nullptr && may_have_filled(arrival_)) {
      pool_.held_up(*call_, std::min(late, pair.mono - held_until_));
      held_until_ = pair.mono;
    }
    // An end of the stream that came after the data has left its stamp on it.
    if (heard(arrival_.socket).data_ago > late + kTick) came_.reset();
  }
  turn_begins_ = false;
}

void Connection::drain_plain(MonoTime now, std::size_t budget) {
  std::vector<char>& room = pool_.read_buffer();
  while (state_ == State::open) {
    const ssize_t got = receive_stamped(arrival_, room.data(), room.size());
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) break;
    if (got <= 0) {
      on_end(got == 0, now);
      return;
    }
    const auto bytes = static_cast<std::size_t>(got);
    note_arrival();
    if (!consume({room.data(), bytes}, now)) return;
    if (bytes < room.size() || bytes >= budget) break;
    budget -= bytes;
  }
  if (state_ == State::open) wait(true);
}

// A read gives one record at most, and the buffer holds more: nothing of it stays behind in the session.
void Connection::drain_tls(MonoTime now, std::size_t budget) {
  std::vector<char>& room = pool_.read_buffer();
  while (state_ == State::open) {
    std::size_t bytes = 0;
    switch (tls_read(*tls_, room.data(), room.size(), bytes)) {
      case TlsStep::done:
        note_arrival();
        if (!consume({room.data(), bytes}, now)) return;
        if (bytes >= budget) {
          if (state_ == State::open) wait(true);
          return;
        }
        budget -= bytes;
        break;
      case TlsStep::want_read: wait(true); return;
      case TlsStep::want_write:
        wait(true);
        wait(false);
        return;
      case TlsStep::closed: on_end(true, now); return;
      case TlsStep::broken: on_end(false, now); return;
    }
  }
}

bool Connection::consume(std::string_view bytes, MonoTime now) {
  if (call_ == nullptr) {
    if (codec_->harmless(bytes)) return true;
    if (served_ > 0 && codec_->mistakes_greetings()) pool_.log_unasked();
    die(Outcome::reset, now);
    return false;
  }
  if (!answering_) answer_began_ = came_.value_or(now);
  answering_ = true;
  answer_bytes_ += bytes.size();
  call_->wrong = broken_limit(now);
  if (call_->wrong != Mismatch::none) {
    die(Outcome::failed, now);
    return false;
  }
  const Codec::Progress progress = codec_->feed(bytes);
  if (progress.status == Codec::Status::need_more) return true;
  if (progress.status == Codec::Status::too_long) {
    call_->wrong = Mismatch::size;
    die(Outcome::failed, now);
    return false;
  }
  if (progress.status == Codec::Status::greeted) return greeted(bytes.substr(progress.used), now);
  // More than the one answer that was asked for is nonsense too.
  if (progress.status == Codec::Status::broken || !codec_->harmless(bytes.substr(progress.used))) {
    die(Outcome::reset, now);
    return false;
  }
  if (served_ == 0 && pool_.spoke_unasked() && codec_->mistakes_greetings()) {
    answered_unasked(now);
    return false;
  }
  complete(now);
  return state_ != State::closed;
}

// What follows a greeting came before the request was sent.
bool Connection::greeted(std::string_view surplus, MonoTime now) {
  if (!surplus.empty()) {
    answered_unasked(now);
    return false;
  }
  answering_ = false;
  answer_bytes_ = 0;
  send_request(codec_->request(*call_, pool_.scratch()), now);
  return state_ != State::closed;
}

// An answer that had to wait for us is not called slow.
Mismatch Connection::broken_limit(MonoTime now) const {
  const DriverOptions& limits = pool_.options();
  if (answer_bytes_ > limits.max_response) return Mismatch::size;
  if (limits.slowest == 0 || call_->held_up > Duration::zero()) return Mismatch::none;
  const double length = seconds(came_.value_or(now) - answer_began_);
  const bool slow = length >= 1 && static_cast<double>(answer_bytes_) < length * static_cast<double>(limits.slowest);
  return slow && came_ ? Mismatch::rate : Mismatch::none;
}

void Connection::complete(MonoTime now) {
  Call& call = *call_;
  call_ = nullptr;
  call.connection = nullptr;
  std::optional<MonoTime> end = came_;
  if (end) end = std::max(*end, call.sent);
  // As long as the target may have waited for us, nobody knows how long it would have taken.
  if (end && call.held_up > (*end - call.intended) / 10) end.reset();
  ++served_;
  pool_.count_answer(counter_);
  const Answer answer = codec_->answer();
  if (codec_->reusable() && tail_.empty() && !pool_.worn_out(*this, now)) {
    pool_.answered(*this, call, answer, end, now);
    if (call_ == nullptr) codec_->trim();
  } else {
    close();
    pool_.answered_last(call, answer, end, now);
  }
}

void Connection::on_end(bool orderly, MonoTime now) {
  if (call_ != nullptr && orderly && codec_->end() == Codec::Status::complete) {
    came_ = now - since_last_segment(arrival_.socket);
    complete(now);
  } else {
    die(Outcome::reset, now);
  }
}

}  // namespace shakedown
