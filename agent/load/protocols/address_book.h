// What a target's name stands for, as it changes: looked up again for a connection that finds it too old, on a thread of its own,
// since a name server may take its time.
// Ownership: the PreparedTarget's. Threads: safe from every worker; answers come on the asker's loop.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "core/base/result.h"
#include "core/base/time.h"

namespace shakedown {

// Shared: a connection goes on through the addresses with which it began.
using KnownAddresses = std::shared_ptr<const std::vector<boost::asio::ip::tcp::endpoint>>;

class AddressBook {
 public:
  using LookUp = std::function<Result<std::vector<boost::asio::ip::tcp::endpoint>>()>;  // blocks
  using Told = std::function<void(Result<KnownAddresses>)>;

  // max_age: 0 = each connection has the name looked up.
  AddressBook(Duration max_age, LookUp look_up) : max_age_(max_age), look_up_(std::move(look_up)) {}
  ~AddressBook();
  AddressBook(const AddressBook&) = delete;
  AddressBook& operator=(const AddressBook&) = delete;

  // Younger than max_age; nullptr when the name must be looked up.
  KnownAddresses fresh(MonoTime now) const;
  // Looks the name up once for all who wait: an answer to a question that was asked before theirs is none.
  void look_up(const void* asker, boost::asio::io_context& loop, Told told);
  // Nothing is posted for this asker any more.
  void forget(const void* asker);

 private:
  struct Waiting {
    const void* asker;
    boost::asio::io_context* loop;
    Told told;
  };
  void work(const std::stop_token& stop);

  const Duration max_age_;
  const LookUp look_up_;
  mutable std::mutex mutex_;
  std::condition_variable_any more_;
  std::vector<Waiting> waiting_, asked_;  // for the next look-up, and for the one under way
  KnownAddresses known_;
  MonoTime known_at_{};
  std::jthread thread_;  // from the first question on; last: it ends first
};

}  // namespace shakedown
