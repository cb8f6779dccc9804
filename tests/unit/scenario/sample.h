// A small valid scenario in pieces, for tests that change one of them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/scenario/scenario.h"

namespace shakedown::test {

// The whole sample with each `first` replaced by `second` (once). Aborts when there is nothing to
// replace.
std::string sample(const std::vector<std::pair<std::string, std::string>>& edits = {});
// The sample with its one requirement replaced.
std::string with_requirement(const std::string& sli, const std::string& objective, const std::string& more = {});

// Decoded in the folder /srv/drill; fails the test with the diagnostics when it is not accepted.
Scenario accept(const std::string& text);
// Text forms without the file name, one per diagnostic.
std::vector<std::string> problems(const std::string& text);

}  // namespace shakedown::test
