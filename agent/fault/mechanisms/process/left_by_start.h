// What a start command that failed has left running. A daemon leaves the command's process group, and often its session; what
// the command was given in its environment goes with it. So what carries the mark, or is still in the session, is ours and is
// ended. What has cleared its environment (or was started for it by somebody else, as systemctl does) cannot be told from
// another's: it is only named.
// Threads: the loop's thread; nothing is kept.
#pragma once

#include <string>
#include <vector>

#include "agent/fault/mechanisms/process/identity.h"
#include "core/runtime/waiting.h"

namespace shakedown {

// "SHAKEDOWN_START=4711-1234/kv/": the beginning of the variable that every start of this component by this process carries.
std::string start_marks(const ProcessRef& starter, const std::string& component);
// One of them, used once: the whole variable.
std::string next_start_mark(const std::string& component);

struct StartLeft {
  std::vector<ProcessRef> ended;
  std::vector<ProcessRef> standing;  // ours, and not ended within the limit
  std::vector<ProcessRef> suspects;  // of the declared identity, begun since, cut loose from their parents: may be ours
  std::string text() const;          // "; ended what it had left running: 4711"; empty when there was nothing
};

// Ends with SIGKILL whatever carries a variable that begins with `mark`, again and again until nothing does. leader: the
// command's process, whose session is looked at too; pid 0 = none. Nothing that began before `since` (as ProcessRef::start) is
// looked at.
Task<StartLeft> end_what_start_left(std::string mark, ProcessRef leader, uint64_t since);

// Processes of the declared identity that began since, live on their own (init or a systemd is their parent, or that of what
// began since and started them) and carry no mark of a start.
std::vector<ProcessRef> suspects_of_start(const ProcessSpec& spec, uint64_t since);

// What to do about a suspect.
std::string suspect_text(const ProcessRef& suspect);

}  // namespace shakedown
