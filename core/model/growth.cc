#include "core/model/growth.h"

namespace shakedown {

const char* to_string(StepAxis axis) {
  switch (axis) {
    case StepAxis::rate: return "rate";
    case StepAxis::concurrency: return "concurrency";
    case StepAxis::replicas: return "replicas";
  }
  return "unknown";
}

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
