#include "controller/judge/needed.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/measure/bounds/intervals.h"

namespace shakedown::judging {
namespace {

constexpr double kMostFactor = 1e7;

bool clears(const ShareBounds& share, double factor, double allowed, double confidence) {
  const double scale = factor / share.effect_high;
  return clopper_pearson(static_cast<double>(share.bad) * scale, static_cast<double>(share.total) * scale, confidence).upper <=
         allowed;
}

// The smallest factor >= 1 by which the evidence must grow; infinite when none does.
double growth(const ShareBounds& share, double allowed, double confidence) {
  double high = 1;
  while (!clears(share, high, allowed, confidence)) {
    high *= 2;
    if (high > kMostFactor) return INFINITY;
  }
  double low = high / 2;
  for (int i = 0; i < 40 && high - low > 1e-6 * high; ++i) {
    const double middle = (low + high) / 2;
    (clears(share, middle, allowed, confidence) ? high : low) = middle;
  }
  return high;
}

}  // namespace

void set_needed(Verdict& verdict, Needed needed) {
  verdict.needed = std::move(needed.text);
  verdict.needed_seconds = needed.seconds;
}

Needed needed_samples(const ShareBounds& share, double allowed, double confidence, double observed_seconds) {
  if (share.total == 0) return {"samples: there are none"};
  if (allowed <= 0) return {"no number of samples shows an objective without any tolerance", kNever};
  if (share.value >= allowed) return {kMoreWillNotHelp};
  const double factor = growth(share, allowed, confidence);
  if (!std::isfinite(factor)) {
    if (share.unfinished == 0) return {kMoreWillNotHelp};
    return {
        "more like these will not help: too many were still out when the run ended; a shorter timeout, or a run that waits for "
        "them",
        kNotByTime};
  }
  const double total = static_cast<double>(share.total);
  const double more = std::max(1.0, std::ceil(total * factor) - total);
  const double time = observed_seconds * more / total;
  return {fmt::format("about {:.0f} more samples like these ({} at this rate)", more, span_text(time)), time};
}

Needed needed_test_time(double total_time, uint64_t events, double required, double confidence) {
  const auto seen = static_cast<double>(events);
  if (events > 0 && total_time / seen < required) return {kMoreWillNotHelp};
  const double per_unit = mtbf(1.0, seen, confidence).lower;
  const double more = std::max(required / per_unit - total_time, 0.0);
  return {fmt::format("about {} more of observation without another outage", span_text(more)), more};
}

Needed needed_up_time(double up, double availability, double mttr, double confidence) {
  if (availability >= 1) return {"no length of observation shows an availability of 100 %", kNever};
  const double required = mttr * availability / (1 - availability);
  const double more = std::max(required / mtbf(1.0, 0, confidence).lower - up, 0.0);
  return {fmt::format("about {} more of outage-free observation, with repairs of {}", span_text(more), span_text(mttr)), more};
}

std::string needed_injections(uint64_t have, uint64_t need) {
  const uint64_t more = need > have ? need - have : 1;
  return fmt::format("{} more valid injection{} that meet{} the objective", more, more == 1 ? "" : "s", more == 1 ? "s" : "");
}

}  // namespace shakedown::judging
