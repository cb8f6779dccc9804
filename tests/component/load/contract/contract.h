// What the contract test needs of a protocol: one request, and what a peer may say to it. One file per protocol, one line in
// builtin.cc.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/model/operation.h"
#include "tests/component/load/rig/server.h"

namespace shakedown::contract {

struct Dialogue {
  std::string protocol;
  std::string scheme;
  Document request;
  std::function<bool(Peer&)> hear;  // one whole request; false when the client has gone
  std::string answer;               // a whole one, after which the connection may be used again
  std::string begun;                // the first bytes of it
  std::string garbage;              // no answer, whatever follows
};

// In builtin.cc.
std::vector<Dialogue> dialogues();

Dialogue http1();
Dialogue tcp();

}  // namespace shakedown::contract
