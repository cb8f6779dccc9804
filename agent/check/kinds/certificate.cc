// The certificate that a target shows: whether it verifies, and how long its chain is good.
#include <cmath>
#include <ctime>

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "agent/check/addresses.h"
#include "agent/check/checking.h"
#include "agent/check/tls/session.h"
#include "core/base/clock.h"
#include "core/base/units.h"

namespace shakedown {
namespace {

std::string name_of(const X509* certificate) {
  char text[256] = "";
  X509_NAME_oneline(X509_get_subject_name(certificate), text, sizeof text);
  return text;
}

struct Expiry {
  WallTime at = WallTime::max();
  std::string of;
};

void take(Expiry& soonest, const X509* certificate) {
  tm broken{};
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &broken) != 1) return;
  const WallTime at(std::chrono::seconds(timegm(&broken)));
  if (at < soonest.at) soonest = {at, name_of(certificate)};
}

// Of the chain that verifies, up to its root; else of what the target showed.
Expiry soonest_of(SSL& ssl) {
  Expiry soonest;
  STACK_OF(X509)* chain = SSL_get0_verified_chain(&ssl);
  if (chain == nullptr) chain = SSL_get_peer_cert_chain(&ssl);
  for (int i = 0; i < sk_X509_num(chain); ++i) take(soonest, sk_X509_value(chain, i));
  take(soonest, SSL_get0_peer_certificate(&ssl));
  return soonest;
}

Task<Observation> look_at(const Checking& look, const Target& target, const CertificateCheck&, Endpoint endpoint) {
  const Secured made = co_await shake_hands(look, target, endpoint, TlsVersion::tls1_2);
  if (made.nobody) co_return nobody_there("no handshake: " + made.why);
  if (!made.session) co_return not_done("no handshake: " + made.why);
  const Expiry soonest = soonest_of(*made.session);
  if (soonest.of.empty()) co_return not_done("the target showed no certificate");
  const std::string until = soonest.of + " expires " + format_wall(soonest.at);
  const std::string distrust = tls_distrust(*made.session);
  Observation finding = distrust.empty() ? holds("verified; " + until) : fails("not trusted: " + distrust + "; " + until);
  finding.number = seconds(soonest.at - system_clock().wall());
  co_return finding;
}

}  // namespace

Task<Observation> carry_out(const Checking& look, const CertificateCheck& check) {
  co_return co_await at_each_address(look, look.target(check.target), check, Numbers::least, &look_at);
}

}  // namespace shakedown
