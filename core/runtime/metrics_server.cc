#include "core/runtime/metrics_server.h"

#include <arpa/inet.h>
#include <prometheus/collectable.h>
#include <prometheus/exposer.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace shakedown {
namespace {

constexpr int kServingThreads = 2;

struct Address {
  std::string host;  // as civetweb wants it
  std::string port;
};

// The host as an address, "" when it is not this host only.
std::string loopback(const std::string& host) {
  if (host == "localhost") return "127.0.0.1";
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127 ? host : "";
  return host == "[::1]" ? host : "";
}

Result<Address> parse(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const std::string host = colon == std::string::npos ? "" : text.substr(0, colon);
  const std::string port = colon == std::string::npos ? text : text.substr(colon + 1);
  const bool number = !port.empty() && port.size() <= 5 &&
                      std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
                      std::stoi(port) <= 65535;
  if (!number) {
    return fail(ErrorKind::usage, "expected HOST:PORT such as 127.0.0.1:9464 for --metrics, found \"" + text + "\"");
  }
  if (host.empty()) {
    return fail(ErrorKind::usage, "--metrics " + text + " names no host and would listen to every network, but the page "
                                  "has no password; write 127.0.0.1:" + port);
  }
  const std::string local = loopback(host);
  if (local.empty()) {
    return fail(ErrorKind::refused, "--metrics " + text + " is not this host only, but the page has no password and names "
                                    "the system under test; use 127.0.0.1:" + port + " and let a proxy with TLS stand before it");
  }
  return Address{local, port};
}

class Page final : public prometheus::Collectable {
 public:
  MetricFamilies Collect() const override {
    std::shared_ptr<const MetricFamilies> page;
    {
      const std::lock_guard lock(mutex_);
      page = page_;
      seen_ = true;
      ++scrapes_;
    }
    scraped_.notify_all();
    return *page;
  }

  void publish(MetricFamilies families) {
    auto page = std::make_shared<const MetricFamilies>(std::move(families));
    const std::lock_guard lock(mutex_);
    page_.swap(page);
    seen_ = false;
  }

  uint64_t scrapes() const {
    const std::lock_guard lock(mutex_);
    return scrapes_;
  }

  bool await_scrape(Duration limit) {
    std::unique_lock lock(mutex_);
    return scraped_.wait_for(lock, limit, [this] { return seen_; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable scraped_;
  // Shared: a scrape may still read the page that was just replaced.
  std::shared_ptr<const MetricFamilies> page_ = std::make_shared<const MetricFamilies>();
  mutable bool seen_ = false;
  mutable uint64_t scrapes_ = 0;
};

class Server final : public MetricsServer {
 public:
  explicit Server(const Address& address)
      : host_(address.host), exposer_(address.host + ":" + address.port, kServingThreads), page_(std::make_shared<Page>()) {
    exposer_.RegisterCollectable(page_);
  }
  std::string bound_address() const override {
    return host_ + ":" + std::to_string(exposer_.GetListeningPorts().front());
  }
  void publish(MetricFamilies page) override { page_->publish(std::move(page)); }
  uint64_t scrapes() const override { return page_->scrapes(); }
  bool await_scrape(Duration limit) override { return page_->await_scrape(limit); }

 private:
  const std::string host_;
  prometheus::Exposer exposer_;
  // Shared, because the exposer holds its collectables weakly.
  std::shared_ptr<Page> page_;
};

}  // namespace

Result<std::unique_ptr<MetricsServer>> MetricsServer::listen(const std::string& text) {
  SHAKEDOWN_TRY(auto address, parse(text));
  try {
    return std::make_unique<Server>(address);
  } catch (const std::exception& error) {
    return fail(ErrorKind::unavailable, "--metrics cannot listen on " + text + " (" + error.what() +
                                            "); the port is taken? 127.0.0.1:0 takes a free one");
  }
}

}  // namespace shakedown
