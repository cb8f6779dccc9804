#include "controller/measure/bounds/sequential.h"

#include <algorithm>

namespace shakedown {

double look_confidence(double overall, uint32_t looks) {
  return 1 - (1 - overall) / static_cast<double>(std::max<uint32_t>(looks, 1));
}

}  // namespace shakedown
