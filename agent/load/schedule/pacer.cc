#include "agent/load/schedule/pacer.h"

#include <algorithm>
#include <cmath>

namespace shakedown {
namespace {

// Offsets, in [0, length], between which a shape's rate is linear.
std::vector<Duration> breaks(const RateShape& shape, Duration length) {
  std::vector<Duration> all = {Duration::zero(), length};
  if (const auto* steps = std::get_if<StepRate>(&shape)) {
    for (std::size_t i = 1; i <= steps->steps.size(); ++i) all.push_back(steps->each * static_cast<int64_t>(i));
  } else if (const auto* spike = std::get_if<SpikeRate>(&shape)) {
    all.push_back(spike->at);
    all.push_back(spike->at + spike->length);
  }
  for (Duration& at : all) at = std::clamp(at, Duration::zero(), length);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

// Seconds after a segment's start at which `x` arrivals have come, rate linear from a (per second)
// with slope k.
double time_to(double x, double a, double k) {
  const double root = std::sqrt(std::max(0.0, a * a + 2 * k * x));
  const double below = a + root;
  return below > 0 ? 2 * x / below : 0;
}

}  // namespace

RateInverse::RateInverse(const RateShape& shape, Duration length) {
  const std::vector<Duration> at = breaks(shape, length);
  for (std::size_t i = 0; i + 1 < at.size(); ++i) {
    Segment segment;
    segment.start = seconds(at[i]);
    segment.end = seconds(at[i + 1]);
    // Rates at the ends seen from inside: two inner points give the line exactly.
    const Duration quarter = (at[i + 1] - at[i]) / 4;
    const double low = rate_at(shape, at[i] + quarter, length);
    const double high = rate_at(shape, at[i + 1] - quarter, length);
    segment.from = std::max(0.0, low - (high - low) / 2);
    segment.to = std::max(0.0, high + (high - low) / 2);
    segment.before = arrivals_until(shape, at[i], length);
    segment.after = arrivals_until(shape, at[i + 1], length);
    segments_.push_back(segment);
  }
}

std::optional<Duration> RateInverse::offset(double x) {
  while (at_ < segments_.size() && x >= segments_[at_].after) ++at_;
  if (at_ == segments_.size()) return std::nullopt;
  const Segment& s = segments_[at_];
  const double slope = (s.to - s.from) / (s.end - s.start);
  const double t = s.start + time_to(x - s.before, s.from, slope);
  return from_seconds(std::clamp(t, s.start, s.end));
}

uint64_t stage_seed(uint64_t scenario_seed, StageId stage) { return stream_seed(scenario_seed, "stage", stage.value); }

Lane worker_lane(Lane agent, uint32_t worker, uint32_t workers) {
  return {agent.index + agent.count * worker, agent.count * workers};
}

uint64_t lane_share(uint64_t total, Lane lane) { return total / lane.count + (lane.index < total % lane.count ? 1 : 0); }

Pacer::Pacer(const OpenLoad& load, Duration length, uint64_t seed, Lane lane)
    : poisson_(load.arrivals == Arrivals::poisson),
      gaps_(stream_seed(seed, "arrivals")),
      inverse_(load.shape, length),
      lane_(lane) {
  if (!poisson_) index_ = lane.index;
}

std::optional<Arrival> Pacer::next() {
  std::optional<Duration> offset;
  uint64_t index = 0;
  if (poisson_) {
    do {
      reached_ += gaps_.exponential();
      index = index_++;
    } while (index % lane_.count != lane_.index);
    offset = inverse_.offset(reached_);
  } else {
    index = index_;
    index_ += lane_.count;
    offset = inverse_.offset(static_cast<double>(index) + 0.5);
  }
  if (!offset) return std::nullopt;
  return Arrival{index, *offset};
}

Mix::Mix(const std::vector<MixEntry>& entries, uint64_t seed) : seed_(stream_seed(seed, "mix")) {
  double total = 0;
  for (const MixEntry& entry : entries) total += entry.weight;
  double sum = 0;
  for (const MixEntry& entry : entries) {
    sum += entry.weight;
    entries_.push_back({sum / total, entry.operation});
  }
  entries_.back().up_to = 1;
}

OperationId Mix::operation(uint64_t index) const {
  if (entries_.size() == 1) return entries_.front().operation;
  const double u = static_cast<double>(mix64(seed_ ^ mix64(3 * index)) >> 11) * 0x1.0p-53;
  for (const Entry& entry : entries_) {
    if (u < entry.up_to) return entry.operation;
  }
  return entries_.back().operation;
}

uint64_t Mix::key(uint64_t index, const KeySpec& spec) const {
  if (const auto* uniform = std::get_if<UniformKey>(&spec)) {
    const uint64_t span = uniform->high - uniform->low + 1;  // 0 = all of 2^64
    const uint64_t random = mix64(seed_ ^ mix64(3 * index + 1));
    if (span == 0) return random;
    return uniform->low + random % span;
  }
  if (const auto* sequence = std::get_if<SequenceKey>(&spec)) return sequence->from + index;
  return 0;
}

}  // namespace shakedown
