// One record of the journal as a plain value. The first is a Manifest, the last a JournalClose.
#pragma once

#include <variant>

#include "core/model/event.h"
#include "core/model/reading.h"
#include "core/model/run.h"
#include "core/stats/snapshot.h"

namespace shakedown {

// One agent's condition in one second: the snapshots themselves are merged over agents.
struct AgentHealthLine {
  AgentId agent;
  RunTime at{};
  AgentHealth health;
};

// The manifest as it stands at the end: state, finished, releases, teardown failures.
struct JournalClose {
  Manifest manifest;
  uint64_t snapshots = 0;  // merged snapshots of the run; 0 in journals from before these were numbered
};

using JournalEntry = std::variant<Manifest, Event, Snapshot, AgentHealthLine, JournalClose, Reading>;

}  // namespace shakedown
