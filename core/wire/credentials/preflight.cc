#include "core/wire/credentials/preflight.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <thread>
#include <utility>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/base/clock.h"
#include "core/base/units.h"
#include "core/wire/credentials/openssl.h"

namespace shakedown {
namespace {

using openssl::Owned;
using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

constexpr Duration kPause = std::chrono::milliseconds(200);

struct Place {
  std::string host, port;
};

Place place_of(const std::string& host_port) {
  const std::size_t colon = host_port.rfind(':');
  std::string host = host_port.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return {host, host_port.substr(colon + 1)};
}

bool is_numeric(const std::string& host) {
  in6_addr room{};
  return ::inet_pton(AF_INET, host.c_str(), &room) == 1 || ::inet_pton(AF_INET6, host.c_str(), &room) == 1;
}

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return fd_; }
  // False when the time is over.
  bool await(short events, MonoTime until) const {
    const Duration left = until - mono_now();
    pollfd one{fd_, events, 0};
    return left > Duration{} && ::poll(&one, 1, static_cast<int>(left.count() / 1'000'000) + 1) > 0;
  }

 private:
  const int fd_;
};

std::string numeric(const addrinfo& one) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  ::getnameinfo(one.ai_addr, one.ai_addrlen, host.data(), host.size(), port.data(), port.size(), NI_NUMERICHOST | NI_NUMERICSERV);
  const std::string name = host.data();
  return (name.find(':') == std::string::npos ? name : "[" + name + "]") + ":" + port.data();
}

bool connected(const Socket& socket, const addrinfo& to, MonoTime until) {
  if (socket.get() < 0) return false;
  if (::connect(socket.get(), to.ai_addr, to.ai_addrlen) == 0) return true;
  if (errno != EINPROGRESS || !socket.await(POLLOUT, until)) return false;
  int problem = 0;
  socklen_t size = sizeof problem;
  return ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &problem, &size) == 0 && problem == 0;
}

Result<void> trouble() { return fail(ErrorKind::unavailable, "OpenSSL cannot begin a handshake: " + openssl::reason()); }

Result<Owned<SSL_CTX>> context_of(const Credentials& credentials) {
  Owned<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  const auto memory = [](const std::string& pem) {
    return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  };
  const Owned<X509> authority(PEM_read_bio_X509(memory(credentials.authority).get(), nullptr, nullptr, nullptr));
  const Owned<X509> own(PEM_read_bio_X509(memory(credentials.certificate).get(), nullptr, nullptr, nullptr));
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(memory(credentials.key).get(), nullptr, nullptr, nullptr));
  constexpr std::array<unsigned char, 3> kHttp2{2, 'h', '2'};
  if (!context || !authority || !own || !key || SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) != 1 ||
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority.get()) != 1 ||
      SSL_CTX_use_certificate(context.get(), own.get()) != 1 || SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1 ||
      SSL_CTX_set_alpn_protos(context.get(), kHttp2.data(), kHttp2.size()) != 0) {
    return fail(trouble().error());
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  return context;
}

Result<Owned<SSL>> session_for(SSL_CTX& context, const Socket& socket, const std::string& host) {
  Owned<SSL> session(SSL_new(&context));
  if (!session || SSL_set_fd(session.get(), socket.get()) != 1) return fail(trouble().error());
  X509_VERIFY_PARAM* wanted = SSL_get0_param(session.get());
  const bool set = is_numeric(host) ? X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1
                                    : X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size()) == 1 &&
                                          SSL_set_tlsext_host_name(session.get(), host.c_str()) == 1;
  if (!set) return fail(trouble().error());
  return session;
}

// Repeats an operation of OpenSSL until it is done, fails, or the time is over (then 0).
template <class F>
int until_done(SSL* session, const Socket& socket, MonoTime until, F operation) {
  for (;;) {
    ERR_clear_error();
    const int result = operation();
    if (result > 0) return result;
    const int wants = SSL_get_error(session, result);
    if (wants != SSL_ERROR_WANT_READ && wants != SSL_ERROR_WANT_WRITE) return -1;
    if (!socket.await(wants == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, until)) return 0;
  }
}

