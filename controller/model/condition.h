// A state of the world that a drill in a shared environment depends on: asked of a Prometheus, an Alertmanager, over HTTP, or of
// a command, again and again, on the controller.
#pragma once

#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace shakedown {

using ConditionId = Id<struct ConditionTag>;

struct Condition {
  enum class Source { prometheus, alertmanager, http, command };
  enum class Test { equal, differs, less, at_most, more, at_least };

  std::string name;
  Source source = Source::http;
  std::string url;                // all but command
  std::string query;              // prometheus: PromQL; alertmanager: the alert's name
  std::string pointer;            // http: where in the JSON body; empty = the status is asked (200 for any 2xx)
  std::string token;              // name of a secret; empty = none
  std::vector<std::string> argv;  // command: holds when it exits with 0
  Test test = Test::equal;
  std::string expected;  // "5", "open"; compared as numbers where both are
  Duration every = std::chrono::seconds(5);
  Duration missing_for = std::chrono::seconds(30);  // not readable for so long: the drill stops

  // Of a value that was read.
  bool met(const std::string& value) const;
  std::string is() const;  // "< 5", "open"
};

}  // namespace shakedown
