// Fixed-cadence checks from which outages are derived. Probe traffic is never load.
#pragma once

#include <string>

#include "core/base/ids.h"
#include "core/base/units.h"
#include "core/model/sample.h"

namespace shakedown {

enum class ProbeConnection { reuse, fresh };  // fresh: a new connection for each check

struct Probe {
  std::string name;
  OperationId operation;
  Duration every{};         // start to start, open loop: a slow check does not delay the next
  Duration timeout{};       // slower than this has failed
  uint32_t down_after = 3;  // this many failures in a row = down; the outage begins at the first of them
  uint32_t up_after = 10;   // this many good checks in a row = sustained recovery
  ProbeConnection connection = ProbeConnection::reuse;
  AgentId agent;  // who probes; none = the first agent with the role `load`
};

// Something is ready when this probe is up.
struct ReadyCheck {
  ProbeId probe;
  Duration limit = std::chrono::seconds(30);
};

// One check. Stamps of the probing agent; raw, not aggregated, because RTO needs them.
struct ProbeResult {
  RunTime start{};
  RunTime end{};
  bool good = false;
};

// What came instead of a good answer.
struct FailedCheck {
  Outcome outcome = Outcome::failed;
  Mismatch wrong = Mismatch::none;
  uint16_t status = 0;  // of the answer, 0 = there was none, or of a protocol without one
  friend bool operator==(const FailedCheck&, const FailedCheck&) = default;
};

}  // namespace shakedown