Error not_believed(const SSL* session, const std::string& where) {
  const long verified = SSL_get_verify_result(session);
  if (verified != X509_V_OK) {
    std::string advice;
    if (verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH) {
      advice += "; dial it by one of its names, which `certs show` tells there, or issue it one with --host for this";
    }
    ERR_clear_error();
    return {ErrorKind::refused, "the controller at " + where + " is not believed: " + X509_verify_cert_error_string(verified) +
                                    advice + ". Its certificate and ours must come from one authority"};
  }
  const unsigned long code = ERR_peek_last_error();
  if (ERR_GET_REASON(code) == SSL_R_WRONG_VERSION_NUMBER || ERR_GET_REASON(code) == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION) {
    ERR_clear_error();
    return {ErrorKind::refused, "no TLS 1.3 is spoken at " + where + "; was the controller started with --plain?"};
  }
  return {ErrorKind::unavailable, "the handshake with " + where + " failed: " + openssl::reason()};
}

// With TLS 1.3 our own end is done before the other one has looked at our certificate: its first words tell. gRPC 1.51 sends no
// alert when it refuses one: it closes the connection.
Result<void> hear_first_words(SSL* session, const Socket& socket, const std::string& where, MonoTime until) {
  char byte = 0;
  const int heard = until_done(session, socket, until, [&] { return SSL_read(session, &byte, 1); });
  if (heard > 0) return ok();
  if (heard == 0) return fail(ErrorKind::unavailable, "the controller at " + where + " took the handshake and then said nothing");
  const std::string why = ERR_peek_last_error() != 0 ? openssl::reason() : "it closed the connection";
  return fail(ErrorKind::refused,
              "the controller at " + where + " refused our certificate (" + why +
                  "): it takes those of its own authority that have not ended by its clock; its log says more, "
                  "and `shakedown certs show` tells what ours is");
}

// Whose word is noted when it orders something: the name in the certificate that was just verified.
Result<std::string> name_of_peer(const SSL* session) {
  const Owned<X509> shown(SSL_get1_peer_certificate(session));
  const Owned<BIO> memory(BIO_new(BIO_s_mem()));
  if (!shown || !memory || PEM_write_bio_X509(memory.get(), shown.get()) != 1) return fail(trouble().error());
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  SHAKEDOWN_TRY(const CertificateFacts facts, read_certificate(std::string(text, static_cast<std::size_t>(size))));
  return facts.identity.name;
}

// Nothing: nobody answers there, and the next address or a later try may do better.
std::optional<Result<Answered>> try_one(SSL_CTX& context, const addrinfo& to, const std::string& host, MonoTime until) {
  const Socket socket(::socket(to.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!connected(socket, to, until)) return std::nullopt;
  auto session = session_for(context, socket, host);
  if (!session) return fail(session.error());
  SSL* ssl = session.value().get();
  const std::string where = numeric(to);
  const int shaken = until_done(ssl, socket, until, [&] { return SSL_connect(ssl); });
  if (shaken == 0) return fail(ErrorKind::unavailable, "the controller at " + where + " did not finish the handshake in time");
  if (shaken < 0) return fail(not_believed(ssl, where));
  const auto heard = hear_first_words(ssl, socket, where, until);
  Result<std::string> name = name_of_peer(ssl);
  SSL_shutdown(ssl);
  if (!heard) return fail(heard.error());
  if (!name) return fail(name.error());
  return Answered{where, std::move(name.value())};
}

}  // namespace

Result<Answered> shake_hands_once(const std::string& host_port, const Credentials& credentials, Duration limit) {
  const Place place = place_of(host_port);
  const MonoTime until = mono_now() + limit;
  SHAKEDOWN_TRY(auto context, context_of(credentials));
  std::string why = "no address was found";
  do {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int problem = ::getaddrinfo(place.host.c_str(), place.port.c_str(), &hints, &list);
    const Addresses found(list, &::freeaddrinfo);
    why = problem != 0 ? ::gai_strerror(problem) : "nobody takes the connection";
    for (const addrinfo* one = found.get(); one != nullptr; one = one->ai_next) {
      auto result = try_one(*context, *one, place.host, until);
      if (result) return std::move(*result);
    }
    std::this_thread::sleep_for(kPause);  // allow(sleep): nothing tells when a controller begins to listen
  } while (mono_now() < until);
  return fail(ErrorKind::unavailable, "no controller answers at " + host_port + " within " + format_duration(limit) + " (" + why +
                                          "); start `shakedown run --listen` first and use the address it prints");
}

}  // namespace shakedown
