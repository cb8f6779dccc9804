// One client's connection: bytes in, requests in order, answers in the same order, bytes out.
// Ownership: owns the socket; belongs to the server. Threads: the loop only.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "target/base.h"
#include "target/http/http.h"
#include "target/http/tls.h"

namespace practice {

// Where a client came in.
enum class Gate { kService, kMetrics, kRedirect };

// The place of one request in its connection's order.
struct Slot {
  enum class State { kWaiting, kDue, kRunning, kReady };
  State state = State::kWaiting;
  Request request;
  std::string answer;
  bool close_after = false;
  bool counted = false;      // a request that the metrics know of
  bool call_failed = false;  // a dependency did not answer
  int status = 0;            // of the answer
  Nanos arrived = 0;
};

class Connection {
 public:
  // `tls`: nothing for plain HTTP.
  Connection(std::uint64_t id, Gate gate, Fd socket, std::unique_ptr<TlsStream> tls)
      : id_(id), gate_(gate), socket_(std::move(socket)), tls_(std::move(tls)) {}

  std::uint64_t id() const { return id_; }
  Gate gate() const { return gate_; }
  int fd() const { return socket_.get(); }

  // Slots keep their number for life.
  std::uint64_t push(Slot slot);
  Slot* slot(std::uint64_t number);
  // The oldest request that has not run yet, if its time has come: requests run in order.
  Slot* next_due(std::uint64_t& number);
  void finish(Slot& slot, std::string answer);
  bool full() const { return slots_.size() >= kMaxSlots || out_.size() >= kMaxOut; }
  bool idle() const { return slots_.empty() && out_.empty(); }

  // As recv(2): 0 is the end, -1 with EAGAIN is nothing yet.
  ssize_t receive(char* to, std::size_t size);
  // Receiving goes on when the socket takes bytes: a handshake waits to send.
  bool receive_waits_to_send() const { return tls_ && tls_->read_waits_to_write(); }
  // Requests that have no answer yet.
  template <typename Visit>
  void each_unanswered(Visit visit) const {
    for (const Slot& slot : slots_) {
      if (slot.state != Slot::State::kReady) visit(slot);
    }
  }

  // Sends what is ready and in order. False: the connection is broken.
  bool send();
  bool sending() const { return sent_ < out_.size(); }
  bool sent_last() const { return sent_last_ && !sending(); }

  // From now on nothing is answered, whatever comes.
  void silence();
  void half_close();
  void make_close_a_reset();

  RequestParser parser;
  std::string input;        // received, not parsed yet
  bool silent = false;      // a hang took it
  bool closing = false;     // no further request is read
  bool resuming = false;    // has input to parse in the next round
  bool ended = false;       // the client sends no more
  bool doomed = false;      // to be closed at the end of the round
  bool lingering = false;   // all is sent and our side closed; waits for the client's
  std::uint32_t armed = 0;  // events asked of epoll

 private:
  static constexpr std::size_t kMaxSlots = 256;
  static constexpr std::size_t kMaxOut = 1024 * 1024;

  ssize_t put(std::string_view bytes);

  std::uint64_t id_;
  Gate gate_;
  Fd socket_;
  std::unique_ptr<TlsStream> tls_;
  std::deque<Slot> slots_;
  std::uint64_t first_ = 0;     // number of slots_.front()
  std::uint64_t next_run_ = 0;  // number of the next request to run
  std::string out_;
  std::size_t sent_ = 0;
  bool sent_last_ = false;
};

}  // namespace practice
