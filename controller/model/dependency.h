// What the service calls: whether these systems can take the load that it will cause.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/units.h"

namespace shakedown {

// The load that is expected of the service.
struct Forecast {
  Rate rate;
  std::string by;              // date as written
  std::optional<Rate> writes;  // confirmed writes among them; absent = not declared
};

// A query to a Prometheus. `$window` in it stands for the measured window as a PromQL duration.
struct MetricQuery {
  std::string prometheus;  // base URL
  std::string query;
  std::string token;  // name of a secret sent as bearer token; empty = none
};

// How often one caller calls the dependency for each request it receives itself.
struct DependencyCall {
  DependencyId caller;  // none = the service
  double per_request = 1;
};

// What the owning team has agreed to carry.
struct Commitment {
  std::string who;
  Rate rate;
  std::string date;   // of the agreement, as written
  std::string until;  // its end, as written; empty = no end
};

struct Dependency {
  std::string name, owner;
  std::vector<DependencyCall> calls;
  std::optional<Rate> capacity;        // as known to its owner
  std::string scorecard;               // absolute path of another run's scorecard.json, from which the capacity is taken
  std::optional<MetricQuery> counter;  // its own count of calls received in the window
  std::optional<Commitment> commitment;
};

}  // namespace shakedown
