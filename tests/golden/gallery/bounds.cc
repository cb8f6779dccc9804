#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "controller/judge/chance.h"
#include "controller/judge/faults/delay.h"
#include "controller/judge/ratio.h"
#include "controller/measure/bounds/batch_means.h"
#include "controller/measure/bounds/clusters.h"
#include "controller/measure/bounds/dispersion.h"
#include "controller/measure/bounds/intervals.h"
#include "controller/measure/bounds/knee.h"
#include "controller/measure/bounds/lognormal.h"
#include "controller/measure/bounds/scaling.h"
#include "controller/measure/bounds/sequential.h"
#include "controller/measure/bounds/trend.h"
#include "tests/golden/gallery/figures.h"
#include "tests/golden/gallery/gallery.h"

namespace shakedown::gallery {
namespace {

constexpr double kNoEnd = std::numeric_limits<double>::infinity();

std::string text(const Bounds& b) { return fmt::format("[{:.5g}, {:.5g}]", b.lower, b.upper); }
std::string text(const std::optional<Bounds>& b) { return b ? text(*b) : "none"; }
std::string text(const std::optional<double>& v) { return v ? fmt::format("{:.5g}", *v) : "none"; }

std::string events() {
  std::string out;
  for (const double confidence : {0.9, 0.95, 0.999}) {
    for (const double x : {-1.0, 0.0, 0.4, 1.0, 2.0, 7.0, 50.0, 60.0}) {
      for (const double n : {0.0, 0.5, 1.0, 7.0, 50.0, 3e5}) out += text(clopper_pearson(x, n, confidence));
      for (const double t : {0.0, 1.0, 3600.0}) out += text(mtbf(t, std::max(0.0, x), confidence));
      out += "\n";
    }
    for (const uint64_t k : {0U, 1U, 3U, 20U}) {
      for (const double p : {-0.1, 0.0, 1e-19, 1e-4, 0.01, 0.3, 0.999, 1.0, 1.1})
        out += fmt::format("{} ", trials_needed(k, p, confidence));
    }
    for (const double share : {0.0, 0.1, 0.5, 0.9, 0.999, 1.0}) out += fmt::format("{} ", clean_trials_needed(share, confidence));
    for (const uint32_t looks : {0U, 1U, 2U, 7U}) out += fmt::format("{:.6g} ", look_confidence(confidence, looks));
    out += "\n";
    for (const double n : {0.0, 0.5, 1.0, 4.9, 5.0, 12.0, 100.0, 2995.7}) {
      for (const double q : {0.0, 0.5, 0.9, 0.99, 1.0}) {
        const RankBounds ranks = quantile_ranks(n, q, confidence);
        out += fmt::format("{} {}, ", ranks.lower, ranks.upper);
      }
    }
    out += "\n";
  }
  return out;
}

std::string availabilities() {
  std::string out;
  for (const double up : {-1.0, 0.0, 100.0, 1e6}) {
    for (const double down : {0.0, 3.0, 200.0}) {
      for (const double outages : {0.0, 0.5, 1.0, 6.0}) {
        for (const double mttr : {-1.0, 0.0, 4.0, kNoEnd}) out += text(availability_from_outages(up, down, outages, mttr, 0.95));
        out += "\n";
      }
    }
  }
  return out;
}

std::string repairs() {
  std::string out;
  for (uint64_t seed = 1; seed <= 24; ++seed) {
    Dice dice(seed);
    std::vector<KnownWithin> within;
    std::vector<double> values;
    const double spread = dice.of<double>({0.05, 0.5, 1.5}), width = dice.of<double>({0, 0.1, 1});
    for (uint64_t n = seed % 6 == 5 ? 20 : dice.below(9); n > 0; --n) {
      values.push_back(std::exp(spread * (dice.between(-1, 1) + dice.between(-1, 1) + dice.between(-1, 1))));
      within.push_back({values.back() * (1 - width * dice.between(0, 0.5)), values.back() * (1 + width * dice.between(0, 2))});
    }
    if (seed % 8 == 0 && !within.empty()) (seed % 16 == 0 ? within[0].lower = 0 : within[0].upper = kNoEnd), values[0] = 0;
    for (const double confidence : {0.5, 0.9, 0.95, 0.99}) {
      out += fmt::format("{:.5g} {:.5g} {} ", lognormal_mean_lower(within, confidence), lognormal_mean_upper(within, confidence),
                         text(median_bounds(values, confidence)));
      for (const double effect : {1.0, 2.5}) {
        out += fmt::format("{:.5g} {:.5g} ", lognormal_total_lower(values, effect, confidence),
                           lognormal_total_upper(values, effect, confidence));
      }
    }
    out += "\n";
  }
  return out;
}

std::string clusters() {
  std::string out;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    Dice dice(seed);
    std::vector<double> spacings;
    std::vector<bool> outcomes;
    const uint64_t short_ones = dice.of<uint64_t>({1, 2, 3}), stays = dice.of<uint64_t>({2, 4, 9});
    for (uint64_t n = dice.below(30); n > 0; --n) {
      spacings.push_back(dice.one_in(short_ones) ? -std::log(1 - dice.between(0, 1)) : dice.between(0, 0.02));
      outcomes.push_back(outcomes.empty() || dice.one_in(stays) ? dice.one_in(2) : outcomes.back());
    }
    const double effect = cluster_effect(spacings), trials = trials_effect(outcomes);
    out += fmt::format("{} {:.5g} {:.5g}", spacings.size(), effect, trials);
    for (const uint64_t k : {0U, 1U, 5U, 40U}) {
      out += fmt::format(" {:.5g} {:.5g}", cluster_effect_of_pass(effect, k), trials_effect_of_pass(trials, k));
    }
    out += "\n";
  }
  return out;
}

std::string shares_of_seconds() {
  std::string out;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    Dice dice(seed);
    judging::RatioEvidence evidence;
    const uint64_t length = dice.of<uint64_t>({0, 1, 7, 8, 40, 300}), rate = dice.of<uint64_t>({1, 10, 100}),
                   spell = dice.of<uint64_t>({3, 20, 400});
    bool away = false;
    for (uint64_t s = 0; s < length; ++s) {
      if (dice.one_in(spell)) away = !away;
      if (dice.one_in(50)) continue;
      const uint64_t bad = away              ? dice.below(rate + 1)
                           : dice.one_in(10) ? 1
                                             : 0,
                     doubtful = std::min(rate - bad, dice.one_in(30) ? 2 : 0UL);
      evidence.high.push_back({static_cast<int64_t>(s), bad + doubtful, rate});
      evidence.low.push_back({static_cast<int64_t>(s), bad, rate});
    }
    if (dice.one_in(3)) evidence.missing = 5;
    if (dice.one_in(4)) evidence.waiting = 9;
    const DesignEffect effect = design_effect(evidence.high);
    const judging::ShareBounds share = judging::bad_share(evidence, dice.of<double>({0.9, 0.95}));
    out += fmt::format("{:.5g} {:.5g} {} {}; {} of {} {:.5g} [{:.5g}, {:.5g}] [{:.5g}, {:.5g}] {} {} {:.5g} {:.5g}\n",
                       effect.deff, effect.deff_pass, effect.block_seconds, effect.rejected, share.bad, share.total, share.value,
                       share.lower, share.upper, share.lower_all_bad, share.upper_all_good, share.missing, share.waiting,
                       share.effect_high, share.effect_low);
  }
  return out;
}

