// The stream over mutual TLS: who is let in, who is not and why, and that a break changes nothing.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "core/base/rng.h"
#include "core/wire/credentials/openssl.h"
#include "core/wire/credentials/preflight.h"
#include "tests/component/wire/tls_links.h"
#include "tests/component/wire/wire_proxy.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;
using test::connected_to;
using test::TlsLinks;

TEST_F(TlsLinks, TellWhoTheAgentIs) {
  start_server();
  connect(agent("east"), server_->bound_address());
  Hello hello;
  hello.name = "east";
  agent_->send(hello);
  ASSERT_TRUE(run_until([&] { return reports_.size() == 1; }));
  ASSERT_NE(controllers_[0]->identity(), nullptr);
  EXPECT_EQ(*controllers_[0]->identity(), (Identity{PeerKind::agent, "east", {true, true, true}}));
  agent_->close();
  EXPECT_TRUE(run_until([&] { return !agent_closed_.empty() && !controller_closed_.empty(); }));
  EXPECT_EQ(agent_closed_[0], "");
}

// Half a second for there and back: a handshake needs that twice.
TEST_F(TlsLinks, AreMadeFromFarAway) {
  start_server();
  test::CuttingProxy proxy(server_->bound_address());
  proxy.set_delay(250ms);
  connect(agent("east"), proxy.address());
  ASSERT_NE(agent_, nullptr);
  agent_->send(Hello{});
  EXPECT_TRUE(run_until([&] { return reports_.size() == 1; }));
}

TEST_F(TlsLinks, MayListenOnEveryAddress) {
  ListenOptions options;
  EXPECT_EQ(listen("0.0.0.0:0", "t", loop_, {}, options).error().kind, ErrorKind::refused) << "never without certificates";
  options.credentials = controller();
  const auto server = listen("0.0.0.0:0", "", loop_, {}, options);
  EXPECT_TRUE(server) << server.error().text();
}

TEST_F(TlsLinks, RefuseAnAgentOfAnotherAuthority) {
  start_server();
  Credentials mixed = agent("east", "theirs");
  EXPECT_NE(refusal(mixed).find("is not believed"), std::string::npos) << "it does not know our authority either";
  mixed.authority = agent("west").authority;
  EXPECT_NE(refusal(mixed).find("refused our certificate"), std::string::npos);
  EXPECT_TRUE(controllers_.empty());
  expect_served();
}

TEST_F(TlsLinks, RefuseAnAgentWhoseCertificateHasEnded) {
  start_server();
  const std::string why = refusal(agent("east", "ours", -1h));
  EXPECT_NE(why.find("refused our certificate"), std::string::npos) << why;
  EXPECT_TRUE(controllers_.empty());
  expect_served();
}

TEST_F(TlsLinks, AreNotDialledByAnotherNameOfTheController) {
  start_server(controller({"drill.example.com", "10.0.0.7"}));
  const std::string why = refusal(agent("east"));
  EXPECT_NE(why.find("IP address mismatch"), std::string::npos) << why;
  EXPECT_NE(why.find("--host"), std::string::npos) << why;
}

// The certificate of a controller is no agent's, and the other way round.
TEST_F(TlsLinks, RefuseAControllerAsAgentAndAnAgentAsController) {
  start_server();
  EXPECT_NE(refusal(controller()).find("refused our certificate"), std::string::npos);
  server_.reset();
  ListenOptions options;
  options.credentials = agent("evil");
  auto posing = listen("127.0.0.1:0", "", loop_, {}, options);
  ASSERT_TRUE(posing);
  server_ = std::move(posing.value());
  EXPECT_NE(refusal(agent("east")).find("is not believed"), std::string::npos);
}

// What an OpenSSL client gets; empty = it was let in.
std::string alert_for(const std::string& address, int highest, const Credentials* own) {
  const openssl::Owned<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_max_proto_version(context.get(), highest);
  if (own != nullptr) {
    const openssl::Owned<BIO> certificate(BIO_new_mem_buf(own->certificate.data(), -1)),
        key(BIO_new_mem_buf(own->key.data(), -1));
    const openssl::Owned<X509> shown(PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr));
    const openssl::Owned<EVP_PKEY> secret(PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr));
    SSL_CTX_use_certificate(context.get(), shown.get());
    SSL_CTX_use_PrivateKey(context.get(), secret.get());
  }
  const openssl::Owned<SSL> session(SSL_new(context.get()));
  const unsigned char http2[] = {2, 'h', '2'};
  SSL_set_alpn_protos(session.get(), http2, sizeof http2);
  const int socket = connected_to(address);
  SSL_set_fd(session.get(), socket);
  char byte = 0;
  const bool good = SSL_connect(session.get()) == 1 && SSL_read(session.get(), &byte, 1) == 1;
  const std::string why = good ? "" : openssl::reason();
  ::close(socket);
  return why;
}

