// What a short window cannot show: a queue that is offered more than it can take fills up slowly, so that its answers keep
// a limit for a while. Pure.
//
// Fluid limit of a queue that starts empty: at (1 + d) times its capacity, an answer that begins t seconds later takes d t
// longer. Of a window of length W that follows `conclude` seconds of the same load, the share 1 - q above a limit L is
// reached only from d (conclude + q W) > L on; one more L is allowed for, as an answer comes its own length later:
// conclude + q W >= L (1 + d) / d. Chance adds to it: of n = rate x (conclude + W) arrivals that come as they like, about
// z / sqrt(n) more or fewer come than on average.
#pragma once

#include <optional>
#include <vector>

#include "controller/judge/evidence.h"
#include "controller/measure/bounds/trend.h"

namespace shakedown::judging {

// Finer than any resolution that a search may ask for: a share below this is left out of the figures.
inline constexpr double kFinestBlindShare = 0.005;

// How far above capacity (0.1 = by 10 %) a rate may lie and still look as if it held, after windows of this length
// together. 0 below kFinestBlindShare; infinite when these windows are too short to show anything. The slowest of the
// requirements counts: latency remembers up to its limit, what counts failures up to the timeout.
double blind_share(const Search& search, Duration windows, const Scenario& scenario);

// The same with what chance adds at this rate and confidence.
double blind_share_at(double rate, double confidence, const Search& search, Duration windows, const Scenario& scenario);

// What the plan promises: of all windows of a step or of the confirmation, whichever is longer, without chance.
double planned_blind_share(const Search& search, const Scenario& scenario);

// How long the requests of each second of these stages took in the mean; ascending.
std::vector<TrendPoint> mean_waits(const std::vector<StageId>& stages, const Timeline& timeline);

// How much longer answers take with each second of these stages, seconds per second: the lower bound of the slope where
// that is above zero at the confidence, as when a backlog grows; nullopt when it is not, when the slope itself is below
// kFinestBlindShare (the rate is then no further above the capacity than that), or when too little is known.
std::optional<double> growth_of_backlog(const std::vector<StageId>& stages, double confidence, const Timeline& timeline);

}  // namespace shakedown::judging
