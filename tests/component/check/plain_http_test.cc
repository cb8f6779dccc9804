// What a port answers to plain HTTP. The target itself is any port that accepts connections.
#include "tests/component/check/checks.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

class PlainHttp : public CheckTest {
 protected:
  PlainHttp() : target_([](Peer& peer) { peer.wait_for_end(); }) {}

  CheckResult look(uint16_t port, Duration timeout = std::chrono::seconds(20)) {
    return check(site("https", target_.port()), PlainHttpCheck{TargetId(0), port}, timeout);
  }
  static TestServer::Script answers(const std::string& bytes) {
    return [bytes](Peer& peer) {
      if (peer.request()) peer.send(bytes);
    };
  }
  TestServer target_;
};

TEST_F(PlainHttp, RefusedClosedOrRedirectedHolds) {
  EXPECT_TRUE(found_to_hold(look(free_port())));
  TestServer closes([](Peer& peer) { peer.request(); });
  EXPECT_TRUE(found_to_hold(look(closes.port())));
  TestServer redirects(answers("HTTP/1.1 308 Permanent Redirect\r\nlocation: HTTPS://example.com/\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_TRUE(found_to_hold(look(redirects.port())));
}

TEST_F(PlainHttp, AnythingElseIsAnAnswer) {
  const Nginx nginx;
  EXPECT_TRUE(found_not_to_hold(look(nginx.port()), "answered with status 200 in plain text"));
  TestServer not_found(answers("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_TRUE(found_not_to_hold(look(not_found.port()), "status 404"));
  TestServer to_plain(answers("HTTP/1.1 301 Moved\r\nLocation: http://example.com/\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_TRUE(found_not_to_hold(look(to_plain.port()), "status 301"));
  TestServer nowhere(answers("HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_TRUE(found_not_to_hold(look(nowhere.port()), "status 301"));
  TestServer created(answers("HTTP/1.1 201 Created\r\nLocation: https://example.com/\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_TRUE(found_not_to_hold(look(created.port()), "status 201"));
  TestServer babbles(answers("SSH-2.0-OpenSSH_9.2\r\n\r\n"));
  EXPECT_TRUE(found_not_to_hold(look(babbles.port()), "no HTTP"));
}

TEST_F(PlainHttp, ARedirectOfARealServer) {
  const TlsSite secure = nginx("location /moved { return 301 https://$host$request_uri; }");
  DrillPlan moved = site("https", secure.port, trusted());
  moved.targets[0].base_path = "/moved";
  const PlainHttpCheck wanted{TargetId(0), secure.nginx->port()};
  const CheckResult redirected = check(moved, wanted);
  EXPECT_TRUE(found_to_hold(redirected));
  EXPECT_NE(redirected.detail.find("https://127.0.0.1/moved"), std::string::npos) << redirected.detail;
  EXPECT_TRUE(found_not_to_hold(check(site("https", secure.port, trusted()), wanted), "status 200"));
}

TEST_F(PlainHttp, SilenceAndAnAbsentTargetProveNothing) {
  TestServer silent([](Peer& peer) { peer.wait_for_end(); });
  EXPECT_TRUE(not_carried_out(look(silent.port(), milliseconds(300)), "no answer in time"));
  const CheckResult absent = check(site("https", free_port()), PlainHttpCheck{TargetId(0), free_port()});
  EXPECT_TRUE(not_carried_out(absent, "cannot be reached on its own port"));
}

}  // namespace
}  // namespace shakedown
