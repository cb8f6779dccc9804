// The mean of a value per second whose neighbours may depend on each other, by batch means (Law & Kelton, Simulation
// Modeling and Analysis, 9.5.3). Pure.
//
// Seconds are averaged in blocks of 1, 2, 4, ... while at least 8 blocks remain; the widest of Student's intervals counts.
// What correlation of neighbouring blocks is left, or what shorter blocks imply, counts as an autoregressive process of
// order one: m blocks are then worth m (1 - r) / (1 + r) independent ones. A long tail, such as the few seconds of an outage,
// widens its own side by the modified t of Johnson (J. Am. Stat. Assoc. 73, 1978, 536-544), m3 (1 + 2 t^2) / (6 s^2 m).
#pragma once

#include <optional>
#include <vector>

#include "controller/measure/bounds/intervals.h"

namespace shakedown {

// values in order of time. One-sided at the confidence each. nullopt below 8 values, or where the blocks of the widest
// interval are worth fewer than 6 independent ones: then the mean over a longer time may be anything.
std::optional<Bounds> batch_means(const std::vector<double>& values, double confidence);

}  // namespace shakedown
