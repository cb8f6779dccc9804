#include "core/stats/sequential.h"

#include <algorithm>

namespace shakedown {
namespace {

LookState state(bool holds, bool breaches, uint32_t look, uint32_t looks) {
  if (holds) return LookState::holds;
  if (breaches) return LookState::breaches;
  return look < looks ? LookState::more : LookState::undecided;
}

}  // namespace

double look_confidence(double overall, uint32_t looks) {
  return 1 - (1 - overall) / static_cast<double>(std::max<uint32_t>(looks, 1));
}

LookState look_at_most(const Bounds& bounds, double limit, uint32_t look, uint32_t looks) {
  return state(bounds.upper <= limit, bounds.lower > limit, look, looks);
}

LookState look_at_least(const Bounds& bounds, double limit, uint32_t look, uint32_t looks) {
  return state(bounds.lower >= limit, bounds.upper < limit, look, looks);
}

LookState all_of(const std::vector<LookState>& states) {
  const auto any = [&](LookState wanted) {
    return std::find(states.begin(), states.end(), wanted) != states.end();
  };
  if (any(LookState::breaches)) return LookState::breaches;
  if (any(LookState::more)) return LookState::more;
  if (any(LookState::undecided) || states.empty()) return LookState::undecided;
  return LookState::holds;
}

}  // namespace shakedown
