// Controllers and agents of a test over mutual TLS on loopback, with an authority of ours and a foreign one.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/wire/credentials/authority.h"
#include "core/wire/grpc/client.h"
#include "core/wire/grpc/server.h"

namespace shakedown::test {

using namespace std::chrono_literals;

class TlsLinks : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/shakedown-tls-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    dir_ = name;
    ASSERT_TRUE(create_authority(dir_ + "/ours", now_));
    ASSERT_TRUE(create_authority(dir_ + "/theirs", now_));
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  // As read at an instant when it was good.
  Credentials agent(const std::string& name, const std::string& authority = "ours", Duration good_for = 24h) {
    return made({{PeerKind::agent, name, {true, true, true}}, {}, now_ - 48h, now_ + good_for}, authority);
  }
  Credentials controller(std::vector<std::string> hosts = {"127.0.0.1", "localhost"}, const std::string& authority = "ours") {
    return made(
        {{PeerKind::controller, "main" + std::to_string(++controllers_made_), {}}, std::move(hosts), now_ - 48h, now_ + 24h},
        authority);
  }
  Credentials made(const IssueRequest& request, const std::string& authority) {
    const auto folder = issue_identity(dir_ + "/" + authority, request);
    EXPECT_TRUE(folder) << folder.error().text();
    auto read = read_credentials(credentials_in(folder.value()), request.identity.kind, now_ - 47h);
    EXPECT_TRUE(read) << read.error().text();
    std::filesystem::remove_all(folder.value());  // so that one of the same name can follow
    return read.value();
  }
  void start_server() { start_server(controller()); }
  void start_server(Credentials own, Duration resume = 10s) {
    ListenOptions options;
    options.resume = resume;
    options.credentials = std::move(own);
    auto server = listen(
        "127.0.0.1:0", "", loop_, [this](std::unique_ptr<ControllerLink> link) { accept(std::move(link)); }, options);
    ASSERT_TRUE(server) << server.error().text();
    server_ = std::move(server.value());
  }
  void accept(std::unique_ptr<ControllerLink> link) {
    ControllerLink::Handlers handlers;
    handlers.received = [this](ToController m) { reports_.push_back(std::move(m)); };
    handlers.closed = [this](std::string reason) { controller_closed_.push_back(std::move(reason)); };
    link->open(std::move(handlers));
    controllers_.push_back(std::move(link));
  }
  Result<std::unique_ptr<AgentLink>> dial_as(const Credentials& own, const std::string& address, Duration connect = 5s) {
    DialOptions options;
    options.connect = connect;
    options.credentials = own;
    return dial(address, "", loop_, options);
  }
  void connect(const Credentials& own, const std::string& address) {
    auto link = dial_as(own, address);
    ASSERT_TRUE(link) << link.error().text();
    agent_ = std::move(link.value());
    AgentLink::Handlers handlers;
    handlers.received = [this](ToAgent m) { orders_.push_back(std::move(m)); };
    handlers.closed = [this](std::string reason) { agent_closed_.push_back(std::move(reason)); };
    agent_->open(std::move(handlers));
  }
  bool run_until(const std::function<bool()>& condition) {
    boost::asio::steady_timer patience(loop_, 60s);
    bool over = false;
    patience.async_wait([&over](boost::system::error_code error) {
      if (!error) over = true;
    });
    while (!condition() && !over) {
      loop_.restart();
      loop_.run_one();
    }
    return condition();
  }
  // An honest agent still comes in.
  void expect_served() {
    const std::size_t before = controllers_.size();
    connect(agent("honest" + std::to_string(before)), server_->bound_address());
    agent_->send(Hello{});
    EXPECT_TRUE(run_until([&] { return controllers_.size() > before; }));
  }
  std::string refusal(const Credentials& own) {
    const auto link = dial_as(own, server_->bound_address());
    EXPECT_FALSE(link);
    if (link) return "";
    EXPECT_EQ(link.error().kind, ErrorKind::refused) << link.error().text();
    return link.error().message;
  }

  const WallTime now_ = system_clock().wall();
  std::string dir_;
  int controllers_made_ = 0;
  boost::asio::io_context loop_{1};
  std::unique_ptr<ControllerServer> server_;
  std::vector<std::unique_ptr<ControllerLink>> controllers_;
  std::unique_ptr<AgentLink> agent_;
  std::vector<ToAgent> orders_;
  std::vector<ToController> reports_;
  std::vector<std::string> agent_closed_, controller_closed_;
};

inline int connected_to(const std::string& address) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  return socket;
}

}  // namespace shakedown::test
