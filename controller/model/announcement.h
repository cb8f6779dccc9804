// Whom a drill tells what it does to an environment that others use, too.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/time.h"

namespace shakedown {

struct AnnounceTo {
  std::string webhook;            // gets a POST with the announcement as JSON
  std::string token;              // name of a secret; empty = none
  std::vector<std::string> argv;  // or a command, which finds it in $SHAKEDOWN_ANNOUNCEMENT
};

// Alerts that an Alertmanager keeps back while a fault stands: of each injection one silence, never longer than the lease.
struct Silence {
  std::string url;                                            // base of its API
  std::string token;                                          // name of a secret; empty = none
  std::vector<std::pair<std::string, std::string>> matchers;  // label and value: exactly these alerts
};

// What is asked of it for one injection.
struct SilenceOrder {
  std::string id;  // of the silence that is renewed; empty = a new one
  Duration length{};
  std::string run_id, why;
};

}  // namespace shakedown
