#include "controller/model/scalability.h"

#include <algorithm>
#include <cmath>

#include "controller/model/search_time.h"

namespace shakedown {

Duration least_search_time(const Search& search, double rate) {
  const double from = search.from.per_second;
  const double doublings = from > 0 && rate > from ? std::ceil(std::log2(rate / from) - 1e-9) : 0;
  const Duration step = search.settle + search.window + search.drain, longest = search.settle + search.window * search.windows;
  const Duration confirmed = search.confirm > Duration{} ? step + search.settle + search.confirm : Duration{};
  return step * static_cast<int64_t>(doublings) + std::max(longest, confirmed);
}

const char* to_string(StepAxis axis) {
  switch (axis) {
    case StepAxis::rate: return "rate";
    case StepAxis::concurrency: return "concurrency";
    case StepAxis::replicas: return "replicas";
  }
  return "unknown";
}

}  // namespace shakedown
