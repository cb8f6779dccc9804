// A name is as good as the worst of its addresses: what is well at the first one and bad at the second.
#include <memory>
#include <stdexcept>

#include <sys/socket.h>

#include "tests/component/check/checks.h"
#include "tests/component/load/rig/names.h"
#include "tests/support/http_documents.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

// Servers on both addresses of one name, at one port.
struct Two {
  std::unique_ptr<TestServer> first, second;
  Two(const TestServer::Script& one, const TestServer::Script& other) {
    for (int tries = 0; tries < 50 && !second; ++tries) {
      first = std::make_unique<TestServer>(one);
      try {
        second = std::make_unique<TestServer>(other, first->port(), "127.0.0.2");
      } catch (const std::runtime_error&) {  // somebody else has that port there
      }
    }
  }
  DrillPlan site(const std::string& scheme = "http") const {
    DrillPlan made = shakedown::site(scheme, first->port());
    made.targets[0].host = two_addresses();
    return made;
  }
};

TestServer::Script answers(int status, const std::string& body, const std::string& headers = "") {
  return [=](Peer& peer) {
    if (peer.request()) peer.answer(status, body, headers);
  };
}

class TruthAddresses : public CheckTest {};

TEST_F(TruthAddresses, AnHttpCheckAsksEachAddressAndNamesTheBadOne) {
  const Two half(answers(200, "ok"), answers(500, "broken"));
  EXPECT_TRUE(found_not_to_hold(check(half.site(), HttpCheck{http::get("/"), {}, ""}), "127.0.0.2: status 500"));
  const Two good(answers(200, "ok"), answers(200, "ok"));
  const CheckResult both = check(good.site(), HttpCheck{http::get("/"), {}, ""});
  EXPECT_TRUE(found_to_hold(both));
  EXPECT_EQ(both.detail, "at each of 2 addresses: status 200, as expected");
  EXPECT_EQ(good.first->connections(), 1U);
  EXPECT_EQ(good.second->connections(), 1U);
}

TEST_F(TruthAddresses, NumbersThatDifferAreNoNumber) {
  const Two half(answers(200, "{\"lag\": 1}"), answers(200, "{\"lag\": 9}"));
  EXPECT_TRUE(
      not_carried_out(check(half.site(), HttpCheck{http::get("/"), {}, "/lag"}), "127.0.0.1 1.000000, 127.0.0.2 9.000000"));
  const Two same(answers(200, "{\"lag\": 1}"), answers(200, "{\"lag\": 1}"));
  EXPECT_EQ(check(same.site(), HttpCheck{http::get("/"), {}, "/lag"}).number, 1);
}

TEST_F(TruthAddresses, ALoginOrAHeaderThatOneAddressDoesNotDemandOrSendIsFound) {
  const Two open(answers(401, ""), answers(200, "come in"));
  EXPECT_TRUE(found_not_to_hold(check(open.site(), AuthenticationCheck{http::get("/"), http::statuses({401})}),
                                "127.0.0.2: without credentials: status 200"));
  const Two bare(answers(200, "ok", "X-A: b\r\n"), answers(200, "ok"));
  EXPECT_TRUE(found_not_to_hold(check(bare.site(), HeadersCheck{http::get("/"), http::headers({{"X-A", ""}})}),
                                "127.0.0.2: X-A is missing"));
}

TEST_F(TruthAddresses, AnAddressWithoutAnAnswerIsNotGreen) {
  const Two half(answers(200, "ok"), [](Peer& peer) { peer.wait_for_end(); });
  EXPECT_TRUE(not_carried_out(check(half.site(), HttpCheck{http::get("/"), {}, ""}, milliseconds(500)),
                              "127.0.0.2: an answer of target"));
}

