#include "core/runtime/http/metrics_server.h"

#include <arpa/inet.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace shakedown {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr std::size_t kMostConnections = 64;  // one more, and the one that has waited longest goes
constexpr std::size_t kLongestHeader = 8192;
constexpr std::chrono::seconds kRequestLimit{5};        // for the whole of a request, and again for its answer
constexpr std::chrono::milliseconds kAcceptPause{100};  // when there are no descriptors

struct Address {
  std::string host;
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
    return fail(ErrorKind::usage, "--metrics " + text +
                                      " names no host and would listen to every network, but the page "
                                      "has no password; write 127.0.0.1:" +
                                      port);
  }
  const std::string local = loopback(host);
  if (local.empty()) {
    return fail(ErrorKind::refused, "--metrics " + text +
                                        " is not this host only, but the page has no password and names "
                                        "the system under test; use 127.0.0.1:" +
                                        port + " and let a proxy with TLS stand before it");
  }
  return Address{local, port};
}

class Page {
 public:
  std::shared_ptr<const MetricFamilies> take() const {
    const std::lock_guard lock(mutex_);
    return page_;
  }
  // The whole of it was written to somebody.
  void scraped(const std::shared_ptr<const MetricFamilies>& page) {
    {
      const std::lock_guard lock(mutex_);
      seen_ = seen_ || page == page_;
      ++scrapes_;
    }
    scraped_.notify_all();
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
  std::condition_variable scraped_;
  // Shared: a scrape may still read the page that was just replaced.
  std::shared_ptr<const MetricFamilies> page_ = std::make_shared<const MetricFamilies>();
  bool seen_ = false;
  uint64_t scrapes_ = 0;
};

// One connection: one request, one answer, within limits of time and size. What is awaited keeps it.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using List = std::list<std::shared_ptr<Connection>>;
  Connection(tcp::socket socket, Page& page) : stream_(std::move(socket)), page_(page) { parser_.header_limit(kLongestHeader); }

  // done: nothing more is awaited; called once, unless it is dropped before.
  void serve(std::function<void()> done) {
    done_ = std::move(done);
    stream_.expires_after(kRequestLimit);
    http::async_read_header(stream_, buffer_, parser_,
                            [self = shared_from_this()](beast::error_code error, std::size_t) { self->answer(error); });
  }
  void drop() {
    done_ = nullptr;
    stream_.close();
  }

 private:
  void answer(beast::error_code error) {
    if (error) return finish();
    const auto& request = parser_.get();
    const bool found = request.target() == "/metrics" || request.target().starts_with("/metrics?");
    const bool asked = request.method() == http::verb::get || request.method() == http::verb::head;
    response_.result(!asked ? http::status::method_not_allowed : found ? http::status::ok : http::status::not_found);
    response_.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
    if (asked && found) {
      taken_ = page_.take();
      response_.body() = prometheus::TextSerializer().Serialize(*taken_);
    }
    response_.keep_alive(false);
    response_.content_length(response_.body().size());
    if (request.method() == http::verb::head) response_.body().clear();
    stream_.expires_after(kRequestLimit);
    http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code unsent, std::size_t) {
      if (!unsent && self->taken_) self->page_.scraped(self->taken_);
      beast::error_code ignored;
      self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
      self->finish();
    });
  }
  void finish() {
    if (const auto done = std::exchange(done_, nullptr)) done();
  }

  beast::tcp_stream stream_;
  Page& page_;
  std::shared_ptr<const MetricFamilies> taken_;  // shared with the page until it is replaced
  beast::flat_buffer buffer_{kLongestHeader};
  http::request_parser<http::empty_body> parser_;
  http::response<http::string_body> response_;
  std::function<void()> done_;
};

// Serves on a thread of its own; connections are that thread's.
class Server final : public MetricsServer {
 public:
  explicit Server(const Address& address) : host_(address.host), acceptor_(loop_), pause_(loop_) {
    const std::string plain = host_.front() == '[' ? host_.substr(1, host_.size() - 2) : host_;
    const tcp::endpoint endpoint(asio::ip::make_address(plain), static_cast<uint16_t>(std::stoi(address.port)));
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen();
    port_ = acceptor_.local_endpoint().port();
    accept();
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Server() override {
    loop_.stop();
    thread_.join();
  }
  std::string bound_address() const override { return host_ + ":" + std::to_string(port_); }
  void publish(MetricFamilies page) override { page_.publish(std::move(page)); }
  uint64_t scrapes() const override { return page_.scrapes(); }
  bool await_scrape(Duration limit) override { return page_.await_scrape(limit); }

 private:
  void accept() {
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (!error) {
        add(std::move(socket));
        return accept();
      }
      pause_.expires_after(kAcceptPause);
      pause_.async_wait([this](beast::error_code) { accept(); });
    });
  }
  // Whoever is served in time is gone soon, so that the oldest is one that asks for nothing.
  void add(tcp::socket socket) {
    if (connections_.size() >= kMostConnections) {
      connections_.front()->drop();
      connections_.pop_front();
    }
    const auto place = connections_.insert(connections_.end(), std::make_shared<Connection>(std::move(socket), page_));
    (*place)->serve([this, place] { connections_.erase(place); });
  }

  const std::string host_;
  uint16_t port_ = 0;
  Page page_;
  asio::io_context loop_{1};
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  Connection::List connections_;
  std::thread thread_;
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
