// A TCP relay on loopback that a test can cut: every connection through it is reset, new ones are accepted or, while
// closed, refused. Ownership: the test. Threads: everything on its own thread; the methods wait for that thread.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <thread>

namespace shakedown::test {

class CuttingProxy {
 public:
  explicit CuttingProxy(const std::string& target) {
    target_ = endpoint_of(target);
    acceptor_.open(Tcp::v4());
    acceptor_.bind(Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    acceptor_.listen();
    address_ = "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    accept();
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~CuttingProxy() {
    on_thread([this] {
      boost::system::error_code ignored;
      acceptor_.close(ignored);
      reset_all();
      work_.reset();
    });
    thread_.join();
  }

  const std::string& address() const { return address_; }
  // Resets every connection.
  void cut() {
    on_thread([this] { reset_all(); });
  }
  // While closed, a new connection is reset at once.
  void set_closed(bool closed) {
    on_thread([this, closed] { closed_ = closed; });
  }
  // From now on new connections lead there.
  void lead_to(const std::string& target) {
    on_thread([this, target] { target_ = endpoint_of(target); });
  }
  // What is read from now on goes on so much later, in each direction.
  void set_delay(std::chrono::nanoseconds delay) {
    on_thread([this, delay] { delay_ = delay; });
  }
  // What came from the dialling side so far, whatever the connection.
  std::string said() {
    std::string out;
    on_thread([&] { out = said_; });
    return out;
  }
  int connections() {
    int n = 0;
    on_thread([&] { n = connections_; });
    return n;
  }

 private:
  using Tcp = boost::asio::ip::tcp;
  struct Relay {
    Relay(boost::asio::io_context& loop) : near(loop), far(loop) {}
    Tcp::socket near, far;
    std::array<char, 16384> up{}, down{};
  };

  static Tcp::endpoint endpoint_of(const std::string& target) {
    const auto colon = target.rfind(':');
    return {boost::asio::ip::make_address(target.substr(0, colon)), static_cast<uint16_t>(std::stoi(target.substr(colon + 1)))};
  }
  template <class F>
  void on_thread(F f) {
    std::promise<void> done;
    boost::asio::post(loop_, [&] {
      f();
      done.set_value();
    });
    done.get_future().wait();
  }
  static void reset(Tcp::socket& socket) {
    boost::system::error_code ignored;
    socket.set_option(boost::asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
  }
  void reset_all() {
    for (const auto& relay : relays_) {
      reset(relay->near);
      reset(relay->far);
    }
    relays_.clear();
  }
  void accept() {
    acceptor_.async_accept([this](boost::system::error_code error, Tcp::socket socket) {
      if (error) return;
      if (closed_) {
        reset(socket);
      } else {
        begin(std::move(socket));
      }
      accept();
    });
  }
  void begin(Tcp::socket socket) {
    ++connections_;
    auto relay = std::make_shared<Relay>(loop_);
    relay->near = std::move(socket);
    relays_.insert(relay);
    relay->far.async_connect(target_, [this, relay](boost::system::error_code error) {
      if (error) return drop(relay);
      copy(relay, relay->near, relay->far, relay->up);
      copy(relay, relay->far, relay->near, relay->down);
    });
  }
  void drop(const std::shared_ptr<Relay>& relay) {
    reset(relay->near);
    reset(relay->far);
    relays_.erase(relay);
  }
  void copy(std::shared_ptr<Relay> relay, Tcp::socket& from, Tcp::socket& to, std::array<char, 16384>& buffer) {
    from.async_read_some(
        boost::asio::buffer(buffer), [=, this, &from, &to, &buffer](boost::system::error_code error, std::size_t size) {
          if (error) return drop(relay);
          if (&from == &relay->near) said_.append(buffer.data(), size);
          auto later = std::make_shared<boost::asio::steady_timer>(loop_, delay_);
          later->async_wait(
              [=, this, &from, &to, &buffer](boost::system::error_code) { pass_on(relay, from, to, buffer, size, later); });
        });
  }
  void pass_on(std::shared_ptr<Relay> relay, Tcp::socket& from, Tcp::socket& to, std::array<char, 16384>& buffer,
               std::size_t size, std::shared_ptr<boost::asio::steady_timer>) {
    boost::asio::async_write(to, boost::asio::buffer(buffer, size),
                             [=, this, &from, &to, &buffer](boost::system::error_code failed, std::size_t) {
                               if (failed) return drop(relay);
                               copy(relay, from, to, buffer);
                             });
  }

  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  Tcp::acceptor acceptor_{loop_};
  Tcp::endpoint target_;
  std::string address_;
  std::set<std::shared_ptr<Relay>> relays_;  // shared with the operations that are going on
  bool closed_ = false;
  std::chrono::nanoseconds delay_{};
  std::string said_;
  int connections_ = 0;
  std::thread thread_;
};

}  // namespace shakedown::test
