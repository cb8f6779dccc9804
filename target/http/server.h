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

#include "target/http/connection.h"
#include "target/http/listener.h"
#include "target/metrics.h"
#include "target/service/callers.h"
#include "target/service/scaling_law.h"
#include "target/service/service.h"
#include "target/service/store/durability.h"
#include "target/service/timetable.h"
#include "target/service/truth.h"

namespace practice {

class Server {
 public:
  // Open when the server begins; an outage shuts the service's.
  struct Door {
    Gate gate;
    Listener& listener;
  };
  struct Parts {
    Service& service;
    Durability& durability;
    Truth& truth;
    std::vector<Door> doors;  // the service's first
    const TlsContext* tls;    // none: plain HTTP
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
    bool operator>(const Timer& other) const { return at != other.at ? at > other.at : order > other.order; }
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
  void take_signals();
  void read_replicas();
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
  void watch_doors(std::uint32_t events);
  void watch(int fd, std::uint64_t id, std::uint32_t events, bool first);
  void accept_some(const Door& door);
  void receive(Connection& connection);
  void parse(Connection& connection, std::string_view bytes);
  void settle(Connection& connection);
  void arm(Connection& connection);
  void reset_service();
  Connection* find(std::uint64_t id);
  void touch(Connection& connection) { touched_.push_back(connection.id()); }

  // server_requests.cc: from a request to its answer
  void admit(Connection& connection, Request&& request);
  void enter_service(Connection& connection, std::uint64_t number, Slot& slot);
  void leave_service(std::uint64_t id, std::uint64_t number);
  void refuse_request(Connection& connection, int status);
  void send_continue(Connection& connection);
  bool outage_takes(Connection& connection, Slot& slot);
  void run_due(Connection& connection);
  void execute(Connection& connection, std::uint64_t number, Slot& slot);
  void complete_commits();
  std::string garbage();

  // server_answers.cc: answers, what counts, and what needs no service
  bool is_scrape(const Request& request) const;
  bool allowed(const Request& request) const;
  std::string rendered(Slot& slot, Answer answer) const;
  void answer(Connection& connection, Slot& slot, Answer answer);
  void finish(Connection& connection, Slot& slot, std::string text);
  void give_up(const Connection& connection);
  void answer_scrape(Connection& connection, Slot& slot);
  void redirect(Connection& connection, Slot& slot);
  void complete_calls();

  const Options& options_;
  Service& service_;
  Durability& durability_;
  Truth& truth_;
  std::vector<Door> doors_;
  const TlsContext* tls_;
  int signals_;
  Fd epoll_;
  bool stopping_ = false;

  Timetable stalls_;
  Timetable outages_;
  std::optional<Window> outage_;  // the one we are in
  Nanos outage_from_ = 0;

  std::optional<Workers> workers_;
  std::optional<ScalingLaw> law_;
  std::optional<Callers> callers_;
  Metrics metrics_;
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
