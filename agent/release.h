// The target's own word about its release, out of an answer's body. Pure.
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/model/plan.h"

namespace shakedown {

// The value at the JSON pointer (a text without its quotes), or the whole body without surrounding white space; at most
// 200 characters. Errors: unavailable (no JSON, nothing at the pointer, empty).
Result<std::string> release_text(const ReleaseSource& source, const std::string& body);

}  // namespace shakedown
