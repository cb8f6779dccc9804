// A drill over real gRPC streams on loopback with three agents that need no target: `local` and `helper` share the plan, `guest`
// has no part in it. One of the two latter may be the rogue.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "core/model/scorecard.h"
#include "tests/component/rogue/raw_link.h"
#include "tests/component/rogue/scripted_agent.h"

namespace shakedown::rogue {

inline const AgentId kLocal(0), kHelper(1), kGuest(2);

// What the rogue can use.
struct Rogue {
  Scripted& me;
  RawLink* raw = nullptr;
  std::string address, token;
  boost::asio::io_context& loop;
};

struct Case {
  const char* name;
  Moment when;
  std::function<void(Rogue&)> what;
};

struct Found {
  DecisionState decision = DecisionState::not_proven;
  bool valid = false;
  int exit = 0;
  std::map<std::string, VerdictState> rows;
  std::string why;          // reasons of the rows and of the run
  std::string refused;      // of the rogue's messages, as the scorecard tells it; empty = nothing
  std::string refusal;      // what the rogue was told
  bool happened = true;     // its moment came
  std::string journal;      // what reading the record again found wrong
};

// well: nothing is wrong with the target; else half of the rows fail.
Found drill(bool well, AgentId rogue, const Case* what);

}  // namespace shakedown::rogue
