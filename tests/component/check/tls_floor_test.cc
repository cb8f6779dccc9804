// TLS floor and forbidden ciphers against a real nginx, and against what no library serves any more.
#include <sys/socket.h>

#include "agent/check/tls/client_hello.h"
#include "tests/component/check/checks.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

class TlsFloor : public CheckTest {
 protected:
  CheckResult floor(const TlsSite& site_of, TlsVersion version, std::vector<std::string> forbidden = {}) const {
    return check(site("https", site_of.port, trusted()), TlsCheck{TargetId(0), version, std::move(forbidden)});
  }
};

TEST_F(TlsFloor, AStrongServerHolds) {
  const TlsSite strong = nginx("ssl_protocols TLSv1.2 TLSv1.3;\nssl_ciphers ECDHE+AESGCM;");
  const CheckResult result = floor(strong, TlsVersion::tls1_2, {"RC4", "3DES", "NULL", "CBC", "EXPORT", "kRSA", "aNULL"});
  EXPECT_TRUE(found_to_hold(result));
  EXPECT_NE(result.detail.find("TLS 1.0: protocol_version"), std::string::npos) << result.detail;
  EXPECT_NE(result.detail.find("RC4: handshake_failure"), std::string::npos) << result.detail;
}

TEST_F(TlsFloor, OldVersionsThatAreAcceptedAreNamed) {
  const TlsSite weak = nginx("ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;\nssl_ciphers ALL:@SECLEVEL=0;");
  const CheckResult result = floor(weak, TlsVersion::tls1_2);
  EXPECT_TRUE(found_not_to_hold(result, "TLS 1.0: TLS 1.0 with ECDHE-ECDSA-AES"));
  EXPECT_TRUE(found_not_to_hold(result, "TLS 1.1: TLS 1.1 with"));
  EXPECT_TRUE(found_to_hold(floor(weak, TlsVersion::tls1_0, {"RC4", "3DES"}))) << "the floor is as low as its versions";
}

TEST_F(TlsFloor, OneOldVersionIsEnough) {
  const TlsSite one = nginx("ssl_protocols TLSv1.1 TLSv1.2;\nssl_ciphers ALL:@SECLEVEL=0;");
  const CheckResult result = floor(one, TlsVersion::tls1_2);
  EXPECT_TRUE(found_not_to_hold(result, "TLS 1.1: TLS 1.1 with"));
  EXPECT_EQ(result.detail.find("TLS 1.0"), std::string::npos) << result.detail;
}

TEST_F(TlsFloor, AFloorOfTls13) {
  const TlsSite modern = nginx("ssl_protocols TLSv1.3;");
  EXPECT_TRUE(found_to_hold(floor(modern, TlsVersion::tls1_3)));
  const TlsSite usual = nginx("ssl_protocols TLSv1.2 TLSv1.3;");
  EXPECT_TRUE(found_not_to_hold(floor(usual, TlsVersion::tls1_3), "TLS 1.2: TLS 1.2 with"));
}

TEST_F(TlsFloor, AForbiddenCipherThatIsAcceptedIsNamed) {
  const TlsSite cbc = nginx("ssl_protocols TLSv1.2;\nssl_ciphers ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0;");
  EXPECT_TRUE(found_not_to_hold(floor(cbc, TlsVersion::tls1_2, {"CBC"}), "CBC: TLS 1.2 with ECDHE-ECDSA-AES128-SHA"));
  EXPECT_TRUE(found_not_to_hold(floor(cbc, TlsVersion::tls1_2, {"ECDHE-ECDSA-AES128-SHA"}), "ECDHE-ECDSA-AES128-SHA"));
  EXPECT_TRUE(found_to_hold(floor(cbc, TlsVersion::tls1_2, {"NULL", "AESGCM"})));
  const TlsSite null = nginx("ssl_protocols TLSv1.2;\nssl_ciphers ECDHE-ECDSA-NULL-SHA:ECDHE+AESGCM:@SECLEVEL=0;");
  EXPECT_TRUE(found_not_to_hold(floor(null, TlsVersion::tls1_2, {"NULL"}), "NULL: TLS 1.2 with ECDHE-ECDSA-NULL-SHA"));
}

// Answers every hello with a ServerHello that agrees on this suite: Debian's OpenSSL could neither serve nor offer it.
TestServer::Script agrees_on(uint16_t suite) {
  return [suite](Peer& peer) {
    char room[4096];
    if (::recv(peer.socket(), room, sizeof room, 0) <= 0) return;
    std::string body = std::string("\3\3", 2) + std::string(32, 'r') + '\0';
    body += static_cast<char>(suite >> 8);
    body += static_cast<char>(suite & 0xff);
    body += '\0';
    const std::string message = std::string("\2\0\0", 3) + static_cast<char>(body.size()) + body;
    peer.send(std::string("\x16\3\3\0", 4) + static_cast<char>(message.size()) + message);
  };
}

TEST_F(TlsFloor, CiphersThatOpensslHasForgottenAreFoundToo) {
  TestServer rc4(agrees_on(0x0005)), triple_des(agrees_on(0x000A));
  const auto forbids = [](const TestServer& server, const std::string& word) {
    return check(site("https", server.port()), TlsCheck{TargetId(0), TlsVersion::tls1_0, {word}});
  };
  EXPECT_TRUE(found_not_to_hold(forbids(rc4, "RC4"), "RC4: TLS 1.2 with RC4-SHA"));
  EXPECT_TRUE(found_not_to_hold(forbids(triple_des, "3DES"), "3DES: TLS 1.2 with DES-CBC3-SHA"));
}

TEST_F(TlsFloor, AClientCertificateThatIsDemandedIsShown) {
  const TlsSite mutual =
      nginx("ssl_protocols TLSv1.2 TLSv1.3;\nssl_client_certificate " + ca_.certificate_file() + ";\nssl_verify_client on;");
  TlsSpec tls = trusted();
  const std::string client = issue("client");
  tls.certificate_file = client + ".pem";
  tls.key_file = client + ".key";
  EXPECT_TRUE(found_to_hold(check(site("https", mutual.port, tls), TlsCheck{TargetId(0), TlsVersion::tls1_2, {"RC4"}})));
}

TEST_F(TlsFloor, RefusalsWithoutAnyHandshakeProveNothing) {
  const TlsCheck wanted{TargetId(0), TlsVersion::tls1_2, {"RC4"}};
  EXPECT_TRUE(not_carried_out(check(site("https", free_port()), wanted), "Connection refused"));
  const Nginx plain;
  EXPECT_TRUE(not_carried_out(check(site("https", plain.port()), wanted), "no handshake at TLS 1.2 or newer either"));
  TestServer closes([](Peer&) {});
  EXPECT_TRUE(not_carried_out(check(site("https", closes.port()), wanted), "no handshake at TLS 1.2 or newer either"));
  TestServer silent([](Peer& peer) { peer.wait_for_end(); });
  EXPECT_TRUE(not_carried_out(check(site("https", silent.port()), wanted, milliseconds(300)), "no answer in time"));
  const TlsSite old = nginx("ssl_protocols TLSv1.2;\nssl_ciphers ALL:@SECLEVEL=0;");
  EXPECT_TRUE(not_carried_out(floor(old, TlsVersion::tls1_0, {"no-such-cipher"}), "is no known cipher suite"));
}

}  // namespace
}  // namespace shakedown
