#include "controller/judge/ratio.h"

#include <algorithm>

#include "controller/measure/bounds/intervals.h"

namespace shakedown::judging {
namespace {

SecondCount sum(const std::vector<SecondCount>& seconds) {
  SecondCount out;
  for (const SecondCount& s : seconds) {
    out.bad += s.bad;
    out.total += s.total;
  }
  return out;
}

Bounds widened(const SecondCount& counts, double more_bad, double more, double effect, double confidence) {
  return clopper_pearson((static_cast<double>(counts.bad) + more_bad) / effect,
                         (static_cast<double>(counts.total) + more) / effect, confidence);
}

}  // namespace

ShareBounds bad_share(const RatioEvidence& evidence, double confidence) {
  ShareBounds out;
  const SecondCount high = sum(evidence.high), low = sum(evidence.low);
  out.bad = high.bad;
  out.total = high.total;
  out.missing = evidence.missing;
  out.waiting = evidence.waiting;
  if (high.total == 0) return out;
  out.unfinished = std::min(evidence.unfinished, high.bad);
  if (out.ended() > 0) out.value = static_cast<double>(high.bad - out.unfinished) / static_cast<double>(out.ended());
  const DesignEffect effect = design_effect(evidence.high);
  out.effect_high = effect.deff_pass;
  out.effect_low = low.bad == high.bad ? effect.deff : design_effect(evidence.low).deff;
  const double missing = evidence.missing, at_worst = missing + evidence.waiting;
  const double good = evidence.outside_good, bad = evidence.outside_bad;
  out.upper = widened(high, at_worst, at_worst - good, out.effect_high, confidence).upper;
  out.upper_undivided = widened(high, at_worst, at_worst, out.effect_high, confidence).upper;
  const SecondCount ended{0, high.bad - out.unfinished, high.total};
  out.upper_ended = widened(ended, at_worst, at_worst - good, out.effect_high, confidence).upper;
  out.upper_all_good = widened(high, 0, missing - good, out.effect_high, confidence).upper;
  out.lower_undivided = widened(low, 0, missing, out.effect_low, confidence).lower;
  out.lower = widened(low, -bad, missing, out.effect_low, confidence).lower;
  out.lower_all_bad = widened(low, at_worst - bad, at_worst, out.effect_low, confidence).lower;
  return out;
}

}  // namespace shakedown::judging
