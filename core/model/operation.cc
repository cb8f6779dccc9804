#include "core/model/operation.h"

#include <algorithm>

namespace shakedown {

bool Expect::status_ok(int code) const {
  if (status.empty()) return code >= 200 && code <= 299;
  return std::any_of(status.begin(), status.end(),
                     [code](const auto& range) { return range.first <= code && code <= range.second; });
}

}  // namespace shakedown
