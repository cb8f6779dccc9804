// A pool of connections for one worker and target, for protocols that have one request at a time on a connection: what is said
// on it is its Codec's. What the target closes as we send is sent once more on a fresh connection where the codec allows it
// (Call::retried; docs/adr/0012); no other retries.
// Where the target's name has several addresses, each new connection begins at the next one and goes on to the others only
// where it is refused; the first requests open a connection to each, and what is idle is used in turn, so that each address
// gets its share and a bad one shows.
//
// When a connect fails, one waiting call is answered with the reason; if no connection is left,
// all of them are. What arrives until the backoff ends is answered or held back as Driver::submit
// says: load keeps its rate through an outage and each arrival has an outcome. While calls are held,
// a timer makes the next attempt if no arrival does. A connect that hangs is given up with the first
// waiting call that it has made time out.
// Ownership: owns its connections. Threads: the worker's.
#pragma once

#include <poll.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/load/driver.h"
#include "agent/load/handler.h"
#include "agent/load/protocols/connection.h"
#include "agent/load/protocols/target.h"
#include "agent/load/schedule/arrival_clock.h"
#include "core/runtime/timer.h"

namespace shakedown {

class Pool final : public Driver {
 public:
  using CodecFactory = std::function<std::unique_ptr<Codec>()>;

  Pool(const PreparedTarget& target, const DriverOptions& options, boost::asio::io_context& loop, Deadlines& deadlines,
       CodecFactory make_codec);
  ~Pool() override;

  void abandon(Call& call, MonoTime now) override;
  void give_up_held(MonoTime now) override;
  MonoTime retry_at() const override { return retry_at_; }
  uint32_t open_connections() const override { return open_; }
  AnswerCounts take_answered() override;
  void close() override;

  // What connections report. Each leaves the connection closed, or idle and ready.
  // `end` and `ready` = when that came to pass, by the kernel; now = when we saw it. No `end`: we
  // were too late to know.
  void connected(Connection& connection, MonoTime ready, MonoTime now);
  void connect_failed(Connection& connection, Outcome outcome, MonoTime now);
  // counter: of its address.
  void count_answer(uint32_t counter) { ++answered_[counter].second; }
  void answered(Connection& connection, Call& call, const Answer& answer, std::optional<MonoTime> end, MonoTime now);
  void answered_last(Call& call, const Answer& answer, std::optional<MonoTime> end, MonoTime now);
  // again = the call may be sent once more.
  void died(Connection& connection, Call* call, Outcome outcome, bool again, MonoTime now);
  // The target may have had to wait until we read.
  void held_up(Call& call, Duration ours) { add_held_up(call, ours); }
  // A closed connection's last operation has come back.
  void freed(Connection& connection) { free_.push_back(&connection); }

  const PreparedTarget& target() const { return target_; }
  // Addresses for a new connection. nullptr: the name is looked up first, and the connection told on the loop.
  KnownAddresses addresses(MonoTime now);
  void look_up(Connection& connection);
  void found(KnownAddresses addresses) { addresses_ = std::move(addresses); }
  // Where among them the next connection begins.
  uint16_t next_address() { return static_cast<uint16_t>(address_++ % addresses_->size()); }
  // Its place among the counts of answers.
  uint32_t counter_of(const boost::asio::ip::address& address);
  // Said once per driver: what the target does is data, not a log line per request.
  void log_distrust(const std::string& reason);
  // The target said something that nobody had asked for, and which might be taken for an answer: from now on the first answer on
  // each connection is one.
  void log_unasked();
  bool spoke_unasked() const { return unasked_logged_; }
  bool worn_out(const Connection& connection, MonoTime now) const;
  const DriverOptions& options() const { return options_; }
  std::string& scratch() { return scratch_; }
  std::vector<char>& read_buffer() { return read_buffer_; }
  ArrivalClock& arrivals() { return arrivals_; }

 private:
  void start(Call& call, MonoTime now) override;
  bool read_answer(Call& call, MonoTime now) override;
  MonoTime read_all(MonoTime now) override;
  void finish_answer(Call& call, const Answer& answer, std::optional<MonoTime> end, MonoTime now);
  bool in_turn() const { return addresses_->size() > 1; }
  bool spread(MonoTime now) const;
  void start_in_turn(Connection& freed, Call& call, MonoTime now);
  Connection* take_idle(const Call& call, MonoTime now);
  void release(Connection& connection, MonoTime ready, MonoTime now);
  void replenish(MonoTime now);
  void connect_one(MonoTime now);
  void attempt_failed(MonoTime started, Outcome outcome, MonoTime now);
  void note_failure(MonoTime started, Outcome outcome, MonoTime now);
  std::size_t without_connection() const { return again_.size() + waiting_.size(); }
  void answer_waiting(std::size_t at_most, MonoTime now);
  void hold_waiting(MonoTime now);
  void end_all_held(Outcome outcome, MonoTime now);
  void arm_retry();
  void retry(boost::system::error_code error);
  // What was not sent because of us.
  Outcome not_sent() const { return last_failure_ == Outcome::client_error ? Outcome::client_error : Outcome::dropped_by_us; }

  const PreparedTarget& target_;
  const DriverOptions options_;
  boost::asio::io_context& loop_;
  const CodecFactory make_codec_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> free_;
  List<Connection, &Connection::link> idle_;        // the back was used last
  List<Connection, &Connection::link> connecting_;  // oldest first
  List<Call, &Call::waiting_link> again_;           // wait for a connection that nobody has used
  List<Call, &Call::waiting_link> waiting_, held_;
  uint32_t open_ = 0;  // idle and busy
  KnownAddresses addresses_;
  std::vector<std::pair<boost::asio::ip::address, uint64_t>> answered_;  // answers by address, since they were taken
  uint32_t address_ = 0;                                                 // attempts to connect so far
  bool releasing_ = false;                                               // a connection is about to be free: no need for another
  Duration backoff_{};
  MonoTime retry_at_{};
  MonoTime backoff_since_{};
  Outcome last_failure_ = Outcome::refused;
  LoopTimer retry_timer_;
  HandlerMemory retry_memory_;
  bool retry_armed_ = false;
  bool distrust_logged_ = false, unasked_logged_ = false;
  bool closed_ = false;
  std::string scratch_;
  std::vector<char> read_buffer_;
  std::vector<pollfd> looks_;  // by connection
  ArrivalClock arrivals_;
};

}  // namespace shakedown
