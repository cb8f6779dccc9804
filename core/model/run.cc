#include "core/model/run.h"

namespace shakedown {

const char* to_string(RunState state) {
  switch (state) {
    case RunState::running: return "running";
    case RunState::completed: return "completed";
    case RunState::stopped: return "stopped";
    case RunState::aborted: return "aborted";
    case RunState::interrupted: return "interrupted";
  }
  return "unknown";
}

}  // namespace shakedown