// Neighbours that depend on each other, sometimes an outlier.
std::vector<double> noise(Dice& dice, uint64_t length) {
  std::vector<double> out;
  const double keeps = dice.of<double>({0, 0.5, 0.9, 0.99});
  double value = 0;
  for (uint64_t i = 0; i < length; ++i) {
    value = keeps * value + dice.between(-1, 1);
    out.push_back(10 + value + (dice.one_in(60) ? 15 : 0));
  }
  return out;
}

std::string series() {
  std::string out;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    Dice dice(seed);
    const std::vector<double> values = noise(dice, dice.of<uint64_t>({5, 7, 8, 9, 31, 64, 65, 200, 700}));
    std::vector<TrendPoint> points;
    judging::QuietAnswers quiet;
    const double slope = dice.of<double>({-0.01, 0, 0.003, 0.1});
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto t = static_cast<double>(i);
      points.push_back({dice.one_in(40) ? t + 2.5 : t, values[i] + slope * t});
      if (!dice.one_in(20)) quiet.add(static_cast<int64_t>(i), 0.01 * values[i] * 20, 20);
    }
    if (seed % 20 == 0) points[1].value = std::nan("");
    const std::optional<Trend> found = trend(points, dice.of<double>({0.9, 0.95}));
    out += text(batch_means(values, 0.95)) + " ";
    if (found) {
      out += fmt::format("{:.5g} {} {:.5g} {} {} {} {:.4g}", found->slope, text(found->bounds), found->start,
                         text(found->relative_per_hour), text(found->relative_bounds), found->blocks, found->autocorrelation);
    }
    out += fmt::format(" {} {:.5g}", quiet.count(), quiet.mean());
    for (const int64_t length : {0, 1, 5, 60}) out += fmt::format(" {:.5g}", quiet.reach(50, length, 0.95));
    out += "\n";
  }
  return out;
}

