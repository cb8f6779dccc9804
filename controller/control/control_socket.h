// The door by which people reach a running controller: a Unix socket `control` in its run folder that its owner alone (and root)
// may use, listed in the state folder so that `shakedown halt` finds every run of this host.
//
// Lines, version 1. The controller begins with "shakedown-control 1 RUN". A person's "halt WHY" is answered by "halting"; once
// the run is over and everything is undone comes "over STATE", then the end. Anything else is answered by "error TEXT".
// Ownership: owns socket, listing and connections; removes the files when it goes. Threads: the run loop only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "core/base/result.h"

namespace shakedown {

struct ControlOptions {
  std::string folder;  // the run folder
  std::string run_id;
  std::string listing;  // folder of the listing; empty = not listed
  std::function<void(const std::string& who, const std::string& why)> halt;
};

class ControlSocket {
 public:
  // Error output when the socket cannot be made.
  static Result<std::unique_ptr<ControlSocket>> open(ControlOptions options, boost::asio::io_context& loop);
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

  // The run is over: whoever asked for it is told. The loop need not run any more.
  void over(const std::string& state);

 private:
  struct Door;
  explicit ControlSocket(std::shared_ptr<Door> door) : door_(std::move(door)) {}
  std::shared_ptr<Door> door_;  // shared with handlers that the loop may still hold
};

inline constexpr const char* kControlGreeting = "shakedown-control 1 ";

}  // namespace shakedown
