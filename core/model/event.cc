#include "core/model/event.h"

namespace shakedown {

const char* to_string(StageRole role) {
  switch (role) {
    case StageRole::declared: return "declared";
    case StageRole::window: return "window";
    case StageRole::confirmation: return "confirmation";
    case StageRole::step: return "step";
    case StageRole::settling: return "settling";
  }
  return "unknown";
}

}  // namespace shakedown
