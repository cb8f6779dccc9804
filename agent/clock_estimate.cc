#include "agent/clock_estimate.h"

#include <algorithm>

namespace shakedown {

void ClockEstimate::add(MonoTime sent, MonoTime answered, MonoTime received) {
  if (received < sent) return;
  const Duration half = (received - sent + Duration(1)) / 2;
  trips_.push_back({answered - (sent + half), half});
  ++count_;
  if (trips_.size() > kKept) trips_.pop_front();
}

const ClockEstimate::Trip* ClockEstimate::best() const {
  const auto least = std::min_element(trips_.begin(), trips_.end(), [](const Trip& a, const Trip& b) { return a.half < b.half; });
  return least == trips_.end() ? nullptr : &*least;
}

Duration ClockEstimate::offset() const { return best() ? best()->offset : Duration{}; }
Duration ClockEstimate::half_trip() const { return best() ? best()->half : Duration{}; }

MonoTime ClockEstimate::fix(MonoTime controller) {
  fixed_ = offset();
  is_fixed_ = true;
  return controller - fixed_;
}

Duration ClockEstimate::bound() const {
  if (!is_fixed_ || !best()) return half_trip();
  return std::chrono::abs(best()->offset - fixed_) + best()->half;
}

}  // namespace shakedown
