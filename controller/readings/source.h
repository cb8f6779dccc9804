// One source of metrics during gathering: its API, how often it is scraped, and waiting for it.
// Ownership: refers to nothing. Threads: one.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "controller/model/scenario.h"
#include "controller/readings/prometheus.h"

namespace shakedown {

// The secret's value from environment or file, without a final line break.
Result<std::string> resolve_secret(const Scenario& scenario, const std::string& name);

// Sleeps for a while; false at once when skip is requested.
bool pause(std::stop_token skip, Duration length);

class Source {
 public:
  // Error: the token cannot be resolved.
  static Result<Source> open(const Scenario& scenario, const std::string& url, const std::string& token);

  const PrometheusApi& api() const { return api_; }
  const std::string& shown() const { return shown_; }  // without credentials

  // The distance of the raw samples behind a query, looked at around an instant; zero = not known.
  Duration scrape(const std::string& query, WallTime around) const;
  // Until a raw sample at or after the instant, which is so long ago, is there: at most three scrapes or a minute after it.
  void await_sample(const std::string& query, WallTime at, Duration ago, Duration scrape, std::stop_token skip) const;

 private:
  Source(PrometheusApi api, std::string shown) : api_(std::move(api)), shown_(std::move(shown)) {}
  // A selector of exactly one of the series behind the query; empty = none was there.
  std::string one_series(const std::string& query, WallTime around) const;

  PrometheusApi api_;
  std::string shown_;
};

}  // namespace shakedown
