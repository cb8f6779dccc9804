// The published measurements that the tests of the scaling law and of the knee share.
#pragma once

#include <vector>

#include "controller/measure/bounds/scaling.h"

namespace shakedown::testing {

// SPEC SDM91, of the R package usl.
inline std::vector<ScalingPoint> specsdm91() {
  return {{1, 64.9}, {18, 995.9}, {36, 1652.4}, {72, 1853.2}, {108, 1828.9}, {144, 1775.0}, {216, 1702.2}};
}

// The same in whole numbers, of the README of usl-rs.
inline std::vector<ScalingPoint> specsdm91_integers() {
  return {{1, 65}, {18, 996}, {36, 1652}, {72, 1853}, {108, 1829}, {144, 1775}, {216, 1702}};
}

// A ray tracer, of the vignette of the R package usl.
inline std::vector<ScalingPoint> raytracer(std::size_t rows = 11) {
  std::vector<ScalingPoint> all = {{1, 20},   {4, 78},   {8, 130},  {12, 170}, {16, 190}, {20, 200},
                                   {24, 210}, {28, 230}, {32, 260}, {48, 280}, {64, 310}};
  all.resize(rows);
  return all;
}

// Of the R package's tests: alpha = beta = 0.02, gamma = 1, rounded to four places.
inline std::vector<ScalingPoint> rounded_law() {
  return {{1, 1}, {2, 1.8868}, {4, 3.0769}, {6, 3.5294}, {8, 3.5398}, {10, 3.3557}};
}

// Schwartz's book, as in the tests of usl-rs: 1 to 32.
inline std::vector<ScalingPoint> schwartz() {
  const std::vector<double> x = {955.16,   1878.91,  2688.01,  3548.68,  4315.54,  5130.43,  5931.37, 6531.08,
                                 7219.8,   7867.61,  8278.71,  8646.7,   9047.84,  9426.55,  9645.37, 9897.24,
                                 10097.6,  10240.5,  10532.39, 10798.52, 11151.43, 11518.63, 11806.0, 12089.37,
                                 12075.41, 12177.29, 12211.41, 12158.93, 12155.27, 12118.04, 12140.4, 12074.39};
  std::vector<ScalingPoint> points;
  for (std::size_t i = 0; i < x.size(); ++i) points.push_back({static_cast<double>(i + 1), x[i]});
  return points;
}

}  // namespace shakedown::testing
