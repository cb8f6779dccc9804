// What the probes say while the drill goes on. Only those count that an agent still watches: whoever was lost tells nothing
// more, whether or not it is waited for.
// Threads: the run loop only.
#pragma once

#include <string>

#include "controller/agents/roster.h"
#include "controller/measure/timeline.h"

namespace shakedown {

class ProbeWatch {
 public:
  // Everything outlives it.
  ProbeWatch(const Scenario& scenario, const Timeline& timeline, const Roster& roster)
      : scenario_(scenario), timeline_(timeline), roster_(roster) {}

  // Its last up_after checks were good and began after.
  bool up_since(ProbeId probe, RunTime since) const;
  // All that an agent still watches, one at least; true where none is declared.
  bool all_up_since(RunTime since) const;
  // Some probe saw an outage that began after it.
  bool went_down_since(RunTime since) const;
  // "300 checks, the last: 127.0.0.1:9: refused", and which secret it may be.
  std::string seen(ProbeId probe) const;
  // The same of each probe that is not up since then: "front-door 300 checks, ...; ...".
  std::string seen_not_up(RunTime since) const;
  // An agent is left that probes, or nothing is probed at all.
  bool watched() const;
  // Whether what was to be seen by the deadline has been: checks come with the agents' snapshots, up to two seconds late, and
  // only those that began after the deadline tell.
  bool past(RunTime deadline, RunTime now) const;

 private:
  bool watches(ProbeId probe) const;

  const Scenario& scenario_;
  const Timeline& timeline_;
  const Roster& roster_;
};

}  // namespace shakedown
