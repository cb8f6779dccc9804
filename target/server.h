// The event loop: connections, timers, the script of stalls and outages, acknowledgements in their
// order. One round: take events, run what is due, hand writes to the kernel, write the truth, send
// answers. Ownership: owns the connections; refers to everything else. Threads: run() is the loop's
// thread.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "target/connection.h"
#include "target/durability.h"
#include "target/listener.h"
#include "target/service.h"
#include "target/timetable.h"
#include "target/truth.h"

namespace practice {

class Server {
 public:
  struct Parts {
    Service& service;
    Durability& durability;
    Truth& truth;
    Listener& listener;
  };
  // `zero` is the instant the script counts from; `signals` becomes readable when it is time to
  // stop.
  Server(const Options& options, Parts parts, Nanos zero, int signals);

  // Until a signal comes; then everything is durable and acknowledged.
  void run();

 private:
  struct Timer {
    Nanos at;
    std::uint64_t order;
    std::uint64_t connection;
    std::uint64_t slot;
    bool operator>(const Timer& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };
  struct Commit {
    std::uint64_t position;
    std::uint64_t connection;
    std::uint64_t slot;
    Write write;
  };

  // server.cc: the loop and the script
  void round();
  Nanos next_wake(Nanos now) const;
  void dispatch(std::uint64_t id, std::uint32_t events);
  void stand_still();
  bool outage_changes(Nanos now) const;
  void follow_outages();
  void begin_outage(const Window& window);
  void end_outage();
  void run_timers();
  void finish_round();
  void stop();

  // server_connections.cc: sockets
  void watch(int fd, std::uint64_t id, std::uint32_t events, bool first);
  void accept_some();
  void receive(Connection& connection);
  void parse(Connection& connection, std::string_view bytes);
  void settle(Connection& connection);
  void arm(Connection& connection);
  void reset_all();
  Connection* find(std::uint64_t id);
  void touch(Connection& connection) { touched_.push_back(connection.id()); }

  // server_requests.cc: from a request to its answer
  void admit(Connection& connection, Request&& request);
  void refuse_request(Connection& connection, int status);
  void send_continue(Connection& connection);
  bool outage_takes(Connection& connection, Slot& slot);
  void run_due(Connection& connection);
  void execute(Connection& connection, std::uint64_t number, Slot& slot);
  void complete_commits();
  std::string garbage();

  const Options& options_;
  Service& service_;
  Durability& durability_;
  Truth& truth_;
  Listener& listener_;
  int signals_;
  Fd epoll_;
  bool stopping_ = false;

  Timetable stalls_;
  Timetable outages_;
  std::optional<Window> outage_;  // the one we are in
  Nanos outage_from_ = 0;

  std::optional<Workers> workers_;
  Chance delays_;
  Chance noise_;

  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::uint64_t next_id_;
  std::uint64_t next_order_ = 0;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  std::deque<Commit> commits_;
  std::vector<std::uint64_t> touched_;  // to be looked after at the end of the round
  std::vector<std::uint64_t> resumed_;  // have input to parse in the next round
  std::vector<char> scratch_;
  Nanos accept_again_ = kNever;
  Nanos complained_ = 0;
};

}  // namespace practice
