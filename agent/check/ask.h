// One request outside all counting, on a connection of its own, and its whole answer.
// Ownership: kept until the loop has ended, since operations of its connection come back late. Threads: the loop's.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "agent/load/watch/single_request.h"
#include "core/runtime/waiting.h"

namespace shakedown {

struct Checking;
using Endpoint = boost::asio::ip::tcp::endpoint;

// A whole answer that outlives its call.
struct KeptAnswer {
  int code = 0;
  std::string head;
  std::string body;  // at most kKeptBody bytes
  bool body_cut = false;

  Answer answer() const { return {Outcome::ok, false, code, head, body, body_cut}; }
};

class Ask {
 public:
  Ask(PreparedTarget target, Sendable send, boost::asio::io_context& loop);
  // Error unavailable: no complete answer came by the deadline, or before `end` fired, and why.
  Task<Result<KeptAnswer>> answer(MonoTime deadline, OneShot& end);
  // How the request ended.
  Outcome outcome() const { return outcome_; }

 private:
  void finished(const Answer& answer);

  const PreparedTarget target_;
  Deadlines deadlines_;
  CallPool calls_;
  SingleRequest request_;
  OneShot over_;
  Outcome outcome_ = Outcome::unfinished;
  KeptAnswer answer_;
};

// Sends the request to the target as it is given, at one address. Errors: as Ask::answer, and those of preparing (a
// certificate file). nobody, when it is given: whether the connection was refused or had no route.
Task<Result<KeptAnswer>> ask(const Checking& look, const Request& request, const Target& target, Endpoint endpoint, bool* nobody);

}  // namespace shakedown
