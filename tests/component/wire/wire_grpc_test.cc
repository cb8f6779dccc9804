// Both gRPC ends over real sockets: who is let in, what arrives, and what happens when the stream breaks.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>

#include "core/base/rng.h"
#include "core/wire/grpc/client.h"
#include "core/wire/grpc/server.h"
#include "core/wire/token.h"
#include "tests/component/wire/wire_proxy.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

class GrpcLinks : public ::testing::Test {
 protected:
  void start_server(Duration resume = 10s) {
    ListenOptions options;
    options.resume = resume;
    auto server = listen(
        "127.0.0.1:0", token_, loop_, [this](std::unique_ptr<ControllerLink> link) { accept(std::move(link)); }, options);
    ASSERT_TRUE(server) << server.error().text();
    server_ = std::move(server.value());
  }
  virtual void accept(std::unique_ptr<ControllerLink> link) {
    ControllerLink::Handlers handlers;
    handlers.received = [this](ToController m) { reports_.push_back(std::move(m)); };
    handlers.closed = [this](std::string reason) { controller_closed_.push_back(std::move(reason)); };
    link->open(std::move(handlers));
    controllers_.push_back(std::move(link));
  }
  void connect(const std::string& address, const std::string& token, Duration resume = 10s) {
    DialOptions options;
    options.resume = resume;
    auto link = dial(address, token, loop_, options);
    ASSERT_TRUE(link) << link.error().text();
    agent_ = std::move(link.value());
    AgentLink::Handlers handlers;
    handlers.received = [this](ToAgent m) { orders_.push_back(std::move(m)); };
    handlers.closed = [this](std::string reason) { agent_closed_.push_back(std::move(reason)); };
    agent_->open(std::move(handlers));
  }
  // Runs the loop until the condition holds; false after 60 s.
  bool run_until(const std::function<bool()>& condition) {
    asio::steady_timer patience(loop_, 60s);
    bool over = false;
    patience.async_wait([&over](boost::system::error_code error) {
      if (!error) over = true;  // else this function may have returned
    });
    while (!condition() && !over) {
      loop_.restart();
      loop_.run_one();
    }
    return condition();
  }

  asio::io_context loop_{1};
  const std::string token_ = random_token();
  std::unique_ptr<ControllerServer> server_;
  std::vector<std::unique_ptr<ControllerLink>> controllers_;
  std::unique_ptr<AgentLink> agent_;
  std::vector<ToAgent> orders_;
  std::vector<ToController> reports_;
  std::vector<std::string> agent_closed_, controller_closed_;
};

TEST_F(GrpcLinks, CarryBothWaysAndEndInOrder) {
  start_server();
  connect(server_->bound_address(), token_);
  Hello hello;
  hello.name = "east";
  agent_->send(hello);
  ASSERT_TRUE(run_until([&] { return reports_.size() == 1; }));
  EXPECT_EQ(std::get<Hello>(reports_[0]).name, "east");
  EXPECT_EQ(controllers_[0]->peer().rfind("127.0.0.1:", 0), 0u) << controllers_[0]->peer();
  controllers_[0]->send(Shutdown{"done"});
  ASSERT_TRUE(run_until([&] { return orders_.size() == 1; }));
  agent_->send(Goodbye{});
  agent_->close();
  ASSERT_TRUE(run_until([&] { return !agent_closed_.empty() && !controller_closed_.empty(); }));
  EXPECT_EQ(agent_closed_, std::vector<std::string>{""});
  EXPECT_EQ(controller_closed_, std::vector<std::string>{""});
  EXPECT_EQ(reports_.size(), 2u) << "what was sent before close arrives";
  EXPECT_EQ(agent_->unacknowledged(), 0u);
}

// Another process that holds connections open and says nothing. Its parent has threads: it makes system calls only.
class Crowd {
 public:
  Crowd() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line_), 0);
    child_ = ::fork();
    if (child_ == 0) {
      ::close(line_[0]);  // else its end is never seen
      come(line_[1]);
    }
    ::close(line_[1]);
  }
  ~Crowd() {
    ::close(line_[0]);
    ::waitpid(child_, nullptr, 0);
  }
  // Returns once all stand before the door, or inside.
  void connect_to(const std::string& address) {
    const auto port = static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    char done = 0;
    EXPECT_EQ(::write(line_[0], &port, sizeof port), static_cast<ssize_t>(sizeof port));
    EXPECT_EQ(::read(line_[0], &done, 1), 1);
  }

 private:
  static void come(int line) {
    uint16_t port = 0;
    if (::read(line, &port, sizeof port) != static_cast<ssize_t>(sizeof port)) ::_exit(0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < 300; ++i) {
      const int one = ::socket(AF_INET, SOCK_STREAM, 0);
      static_cast<void>(::connect(one, reinterpret_cast<const sockaddr*>(&to), sizeof to));
    }
    char end = 'x';
    static_cast<void>(::write(line, &end, 1));
    static_cast<void>(::read(line, &end, 1));
    ::_exit(0);
  }
  int line_[2]{};
  pid_t child_ = 0;
};

