#include "core/model/load.h"

#include <cmath>

#include <algorithm>

namespace shakedown {
namespace {

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;  // clang 14 needs it said

double constant(const ConstantRate& shape) { return shape.rate.per_second; }

double spike_overlap(const SpikeRate& shape, Duration until) {
  const Duration end = std::min(until, shape.at + shape.length);
  return std::max(0.0, seconds(end - shape.at));
}

double step_arrivals(const StepRate& shape, Duration until) {
  double sum = 0;
  Duration from{};
  for (std::size_t i = 0; i < shape.steps.size() && from < until; ++i) {
    const bool last = i + 1 == shape.steps.size();
    const Duration to = last ? until : std::min(until, from + shape.each);
    sum += shape.steps[i].per_second * seconds(to - from);
    from = to;
  }
  return sum;
}

double step_rate(const StepRate& shape, Duration offset) {
  if (shape.steps.empty()) return 0;
  const std::size_t last = shape.steps.size() - 1;
  if (shape.each <= Duration::zero()) return shape.steps[last].per_second;
  return shape.steps[std::min(last, static_cast<std::size_t>(offset / shape.each))].per_second;
}

double ramp_rate(const RampRate& shape, Duration offset, Duration length) {
  const double done = seconds(offset) / seconds(length);
  return shape.from.per_second + (shape.to.per_second - shape.from.per_second) * done;
}

}  // namespace

double rate_at(const RateShape& shape, Duration offset, Duration length) {
  if (offset < Duration::zero() || offset >= length) return 0;
  const Overloaded rate{
      [](const ConstantRate& s) { return constant(s); },
      [&](const RampRate& s) { return ramp_rate(s, offset, length); },
      [&](const StepRate& s) { return step_rate(s, offset); },
      [&](const SpikeRate& s) {
        const bool peak = offset >= s.at && offset < s.at + s.length;
        return (peak ? s.peak : s.base).per_second;
      },
  };
  return std::visit(rate, shape);
}

double arrivals_until(const RateShape& shape, Duration offset, Duration length) {
  if (length <= Duration::zero()) return 0;
  const Duration until = std::clamp(offset, Duration::zero(), length);
  const double t = seconds(until);
  const Overloaded arrivals{
      [&](const ConstantRate& s) { return constant(s) * t; },
      [&](const RampRate& s) { return (s.from.per_second + ramp_rate(s, until, length)) / 2 * t; },
      [&](const StepRate& s) { return step_arrivals(s, until); },
      [&](const SpikeRate& s) {
        return s.base.per_second * t + (s.peak.per_second - s.base.per_second) * spike_overlap(s, until);
      },
  };
  return std::visit(arrivals, shape);
}

double peak_rate(const RateShape& shape) {
  const Overloaded peak{
      [](const ConstantRate& s) { return constant(s); },
      [](const RampRate& s) { return std::max(s.from.per_second, s.to.per_second); },
      [](const StepRate& s) {
        double highest = 0;
        for (const Rate& step : s.steps) highest = std::max(highest, step.per_second);
        return highest;
      },
      [](const SpikeRate& s) { return std::max(s.base.per_second, s.peak.per_second); },
  };
  return std::visit(peak, shape);
}

Load at_level(Load load, double level) {
  if (auto* open = std::get_if<OpenLoad>(&load.kind)) {
    open->shape = ConstantRate{Rate{level}};
  } else {
    std::get<ClosedLoad>(load.kind).users = static_cast<uint32_t>(std::max(1.0, std::round(level)));
  }
  return load;
}

}  // namespace shakedown
