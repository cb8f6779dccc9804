#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "tests/component/load/certificates.h"
#include "tests/component/load/drill.h"
#include "tests/component/load/server.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

// Serves TLS with a certificate; remembers the server names that clients asked for.
class TlsServer {
 public:
  TlsServer(const std::string& certificate, const std::string& client_ca, std::string body)
      : body_(std::move(body)),
        context_(SSL_CTX_new(TLS_server_method())),
        server_([this](Peer& p) { serve(p); }) {
    SSL_CTX_use_certificate_chain_file(context_, (certificate + ".pem").c_str());
    SSL_CTX_use_PrivateKey_file(context_, (certificate + ".key").c_str(), SSL_FILETYPE_PEM);
    if (!client_ca.empty()) {
      SSL_CTX_load_verify_locations(context_, client_ca.c_str(), nullptr);
      SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
  }
  ~TlsServer() {
    server_.kill();
    while (busy_ > 0) std::this_thread::yield();
    SSL_CTX_free(context_);
  }
  uint16_t port() const { return server_.port(); }
  std::string server_name() {
    const std::lock_guard lock(mutex_);
    return server_name_;
  }

 private:
  void serve(Peer& peer) {
    ++busy_;
    SSL* ssl = SSL_new(context_);
    SSL_set_fd(ssl, peer.socket());
    if (SSL_accept(ssl) == 1) answer_all(ssl);
    SSL_free(ssl);
    --busy_;
  }
  void answer_all(SSL* ssl) {
    {
      const std::lock_guard lock(mutex_);
      const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
      server_name_ = name != nullptr ? name : "";
    }
    const std::string answer =
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body_.size()) + "\r\n\r\n" + body_;
    std::string request;
    char room[4096];
    for (int bytes = 0; (bytes = SSL_read(ssl, room, sizeof room)) > 0;) {
      request.append(room, static_cast<std::size_t>(bytes));
      if (request.find("\r\n\r\n") == std::string::npos) continue;
      request.clear();
      if (SSL_write(ssl, answer.data(), static_cast<int>(answer.size())) <= 0) return;
    }
  }

  std::mutex mutex_;
  std::string server_name_;
  const std::string body_;
  std::atomic<int> busy_ = 0;
  SSL_CTX* context_;
  TestServer server_;
};

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    std::string pattern = ::testing::TempDir() + "/shakedown-tls-XXXXXX";
    dir_ = mkdtemp(pattern.data());
  }
  ~TlsTest() override { std::filesystem::remove_all(dir_); }

  Scenario scenario(uint16_t port, const std::string& host, TlsSpec tls) {
    Scenario made = one_operation(port, std::chrono::seconds(10));
    made.targets[0].scheme = "https";
    made.targets[0].host = host;
    made.targets[0].tls = std::move(tls);
    made.phases = {phase_with(open_rate(100), milliseconds(300))};
    return made;
  }
  static Snapshot run(const Scenario& scenario) {
    Drill drill(scenario);
    const Snapshot s = drill.run();
    EXPECT_TRUE(balanced(s));
    EXPECT_EQ(total_offered(s), 30u);
    return s;
  }
  std::string dir_;
};

TEST_F(TlsTest, TrustedCaAndNameAreServed) {
  const TestCa ca(dir_, "ca");
  TlsServer server(ca.issue("server", "DNS:localhost,IP:127.0.0.1"), "", std::string(100'000, 'x'));
  EXPECT_EQ(total(run(scenario(server.port(), "localhost", {ca.certificate_file(), "", "", ""})),
                  Outcome::ok),
            30u);
  EXPECT_EQ(server.server_name(), "localhost");
  EXPECT_EQ(total(run(scenario(server.port(), "127.0.0.1", {ca.certificate_file(), "", "", ""})),
                  Outcome::ok),
            30u);
  EXPECT_EQ(server.server_name(), "") << "an address is not sent as a server name";
}

TEST_F(TlsTest, DeclaredServerNameIsSentAndVerified) {
  const TestCa ca(dir_, "ca");
  TlsServer server(ca.issue("server", "DNS:api.example.com"), "", "x");
  TlsSpec tls{ca.certificate_file(), "", "", "api.example.com"};
  EXPECT_EQ(total(run(scenario(server.port(), "127.0.0.1", tls)), Outcome::ok), 30u);
  EXPECT_EQ(server.server_name(), "api.example.com");
}

TEST_F(TlsTest, WrongNameOrUnknownCaFails) {
  const TestCa ca(dir_, "ca"), other(dir_, "other");
  TlsServer server(ca.issue("server", "DNS:elsewhere.example.com"), "", "x");
  EXPECT_EQ(total(run(scenario(server.port(), "localhost", {ca.certificate_file(), "", "", ""})),
                  Outcome::failed),
            30u);
  TlsSpec tls{other.certificate_file(), "", "", "elsewhere.example.com"};
  EXPECT_EQ(total(run(scenario(server.port(), "localhost", tls)), Outcome::failed), 30u);
  tls.ca_file.clear();
  EXPECT_EQ(total(run(scenario(server.port(), "localhost", tls)), Outcome::failed), 30u)
      << "the system's CAs";
}

TEST_F(TlsTest, ClientCertificateIsPresented) {
  const TestCa ca(dir_, "ca");
  const std::string client = ca.issue("client", "DNS:client");
  TlsServer server(ca.issue("server", "DNS:localhost"), ca.certificate_file(), "x");
  TlsSpec with{ca.certificate_file(), client + ".pem", client + ".key", ""};
  EXPECT_EQ(total(run(scenario(server.port(), "localhost", with)), Outcome::ok), 30u);
  TlsSpec without{ca.certificate_file(), "", "", ""};
  EXPECT_EQ(total(run(scenario(server.port(), "localhost", without)), Outcome::ok), 0u);
}

TEST_F(TlsTest, PlainServerBehindAnHttpsTargetIsReset) {
  const TestCa ca(dir_, "ca");
  TestServer server([](Peer& peer) { peer.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  EXPECT_EQ(total(run(scenario(server.port(), "localhost", {ca.certificate_file(), "", "", ""})),
                  Outcome::ok),
            0u);
}

TEST_F(TlsTest, FilesThatCannotBeReadAreNamed) {
  Assignment assignment;
  assignment.self = AgentId(0);
  assignment.scenario = scenario(1, "localhost", {dir_ + "/missing.pem", "", "", ""});
  boost::asio::io_context loop;
  const auto made = make_load_runner(assignment, RunClock(mono_now()), {}, loop);
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.assume_error().kind, ErrorKind::unavailable);
  EXPECT_NE(made.assume_error().message.find("missing.pem"), std::string::npos);
}

}  // namespace
}  // namespace shakedown
