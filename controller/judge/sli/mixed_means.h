// The mean latency of a scope second by second, as if each operation had the same part of the requests in all of them: a mix that
// changes is no change of the target. Pure.
#pragma once

#include <map>
#include <vector>

#include "controller/judge/scope.h"
#include "controller/measure/bounds/trend.h"

namespace shakedown::judging {

struct MixedMeans {
  std::vector<TrendPoint> points;  // each second with answers; of an operation without any in it, between its neighbours
  // Of the operations that were answered in the first eighth of these seconds and not in the last, or the other way round: nobody
  // knows what became of them. They are in no point; their part of the answers.
  double left_out = 0;
};

// Of one operation, or of all that are answered. all: with every arrival that was not answered well, as slow as its timeout, for
// nobody knows how much slower it was.
MixedMeans mixed_means(const LoadScope& scope, OperationId operation, bool all, const Evidence& evidence);

// The mean latency of good answers over the scope.
std::map<OperationId, double> usual_latencies(const LoadScope& scope, const Evidence& evidence);

}  // namespace shakedown::judging
