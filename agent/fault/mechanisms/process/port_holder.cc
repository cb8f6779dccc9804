#include "agent/fault/mechanisms/process/port_holder.h"

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <system_error>

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "agent/fault/mechanisms/process/identity.h"
#include "core/runtime/file_descriptor.h"

namespace shakedown {
namespace {

using Address = std::array<uint32_t, 4>;

// An IPv4 address as the first word of four.
struct Door {
  bool six = false;
  Address address{};
};

std::optional<Door> loopback_door(const std::string& host) {
  Door door;
  const std::string literal = host == "localhost" ? "127.0.0.1" : host;
  if (::inet_pton(AF_INET, literal.c_str(), door.address.data()) == 1) {
    if (ntohl(door.address[0]) >> 24 != 127) return std::nullopt;
    return door;
  }
  door.six = true;
  if (::inet_pton(AF_INET6, literal.c_str(), door.address.data()) != 1) return std::nullopt;
  if (std::memcmp(door.address.data(), &in6addr_loopback, sizeof in6addr_loopback) != 0) return std::nullopt;
  return door;
}

// Whether who listens at this address of the family answers at the door.
bool answers(const inet_diag_msg& socket, const Door& door) {
  const Address bound = {socket.id.idiag_src[0], socket.id.idiag_src[1], socket.id.idiag_src[2], socket.id.idiag_src[3]};
  if (socket.idiag_family == AF_INET6) {
    const Address mapped = {0, 0, htonl(0xFFFF), door.address[0]};
    return bound == Address{} || bound == (door.six ? door.address : mapped);
  }
  return !door.six && (bound[0] == 0 || bound[0] == door.address[0]);
}

bool ask(int kernel, uint8_t family) {
  struct {
    nlmsghdr header{};
    inet_diag_req_v2 what{};
  } question;
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  question.what.sdiag_family = family;
  question.what.sdiag_protocol = IPPROTO_TCP;
  question.what.idiag_states = 1U << TCP_LISTEN;
  return ::send(kernel, &question, sizeof question, 0) == static_cast<ssize_t>(sizeof question);
}

// Inodes of the sockets of one family that listen there; false when the kernel does not say.
bool listening(int kernel, uint8_t family, const Door& door, uint16_t port, std::set<uint32_t>& out) {
  if (!ask(kernel, family)) return false;
  for (;;) {
    alignas(nlmsghdr) char room[16384];
    const ssize_t got = ::recv(kernel, room, sizeof room, 0);
    if (got <= 0) return false;
    auto left = static_cast<uint32_t>(got);
    for (auto* header = reinterpret_cast<nlmsghdr*>(room); NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
      if (header->nlmsg_type == NLMSG_DONE) return true;
      if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY) return false;
      const auto& socket = *static_cast<const inet_diag_msg*>(NLMSG_DATA(header));
      if (ntohs(socket.id.idiag_sport) == port && answers(socket, door)) out.insert(socket.idiag_inode);
    }
  }
}

// Whether the process has one of these sockets open; nullopt when it may not be looked at.
std::optional<bool> holds(pid_t pid, const std::set<uint32_t>& sockets) {
  std::error_code failed;
  std::filesystem::directory_iterator files("/proc/" + std::to_string(pid) + "/fd", failed);
  if (failed) return failed == std::errc::permission_denied ? std::nullopt : std::optional(false);
  for (const auto end = std::filesystem::directory_iterator(); files != end; files.increment(failed)) {
    std::error_code closed;
    const std::string link = std::filesystem::read_symlink(files->path(), closed).string();
    for (const uint32_t inode : sockets) {
      if (link == "socket:[" + std::to_string(inode) + "]") return true;
    }
  }
  return false;
}

std::string name_of(pid_t pid) {
  std::string name;
  std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/comm"), name);
  return name + " (process " + std::to_string(pid) + ")";
}

std::set<pid_t> with_descendants(const std::vector<pid_t>& own, const std::vector<ProcessStat>& all) {
  std::set<pid_t> out(own.begin(), own.end());
  for (std::size_t before = 0; before != out.size();) {
    before = out.size();
    for (const ProcessStat& one : all) {
      if (out.count(one.parent) > 0) out.insert(one.ref.pid);
    }
  }
  return out;
}

}  // namespace

PortHolder holder_of_port(const std::string& host, uint16_t port, const std::vector<pid_t>& own) {
  const std::optional<Door> door = loopback_door(host);
  if (!door) return {};
  const FileDescriptor kernel(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  const Result<std::vector<ProcessStat>> all = list_processes();
  std::set<uint32_t> sockets;
  if (kernel.get() < 0 || all.has_error()) return {};
  if (!listening(kernel.get(), AF_INET6, *door, port, sockets)) return {};
  if (!door->six && !listening(kernel.get(), AF_INET, *door, port, sockets)) return {};
  if (sockets.empty()) return {Holder::nobody, ""};
  const std::set<pid_t> ours = with_descendants(own, all.value());
  for (const pid_t pid : ours) {
    const std::optional<bool> found = holds(pid, sockets);
    if (!found) return {};
    if (found.value_or(false)) return {Holder::own, ""};
  }
  for (const ProcessStat& one : all.value()) {
    if (ours.count(one.ref.pid) == 0 && holds(one.ref.pid, sockets).value_or(false)) return {Holder::other, name_of(one.ref.pid)};
  }
  return {Holder::other, "a process that we may not look at"};
}

}  // namespace shakedown
