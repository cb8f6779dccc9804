// The numbers of one end of a stream that may break and return: what was said and not yet taken, and what was heard.
// Pure bookkeeping, not synchronised; the owner locks. Frame is a protobuf message with set_seq and ByteSizeLong.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "core/base/result.h"

namespace shakedown {

// A sender does not run further ahead of the receiver than this: it bounds the receiver's memory.
inline constexpr std::size_t kWindowFrames = 256;

template <class Frame>
class Resumable {
 public:
  // ---- saying

  // Gives the frame its number (from 1) and keeps it until acknowledged.
  void push(Frame frame) {
    frame.set_seq(acknowledged_ + frames_.size() + 1);
    bytes_ += frame.ByteSizeLong();
    frames_.push_back(std::move(frame));
  }
  // The next frame for the present stream; nullptr when all are written or the window is full.
  const Frame* next() const { return written_ < frames_.size() && written_ < kWindowFrames ? &frames_[written_] : nullptr; }
  void wrote() { ++written_; }
  // The peer has taken everything up to `received`. Error protocol: more than was ever written on this stream.
  Result<void> acknowledge(uint64_t received) {
    if (received > acknowledged_ + written_) return ahead(received, acknowledged_ + written_);
    drop(received);
    return ok();
  }
  // A new stream: everything that the peer has not heard is written again.
  Result<void> rewind(uint64_t received) {
    const uint64_t said = acknowledged_ + frames_.size();
    if (received > said) return ahead(received, said);
    if (received < acknowledged_) {
      return fail(ErrorKind::protocol, "the peer went back from message " + std::to_string(acknowledged_) + " to " +
                                           std::to_string(received) + "; was it restarted?");
    }
    drop(received);
    written_ = 0;
    return ok();
  }
  std::size_t unacknowledged() const { return frames_.size(); }
  std::size_t bytes() const { return bytes_; }

  // ---- hearing

  // true = new; false = a repetition to be ignored. Error protocol: a gap.
  Result<bool> hear(uint64_t seq) {
    if (seq <= heard_) return false;
    if (seq != heard_ + 1) {
      return fail(ErrorKind::protocol,
                  "message " + std::to_string(heard_ + 1) + " expected, " + std::to_string(seq) + " found: the stream has a gap");
    }
    heard_ = seq;
    return true;
  }
  uint64_t heard() const { return heard_; }
  // One more heard message has been worked on: only then it is acknowledged.
  void handled() { ++handled_; }
  uint64_t handled_up_to() const { return handled_; }

 private:
  static Error ahead(uint64_t received, uint64_t said) {
    return Error(ErrorKind::protocol,
                 "the peer claims " + std::to_string(received) + " messages, but only " + std::to_string(said) + " were sent");
  }
  void drop(uint64_t received) {
    while (acknowledged_ < received) {
      bytes_ -= frames_.front().ByteSizeLong();
      frames_.pop_front();
      ++acknowledged_;
      if (written_ > 0) --written_;
    }
  }

  std::deque<Frame> frames_;  // numbers acknowledged_ + 1 ...
  std::size_t written_ = 0;   // the first so many of frames_ are on the present stream
  std::size_t bytes_ = 0;
  uint64_t acknowledged_ = 0;
  uint64_t heard_ = 0;
  uint64_t handled_ = 0;
};

}  // namespace shakedown
