// What a protocol does on one connection of a pool: a request becomes bytes, and bytes become its answer. One request at a time.
// Ownership: its connection's; the pool makes one for each. Threads: the worker's.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "agent/load/call.h"

namespace shakedown {

class Codec {
 public:
  // too_long: more than the request allows an answer; greeted: the greeting has ended, and the request is to be sent
  enum class Status { need_more, complete, broken, too_long, greeted };
  struct Progress {
    Status status = Status::need_more;
    std::size_t used = 0;  // bytes of this piece that belong to the answer (complete: the rest is surplus)
  };

  virtual ~Codec() = default;

  // The connection is new.
  virtual void opened() {}
  // A call begins: the bytes to send, valid until scratch changes; they may be rendered into it. Empty while a greeting is
  // awaited.
  virtual std::string_view begin(Call& call, std::string& scratch) = 0;
  // After `greeted`: the bytes to send.
  virtual std::string_view request(Call&, std::string&) { return {}; }
  // Whether what the peer says before it was asked would be taken for the answer; valid once begun.
  virtual bool mistakes_greetings() const { return false; }
  // Some of its answer, in any pieces. Not after another status than need_more.
  virtual Progress feed(std::string_view piece) = 0;
  // The peer closed: complete when that is what ends the answer, else broken.
  virtual Status end() = 0;
  // Once complete, until the next begin.
  virtual Answer answer() const = 0;
  // Whether the connection may carry another request; valid once complete.
  virtual bool reusable() const = 0;
  // Bytes beside an answer that mean nothing.
  virtual bool harmless(std::string_view surplus) const = 0;
  // Whether the request may be sent again when nobody knows whether it arrived.
  virtual bool repeatable(const Call& call) const = 0;
  // Gives large buffers back; for a connection that falls idle.
  virtual void trim() = 0;
};

}  // namespace shakedown
