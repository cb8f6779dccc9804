#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/component/load/rig/certificates.h"
#include "tests/component/load/rig/drill.h"
#include "tests/component/load/rig/server.h"
#include "tests/component/load/rig/tls_server.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    std::string pattern = ::testing::TempDir() + "/shakedown-tls-XXXXXX";
    dir_ = mkdtemp(pattern.data());
  }
  ~TlsTest() override { std::filesystem::remove_all(dir_); }

  DrillPlan scenario(uint16_t port, const std::string& host, TlsSpec tls) {
    DrillPlan made = one_operation(port, std::chrono::seconds(10));
    made.targets[0].scheme = "https";
    made.targets[0].host = host;
    made.targets[0].tls = std::move(tls);
    made.phases = {phase_with(open_rate(100), milliseconds(300))};
    return made;
  }
  static Snapshot run(const DrillPlan& scenario) {
    Drill drill(scenario);
    const Snapshot s = drill.run();
    EXPECT_TRUE(balanced(s));
    EXPECT_EQ(total_offered(s), 30u);
    return s;
  }
  std::string dir_;
};

// Two records, and small enough for our buffer: however late it is read, its end is known.
TEST_F(TlsTest, TrustedCaAndNameAreServed) {
  const TestCa ca(dir_, "ca");
  TlsServer server(ca.issue("server", "DNS:localhost,IP:127.0.0.1"), "", std::string(20'000, 'x'));
  const TlsSpec tls{ca.certificate_file(), "", "", ""};
  EXPECT_EQ(total(run(scenario(server.port(), "localhost", tls)), Outcome::ok), 30u);
  EXPECT_EQ(server.server_name(), "localhost");
  EXPECT_EQ(total(run(scenario(server.port(), "127.0.0.1", tls)), Outcome::ok), 30u);
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
  EXPECT_EQ(total(run(scenario(server.port(), "localhost", {ca.certificate_file(), "", "", ""})), Outcome::failed), 30u);
  TlsSpec tls{other.certificate_file(), "", "", "elsewhere.example.com"};
  EXPECT_EQ(total(run(scenario(server.port(), "localhost", tls)), Outcome::failed), 30u);
  tls.ca_file.clear();
  EXPECT_EQ(total(run(scenario(server.port(), "localhost", tls)), Outcome::failed), 30u) << "the system's CAs";
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
  EXPECT_EQ(total(run(scenario(server.port(), "localhost", {ca.certificate_file(), "", "", ""})), Outcome::ok), 0u);
}

TEST_F(TlsTest, FilesThatCannotBeReadAreNamed) {
  Assignment assignment;
  assignment.self = AgentId(0);
  assignment.plan = scenario(1, "localhost", {dir_ + "/missing.pem", "", "", ""});
  boost::asio::io_context loop;
  const auto made = make_load_runner(assignment, {}, loop);
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.assume_error().kind, ErrorKind::unavailable);
  EXPECT_NE(made.assume_error().message.find("missing.pem"), std::string::npos);
  ASSERT_EQ(::mkfifo((dir_ + "/pipe.pem").c_str(), 0600), 0);
  assignment.plan.targets[0].tls.ca_file = dir_ + "/pipe.pem";
  const auto waited = make_load_runner(assignment, {}, loop);
  ASSERT_FALSE(waited.has_value()) << "a pipe is not waited for";
  EXPECT_NE(waited.assume_error().message.find("no regular file"), std::string::npos);
}

}  // namespace
}  // namespace shakedown
