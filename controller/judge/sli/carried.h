// How many good answers came in each second, beside how many were asked for in it: a target that is asked for more than it
// carries answers later and later, and what it answers after the end it did not carry meanwhile. Pure.
#pragma once

#include <map>
#include <vector>

#include "controller/judge/scope.h"

namespace shakedown::judging {

// By whole second of the scope, ascending: the answers of requests of the scope that came in it. Each took as long as the mean of
// its second did. Left out at the beginning of the scope, and after each gap in it, are seconds in which none could have come
// yet.
std::vector<double> carried(const LoadScope& scope, const std::vector<OperationId>& operations, const Evidence& evidence);

}  // namespace shakedown::judging
