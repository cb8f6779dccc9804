// Who is let in at the port for agents, while others of the host crowd it.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <thread>

#include "core/base/clock.h"
#include "core/wire/grpc/client.h"
#include "core/wire/grpc/peer_user.h"
#include "core/wire/grpc/server.h"
#include "core/wire/token.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;

// Another user of this host: a thread of its own credentials.
class OtherUser {
 public:
  OtherUser(const std::string& address, std::string says) : to_(loopback(address)), says_(std::move(says)) {
    for (int i = 0; i < 32; ++i) threads_.emplace_back([this](const std::stop_token& stop) { knock(stop); });
  }
  uint64_t knocked() const { return knocked_; }

  static sockaddr_in loopback(const std::string& address) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return to;
  }

 private:
  void knock(const std::stop_token& stop) {
    if (::syscall(SYS_setresuid, -1, 65534, -1) != 0) return;
    while (!stop.stop_requested()) {
      const int one = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const linger now{1, 0};
      ::setsockopt(one, SOL_SOCKET, SO_LINGER, &now, sizeof now);
      if (::connect(one, reinterpret_cast<const sockaddr*>(&to_), sizeof to_) == 0) {
        knocked_ += ::send(one, says_.data(), says_.size(), MSG_NOSIGNAL) > 0 ? 1 : 0;
        char heard[64];
        static_cast<void>(::recv(one, heard, sizeof heard, 0));
      }
      ::close(one);
    }
  }
  const sockaddr_in to_;
  const std::string says_;
  std::atomic<uint64_t> knocked_ = 0;
  std::vector<std::jthread> threads_;
};

// The preface of HTTP/2, empty SETTINGS, many PINGs, and a frame that breaks the stream: a WINDOW_UPDATE of nothing (RFC
// 9113 6.9).
std::string broken_stream() {
  using namespace std::string_literals;
  std::string out = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s + "\0\0\0\x04\0\0\0\0\0"s;
  for (int i = 0; i < 200; ++i) out += "\0\0\x08\x06\0\0\0\0\0abcdefgh"s;
  return out + "\0\0\x04\x08\0\0\0\0\0\0\0\0\0"s;
}

// gRPC has no bound for them: thousands a second kept it so busy that no agent came in.
TEST(TcpDoor, AnAgentJoinsWhileAnotherUserBreaksThousandsOfStreams) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be another user";
  boost::asio::io_context loop{1};
  const std::string token = random_token();
  std::vector<std::unique_ptr<ControllerLink>> joined;
  auto server =
      listen("127.0.0.1:0", token, loop, [&](std::unique_ptr<ControllerLink> link) { joined.push_back(std::move(link)); });
  ASSERT_TRUE(server) << server.error().text();
  const OtherUser crowd(server.value()->bound_address(), broken_stream());
  const MonoTime begin = mono_now();
  while (crowd.knocked() < 2000 && mono_now() < begin + 60s) std::this_thread::yield();
  ASSERT_GE(crowd.knocked(), 2000U);
  const MonoTime before = mono_now();
  std::vector<std::unique_ptr<AgentLink>> agents;
  for (std::size_t wanted = 1; wanted <= 5; ++wanted) {
    auto agent = dial(server.value()->bound_address(), token, loop, {});
    ASSERT_TRUE(agent) << agent.error().text();
    agents.push_back(std::move(agent.value()));
    agents.back()->open({});
    while (joined.size() < wanted && mono_now() < before + 60s) {
      loop.run_one_for(50ms);
      loop.restart();
    }
  }
  EXPECT_EQ(joined.size(), 5U) << "after " << crowd.knocked() << " broken streams";
  EXPECT_LT(seconds(mono_now() - before), 20) << "one after the other";
}

TEST(PeerUsers, AreTheKernelsWordAndNobodyOnceThePeerHasClosed) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at = OtherUser::loopback(":0");
  socklen_t length = sizeof at;
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  ASSERT_EQ(::listen(listener, 2), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &length), 0);
  const int peer = ::socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(::connect(peer, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  const int accepted = ::accept(listener, nullptr, nullptr);
  const wire::PeerUsers users;
  EXPECT_EQ(users.of(accepted), std::optional<uid_t>(::geteuid()));
  ::close(peer);
  EXPECT_EQ(users.of(accepted), std::nullopt) << "it would be root's otherwise";
  EXPECT_EQ(users.of(listener), std::nullopt);
  ::close(accepted);
  ::close(listener);
}

}  // namespace
}  // namespace shakedown
