// A drill over real gRPC streams on loopback with agents that need no target: `local` and `helper` share the plan, guests have no
// part in it. All but `local` may be rogues.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/model/scorecard.h"
#include "tests/component/rogue/raw_link.h"
#include "tests/component/rogue/scripted_agent.h"

namespace shakedown::rogue {

inline const AgentId kLocal(0), kHelper(1), kGuest(2);

// What the rogue can use.
struct Rogue {
  Scripted& me;
  RawLink* raw = nullptr;
  Door stranger;  // by which another stream gets in: with certificates by one of the wrong role
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
  std::string why;                   // reasons of the rows and of the run
  std::string refused;               // of the rogues' messages, as the scorecard tells it; empty = nothing
  std::vector<std::string> did_not;  // misbehaviours whose moment did not come
  std::string journal;               // what reading the record again found wrong
  std::string pretender;             // with certificates: what the one of the wrong role was told
};

// How agents prove who they are.
enum class Way { token, certificates };

using Rogues = std::map<AgentId, const Case*>;

// well: nothing is wrong with the target; else half of the rows fail. As many guests as have a rogue of their number, one at
// least.
Found drill(Way way, bool well, const Rogues& rogues);

}  // namespace shakedown::rogue
