// Certificates that are good, soon over, expired, of somebody else or for another name.
#include <chrono>

#include "tests/component/check/checks.h"

namespace shakedown {
namespace {

class Certificate : public CheckTest {
 protected:
  static CheckResult look(uint16_t port, TlsSpec tls) {
    return check(site("https", port, std::move(tls)), CertificateCheck{TargetId(0)});
  }
};

TEST_F(Certificate, AGoodOneTellsItsTime) {
  const TlsSite good = nginx("", issue("good", 5 * TestCa::kOneDay));
  const CheckResult result = look(good.port, trusted());
  EXPECT_TRUE(found_to_hold(result));
  ASSERT_TRUE(result.number);
  EXPECT_LE(*result.number, 5.0 * TestCa::kOneDay);
  EXPECT_GT(*result.number, 4.9 * TestCa::kOneDay);
  EXPECT_NE(result.detail.find("/CN=good expires "), std::string::npos) << result.detail;
}

TEST_F(Certificate, TheFirstOfTheChainThatExpiresCounts) {
  const TestCa brief(dir_, "brief", TestCa::kOneDay / 2);
  const TlsSite site_of = nginx("", brief.issue("long", "IP:127.0.0.1", 5 * TestCa::kOneDay));
  const CheckResult result = look(site_of.port, {brief.certificate_file(), "", "", ""});
  EXPECT_TRUE(found_to_hold(result));
  ASSERT_TRUE(result.number);
  EXPECT_LE(*result.number, 0.5 * TestCa::kOneDay);
  EXPECT_NE(result.detail.find("/CN=brief expires "), std::string::npos) << result.detail;
}

TEST_F(Certificate, OneThatIsSoonOverVerifiesAndSaysSo) {
  const TlsSite soon = nginx("", issue("soon", 3600));
  const CheckResult result = look(soon.port, trusted());
  EXPECT_TRUE(found_to_hold(result));
  ASSERT_TRUE(result.number);
  EXPECT_LE(*result.number, 3600);
}

TEST_F(Certificate, AnExpiredOneIsNotTrusted) {
  const TlsSite expired = nginx("", issue("expired", -60));
  const CheckResult result = look(expired.port, trusted());
  EXPECT_TRUE(found_not_to_hold(result, "certificate has expired"));
  ASSERT_TRUE(result.number);
  EXPECT_LE(*result.number, -60);
}

TEST_F(Certificate, AnotherCaOrAnotherNameIsNotTrusted) {
  const TestCa other(dir_, "other");
  const TlsSite foreign = nginx("", other.issue("foreign", "IP:127.0.0.1", TestCa::kOneDay));
  EXPECT_TRUE(found_not_to_hold(look(foreign.port, trusted()), "not trusted: unable to get local issuer certificate"));
  EXPECT_TRUE(found_not_to_hold(look(foreign.port, {}), "not trusted")) << "the system's CAs";
  const TlsSite elsewhere = nginx("", ca_.issue("elsewhere", "DNS:elsewhere.example.com", TestCa::kOneDay));
  EXPECT_TRUE(found_not_to_hold(look(elsewhere.port, trusted()), "IP address mismatch"));
}

TEST_F(Certificate, WithoutAHandshakeThereIsNone) {
  EXPECT_TRUE(not_carried_out(look(free_port(), trusted()), "Connection refused"));
  const Nginx plain;
  EXPECT_TRUE(not_carried_out(look(plain.port(), trusted()), "no handshake"));
  EXPECT_TRUE(not_carried_out(look(plain.port(), {dir_ + "/missing.pem", "", "", ""}), "missing.pem"));
}

}  // namespace
}  // namespace shakedown
