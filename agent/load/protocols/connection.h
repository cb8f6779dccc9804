// One connection of a pool: connects, speaks TLS where the target does, sends a request at once, reads its answer, notices when
// the peer closes. Reads go through the pool's shared buffer, so that an idle plain connection costs little. The end of an answer
// is the kernel's stamp of its last segment where we read it late. Ownership: its pool owns it and keeps it until every operation
// has come back (reference count pending_). Threads: the worker's.
#pragma once

#include <poll.h>

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "agent/load/call.h"
#include "agent/load/handler.h"
#include "agent/load/protocols/address_book.h"
#include "agent/load/protocols/codec.h"
#include "agent/load/protocols/tls.h"
#include "agent/load/schedule/arrival_clock.h"

namespace shakedown {

class Pool;

class Connection {
 public:
  Connection(Pool& pool, std::unique_ptr<Codec> codec, boost::asio::io_context& loop)
      : pool_(pool), codec_(std::move(codec)), socket_(loop) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Begins to connect. ok: connected() or connect_failed() follows; else it failed already and is
  // closed.
  Outcome connect(MonoTime now);
  // What the name of the target stands for; for who waits for it since connect().
  void looked_up(Result<KnownAddresses> found);
  // Sends a call on an idle connection. The driver hears of the end.
  void start(Call& call, MonoTime now);
  // Reads what has come. The earliest instant at which the call may have ended, or the connection
  // was ready for one that waits; MonoTime::max() = neither.
  MonoTime read_what_came(MonoTime now);
  // What to poll for before that; no socket while nothing is awaited.
  pollfd look() const;
  // Whether the peer has closed an idle connection, unseen by us.
  bool is_gone() const;
  // Drops the connection without a word to driver or call.
  void close();

  MonoTime opened() const { return opened_; }
  uint64_t served() const { return served_; }

  Link<Connection> link;  // in the pool's idle or connecting list

 private:
  enum class State : uint8_t { closed, connecting, handshaking, open };
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
  using ErrorCode = boost::system::error_code;

  // Keeps the connection from being reused while one of its handlers runs.
  struct Running {
    explicit Running(Connection& c) : connection(c) {}
    ~Running() { connection.came_back(); }
    Connection& connection;
  };

  Outcome begin();
  Outcome try_endpoint();
  Outcome open_socket(const boost::asio::ip::tcp::endpoint& endpoint);
  void came_back();
  void on_connect(ErrorCode error);
  void forget_writability(ErrorCode& error);
  void fail_connect(ErrorCode error, MonoTime now);
  void handshake(MonoTime now);
  void open(MonoTime ready, MonoTime now);
  void wait(bool for_reading);
  void on_readable(ErrorCode error);
  void on_writable(ErrorCode error);
  // Reads about as much as `budget` bytes: a target that sends without end leaves the turn to others.
  void drain(MonoTime now, std::size_t budget);
  void drain_plain(MonoTime now, std::size_t budget);
  void drain_tls(MonoTime now, std::size_t budget);
  bool send(std::string_view bytes, std::size_t& sent);
  void send_request(std::string_view bytes, MonoTime now);
  void send_tail(MonoTime now);
  void answered_unasked(MonoTime now);
  bool greeted(std::string_view surplus, MonoTime now);
  void note_arrival();
  bool closed_as_we_sent(MonoTime now);
  bool consume(std::string_view bytes, MonoTime now);
  Mismatch broken_limit(MonoTime now) const;
  void complete(MonoTime now);
  void on_end(bool orderly, MonoTime now);
  void die(Outcome outcome, MonoTime now);

  Pool& pool_;
  const std::unique_ptr<Codec> codec_;
  Socket socket_;
  TlsSession tls_;
  Call* call_ = nullptr;
  MonoTime opened_{};
  uint64_t served_ = 0;
  KnownAddresses addresses_;  // of this attempt
  uint32_t counter_ = 0;      // of the answers of its address
  uint16_t endpoint_ = 0;     // of them
  uint16_t refused_ = 0;      // how many of them refused this attempt
  uint16_t pending_ = 0;      // operations and running handlers
  State state_ = State::closed;
  bool writing_ = false;
  bool reading_ = false;
  std::string tail_;  // of a request that did not fit into the socket
  StampedReads arrival_;
  std::optional<MonoTime> came_;  // the last bytes; empty = we were too late to know
  bool turn_begins_ = false;      // nothing has been read in this turn
  bool answering_ = false;        // some of the call's answer has come
  uint64_t answer_bytes_ = 0;     // of it
  MonoTime answer_began_{};       // its first bytes
  MonoTime held_until_{};         // what the target waited for us before is counted
  HandlerMemory read_memory_, write_memory_;
};

// What a socket error of ours or of the peer means for a call.
Outcome outcome_of_connect(int error);

}  // namespace shakedown
