#include "agent/clock_estimate.h"

#include <algorithm>

namespace shakedown {

Duration ClockEstimate::Trip::off_at(MonoTime at) const { return half + std::chrono::abs(at - middle) / kDriftPart; }

void ClockEstimate::add(MonoTime sent, MonoTime answered, MonoTime received) {
  if (received < sent) return;
  const Duration half = (received - sent + Duration(1)) / 2;
  const Trip latest{answered - (sent + half), half, sent + half};
  std::erase_if(trips_, [&latest](const Trip& earlier) {
    return std::chrono::abs(earlier.offset - latest.offset) > earlier.off_at(latest.middle) + latest.half;
  });
  trips_.push_back(latest);
  ++count_;
  if (trips_.size() > kKept) trips_.pop_front();
}

const ClockEstimate::Trip* ClockEstimate::best(MonoTime at) const {
  const auto least =
      std::min_element(trips_.begin(), trips_.end(), [at](const Trip& a, const Trip& b) { return a.off_at(at) < b.off_at(at); });
  return least == trips_.end() ? nullptr : &*least;
}

Duration ClockEstimate::offset(MonoTime at) const { return best(at) ? best(at)->offset : Duration{}; }
Duration ClockEstimate::half_trip(MonoTime at) const { return best(at) ? best(at)->off_at(at) : Duration{}; }

MonoTime ClockEstimate::fix(MonoTime controller, MonoTime now) {
  fixed_ = offset(now);
  is_fixed_ = true;
  return controller - fixed_;
}

Duration ClockEstimate::bound(MonoTime at) const {
  const Trip* trip = best(at);
  if (!is_fixed_ || trip == nullptr) return half_trip(at);
  return std::chrono::abs(trip->offset - fixed_) + trip->off_at(at);
}

}  // namespace shakedown
