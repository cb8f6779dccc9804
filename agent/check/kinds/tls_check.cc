// TLS floor and forbidden ciphers. Each version below the floor and each class of ciphers is offered alone; a
// ServerHello to such an offer is the violation. A whole handshake at the floor or above shows that refusals mean something.
#include <arpa/inet.h>

#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "agent/check/addresses.h"
#include "agent/check/checking.h"
#include "agent/check/kinds/reach.h"
#include "agent/check/tls/cipher_suites.h"
#include "agent/check/tls/client_hello.h"
#include "agent/check/tls/session.h"

namespace shakedown {
namespace {

constexpr uint16_t kSsl3 = 0x0300;  // below every floor

struct Offer {
  uint16_t version = wire_version(TlsVersion::tls1_2);
  std::vector<uint16_t> suites;
  std::string what;  // "TLS 1.0", "RC4"
};

struct Offered {
  enum class Kind { accepted, refused, undecided } kind = Kind::undecided;
  std::string how;  // how it was accepted or refused, or why it is undecided
  bool nobody = false;
};

std::string random_bytes() {
  std::string random(32, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(random.data()), static_cast<int>(random.size()));
  return random;
}

bool is_address(const std::string& name) {
  in6_addr room;
  return inet_pton(AF_INET, name.c_str(), &room) == 1 || inet_pton(AF_INET6, name.c_str(), &room) == 1;
}

std::string server_name(const Target& target) {
  const std::string& name = target.tls.server_name.empty() ? target.host : target.tls.server_name;
  return is_address(name) ? "" : name;
}

std::string version_name(uint16_t version) {
  if (version == kSsl3) return "SSL 3.0";
  const int above = version - wire_version(TlsVersion::tls1_0);
  return above >= 0 && above <= 3 ? to_string(static_cast<TlsVersion>(above)) : "an older version";
}

// A version above the one that was offered is no agreement, whatever the peer means by it.
Offered judge(const HelloAnswer& answer, const Offer& offer) {
  using Kind = Offered::Kind;
  if (answer.kind == HelloAnswer::Kind::refused) return {Kind::refused, alert_name(answer.alert), false};
  if (answer.kind == HelloAnswer::Kind::not_tls) return {Kind::refused, "an answer that is no TLS", false};
  if (answer.version > offer.version) return {Kind::refused, "answered with another version", false};
  return {Kind::accepted, version_name(answer.version) + " with " + suite_name(answer.suite), false};
}

Task<Offered> make_offer(const Checking& look, const Target& target, Endpoint endpoint, const Offer& offer) {
  const Reached reached = co_await reach(look, endpoint);
  Offered undecided;
  undecided.nobody = reached.nobody();
  undecided.how = reached.why();
  if (!reached.socket.valid()) co_return undecided;
  const std::string hello = client_hello(offer.version, offer.suites, server_name(target), random_bytes());
  std::string bytes;
  const bool sent = co_await send_all(look, reached.socket, hello);
  while (true) {
    const Received received = co_await receive(look, reached.socket);
    if (received.woken != Woken::readable) {
      undecided.how = why_not(received.woken);
      co_return undecided;
    }
    bytes += received.bytes;
    const HelloAnswer answer = read_hello_answer(bytes);
    if (answer.kind != HelloAnswer::Kind::incomplete) co_return judge(answer, offer);
    if (received.closed) {
      undecided.kind = Offered::Kind::refused;
      undecided.how = sent ? "closed" : "closed early";
      co_return undecided;
    }
  }
}

// Everything that must be refused; the finding when a word means nothing.
std::optional<Observation> offers_of(const TlsCheck& check, std::vector<Offer>& offers) {
  offers.push_back({kSsl3, all_suites(), "SSL 3.0"});
  for (int version = 0; version < static_cast<int>(check.floor); ++version) {
    const auto tried = static_cast<TlsVersion>(version);
    offers.push_back({wire_version(tried), all_suites(), to_string(tried)});
  }
  for (const std::string& word : check.forbidden) {
    Offer offer{wire_version(TlsVersion::tls1_2), suites_of(word), word};
    if (offer.suites.empty()) {
      return not_done("`" + word + "` is no known cipher suite or class of them; use OpenSSL's names, or RC4, 3DES, NULL, CBC");
    }
    offers.push_back(std::move(offer));
  }
  return std::nullopt;
}

Task<Observation> try_offers(const Checking& look, const Target& target, const TlsCheck& check, Endpoint endpoint) {
  std::vector<Offer> offers;
  const std::optional<Observation> nonsense = offers_of(check, offers);
  if (nonsense) co_return *nonsense;
  std::string accepted, refused, undecided;
  for (const Offer& offer : offers) {
    const Offered offered = co_await make_offer(look, target, endpoint, offer);
    if (offered.nobody) co_return nobody_there("not answered: " + offer.what + ": " + offered.how);
    std::string& list = offered.kind == Offered::Kind::accepted  ? accepted
                        : offered.kind == Offered::Kind::refused ? refused
                                                                 : undecided;
    list += (list.empty() ? "" : "; ") + offer.what + ": " + offered.how;
  }
  if (!accepted.empty()) co_return fails("accepted although forbidden: " + accepted);
  if (!undecided.empty()) co_return not_done("not answered: " + undecided);
  const Secured good = co_await shake_hands(look, target, endpoint, check.floor);
  if (!good.session) {
    co_return not_done(std::string("no handshake at ") + to_string(check.floor) + " or newer either: " + good.why);
  }
  co_return holds("refused: " + refused + "; accepted: " + SSL_get_version(good.session.get()));
}

}  // namespace

Task<Observation> carry_out(const Checking& look, const TlsCheck& check) {
  co_return co_await at_each_address(look, look.target(check.target), check, Numbers::equal, &try_offers);
}

}  // namespace shakedown
