// The execution itself: its state, and the facts that the journal opens and closes with.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/host_facts.h"
#include "core/base/time.h"

namespace shakedown {

// How the run ended. running only while it does.
enum class RunState { running, completed, stopped, aborted, interrupted };
const char* to_string(RunState state);

struct AgentFacts {
  std::string name, version;
  HostFacts host;
  Duration clock_bound{};              // half of the best round trip; 0 for an in-process agent
  std::vector<std::string> addresses;  // what it asks, one for each target: "api: 127.0.0.1, 127.0.0.2"
};

// Written first into the journal (finished and state by the closing record).
struct Manifest {
  std::string run_id;  // "2026-11-23T14-05-09Z-9f2c1e"
  std::string tool_version;
  WallTime started{};  // wall instant of RunTime 0
  WallTime finished{};
  RunState state = RunState::running;
  std::string ended_by;  // "", "stop_when: ...", "SIGINT", ...
  std::string scenario_sha256;
  std::string rejudged_from;  // digest of the scenario the run was executed with, if another one judges it
  uint64_t seed = 0;
  HostFacts controller;
  std::vector<AgentFacts> agents;          // by AgentId of the plan (spawned agents are extra entries)
  std::string release_start, release_end;  // what the target said; empty = not declared or not read
  std::vector<std::string> teardown_failures;
  uint32_t early_exit = 0;  // the exit code of what ended the run before a phase began; 0 = nothing did
};

}  // namespace shakedown
