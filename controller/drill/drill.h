// One drill from a decoded scenario to a closed journal: brings the loop, the agents (in this process, spawned, or
// dialling in), the signals and the Run together. Used by run, load and selftest.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "controller/drill/local_agent.h"
#include "controller/drill/run.h"
#include "core/wire/credentials/credentials.h"

namespace shakedown {

struct DrillOptions {
  std::string run_id;                      // as new_run_id; empty = a new one
  std::string journal;                     // path; empty = not kept
  std::string work_dir;                    // crash copies, logs, join token; empty = a temporary folder
  std::string control_folder;              // where its control socket lies; empty = it has none
  std::string listing;                     // where running controllers are listed; empty = nowhere
  uint32_t spawn = 0;                      // agents as processes of their own
  std::string listen;                      // address to listen on for agents; empty = no listener
  uint32_t expect = 0;                     // with listen: how many
  std::optional<Credentials> credentials;  // with listen: mutual TLS; without, the join token, on this host only
  uint32_t workers = 0;                    // load threads of the in-process agent; 0 = one per core less one, at least 1
  bool quiet = false;
  bool terminal = false;
  std::function<void(const Timeline&, const Manifest&, RunTime)> each_second;  // see RunOptions
  LookAt look;                                                                 // at a condition
  SilenceApi silences;
  Deliver deliver;  // of an announcement
  Collect collect;  // what lies outside, for the journal; empty = nothing
};

struct DrillResult {
  RunResult run;
  Manifest manifest;
  std::unique_ptr<Timeline> timeline;  // as the live run built it
  // While it lives, SIGINT, SIGTERM and SIGHUP end nothing. Shared: its kind is drill.cc's own.
  std::shared_ptr<void> interrupts;
};

// Blocks until the drill is over. Error: nothing was started (usage, output, unavailable listener).
Result<DrillResult> run_drill(const Scenario& scenario, const DrillOptions& options, const MakeLocalAgent& make_agent);

// "2026-11-23T14-05-09Z-9f2c1e"
std::string new_run_id(WallTime at);

}  // namespace shakedown
