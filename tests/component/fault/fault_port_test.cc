// Who answers at a target's port when a fault strikes: the process that is broken, or another.
#include <csignal>

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "agent/fault/mechanisms/process/port_holder.h"
#include "tests/component/fault/fault_rig.h"
#include "tests/support/faults.h"

namespace shakedown::test {
namespace {

// Listens on a port of the kernel's choice.
struct Door {
  int socket = -1;
  uint16_t port = 0;
  explicit Door(bool inherited) {
    socket = ::socket(AF_INET, SOCK_STREAM | (inherited ? 0 : SOCK_CLOEXEC), 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    EXPECT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(::listen(socket, 1), 0);
    EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length), 0);
    port = ntohs(address.sin_port);
  }
  ~Door() { close(); }
  void close() {
    if (socket >= 0) ::close(socket);
    socket = -1;
  }
};

TEST(PortHolder, IsToldByTheKernel) {
  Door door(false);
  EXPECT_EQ(holder_of_port("127.0.0.1", door.port, {::getpid()}).who, Holder::own);
  EXPECT_EQ(holder_of_port("localhost", door.port, {::getppid()}).who, Holder::own) << "a descendant of it";
  const PortHolder other = holder_of_port("127.0.0.1", door.port, {1'000'000'000});
  EXPECT_EQ(other.who, Holder::other);
  EXPECT_NE(other.name.find("(process " + std::to_string(::getpid()) + ")"), std::string::npos) << other.name;
  EXPECT_EQ(holder_of_port("127.0.0.2", door.port, {}).who, Holder::nobody);
  EXPECT_EQ(holder_of_port("::1", door.port, {}).who, Holder::nobody);
  EXPECT_EQ(holder_of_port("10.0.0.1", door.port, {}).who, Holder::unknown) << "no address of this host alone";
  door.close();
  EXPECT_EQ(holder_of_port("127.0.0.1", door.port, {}).who, Holder::nobody);
}

TEST(PortHolder, AFaultSaysWhetherItsProcessAnswers) {
  for (const bool inherited : {true, false}) {
    Door door(inherited);
    FaultRig rig;
    rig.assignment.plan.targets.push_back({.name = "api", .scheme = "http", .host = "127.0.0.1", .port = door.port});
    const ComponentId sleeper = rig.add(component(rig.folder, "sleeper", {"sleep", "1000"}, "sleep"));
    rig.start_outside(sleeper);
    if (inherited) door.close();  // the sleeper has it open alone
    const FaultId fault = rig.add("kill-it", faults::kill(sleeper, SIGKILL), {start_of(sleeper)});
    ASSERT_TRUE(rig.make().has_value());
    const InjectionId injection = rig.inject(fault);
    ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
    const FaultEvent armed = rig.state(injection, FaultState::armed).value();
    EXPECT_EQ(armed.served_by_others, inherited ? std::vector<TargetId>{} : std::vector<TargetId>{TargetId(0)});
    const std::string proof = rig.state(injection, FaultState::effective)->detail;
    EXPECT_EQ(proof.find("; at api answers ") != std::string::npos, !inherited) << proof;
    EXPECT_TRUE(rig.finish(injection, true).first);
  }
}

}  // namespace
}  // namespace shakedown::test