TEST_F(TlsLinks, RefuseWhoShowsNoCertificate) {
  start_server();
  EXPECT_NE(alert_for(server_->bound_address(), TLS1_3_VERSION, nullptr), "");
  EXPECT_TRUE(controllers_.empty());
}

TEST_F(TlsLinks, RefuseAnOlderTls) {
  start_server();
  const Credentials own = agent("east");
  EXPECT_NE(alert_for(server_->bound_address(), TLS1_2_VERSION, &own).find("protocol version"), std::string::npos);
  EXPECT_EQ(alert_for(server_->bound_address(), TLS1_3_VERSION, &own), "") << "the same client with 1.3";
}

TEST_F(TlsLinks, TellAnAgentThatThePlainSpeakerIsPlain) {
  ListenOptions options;
  auto plain = listen("127.0.0.1:0", "token", loop_, {}, options);
  ASSERT_TRUE(plain);
  server_ = std::move(plain.value());
  EXPECT_NE(refusal(agent("east")).find("--plain"), std::string::npos);
}

// Half a handshake and then nothing, more often than there is room: none of it holds the next one up.
TEST_F(TlsLinks, ServeOthersWhileManyShakeHalfAHand) {
  start_server();
  std::vector<int> silent;
  for (int i = 0; i < 400; ++i) {
    silent.push_back(connected_to(server_->bound_address()));
    constexpr char kBeginning[] = {22, 3, 1, 2, 0, 1};  // a record of 512 bytes, of which one comes
    EXPECT_EQ(::write(silent.back(), kBeginning, i % 2 == 0 ? sizeof kBeginning : 1) > 0, true);
  }
  expect_served();
  pollfd first{silent.back(), POLLIN, 0};
  EXPECT_EQ(::poll(&first, 1, 20'000), 1) << "and whoever says no more is closed";
  for (const int socket : silent) ::close(socket);
}

// Nobody answers: the limit counts, and the text says what to do.
TEST_F(TlsLinks, SayThatNobodyAnswers) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size), 0);
  const auto link = dial_as(agent("east"), "127.0.0.1:" + std::to_string(ntohs(at.sin_port)), 300ms);
  ::close(listener);
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().kind, ErrorKind::unavailable);
  EXPECT_NE(link.error().message.find("no controller answers"), std::string::npos);
}

// 100 breaks at random instants: each snapshot arrives once, in order, in one session.
TEST_F(TlsLinks, LoseAndDoubleNothingOver100Breaks) {
  constexpr uint64_t kMessages = 4000;
  constexpr int kCuts = 100;
  start_server();
  test::CuttingProxy proxy(server_->bound_address());
  connect(agent("east"), proxy.address());
  Rng rng(11);
  uint64_t said = 0;
  int cuts = 0;
  while (reports_.size() < kMessages) {
    for (uint64_t n = rng.below(40); n > 0 && said < kMessages; --n) {
      Snapshot snapshot;
      snapshot.seq = ++said;
      snapshot.probes[ProbeId(0)].resize(rng.below(50));
      agent_->send(std::move(snapshot));
    }
    const std::size_t aim = std::min<std::size_t>(said, reports_.size() + 1 + rng.below(40));
    ASSERT_TRUE(run_until([&] { return reports_.size() >= aim; }));
    if (cuts < kCuts) {
      proxy.cut();
      ++cuts;
    }
  }
  ASSERT_EQ(cuts, kCuts) << "the test cut too little";
  ASSERT_EQ(controllers_.size(), 1u);
  ASSERT_EQ(reports_.size(), kMessages);
  for (uint64_t i = 0; i < kMessages; ++i) ASSERT_EQ(std::get<Snapshot>(reports_[i]).seq, i + 1);
}

}  // namespace
}  // namespace shakedown
