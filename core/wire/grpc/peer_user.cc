#include "core/wire/grpc/peer_user.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace shakedown::wire {
namespace {

struct Question {
  nlmsghdr header{};
  inet_diag_req_v2 what{};
};

// Address and port of one end, as sock_diag wants them.
bool put_end(const sockaddr_storage& end, __be16& port, __be32 (&address)[4]) {
  if (end.ss_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(end);
    port = four.sin_port;
    address[0] = four.sin_addr.s_addr;
    return true;
  }
  if (end.ss_family != AF_INET6) return false;
  const auto& six = reinterpret_cast<const sockaddr_in6&>(end);
  port = six.sin6_port;
  std::memcpy(address, &six.sin6_addr, sizeof address);
  return true;
}

// The peer's socket is the one whose own end is our peer.
bool ask_for_peer(int socket, Question& question) {
  sockaddr_storage peer{}, own{};
  socklen_t peer_length = sizeof peer, own_length = sizeof own;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &peer_length) != 0) return false;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &own_length) != 0) return false;
  inet_diag_req_v2& what = question.what;
  what.sdiag_family = static_cast<__u8>(peer.ss_family);
  what.sdiag_protocol = IPPROTO_TCP;
  what.idiag_states = ~0U;
  what.id.idiag_cookie[0] = what.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  return put_end(peer, what.id.idiag_sport, what.id.idiag_src) && put_end(own, what.id.idiag_dport, what.id.idiag_dst);
}

}  // namespace

PeerUsers::PeerUsers() : kernel_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) {}

PeerUsers::~PeerUsers() {
  if (kernel_ >= 0) ::close(kernel_);
}

std::optional<uid_t> PeerUsers::of(int socket) const {
  Question question;
  if (kernel_ < 0 || !ask_for_peer(socket, question)) return std::nullopt;
  if (::send(kernel_, &question, sizeof question, 0) != static_cast<ssize_t>(sizeof question)) return std::nullopt;
  alignas(nlmsghdr) char room[1024];
  ssize_t got;
  do {
    got = ::recv(kernel_, room, sizeof room, 0);
  } while (got < 0 && errno == EINTR);
  nlmsghdr header{};
  inet_diag_msg found{};
  if (got < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof found)) return std::nullopt;
  std::memcpy(&header, room, sizeof header);
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY) return std::nullopt;
  std::memcpy(&found, room + NLMSG_HDRLEN, sizeof found);
  // One that its program has closed belongs to nobody, which the kernel tells as root.
  if (found.idiag_state != TCP_ESTABLISHED || found.idiag_inode == 0) return std::nullopt;
  return found.idiag_uid;
}

}  // namespace shakedown::wire
