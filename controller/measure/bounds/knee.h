// Where a curve bends: by Kneedle (Satopaa et al. 2011), and for a scaling curve also by its law. On few or noisy steps
// each of them errs alone, so that a knee is one number only where both agree. Every function is pure.
#pragma once

#include <optional>
#include <vector>

#include "controller/measure/bounds/scaling.h"

namespace shakedown {

enum class Curve { concave, convex };             // concave: growth slows down; convex: it speeds up
enum class Direction { increasing, decreasing };  // of y with x

struct CurvePoint {
  double x = 0, y = 0;
};

struct KneedleOptions {
  Curve curve = Curve::concave;
  Direction direction = Direction::increasing;
  // How many steps of mean length the curve must stay below its last bulge before that is called a knee. 0: the first
  // bulge that is followed by anything lower.
  double sensitivity = 1;
};

struct KneedlePoint {
  std::size_t index = 0;  // into the points given
  double x = 0, y = 0;
  double normalized_x = 0, normalized_y = 0;  // in the unit square, turned so that it is concave and increasing
};

// The first knee, judged with all points at hand (the offline variant). None when the curve has no bulge, is flat, has
// fewer than 3 points, x that do not increase strictly, or anything that is not finite.
std::optional<KneedlePoint> kneedle(const std::vector<CurvePoint>& points, const KneedleOptions& options);

// The knee of a law: where its efficiency has fallen to one half, or its peak if that comes first. Beyond it each
// unit costs twice what the first one did. For beta = 0 this is 1 + 1 / alpha: one step beyond where linear growth
// would meet the ceiling. 1 / alpha itself ignores coherency, and the peak lies far beyond any knee while alpha
// rules. None for a law that grows linearly for ever.
std::optional<double> knee_of_law(const ScalingLaw& law);

// At least one of by_law and by_kneedle is there.
struct KneeRange {
  std::optional<double> by_law;      // none for a linear law or a poor fit
  std::optional<double> by_kneedle;  // one of the steps measured
  // Both there and apart by at most the tolerance, as a share of the larger: then lower = upper = by_law, which is not
  // tied to the steps. Otherwise the range of what is there: one method alone is not agreement.
  bool agreed = false;
  double lower = 0, upper = 0;
  bool beyond_steps = false;  // by_law lies beyond the largest n measured: extrapolated
};

// points in any order; repeated n are averaged. None when neither method finds a knee.
std::optional<KneeRange> knee_range(const ScalingFit& fit, const std::vector<ScalingPoint>& points, double tolerance = 0.25);

}  // namespace shakedown