TEST_F(TruthAddresses, AnAddressWhereNobodyListensIsNamed) {
  Two half(answers(200, "ok"), answers(200, "ok"));
  half.second.reset();
  const CheckResult result = check(half.site(), HttpCheck{http::get("/"), {}, ""});
  EXPECT_TRUE(found_to_hold(result));
  EXPECT_NE(result.detail.find("127.0.0.1: status 200, as expected; nobody there: 127.0.0.2"), std::string::npos)
      << result.detail;
  const uint16_t port = half.first->port();
  half.first.reset();
  DrillPlan nobody = site("http", port);
  nobody.targets[0].host = two_addresses();
  EXPECT_TRUE(not_carried_out(check(nobody, HttpCheck{http::get("/"), {}, ""}), "the connection was refused"));
}

// Answers a hello of this version with a ServerHello of it, in records of so many bytes, and refuses every other.
TestServer::Script agrees_on(char version, std::size_t record) {
  return [=](Peer& peer) {
    char room[4096];
    const ssize_t got = ::recv(peer.socket(), room, sizeof room, 0);
    if (got < 11 || room[10] != version) {
      peer.send(std::string("\x15\3\1\0\2\2\x46", 7));
      return;
    }
    const std::string body = std::string("\3", 1) + version + std::string(32, 'r') + std::string("\0\0\x05\0", 4);
    std::string message = std::string("\2\0\0", 3) + static_cast<char>(body.size()) + body;
    while (!message.empty()) {
      const std::string part = message.substr(0, record);
      message.erase(0, part.size());
      peer.send(std::string("\x16\3", 2) + version + '\0' + static_cast<char>(part.size()) + part);
    }
  };
}

TEST_F(TruthAddresses, AnOldVersionThatOnlyOneAddressAcceptsIsNamed) {
  const Two half(agrees_on('\7', 200), agrees_on('\1', 200));
  EXPECT_TRUE(found_not_to_hold(check(half.site("https"), TlsCheck{TargetId(0), TlsVersion::tls1_2, {}}),
                                "127.0.0.2: accepted although forbidden: TLS 1.0: TLS 1.0 with"));
}

TEST_F(TruthAddresses, Ssl3IsOfferedAndAHelloInTwoRecordsIsAnAgreement) {
  const TestServer ssl3(agrees_on('\0', 200)), split(agrees_on('\1', 20));
  const TlsCheck floor{TargetId(0), TlsVersion::tls1_2, {}};
  EXPECT_TRUE(found_not_to_hold(check(site("https", ssl3.port()), floor), "SSL 3.0: SSL 3.0 with"));
  EXPECT_TRUE(found_not_to_hold(check(site("https", split.port()), floor), "TLS 1.0: TLS 1.0 with"));
}

TEST_F(TruthAddresses, TheCertificateThatEndsFirstCounts) {
  const std::string soon = ca_.issue("soon", "DNS:two.test", 3600);
  const TlsSite longer = nginx("", ca_.issue("longer", "DNS:two.test", 5 * TestCa::kOneDay));
  const Nginx brief("listen 127.0.0.2:" + std::to_string(longer.port) + " ssl;\nssl_certificate " + soon +
                    ".pem;\nssl_certificate_key " + soon + ".key;\n");
  DrillPlan two = site("https", longer.port, trusted());
  two.targets[0].host = two_addresses();
  const CheckResult result = check(two, CertificateCheck{TargetId(0)});
  EXPECT_TRUE(found_to_hold(result));
  ASSERT_TRUE(result.number);
  EXPECT_LE(*result.number, 3600);
  EXPECT_NE(result.detail.find("127.0.0.2, the least of 2 addresses: verified; /CN=soon expires "), std::string::npos)
      << result.detail;
}

TEST_F(TruthAddresses, PlainHttpThatOneAddressAnswersIsFound) {
  const auto accepts = [](Peer& peer) { peer.wait_for_end(); };
  const Two target(accepts, accepts);
  const TestServer plain(answers(200, "ok"), 0, "127.0.0.2");
  EXPECT_TRUE(found_not_to_hold(check(target.site("https"), PlainHttpCheck{TargetId(0), plain.port()}),
                                "127.0.0.2: port " + std::to_string(plain.port()) + ": answered with status 200 in plain text"));
}

}  // namespace
}  // namespace shakedown
