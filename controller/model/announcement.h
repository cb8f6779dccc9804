// Whom a drill tells what it does to an environment that others use, too.
#pragma once

#include <string>
#include <vector>

namespace shakedown {

struct AnnounceTo {
  std::string webhook;            // gets a POST with the announcement as JSON
  std::string token;              // name of a secret; empty = none
  std::vector<std::string> argv;  // or a command, which finds it in $SHAKEDOWN_ANNOUNCEMENT
};

}  // namespace shakedown
