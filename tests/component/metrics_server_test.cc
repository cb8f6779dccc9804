// /metrics beside clients that mean no good: it answers who asks, whoever else holds connections open.
#include "core/runtime/http/metrics_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <vector>

#include "core/runtime/http/client.h"
#include "core/runtime/http/metric_page.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;

// A TCP connection that closes itself.
class Client {
 public:
  explicit Client(const std::string& address) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{60, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void say(const std::string& words) const { EXPECT_GT(::send(fd_, words.data(), words.size(), MSG_NOSIGNAL), 0); }
  std::string hear() const {
    std::string out;
    char piece[4096];
    for (ssize_t n = 0; (n = ::recv(fd_, piece, sizeof piece, 0)) > 0;) out.append(piece, static_cast<std::size_t>(n));
    return out;
  }

 private:
  int fd_;
};

class Metrics : public ::testing::Test {
 protected:
  Metrics() {
    auto server = MetricsServer::listen("127.0.0.1:0");
    EXPECT_TRUE(server) << server.error().text();
    server_ = std::move(server.value());
    MetricFamily family = gauge("shakedown_answer", "What is asked for.");
    family.add({}, 42);
    server_->publish({family.take()});
  }
  std::string get(const std::string& path, const std::string& method = "GET") const {
    const Client client(server_->bound_address());
    client.say(method + " " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    return client.hear();
  }
  std::unique_ptr<MetricsServer> server_;
};

TEST_F(Metrics, AnswersGetOfItsPageAndOfNoOther) {
  EXPECT_NE(get("/metrics").find("shakedown_answer 42"), std::string::npos);
  EXPECT_NE(get("/metrics?name=x").find("shakedown_answer 42"), std::string::npos);
  EXPECT_EQ(get("/other").rfind("HTTP/1.1 404", 0), 0U);
  EXPECT_EQ(get("/metrics", "DELETE").rfind("HTTP/1.1 405", 0), 0U);
  EXPECT_EQ(server_->scrapes(), 2U);
}

TEST_F(Metrics, IdleAndHalfAskingConnectionsDoNotBlindIt) {
  std::vector<std::unique_ptr<Client>> idle;
  for (int i = 0; i < 300; ++i) {
    idle.push_back(std::make_unique<Client>(server_->bound_address()));
    if (i % 2 == 0) idle.back()->say("GET /metrics HTTP/1.1\r\nHo");
    if (i % 50 == 0) {
      EXPECT_NE(get("/metrics").find("shakedown_answer 42"), std::string::npos) << "beside " << i;
    }
  }
  EXPECT_NE(get("/metrics").find("shakedown_answer 42"), std::string::npos);
}

TEST_F(Metrics, AHeaderWithoutEndIsCutOff) {
  const Client client(server_->bound_address());
  client.say("GET /metrics HTTP/1.1\r\nX: " + std::string(10'000, 'x'));
  EXPECT_EQ(client.hear(), "");
  EXPECT_NE(get("/metrics").find("shakedown_answer 42"), std::string::npos);
}

TEST(MetricsServer, WaitsForTheScrapeOfTheLastPage) {
  auto server = MetricsServer::listen("127.0.0.1:0");
  ASSERT_TRUE(server);
  server.value()->publish({});
  EXPECT_FALSE(server.value()->await_scrape(1ms));
  const HttpCall call{.url = "http://" + server.value()->bound_address() + "/metrics"};
  ASSERT_TRUE(http_fetch(call));
  EXPECT_TRUE(server.value()->await_scrape(1ms));
  server.value()->publish({});
  EXPECT_FALSE(server.value()->await_scrape(1ms));
  EXPECT_EQ(server.value()->scrapes(), 1U);
}

}  // namespace
}  // namespace shakedown