std::string knees(const std::vector<ScalingPoint>& points, const ScalingFit& fit) {
  std::vector<CurvePoint> curve;
  for (const ScalingPoint& point : points) curve.push_back({point.n, point.x});
  std::string out;
  for (const Curve shape : {Curve::concave, Curve::convex}) {
    for (const Direction direction : {Direction::increasing, Direction::decreasing}) {
      for (const double sensitivity : {0.0, 1.0}) {
        const std::optional<KneedlePoint> knee = kneedle(curve, {shape, direction, sensitivity});
        out += knee ? fmt::format(" {} {:.4g} {:.4g} {:.4g} {:.4g};", knee->index, knee->x, knee->y, knee->normalized_x,
                                  knee->normalized_y)
                    : " -;";
      }
    }
  }
  out += " " + text(knee_of_law(fit.law));
  if (const std::optional<KneeRange> range = knee_range(fit, points)) {
    out += fmt::format(" {} {} {} {:.4g} {:.4g} {}", text(range->by_law), text(range->by_kneedle), range->agreed, range->lower,
                       range->upper, range->beyond_steps);
  }
  return out;
}

std::string law(const ScalingLaw& of) { return fmt::format("({:.4g} {:.4g} {:.4g})", of.gamma, of.alpha, of.beta); }

std::string scalings() {
  std::string out;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Dice dice(seed);
    const ScalingLaw truth{dice.of<double>({3, 100}), dice.of<double>({-0.02, 0, 0.05, 0.4, 1.1}),
                           dice.of<double>({-0.002, 0, 0.001, 0.05})};
    std::vector<ScalingPoint> points;
    const double vary = dice.of<double>({0, 0.01, 0.2});
    const std::vector<double> levels =
        dice.of<std::vector<double>>({{1, 2, 4, 8, 16, 32}, {1, 2, 3, 5, 8, 13, 21}, {2, 4, 4, 8}, {1, 10, 20}, {5, 5, 6, 7, 9}});
    for (const double n : levels) points.push_back({n, std::max(0.1, truth.throughput(n) * (1 + vary * dice.between(-1, 1)))});
    const Result<ScalingFit> tried = fit_scaling(points, dice.of<double>({0.9, 0.95}));
    if (!tried) {
      out += tried.error().message + "\n";
      continue;
    }
    const ScalingFit& fit = tried.value();
    out += fmt::format("{} {} {} {} {:.4g} {} {}{}{}{}{}{} {:.4g}", law(fit.law), law(fit.standard_error), law(fit.lower),
                       law(fit.upper), fit.student_t, fit.dof, fit.alpha_at_bound ? "a" : "", fit.beta_at_bound ? "b" : "",
                       fit.negative_contention ? "n" : "", fit.negative_coherency ? "c" : "", fit.few_points ? "f" : "",
                       fit.poor_fit ? "p" : "", fit.r_squared);
    for (const double n : {1.0, 6.0, 100.0}) out += " " + text(efficiency_bounds(fit, n));
    if (const auto peak = fit.law.peak()) out += fmt::format(" peak {:.4g} {:.4g}", peak->n, peak->x);
    out += " " + text(fit.law.ceiling()) + knees(points, fit) + "\n";
    for (const std::string& warning : scaling_warnings(fit)) out += "  " + warning + "\n";
  }
  return out;
}

std::string many_rows() {
  std::string out;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    Dice dice(seed);
    judging::Chances chances;
    for (uint64_t n = dice.below(9); n > 0; --n) {
      chances.push_back(dice.one_in(4) ? std::nullopt
                                       : std::optional(dice.of<double>({1e-9, 0.004, 0.009, 0.0125, 0.02, 0.05, 0.4, 1})));
    }
    for (const double alpha : {0.01, 0.05, 0.2}) {
      for (const bool rejected : judging::holm(chances, alpha)) out += rejected ? 'x' : '.';
      out += " ";
    }
    out += "\n";
  }
  return out;
}

}  // namespace

Figures bounds() {
  return {{"events", events()},
          {"availabilities", availabilities()},
          {"repairs", repairs()},
          {"clusters", clusters()},
          {"shares", shares_of_seconds()},
          {"series", series()},
          {"scalings", scalings()},
          {"many rows", many_rows()}};
}

}  // namespace shakedown::gallery
