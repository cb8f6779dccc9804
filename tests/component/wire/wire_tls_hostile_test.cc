// What somebody can do at the door of mutual TLS without a certificate, and with one that is not the session's: nothing.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "core/wire/credentials/openssl.h"
#include "core/wire/grpc/stream_core.h"
#include "tests/component/rogue/raw_link.h"
#include "tests/component/wire/tls_links.h"
#include "tests/component/wire/wire_proxy.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;
using rogue::RawLink;
using test::connected_to;
using ::testing::HasSubstr;

// The first record of a client of TLS 1.3.
std::string client_hello() {
  const openssl::Owned<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  const openssl::Owned<SSL> session(SSL_new(context.get()));
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(session.get(), BIO_new(BIO_s_mem()), out);
  SSL_connect(session.get());
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

void send_all(int socket, const std::string& bytes) {
  EXPECT_EQ(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
}

// Reads until the other side closes; false: it does not.
bool closes(int socket) {
  char heard[4096];
  for (;;) {
    pollfd awaited{socket, POLLIN, 0};
    if (::poll(&awaited, 1, 30'000) != 1) return false;
    if (::recv(socket, heard, sizeof heard, 0) <= 0) return true;
  }
}

std::size_t descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

class HostileTls : public test::TlsLinks {
 protected:
  // An agent that keeps to no rule, and the reason for which its stream ended.
  struct Raw {
    std::unique_ptr<RawLink> link;
    std::shared_ptr<std::optional<std::string>> ended = std::make_shared<std::optional<std::string>>();
  };
  Raw raw(const Credentials& own, const std::string& session) {
    Raw out;
    out.link = std::make_unique<RawLink>(rogue::Door{server_->bound_address(), "", own}, loop_, session);
    AgentLink::Handlers handlers;
    handlers.received = [](const ToAgent&) {};
    handlers.closed = [ended = out.ended](const std::string& why) { *ended = why; };
    out.link->open(std::move(handlers));
    return out;
  }
  void expect_ended(const Raw& one, const std::string& why) {
    EXPECT_TRUE(run_until([&] { return one.ended->has_value(); }));
    EXPECT_THAT(one.ended->value_or("not at all"), HasSubstr(why));
  }
  std::vector<uint64_t> numbers() const {
    std::vector<uint64_t> out;
    for (const ToController& one : reports_) {
      if (const auto* snapshot = std::get_if<Snapshot>(&one)) out.push_back(snapshot->seq);
    }
    return out;
  }
  static Snapshot numbered(uint64_t seq) {
    Snapshot out;
    out.seq = seq;
    return out;
  }
  static v1::SessionRequest frame(uint64_t seq, const ToController& message) {
    v1::SessionRequest out;
    encode_body(message, out);
    out.set_seq(seq);
    return out;
  }
};

TEST_F(HostileTls, CloseWhoSaysAWholeHelloAndThenNothing) {
  start_server();
  const std::string hello = client_hello();
  std::vector<int> silent;
  for (int i = 0; i < 300; ++i) {
    silent.push_back(connected_to(server_->bound_address()));
    send_all(silent.back(), hello);
  }
  expect_served();
  for (const int socket : silent) {
    ASSERT_TRUE(closes(socket));
    ::close(socket);
  }
}

// As many as that, some hundreds at a time: the agent that is in is heard all the while, the next one comes in, and nothing of
// it stays.
TEST_F(HostileTls, Serve10000Connections) {
  constexpr int kTurns = 25, kAtOnce = 400;
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit many{std::min<rlim_t>(20'000, before.rlim_max), before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &many);
  start_server();
  connect(agent("east"), server_->bound_address());
  agent_->send(Hello{});
  ASSERT_TRUE(run_until([&] { return reports_.size() == 1; }));
  const std::size_t open_before = descriptors();
  const std::string hello = client_hello();
  const std::string words[] = {"", hello.substr(0, 1), hello.substr(0, hello.size() / 2), hello,
                               "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"};
  for (int turn = 1; turn <= kTurns; ++turn) {
    std::vector<int> crowd;
    for (int i = 0; i < kAtOnce; ++i) {
      crowd.push_back(connected_to(server_->bound_address()));
      static_cast<void>(::send(crowd.back(), words[i % 5].data(), words[i % 5].size(), MSG_NOSIGNAL));  // closed already, maybe
    }
    agent_->send(numbered(static_cast<uint64_t>(turn)));
    ASSERT_TRUE(run_until([&] { return numbers().size() == static_cast<std::size_t>(turn); })) << "turn " << turn;
    for (const int socket : crowd) ::close(socket);
  }
  EXPECT_TRUE(agent_closed_.empty());
  expect_served();
  EXPECT_TRUE(run_until([&] { return descriptors() <= open_before + 16; })) << open_before << ", now " << descriptors();
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST_F(HostileTls, AFrameThatIsTooLargeEndsItsStreamAndNobodyElses) {
  start_server();
  connect(agent("west"), server_->bound_address());
  agent_->send(Hello{});
  ASSERT_TRUE(run_until([&] { return reports_.size() == 1; }));
  const Raw east = raw(agent("east"), random_token());
  EventReport report{AgentEvent{AgentEvent::Kind::warning, AgentId(0), {}, std::string(5 << 20, 'x')}};
  east.link->raw(frame(1, report));
  expect_ended(east, "the stream ended");
  agent_->send(numbered(1));
  EXPECT_TRUE(run_until([&] { return numbers().size() == 1; }));
  EXPECT_EQ(reports_.size(), 2U) << "nothing of the frame was heard";
}

// Two hundred times as much memory as bytes: it is not even parsed.
TEST_F(HostileTls, AFrameOfTooManyPartsEndsItsStream) {
  start_server();
  const Raw east = raw(agent("east"), random_token());
  v1::SessionRequest words;
  for (int i = 0; i < 200'000; ++i) words.mutable_snapshot()->add_cells();
  words.set_seq(1);
  east.link->raw(words);
  expect_ended(east, "too many parts");
  ASSERT_TRUE(run_until([&] { return !controller_closed_.empty(); }));
  EXPECT_TRUE(reports_.empty());
  expect_served();
}

// While the loop is busy: what a peer says then is held in no more memory than that, however little it is on the wire.
TEST_F(HostileTls, WhatWaitsOfOnePeerIsBoundedInMemory) {
  start_server();
  const Raw east = raw(agent("east"), random_token());
  Snapshot large;
  for (int64_t second = 0; second < 30'000; ++second) large.cells[{second, StageId(0), OperationId(0)}];
  v1::SessionRequest words = frame(1, large);
  for (uint64_t seq = 1; seq <= 100; ++seq) {
    words.set_seq(seq);
    if (!east.link->raw(words)) break;
  }
  expect_ended(east, "more than it may before it is heard");
  ASSERT_TRUE(run_until([&] { return !controller_closed_.empty(); }));
  EXPECT_GE(reports_.size(), 2U);
  EXPECT_LE(reports_.size() * memory_of(large), wire::kMostWaitingBytes);
}

TEST_F(HostileTls, AFrameThatIsRepeatedIsHeardOnce) {
  start_server();
  const Raw east = raw(agent("east"), random_token());
  for (const uint64_t seq : {1, 2, 2, 2, 1, 3, 1, 2, 3, 4}) east.link->raw(frame(seq, numbered(seq)));
  ASSERT_TRUE(run_until([&] { return !numbers().empty() && numbers().back() == 4; }));
  EXPECT_EQ(numbers(), (std::vector<uint64_t>{1, 2, 3, 4}));
  east.link->raw(frame(6, numbered(6)));
  expect_ended(east, "message 5 expected, 6 found");
  EXPECT_EQ(numbers().size(), 4U);
}

// Somebody on the way has recorded a session and says all of it again.
TEST_F(HostileTls, ARecordedSessionSaidAgainIsNoSession) {
  start_server();
  test::CuttingProxy proxy(server_->bound_address());
  connect(agent("east"), proxy.address());
  agent_->send(Hello{});
  for (uint64_t seq = 1; seq <= 10; ++seq) agent_->send(numbered(seq));
  ASSERT_TRUE(run_until([&] { return reports_.size() == 11; }));
  const std::string said = proxy.said();
  ASSERT_GT(said.size(), 1000U);
  const int again = connected_to(server_->bound_address());
  send_all(again, said);
  EXPECT_TRUE(closes(again));
  ::close(again);
  agent_->send(numbered(11));
  EXPECT_TRUE(run_until([&] { return reports_.size() == 12; })) << "the one that was recorded goes on";
  EXPECT_EQ(controllers_.size(), 1U);
}

TEST_F(HostileTls, ASessionIsTakenUpByItsOwnAgentOnly) {
  start_server();
  const std::string session = random_token();
  const Raw east = raw(agent("east"), session);
  east.link->raw(frame(1, numbered(1)));
  ASSERT_TRUE(run_until([&] { return numbers().size() == 1; }));
  const Raw west = raw(agent("west"), session);
  expect_ended(west, "this session is another agent's");
  const Raw weaker = raw(made({{PeerKind::agent, "east", {true, false, false}}, {}, now_ - 48h, now_ + 24h}, "ours"), session);
  expect_ended(weaker, "this session is another agent's");
  east.link->raw(frame(2, numbered(2)));
  ASSERT_TRUE(run_until([&] { return numbers().size() == 2; })) << "the session itself goes on";
  EXPECT_FALSE(east.ended->has_value());
  const Raw renewed = raw(agent("east"), session);  // another certificate of the same
  renewed.link->raw(frame(2, numbered(2)));
  renewed.link->raw(frame(3, numbered(3)));
  ASSERT_TRUE(run_until([&] { return numbers().size() == 3; }));
  EXPECT_EQ(numbers(), (std::vector<uint64_t>{1, 2, 3}));
  EXPECT_EQ(controllers_.size(), 1U);
}

// One name that leads to another controller after a break: the agent is the first one's, and is told so.
TEST_F(HostileTls, AnAgentOfOneControllerIsNotTakenByAnother) {
  start_server();
  std::vector<std::unique_ptr<ControllerLink>> wrong;
  ListenOptions options;
  options.credentials = controller();
  auto second = listen(
      "127.0.0.1:0", "", loop_, [&](auto link) { wrong.push_back(std::move(link)); }, options);
  ASSERT_TRUE(second) << second.error().text();
  test::CuttingProxy proxy(server_->bound_address());
  connect(agent("east"), proxy.address());
  agent_->send(numbered(1));
  ASSERT_TRUE(run_until([&] { return numbers().size() == 1; }));
  proxy.lead_to(second.value()->bound_address());
  proxy.cut();
  ASSERT_TRUE(run_until([&] { return !agent_closed_.empty(); }));
  EXPECT_THAT(agent_closed_[0], HasSubstr("this session is over"));
  EXPECT_TRUE(wrong.empty());
}

}  // namespace
}  // namespace shakedown