// They took all descriptors, after which gRPC accepted nobody any more, for good.
TEST_F(GrpcLinks, AnAgentJoinsWhereMoreConnectionsWereOpenedThanThereAreDescriptors) {
  Crowd crowd;
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit few{128, before.rlim_max};
  start_server();
  ::setrlimit(RLIMIT_NOFILE, &few);
  crowd.connect_to(server_->bound_address());
  DialOptions patient;
  patient.connect = patient.resume = 60s;
  auto link = dial(server_->bound_address(), token_, loop_, patient);
  ASSERT_TRUE(link) << link.error().text();
  agent_ = std::move(link.value());
  AgentLink::Handlers handlers;
  handlers.closed = [this](std::string reason) { agent_closed_.push_back(std::move(reason)); };
  agent_->open(std::move(handlers));
  agent_->send(Hello{});
  EXPECT_TRUE(run_until([&] { return reports_.size() == 1; }));
  server_.reset();  // with the crowd still there
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST_F(GrpcLinks, TheControllerMayEndToo) {
  start_server();
  connect(server_->bound_address(), token_);
  agent_->send(Hello{});
  ASSERT_TRUE(run_until([&] { return reports_.size() == 1; }));
  controllers_[0]->send(Refusal{"no place"});
  controllers_[0]->close();
  ASSERT_TRUE(run_until([&] { return !agent_closed_.empty() && !controller_closed_.empty(); }));
  EXPECT_EQ(agent_closed_[0], "");
  EXPECT_EQ(controller_closed_[0], "");
  ASSERT_EQ(orders_.size(), 1u);
  EXPECT_EQ(std::get<Refusal>(orders_[0]).reason, "no place");
}

TEST_F(GrpcLinks, RefuseAWrongToken) {
  start_server();
  connect(server_->bound_address(), random_token());
  agent_->send(Hello{});
  ASSERT_TRUE(run_until([&] { return !agent_closed_.empty(); }));
  EXPECT_NE(agent_closed_[0].find("token"), std::string::npos) << agent_closed_[0];
  EXPECT_TRUE(controllers_.empty());
}

TEST_F(GrpcLinks, StayOnThisHost) {
  for (const char* address : {"0.0.0.0:0", "192.0.2.1:7000"}) {
    const auto server = listen(address, token_, loop_, [](std::unique_ptr<ControllerLink>) {});
    ASSERT_FALSE(server);
    EXPECT_EQ(server.error().kind, ErrorKind::refused);
    const auto link = dial(address, token_, loop_);
    ASSERT_FALSE(link);
    EXPECT_EQ(link.error().kind, ErrorKind::refused);
  }
}

TEST_F(GrpcLinks, SayWhenTheAddressIsTakenOrSilent) {
  start_server();
  const auto second = listen(server_->bound_address(), token_, loop_, [](std::unique_ptr<ControllerLink>) {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::unavailable);
  const std::string address = server_->bound_address();
  server_.reset();
  DialOptions options;
  options.connect = 100ms;
  const auto link = dial(address, token_, loop_, options);
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().kind, ErrorKind::unavailable);
}

TEST_F(GrpcLinks, TellTheAgentAtOnceWhenTheServerGoes) {
  start_server();
  connect(server_->bound_address(), token_);
  agent_->send(Hello{});
  ASSERT_TRUE(run_until([&] { return reports_.size() == 1; }));
  server_.reset();
  ASSERT_TRUE(run_until([&] { return !agent_closed_.empty() && !controller_closed_.empty(); }));
  EXPECT_NE(agent_closed_[0], "");
  EXPECT_NE(controller_closed_[0], "");
}

TEST_F(GrpcLinks, GiveUpWhenTheStreamDoesNotReturn) {
  start_server(300ms);
  test::CuttingProxy proxy(server_->bound_address());
  connect(proxy.address(), token_, 300ms);
  agent_->send(Hello{});
  ASSERT_TRUE(run_until([&] { return reports_.size() == 1; }));
  proxy.set_closed(true);
  proxy.cut();
  ASSERT_TRUE(run_until([&] { return !agent_closed_.empty() && !controller_closed_.empty(); }));
  EXPECT_NE(agent_closed_[0].find("did not return within 300ms"), std::string::npos) << agent_closed_[0];
  EXPECT_NE(controller_closed_[0].find("did not return within 300ms"), std::string::npos) << controller_closed_[0];
}

TEST_F(GrpcLinks, ABadMessageEndsTheStream) {
  start_server();
  connect(server_->bound_address(), token_);
  agent_->send(Hello{});
  ASSERT_TRUE(run_until([&] { return reports_.size() == 1; }));
  Plan plan;
  plan.assignment.self = AgentId(9);
  controllers_[0]->send(plan);
  ASSERT_TRUE(run_until([&] { return !agent_closed_.empty(); }));
  EXPECT_NE(agent_closed_[0].find("agent (itself) 9 of 0"), std::string::npos) << agent_closed_[0];
}

// Ends of all kinds, without waiting for them: neither end may leave anything that the other trips over.
TEST_F(GrpcLinks, MayBeDestroyedAtAnyMoment) {
  start_server();
  Rng rng(9);
  for (int i = 0; i < 60; ++i) {
    connect(server_->bound_address(), token_);
    for (uint64_t n = rng.below(4); n > 0; --n) agent_->send(Hello{});
    const std::size_t wanted = controllers_.size() + 1;
    if (rng.below(3) != 0) {
      agent_->send(Hello{});
      ASSERT_TRUE(run_until([&] { return controllers_.size() == wanted; }));
      if (rng.below(2)) controllers_.back()->send(StartProbes{});
      if (rng.below(3) == 0) controllers_.back()->close();
    }
    if (rng.below(3) == 0) agent_->close();
    loop_.restart();
    for (uint64_t n = rng.below(6); n > 0; --n) loop_.poll_one();
    agent_.reset();
  }
  agent_closed_.clear();
  const std::size_t before = controllers_.size();
  connect(server_->bound_address(), token_);
  agent_->send(Hello{});
  ASSERT_TRUE(run_until([&] { return controllers_.size() > before; })) << "the server still serves";
}

// Snapshots up, orders down, and the connection cut at random instants: each arrives once, in order.
TEST_F(GrpcLinks, LoseAndDoubleNothingWhenTheStreamBreaksAndReturns) {
  constexpr uint64_t kMessages = 3000;
  constexpr int kCuts = 25;
  start_server();
  test::CuttingProxy proxy(server_->bound_address());
  connect(proxy.address(), token_);
  Rng rng(42);
  uint64_t said = 0, ordered = 0;
  int cuts = 0;
  while (reports_.size() < kMessages || orders_.size() < kMessages) {
    for (uint64_t n = rng.below(40); n > 0 && said < kMessages; --n) {
      Snapshot snapshot;
      snapshot.seq = ++said;
      snapshot.probes[ProbeId(0)].resize(rng.below(50));
      agent_->send(std::move(snapshot));
    }
    for (uint64_t n = rng.below(40); n > 0 && ordered < kMessages && !controllers_.empty(); --n) {
      controllers_[0]->send(ClockPong{++ordered});
    }
    const std::size_t aim = std::min<std::size_t>(kMessages, reports_.size() + 1 + rng.below(60));
    ASSERT_TRUE(run_until([&] { return reports_.size() >= std::min<std::size_t>(aim, said); }));
    if (said == kMessages && ordered == kMessages) {
      ASSERT_TRUE(run_until([&] { return reports_.size() == kMessages && orders_.size() == kMessages; }));
    }
    if (cuts < kCuts && rng.below(3) == 0) {
      proxy.cut();
      ++cuts;
    }
  }
  ASSERT_EQ(cuts, kCuts) << "the test cut too little";
  EXPECT_GT(proxy.connections(), 10);
  ASSERT_EQ(controllers_.size(), 1u) << "one link for all connections";
  ASSERT_EQ(reports_.size(), kMessages);
  ASSERT_EQ(orders_.size(), kMessages);
  for (uint64_t i = 0; i < kMessages; ++i) {
    ASSERT_EQ(std::get<Snapshot>(reports_[i]).seq, i + 1);
    ASSERT_EQ(std::get<ClockPong>(orders_[i]).id, i + 1);
  }
  agent_->close();
  ASSERT_TRUE(run_until([&] { return !agent_closed_.empty() && !controller_closed_.empty(); }));
  EXPECT_EQ(agent_closed_[0], "");
  EXPECT_EQ(controller_closed_[0], "");
}

// Many agents at once, each with its own order kept.
class ManyAgents : public GrpcLinks {
 protected:
  void accept(std::unique_ptr<ControllerLink> link) override {
    const std::size_t index = controllers_.size();
    ControllerLink::Handlers handlers;
    handlers.received = [this, index](ToController m) { seqs_[index].push_back(std::get<Snapshot>(m).seq); };
    link->open(std::move(handlers));
    controllers_.push_back(std::move(link));
  }
  std::map<std::size_t, std::vector<uint64_t>> seqs_;
};

TEST_F(ManyAgents, ShareOneServer) {
  constexpr std::size_t kAgents = 20, kEach = 50;
  start_server();
  std::vector<std::unique_ptr<AgentLink>> agents;
  for (std::size_t i = 0; i < kAgents; ++i) {
    auto link = dial(server_->bound_address(), token_, loop_);
    ASSERT_TRUE(link);
    agents.push_back(std::move(link.value()));
    agents.back()->open({});
  }
  for (std::size_t seq = 1; seq <= kEach; ++seq) {
    for (const auto& agent : agents) {
      Snapshot snapshot;
      snapshot.seq = seq;
      agent->send(std::move(snapshot));
    }
  }
  std::size_t total = 0;
  ASSERT_TRUE(run_until([&] {
    total = 0;
    for (const auto& [index, list] : seqs_) total += list.size();
    return total == kAgents * kEach;
  }));
  for (const auto& [index, list] : seqs_) {
    ASSERT_EQ(list.size(), kEach);
    for (std::size_t i = 0; i < kEach; ++i) ASSERT_EQ(list[i], i + 1);
  }
}

}  // namespace
}  // namespace shakedown
